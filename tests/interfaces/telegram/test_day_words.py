"""What the scripted day has shown to read badly, and how it reads now."""

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from agents.rules import RULES, judge
from db.engine import Database
from db.statements.alerts import AlertRow, Severity, alerts_after
from db.statements.budget_alerts import tell_running_short, tell_used_up
from db.statements.limits import set_limit
from db.statements.switches import Switch, set_switch
from db.statements.telegram_post import ChatOrder
from interfaces.telegram.alert_texts import alert_text
from interfaces.telegram.answers import question_message
from interfaces.telegram.cards import Card
from interfaces.telegram.gateway_client import Detail, Order
from interfaces.telegram.reasons import reason_text
from interfaces.telegram.receipts import receipt_line
from nexus.budget import COMPANY, FROZEN, BudgetSettings, LimitChange, Window, refusal
from nexus.receipt import Receipt, Unanswered
from nexus.work_order import Difficulty, Role, Status
from tests.interfaces.telegram.test_words import english_in

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOW + timedelta(seconds=1)
WINDOW = Window(COMPANY, "2026-11-22", Decimal("0.8"), Decimal("0.05"), Decimal(1), NOW)


@pytest.mark.parametrize("reason", [rule.reason for rule in RULES])
def test_every_rule_of_the_front_desk_has_its_reason_in_chinese(reason: str) -> None:
    assert english_in(reason_text("zh", reason)) == set()
    assert reason_text("en", reason) == reason


def test_the_everyday_reason_too_and_one_that_nobody_knows_stays() -> None:
    judged = judge("Write an e-mail to my landlord.")
    assert reason_text("zh", judged.reason) == "日常工作"
    assert reason_text("zh", "normal, in the judgement of qwen3") == "normal, in the judgement of qwen3"


def test_reasons_that_name_amounts_are_said_in_chinese() -> None:
    down = "everyday work; one tier down, for 85% of the company's day is used"
    assert reason_text("zh", down) == "日常工作；预算已用 85%，降一级"
    assert reason_text("zh", "you chose the director for about $0.0312") == "您选择了主管，约 $0.0312"


def raised(database: Database) -> list[AlertRow]:
    """One alert of each kind that money raises, by the statements that raise them."""
    settings = BudgetSettings().limits
    change = LimitChange(
        COMPANY, "day", is_set=True, limit_usd=Decimal("1.02"), changed_at=NOW, changed_by="owner"
    )
    database.run_sync(set_limit, change, settings)
    database.run_sync(set_switch, Switch(FROZEN, True, NOW, "owner", "够了"))
    database.run_sync(set_switch, Switch(FROZEN, False, LATER, "owner", ""))
    database.run_sync(tell_running_short, WINDOW, NOW)
    database.run_sync(tell_used_up, refusal(WINDOW, Decimal("0.3")), NOW)
    return database.read_sync(alerts_after, "", 10)


def test_alerts_about_money_are_in_chinese_for_who_reads_it(sqlite: Database) -> None:
    shown = {alert.kind: alert_text(alert, "zh-hans") for alert in raised(sqlite)}
    assert shown == {
        "budget.limit_changed": "ℹ️ 公司日上限现为 $1.02，原为 $10.00，更改者：owner。",
        "budget.frozen": "⚠️ 付费调用已由 owner 冻结：够了（/thaw 可恢复）",
        "budget.thawed": "ℹ️ 付费调用已由 owner 恢复",
        "budget.warning": "⚠️ 公司日预算快用完：已花费 $0.8000，预留 $0.0500，上限 $1.00。UTC 11-22 12:00 重置。",
        "budget.used_up": (
            "🚨 公司日预算不足：已花费 $0.8000，上限 $1.00，一次最多花费 $0.3000 的调用被拒绝。"
            "UTC 11-22 12:00 重置。"
        ),
    }


def test_alerts_stay_as_they_are_for_everybody_else_and_where_details_are_missing(sqlite: Database) -> None:
    for alert in raised(sqlite):
        assert alert.text in alert_text(alert, "de")
    strange = AlertRow("1", NOW, "k", "budget.frozen", Severity.INFO, "Paid calls are frozen.", "{}")
    assert alert_text(strange, "zh") == "ℹ️ Paid calls are frozen."


