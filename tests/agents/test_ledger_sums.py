"""One truth about money: the ledger, the receipts, the budget's windows and GET /api/metrics come to the same sum."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from agents import steps
from agents.completion import Completion, Finish, ModelRefusesCall, ModelUnavailable
from agents.config import ModelChoice, Payroll, Post, Provider
from agents.handler import OrderHandler, Workplace
from agents.ledger import open_call
from db.engine import Database
from db.records import CallRecord, CallStatus, Settlement
from db.statements.budget import windows_at
from db.statements.calls import calls_of, settle_call
from db.statements.cancel import cancel_order
from db.statements.late import settle_late
from db.statements.reports import Report, Span, make_report
from db.tables import model_calls, work_orders
from gateway.main import create_app
from nexus.budget import COMPANY, Limits
from nexus.receipt import Receipt
from nexus.usage import Usage
from nexus.work_order import Role, Status
from tests.agents.conftest import StubModel
from tests.agents.working import SIMPLE, work_through
from tests.builders import NO_LIMITS, TODAY, a_request, a_try, accepted, assigned, claimed, now
from tests.gateway.company import LOOPBACK, gateway_settings

HAIKU = ModelChoice(Provider.ANTHROPIC, "claude-haiku-4-5")
NANO = ModelChoice(Provider.OPENAI, "gpt-5.4-nano")
SONNET = ModelChoice(Provider.ANTHROPIC, "claude-sonnet-4-6")
OPUS = ModelChoice(Provider.ANTHROPIC, "claude-opus-4-6")
NOBODY_PRICES = ModelChoice(Provider.ANTHROPIC, "claude-that-nobody-prices")
AS_JSON = "Give me the capital of France as JSON"


def paid(intern: ModelChoice = HAIKU) -> Payroll:
    return {
        Role.ADMIN: Post(Role.ADMIN, HAIKU, 100),
        Role.INTERN: Post(Role.INTERN, intern, 1_000, fallbacks=(NANO,)),
        Role.DIRECTOR: Post(Role.DIRECTOR, SONNET, 1_000),
        Role.CEO: Post(Role.CEO, OPUS, 1_000),
    }


def said(text: str, *, cached: int = 0) -> Completion:
    return Completion(text, Finish.STOP, Usage(137, 11, cached, 3), 5, "req-1")


@pytest.fixture
async def life(database: Database, model: StubModel, make_place: Callable[..., Workplace]) -> Database:
    """A company's day with one order of every kind."""
    handler = OrderHandler(make_place(paid()))

    async def work(content: str, *replies: Completion | Exception, worker: OrderHandler = handler) -> str:
        order = accepted(database, content=content)
        model.replies = [*replies]
        await work_through(worker, database, order.id)
        assert not model.replies
        return order.id

    json = said('{"capital": "Paris"}', cached=1_000)
    await work(SIMPLE, said("Paris."))
    await work(AS_JSON, said("Paris"), said("still Paris"), json)
    triage = said('{"difficulty": "normal"}')
    await work(
        "Write an e-mail to my landlord about the heating.", triage, said("Dear landlord, it is cold.")
    )
    await work(SIMPLE, ModelUnavailable("cut off", in_doubt=True), said("Paris."))
    await work(SIMPLE, ModelRefusesCall("no such model"), ModelRefusesCall("wrong key"))
    unpriced = OrderHandler(make_place(paid(NOBODY_PRICES), unpriced_models="allow"))
    await work(AS_JSON, said("Paris"), said("still Paris"), json, worker=unpriced)
    cancelled_in_a_call(database)
    await left_open_after_a_try(handler, database, model)
    return database


def cancelled_in_a_call(database: Database) -> CallRecord:
    new = assigned(database)
    order = claimed(database, new.id, Role.INTERN)
    assert order is not None
    attempt, _ = a_try(order)
    request = replace(a_request(), choice=HAIKU)
    call = open_call(order, order.owner, "work", attempt.id, request, now(), day=NO_LIMITS.day_of(now()))
    database.run_sync(steps.begin, order, attempt, call, now(), limits=NO_LIMITS)
    ended = database.run_sync(cancel_order, new.id, now(), force=True)
    assert ended is not None
    assert ended.status is Status.CANCELLED
    return call


async def left_open_after_a_try(handler: OrderHandler, database: Database, model: StubModel) -> None:
    order = accepted(database, content=AS_JSON)
    model.replies = [said("Paris")]
    await handler.handle(Role.ADMIN, order.id)
    await handler.handle(Role.INTERN, order.id)
    assert not model.replies


def ledger_of(database: Database) -> list[CallRecord]:
    ids = database.read_sync(lambda c: c.execute(sa.select(work_orders.c.id)).scalars().all())
    return [call for order_id in ids for call in database.read_sync(calls_of, order_id)]


def receipts_of(database: Database) -> dict[str, Receipt]:
    rows = database.read_sync(
        lambda c: c.execute(
            sa.select(work_orders.c.id, work_orders.c.receipt).where(work_orders.c.receipt.is_not(None))
        ).all()
    )
    return {row.id: Receipt.model_validate_json(row.receipt) for row in rows}


def report_of(database: Database) -> Report:
    return database.read_sync(make_report, Span.ALL, NO_LIMITS, now())


def total(amounts: Any) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), Decimal(0))


