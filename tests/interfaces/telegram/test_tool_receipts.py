"""The receipt and the card of an order that a tool answered, in Chinese."""

from datetime import UTC, datetime
from decimal import Decimal

from interfaces.telegram.cards import Card
from interfaces.telegram.receipts import _parts
from nexus.receipt import Receipt
from nexus.work_order import Role

REASON = "the tool cost_report, period=week answers this (score 1.00 by: 花了, 本周)"


def a_receipt() -> Receipt:
    return Receipt(
        order_id="WO-1",
        role=Role.ADMIN,
        difficulty=None,
        reason=REASON,
        rule="equipment",
        model=None,
        provider=None,
        equipment="cost_report",
        local=False,
        qa_passed=4,
        qa_total=4,
        checks=[],
        attempts=1,
        path=[Role.ADMIN],
        input_tokens=0,
        output_tokens=0,
        cost_usd=Decimal(0),
        ceo_cost_usd=None,
        saved_usd=None,
        seconds=1.2,
    )


def test_the_receipt_names_the_tool_no_tokens_and_no_dollar() -> None:
    parts = [part for part in _parts("zh", a_receipt()) if part]

    assert parts[:2] == ["设备（cost_report）", "由工具 cost_report 回答"]
    assert "$0" in parts
    assert "没有花费" not in parts


def test_the_card_says_which_tool_works_and_what_it_cost() -> None:
    card = Card("zh", datetime(2026, 11, 23, tzinfo=UTC))
    card.saw("order.triaged", {"owner": "admin", "rule": "equipment", "reason": REASON})
    card.saw("order.working", {"attempt": 1, "role": "admin", "model": "cost_report"})
    card.saw("order.delivered", {"receipt": a_receipt().model_dump(mode="json")})

    text = card.text(datetime(2026, 11, 23, tzinfo=UTC))

    assert "由工具 cost_report 回答" in text
    assert "（cost_report）" in text
    assert "$0" in text.splitlines()[-1]
