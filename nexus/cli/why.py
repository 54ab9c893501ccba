"""`nexus why WO-…`: why an order went as it did, as it happened: triage, budget, tries, QA, decisions, the end."""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

import typer

from db.receipts import priced_cost, total_cost
from db.records import AttemptRecord, CallRecord, CallStatus, EventRecord, RouteDecision, VerdictRecord
from db.statements.budget import windows_at
from db.statements.memory import SummaryAsked, summaries_asked_by
from db.statements.queries import OrderHistory, get_history
from db.statements.switches import Switch, get_switch
from nexus.budget import COMPANY, FROZEN, BudgetSettings, Window, kind_of
from nexus.cli.budget import company_first, freeze_text
from nexus.cli.order_desk import store
from nexus.cli.terminal import one_line
from nexus.errors import PermanentError
from nexus.receipt import Receipt
from nexus.settings import load_settings
from nexus.usage import cost_text, dollars
from nexus.work_order import WorkOrder
from qa.requirements import requirements
from qa.spec import QaSpec, SpecError, parse_spec

INDENT = " " * 10
SHORT_CHARS = 200
NUMBERS_SHOWN = 12
NOTHING = Decimal(0)
FAMILIES = ("answer", "format", "completeness", "security", "code_execution")

type Payload = dict[str, Any]


def explain_order(order_id: str) -> None:
    """Print it.

    Raises:
        PermanentError: there is no such order.
        ConfigurationError: there is no database, or a setting is wrong.
    """
    limits = load_settings(BudgetSettings).limits
    with store() as database:
        history = database.read_sync(get_history, order_id)
        if history is None:
            raise PermanentError(f"{order_id}: there is no such order; `nexus orders list` names them.")
        windows = database.read_sync(windows_at, limits, history.order.created_at)
        frozen = database.read_sync(get_switch, FROZEN)
        asked = database.read_sync(summaries_asked_by, order_id)
    for line in (*_story(history, windows, frozen), *_part("memory", _summaries(asked))):
        typer.echo(line)


def _story(history: OrderHistory, windows: Sequence[Window], frozen: Switch | None) -> Iterator[str]:
    order = history.order
    yield f"{order.id}, {order.status.value}: {_short(order.content)}"
    yield from _part("triage", _triage(order, history.calls))
    if history.route is not None:
        yield from _part("route", _route(history.route))
    yield from _part("budget", _budget(history, windows, frozen))
    yield from _course(history)
    yield from _part("end", _end(order))