def differences(database: Database) -> list[str]:
    """Every place where two sums that must be the same are not."""
    calls, receipts, report = ledger_of(database), receipts_of(database), report_of(database)
    ledger = total(call.cost_usd for call in calls)
    of_open_orders = total(call.cost_usd for call in calls if call.order_id not in receipts)
    windows = database.read_sync(windows_at, Limits({}), now())
    sums = {
        "receipts": total(receipt.priced_usd for receipt in receipts.values()) + of_open_orders,
        "metrics": report.ledger.total.cost_usd,
        "by role": total(each.cost_usd for each in report.ledger.by_role.values()),
        "by model": total(each.cost_usd for each in report.ledger.by_model.values()),
        "by day": total(each.cost_usd for each in report.ledger.by_day.values()),
        "budget": total(w.spent_usd for w in windows if w.scope == COMPANY and len(w.period) == len(TODAY)),
    }
    return [f"{name}: {amount}, the ledger {ledger}" for name, amount in sums.items() if amount != ledger]


async def test_ledger_receipts_budget_and_metrics_come_to_the_same_sum(life: Database) -> None:
    assert differences(life) == []

    calls = ledger_of(life)
    assert {call.status for call in calls} == {CallStatus.RECORDED, CallStatus.FAILED, CallStatus.IN_DOUBT}
    assert {call.role for call in calls} == {Role.ADMIN, Role.INTERN, Role.DIRECTOR}
    statuses = report_of(life).orders
    assert statuses[Status.DELIVERED] == 5
    assert (statuses[Status.FAILED], statuses[Status.CANCELLED], statuses[Status.TRIAGED]) == (1, 1, 1)


async def test_what_is_not_priced_is_counted_and_in_no_sum(life: Database) -> None:
    report = report_of(life)
    unpriced = [call for call in ledger_of(life) if call.cost_usd is None]

    assert report.ledger.total.unpriced_calls == len(unpriced) == 2
    sums = report.ledger.by_model["anthropic", NOBODY_PRICES.model]
    assert (sums.unpriced_calls, sums.cost_usd) == (2, Decimal(0))
    (receipt,) = (each for each in receipts_of(life).values() if each.cost_usd is None)
    assert receipt.priced_usd
    assert "not priced (beside $" in receipt.text()


async def test_savings_are_the_sum_of_what_the_receipts_say(life: Database) -> None:
    receipts = [each for each in receipts_of(life).values() if each.saved_usd is not None]
    savings = report_of(life).savings

    assert savings.orders == len(receipts) == 4
    assert savings.saved_usd == total(each.saved_usd for each in receipts)
    assert savings.ceo_cost_usd == total(each.ceo_cost_usd for each in receipts)


async def test_what_is_in_doubt_is_in_the_sum_and_said_apart(life: Database) -> None:
    in_doubt = [call for call in ledger_of(life) if call.status is CallStatus.IN_DOUBT]

    assert len(in_doubt) == 2
    assert report_of(life).ledger.total.in_doubt_usd == total(call.worst_case_usd for call in in_doubt) > 0


async def test_a_nano_dollar_in_one_ledger_row_is_noticed(life: Database) -> None:
    first, cost_usd = next((call, call.cost_usd) for call in ledger_of(life) if call.cost_usd)
    more = sa.update(model_calls).where(model_calls.c.id == first.id)
    life.run_sync(lambda c: c.execute(more.values(cost_usd=cost_usd + Decimal("0.000000001"))))

    assert [difference.partition(":")[0] for difference in differences(life)] == ["receipts", "budget"]


async def test_the_gateway_says_the_same(life: Database, valkey_server: str, tmp_path: Path) -> None:
    url = life.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
    database_url = None if life.is_sqlite else url
    settings = gateway_settings(tmp_path / "home", valkey_server, database_url=database_url)
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, client=LOOPBACK)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            metrics = (await client.get("/api/metrics?period=all")).json()
            seen = {
                order_id: (await client.get(f"/api/work-orders/{order_id}")).json()["receipt"]
                for order_id in receipts_of(life)
            }
    ledger = float(total(call.cost_usd for call in ledger_of(life)))
    assert metrics["totals"]["cost_usd"] == ledger
    assert sum(role["calls"] for role in metrics["by_role"]) == metrics["totals"]["calls"]
    assert metrics["savings"]["saved_usd"] == float(report_of(life).savings.saved_usd)
    for order_id, receipt in receipts_of(life).items():
        for name in ("cost_usd", "priced_usd", "ceo_cost_usd", "saved_usd"):
            stored = getattr(receipt, name)
            assert seen[order_id][name] == (None if stored is None else float(stored)), name


async def test_a_call_that_is_settled_after_its_orders_end_is_on_the_receipt_too(database: Database) -> None:
    call = cancelled_in_a_call(database)
    (receipt,) = receipts_of(database).values()
    assert receipt.cost_usd == call.worst_case_usd
    settlement = Settlement(CallStatus.RECORDED, Usage(137, 11), Decimal("0.0002"), answer="Paris.")

    database.run_sync(settle_late, call, settlement, now())

    (receipt,) = receipts_of(database).values()
    assert (receipt.cost_usd, receipt.input_tokens, receipt.output_tokens) == (Decimal("0.0002"), 137, 11)
    assert differences(database) == []


async def test_without_that_the_receipt_would_differ(database: Database) -> None:
    call = cancelled_in_a_call(database)
    settlement = Settlement(CallStatus.RECORDED, Usage(137, 11), Decimal("0.0002"), answer="Paris.")

    database.run_sync(settle_call, call, settlement, now())

    assert [difference.partition(":")[0] for difference in differences(database)] == ["receipts"]
