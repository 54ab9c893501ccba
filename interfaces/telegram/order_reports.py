"""One order on a screen of the phone: /why, and the buttons Why and Show QA."""

from typing import Final

from interfaces.telegram.documents import Call, History
from interfaces.telegram.gateway_client import Attempt, Detail, Verdict
from interfaces.telegram.reasons import reason_text
from interfaces.telegram.screens import Screen, short
from interfaces.telegram.wording import STATUS_MARKS, price, title
from interfaces.telegram.words import WORDS, say

MESSAGE_CHARS = 160
REASON_CHARS = 300
EVIDENCE_CHARS = 300
CALLS_SHOWN = 12
RECORDED = "recorded"
CHECK_MARKS: Final = {"pass": "✅", "fail": "❌"}
NOT_CHECKED = "▫️"


def why_screen(language: str, history: History) -> Screen:
    """The way an order went: the rule and its reason, the tries with QA's word, the calls with their money."""
    order = history.order
    screen = Screen().text(f"{STATUS_MARKS[order.status]} ").bold(say(language, f"is_{order.status.value}"))
    screen.text(" · ").code(order.id).line(f"“{short(order.content, MESSAGE_CHARS)}”").line()
    _route(language, screen, history)
    if history.attempts:
        screen.line().line().bold(say(language, "tries"))
        verdicts = {verdict.attempt: verdict for verdict in history.verdicts}
        for attempt in history.attempts:
            screen.line(_try(language, attempt, verdicts.get(attempt.n)))
    if history.model_calls:
        _calls(language, screen, history.model_calls)
    if history.receipt is not None:
        cost = price(language, history.receipt.cost_usd, local=history.receipt.local)
        screen.line().line(say(language, "together", cost=cost, seconds=f"{history.receipt.seconds:.1f}"))
    if order.failure_reason:
        screen.line(short(order.failure_reason, REASON_CHARS))
    return screen


def _route(language: str, screen: Screen, history: History) -> None:
    order = history.order
    if order.tier_rule is None:
        screen.line(say(language, "why_not_routed"))
        return
    reason = short(reason_text(language, order.tier_reason or ""), REASON_CHARS) or say(language, "no_reason")
    screen.line(f"🧭 {say(language, 'why_route', role=title(language, order.owner), reason=reason)}")
    screen.text(f" ({say(language, 'why_rule')} ").code(order.tier_rule).text(")")


def _try(language: str, attempt: Attempt, verdict: Verdict | None) -> str:
    facts = [
        title(language, attempt.role),
        attempt.model,
        say(language, f"t_{attempt.status}") if f"t_{attempt.status}" in WORDS else attempt.status,
    ]
    if verdict is not None:
        passed = sum(check.status == "pass" for check in verdict.checks)
        failed = [check.name for check in verdict.checks if check.status == "fail"]
        facts.append(f"{say(language, 'qa')} {passed}/{len(verdict.checks)}")
        if failed:
            facts.append(f"❌ {', '.join(failed)}")
    if attempt.error:
        facts.append(short(attempt.error, REASON_CHARS))
    return f"{attempt.n}. {' · '.join(facts)}"


def _calls(language: str, screen: Screen, calls: list[Call]) -> None:
    screen.line().line().bold(say(language, "calls"))
    for call in calls[:CALLS_SHOWN]:
        screen.line(_call(language, call))
    if len(calls) > CALLS_SHOWN:
        screen.line(say(language, "and_more", n=len(calls) - CALLS_SHOWN))


def _call(language: str, call: Call) -> str:
    key = f"k_{call.purpose}"
    facts = [say(language, key) if key in WORDS else call.purpose, call.model]
    if call.status != RECORDED:
        facts.append(say(language, f"s_{call.status}"))
    if call.status == RECORDED or call.cost_usd:
        facts.append(price(language, call.cost_usd, local=True))
    return f"• {' · '.join(facts)}"


def qa_screen(language: str, detail: Detail) -> Screen:
    """Every check of every try, with its evidence."""
    if not any(verdict.checks for verdict in detail.verdicts):
        return Screen().text(say(language, "no_checks"))
    screen = Screen().text("🔎 ").bold(say(language, "qa")).text(" ").code(detail.order.id)
    for verdict in detail.verdicts:
        if len(detail.verdicts) > 1:
            screen.line().line().bold(say(language, "try_n", n=verdict.attempt))
        for check in verdict.checks:
            mark = CHECK_MARKS.get(check.status, NOT_CHECKED)
            screen.line(f"{mark} ").bold(check.name)
            if check.evidence.strip():
                screen.text(f": {short(check.evidence, EVIDENCE_CHARS)}")
    return screen
