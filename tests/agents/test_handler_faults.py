"""What workers do when something fails: providers, settings, deadlines, bugs, and other workers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from agents.completion import Completion, ModelRefusesCall, ModelUnavailable
from agents.handler import MAX_CLAIMS, OrderHandler, Workplace
from db.engine import Database
from db.records import CallStatus, Settlement
from db.statements.alerts import alerts_after
from db.statements.attempts import claim_work, open_attempt
from db.statements.calls import settle_call
from db.statements.orders import claim_order
from db.tables import deliveries, work_orders
from nexus.usage import Usage
from nexus.work_order import TIERS, Role, Status
from tests.agents.conftest import StubModel, a_payroll, said
from tests.agents.working import SIMPLE, history_of, receipt_of, work_through
from tests.builders import NO_LIMITS, a_try, accepted, now


async def test_a_provider_that_is_away_is_tried_again_later(
    handler: OrderHandler, database: Database, model: StubModel
) -> None:
    order = accepted(database, content=SIMPLE)
    model.replies = [ModelUnavailable("busy", retry_after_s=7), "Paris."]
    await handler.handle(Role.ADMIN, order.id)

    await handler.handle(Role.INTERN, order.id)

    waiting = history_of(database, order.id).order
    assert waiting.status is Status.TRIAGED
    wait_s = (waiting.available_at - waiting.updated_at).total_seconds()
    assert wait_s == pytest.approx(7, abs=0.5)
    said = history_of(database, order.id).events[-1]
    assert said.type == "order.postponed", "who watches is told why it takes so long"
    assert '"reason": "busy"' in said.payload
    history = await work_through(handler, database, order.id)
    assert history.order.status is Status.DELIVERED
    assert [call.status for call in history.calls] == [CallStatus.FAILED, CallStatus.RECORDED]


async def test_a_call_that_was_cut_off_is_in_doubt_and_shown(
    handler: OrderHandler, database: Database, model: StubModel
) -> None:
    model.replies = [ModelUnavailable("cut", in_doubt=True), "Paris."]

    history = await work_through(handler, database, accepted(database, content=SIMPLE).id)

    assert [call.status for call in history.calls] == [CallStatus.IN_DOUBT, CallStatus.RECORDED]


async def test_what_trying_again_cannot_mend_fails_at_once_with_the_fix(
    handler: OrderHandler, database: Database, model: StubModel
) -> None:
    model.replies = [ModelRefusesCall("the key is refused; check ANTHROPIC_API_KEY.")]

    history = await work_through(handler, database, accepted(database, content=SIMPLE).id)

    assert history.order.status is Status.FAILED
    assert "ANTHROPIC_API_KEY" in (history.order.failure_reason or "")
    assert len(model.requests) == 1


async def test_a_bug_is_tried_five_times_and_then_the_order_is_dead(
    handler: OrderHandler, database: Database, model: StubModel
) -> None:
    model.replies = [RuntimeError("a secret detail")] * 9

    history = await work_through(handler, database, accepted(database, content=SIMPLE).id)

    assert history.order.status is Status.DEAD
    assert len(model.requests) == MAX_CLAIMS
    assert "secret detail" not in (history.order.failure_reason or "")
    assert "RuntimeError" in (history.order.failure_reason or "")
    [alert] = database.read_sync(alerts_after, "", 10)
    assert (alert.key, alert.severity) == (f"order.dead:{history.order.id}", "critical")
    assert alert.text == f"{history.order.id} is dead: {history.order.failure_reason}"


async def test_an_order_past_its_deadline_ends_with_that_reason_and_no_call(
    handler: OrderHandler, database: Database, model: StubModel
) -> None:
    late = accepted(database, content=SIMPLE, deadline_at=now() - timedelta(seconds=1))

    history = await work_through(handler, database, late.id)

    assert history.order.status is Status.FAILED
    assert "deadline" in (history.order.failure_reason or "")
    assert model.requests == []


async def test_a_role_without_a_model_says_which_setting_would_give_it_one(
    make_place: Callable[..., Workplace], database: Database
) -> None:
    payroll = a_payroll()
    for role in TIERS:
        payroll[role] = replace(payroll[role], choice=None, problem="set ANTHROPIC_API_KEY")

    history = await work_through(
        OrderHandler(make_place(payroll)), database, accepted(database, content=SIMPLE).id
    )

    assert history.order.failure_reason == "set ANTHROPIC_API_KEY"


async def test_where_only_one_role_has_no_model_the_next_higher_one_does_it(
    make_place: Callable[..., Workplace], database: Database, model: StubModel
) -> None:
    payroll = a_payroll()
    payroll[Role.INTERN] = replace(payroll[Role.INTERN], choice=None, problem="set ANTHROPIC_API_KEY")
    model.replies = ["Paris."]

    history = await work_through(
        OrderHandler(make_place(payroll)), database, accepted(database, content=SIMPLE).id
    )

    assert (history.order.status, model.models_asked) == (Status.DELIVERED, ["director"])
    assert "the intern has no model that may be asked" in receipt_of(history).reason


async def test_an_answer_that_a_dead_worker_had_recorded_is_used_and_not_paid_again(
    handler: OrderHandler, database: Database, model: StubModel
) -> None:
    order = accepted(database, content=SIMPLE)
    await handler.handle(Role.ADMIN, order.id)
    dead = database.run_sync(claim_order, order.id, role=Role.INTERN, holder="dead", lease_s=30, now=now())
    assert dead is not None
    attempt, call = a_try(dead)
    database.run_sync(open_attempt, dead, attempt, call, now(), limits=NO_LIMITS)
    paid = Settlement(
        CallStatus.RECORDED, usage=Usage(7, 3), cost_usd=None, answer="Paris.", finish_reason="stop"
    )
    database.run_sync(settle_call, call, paid, now())
    database.run_sync(lambda c: c.execute(sa.update(work_orders).values(lease_until=None)))

    history = await work_through(handler, database, order.id)

    assert (history.order.status, history.order.result) == (Status.DELIVERED, "Paris.")
    assert model.requests == []
    assert len(history.attempts) == 1


async def test_a_worker_that_lost_its_order_delivers_nothing(
    make_place: Callable[..., Workplace], database: Database, model: StubModel
) -> None:
    order = accepted(database, content=SIMPLE)
    handler = OrderHandler(make_place())
    await handler.handle(Role.ADMIN, order.id)

    class Thief:
        """While the first worker waits for its model, another takes the order."""

        async def complete(self, request: object) -> Completion:
            database.run_sync(lambda c: c.execute(sa.update(work_orders).values(lease_until=None)))
            database.run_sync(claim_work, order.id, role=Role.INTERN, holder="w2", lease_s=30, now=now())
            return said("Paris.")

    rings = await OrderHandler(replace(make_place(), model=Thief())).handle(Role.INTERN, order.id)

    assert rings == ()
    assert history_of(database, order.id).order.is_open
    assert database.read_sync(lambda c: c.execute(sa.select(deliveries)).all()) == []
    assert [call.status for call in history_of(database, order.id).calls] == [CallStatus.RECORDED], (
        "it was paid"
    )