def a_receipt(**changes: object) -> Receipt:
    fields: dict[str, object] = {
        "order_id": "WO-1",
        "role": Role.INTERN,
        "difficulty": Difficulty.TRIVIAL,
        "reason": "a short factual question",
        "rule": "small_fact",
        "model": "m-1",
        "provider": "anthropic",
        "local": False,
        "qa_passed": 4,
        "qa_total": 4,
        "checks": [],
        "attempts": 1,
        "path": [Role.INTERN],
        "input_tokens": 1200,
        "output_tokens": 40,
        "cost_usd": Decimal("0.0004"),
        "ceo_cost_usd": Decimal("0.002"),
        "seconds": 1.25,
    }
    return Receipt.model_validate(fields | changes)


def a_detail(receipt: Receipt | None) -> Detail:
    order = Order(
        id="WO-1",
        session_id="sess-1",
        content="?",
        status=Status.DELIVERED,
        owner=Role.INTERN,
        difficulty=None,
        tier_reason=None,
        tier_rule=None,
        attempts=1,
        result="!",
        failure_reason=None,
        created_at="2026-11-22T12:00:00Z",
    )
    text = receipt.text() if receipt else None
    return Detail(order=order, attempts=[], verdicts=[], receipt=receipt, receipt_text=text)


def test_the_receipt_has_the_same_facts_in_both_languages() -> None:
    fallbacks = [Unanswered(provider="openai", model="m-0", trouble="down")]
    receipt = a_receipt(attempts=2, path=[Role.INTERN, Role.DIRECTOR], fallbacks=fallbacks, cached_tokens=7)
    chinese, english = (receipt_line(language, a_detail(receipt)) for language in ("zh", "en"))
    assert english == receipt.text()
    assert chinese == (
        "实习生（m-1） · 简短的事实问题 · m-0 未回答之后 · 质检 4/4 · 共 2 次（实习生 → 主管） · 词元：读 1,200，写 40"
        " · 其中缓存 7 · $0.000400 · 由 CEO 做：$0.002000 · 1.2 秒 · WO-1"
    )
    numbers = [set(re.findall(r"\d+(?:\.\d+)?", text.replace(",", ""))) for text in (chinese, english)]
    assert numbers[0] == numbers[1]


@pytest.mark.parametrize(
    ("changes", "cost"),
    [
        ({"cost_usd": None, "ceo_cost_usd": None}, "未定价"),
        (
            {"cost_usd": None, "ceo_cost_usd": None, "priced_usd": Decimal("0.5")},
            "未定价（另有 $0.5000 已定价）",
        ),
        ({"cost_usd": Decimal(0), "ceo_cost_usd": Decimal(0), "local": True}, "免费"),
        ({"cost_usd": Decimal(0), "model": None, "input_tokens": 0, "ceo_cost_usd": None}, "没有花费"),
    ],
)
def test_a_chinese_receipt_says_what_it_cost(changes: dict[str, object], cost: str) -> None:
    assert f" · {cost} · " in receipt_line("zh", a_detail(a_receipt(**changes)))


def test_an_order_without_a_receipt_has_none_in_any_language() -> None:
    assert {receipt_line(language, a_detail(None)) for language in ("en", "zh")} == {""}


def test_the_price_question_is_asked_in_chinese() -> None:
    order = ChatOrder("WO-01M82STH5AYKYVHGP03YFQ4T28", 1, 1, "sess-1", None, "zh", NOW)
    option = {"role": "ceo", "model": "opus", "about_usd": 0.1032, "at_most_usd": 0.4129}
    payload = {"question": "It may cost more than you like.", "options": [option]}
    asked = question_message(order, payload)
    assert asked.text == "CEO（opus）约需 $0.1032，最多 $0.4129，超过了不经询问可花的金额。由谁来做？"


def ended(**changes: object) -> str:
    card = Card("en", NOW)
    receipt = json.loads(a_receipt(**changes).model_dump_json())
    card.saw("order.asked", {"receipt": receipt})
    return card.text(NOW)


def test_a_card_names_no_money_where_no_model_was_asked() -> None:
    assert ended(model=None, cost_usd=Decimal(0), input_tokens=0) == "❓ It has a question · 1 s"
    assert ended() == "❓ It has a question · 1 s · $0.000400"