def _part(name: str, lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        yield f"{name:<10}{one_line(line)}"
        name = ""


def _triage(order: WorkOrder, calls: Sequence[CallRecord]) -> Iterator[str]:
    if order.tier_rule is None:
        yield "not done yet"
        return
    wish = f"; you asked for the {order.requested_tier.value}" if order.requested_tier else ""
    difficulty = f", judged {order.difficulty.value}" if order.difficulty else ""
    yield f"{order.owner.value}{difficulty}, by the rule {order.tier_rule}: {order.tier_reason}{wish}"
    size = sum(len(turn.content) for turn in order.context)
    yield (
        f"context: {len(order.context)} earlier messages, {size:,} characters"
        if size
        else "no earlier messages"
    )
    yield from _memory(order)
    yield from _spec(order)
    for call in calls:
        if call.attempt_id is None:
            yield f"{call.purpose}: {_call(call)}"


def _memory(order: WorkOrder) -> Iterator[str]:
    """Which earlier turns were not sent, by their numbers; nothing where all were."""
    if order.left_out_json is None:
        return
    told: Payload = json.loads(order.left_out_json)
    yield (
        f"memory: of {told['turns']} turns word for word from {told['verbatim_from']} on, quoted "
        f"{_numbers(told['recalled'])}, facts of {_numbers(told['ledger'])}, wishes of {_numbers(told['wishes'])}"
    )
    if "summarised" in told:
        yield "a local model's summary of turns {} to {} was sent".format(*told["summarised"])
    for reason in dict.fromkeys(each[2] for each in told["left_out"]):
        turns = sum(last - first + 1 for first, last, why in told["left_out"] if why == reason)
        yield f"left out: {turns} turns, {reason}"


def _summaries(asked: Sequence[SummaryAsked]) -> Iterator[str]:
    """What was asked for after the order's end, for the next ones."""
    for each in asked:
        came = "not there (yet)" if each.status == "asked" else each.status
        kept = f", keeps {each.kept:.0%} of the facts" if each.kept is not None else ""
        yield f"summary of turns 1 to {each.last}: {came}{kept}{f': {_short(each.note)}' if each.note else ''}"


def _numbers(turns: Sequence[int]) -> str:
    shown = ", ".join(map(str, turns[:NUMBERS_SHOWN]))
    return f"{shown} and {len(turns) - NUMBERS_SHOWN} more" if len(turns) > NUMBERS_SHOWN else shown or "none"


def _route(route: RouteDecision) -> Iterator[str]:
    """The layers' reasons, and what the router was told of each tier."""
    path = " → ".join(role.value for role in route.path) or "nobody"
    floor = f", never below the {route.floor.value}" if route.floor else ""
    yield f"{path}, by the layer {route.layer}, with a confidence of {route.confidence:.0%}{floor}"
    for reason in route.reasons:
        yield f"· {reason}"
    for role, chance in route.success.items():
        usd = route.costs.get(role)
        cost = f", {dollars(usd)} expected if it tries first" if usd is not None else ""
        yield f"{role.value}: right at once with {chance:.0%}{cost}"
    if route.explored:
        more = f", for about {dollars(route.explore_usd)} more" if route.explore_usd else ""
        yield f"explored: another tier than the best, in order to learn{more}"
    by = f"router {route.router_version}" if route.router_version else "no router was asked"
    yield f"{by}; this choice had a probability of {route.propensity:.3g}; decided in {route.latency_us / 1000:.1f} ms"


def _spec(order: WorkOrder) -> Iterator[str]:
    if order.spec_json is None:
        return
    try:
        spec = parse_spec(order.spec_json, order.id)
    except SpecError as error:
        yield f"acceptance spec: {error}"
        return
    yield f"acceptance spec {spec.name}: {', '.join(_families(spec)) or 'nothing'} checked"
    if said := requirements(spec):
        yield f"the answer must {'; '.join(_short(sentence) for sentence in said)}"


def _families(spec: QaSpec) -> list[str]:
    return [name.replace("_", " ") for name in FAMILIES if getattr(spec, name) is not None]


def _budget(history: OrderHistory, windows: Sequence[Window], frozen: Switch | None) -> Iterator[str]:
    order, calls = history.order, history.calls
    running = [call for call in calls if call.status is CallStatus.STARTED]
    spent = [call for call in calls if call.status is not CallStatus.STARTED]
    unpriced = " beside calls that are not priced" if total_cost(spent) is None else ""
    at_most = sum((call.worst_case_usd or NOTHING for call in running), NOTHING)
    yield (
        f"this order: {dollars(priced_cost(spent))} spent{unpriced}"
        + (f", {dollars(at_most)} reserved" if running else "")
        + (f", limit {dollars(order.budget_usd)}" if order.budget_usd is not None else "")
        + (f", you approved up to {dollars(order.approved_usd)}" if order.approved_usd is not None else "")
    )
    for window in company_first(windows):
        if window.scope in (COMPANY, order.owner.value):
            yield _window(window)
    if frozen is not None and frozen.is_on:
        yield freeze_text(frozen)


def _window(window: Window) -> str:
    limit = (
        f", of {dollars(window.limit_usd)} ({window.used:.0%})"
        if window.limit_usd is not None
        else ", no limit"
    )
    taken = window.spent_usd + window.reserved_usd
    return f"{window.scope}, {kind_of(window.period)} {window.period}: {dollars(taken)} by now{limit}"


def _course(history: OrderHistory) -> Iterator[str]:
    """The tries, and between them what was decided, in the order of the events."""
    tries = {attempt.n: attempt for attempt in history.attempts}
    for event in history.events:
        payload: Payload = json.loads(event.payload)
        if event.type == "order.working":
            attempt = tries.pop(payload.get("attempt", 0), None)
            if attempt is not None:
                yield from _part(f"try {attempt.n}", _try(attempt))
        elif decided := _decided(event, payload):
            yield f"{INDENT}→ {one_line(decided)}"
    for attempt in tries.values():
        yield from _part(f"try {attempt.n}", _try(attempt))


def _try(attempt: AttemptRecord) -> Iterator[str]:
    fallbacks = sum(call.status in (CallStatus.FAILED, CallStatus.IN_DOUBT) for call in attempt.calls)
    after = f", after {fallbacks} that did not answer" if fallbacks else ""
    yield f"{attempt.role.value}, {attempt.provider}/{attempt.model}: {attempt.status.value}{after}"
    for reason in attempt.feedback:
        yield f"was told: {_short(reason)}"
    for call in attempt.calls:
        yield _call(call)
    if attempt.error and not any(call.error == attempt.error for call in attempt.calls):
        yield f"error: {attempt.error}"
    if attempt.verdict is not None:
        yield from _verdict(attempt.verdict)


def _call(call: CallRecord) -> str:
    free = call.price is not None and call.price.is_free
    facts = [f"{call.provider}/{call.model} {call.status.value.replace('_', ' ')}"]
    if call.latency_ms is not None:
        facts.append(f"{call.latency_ms / 1000:.1f} s")
    if call.usage.prompt_tokens or call.usage.output_tokens:
        cached = f" ({call.usage.cache_read_tokens} cached)" if call.usage.cache_read_tokens else ""
        facts.append(f"{call.usage.prompt_tokens}{cached}+{call.usage.output_tokens} tokens")
    if call.status is not CallStatus.STARTED:
        facts.append(cost_text(call.cost_usd, local=free))
    if call.worst_case_usd:
        facts.append(f"worst case {dollars(call.worst_case_usd)}")
    if call.finish_reason not in (None, "stop"):
        facts.append(f"ended by {call.finish_reason}")
    return ", ".join(facts) + (f": {_short(call.error)}" if call.error else "")


def _verdict(verdict: VerdictRecord) -> Iterator[str]:
    checked = [check for check in verdict.checks if check.status != "not_checked"]
    passed = sum(check.status == "pass" for check in checked)
    yield f"QA {passed}/{len(checked)}{'' if verdict.passed else ', not passed'}"
    for check in verdict.checks:
        if check.status == "fail":
            yield f"failed {check.name}: {_short(check.evidence)}"


def _decided(event: EventRecord, payload: Payload) -> str:
    """What an event decided, in words; nothing for what is said elsewhere."""
    match event.type.removeprefix("order."):
        case "retrying":
            return f"again by the {payload.get('to')}, with what failed"
        case "escalated":
            return f"up to the {payload.get('to')}{_because(payload)}"
        case "stepped_down":
            return f"down to the {payload.get('to')}{_because(payload)}"
        case "postponed":
            return f"again after {payload.get('wait_s')} s{_because(payload)}"
        case "waiting":
            return _short(str(payload.get("reason")))
        case "held":
            return f"held: {payload.get('question')}"
        case "approved":
            return f"you approved: the {payload.get('owner')}"
    return ""


def _because(payload: Payload) -> str:
    if reason := payload.get("reason"):
        return f": {_short(str(reason))}"
    failed = [str(check.get("name")) for check in payload.get("failed") or ()]
    return f", for these checks failed: {', '.join(failed)}" if failed else ""


def _end(order: WorkOrder) -> Iterator[str]:
    if order.finished_at is None:
        yield f"not yet; the deadline is {order.deadline_at:%Y-%m-%d %H:%M:%S} UTC"
        return
    yield f"{order.status.value}{f': {order.failure_reason}' if order.failure_reason else ''}"
    if order.receipt_json:
        yield Receipt.model_validate_json(order.receipt_json).text()


def _short(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= SHORT_CHARS else f"{line[: SHORT_CHARS - 1]}…"
