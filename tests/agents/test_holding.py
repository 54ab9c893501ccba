"""A try that would cost much asks first: the order is held, and goes on as the owner chooses."""

from decimal import Decimal

import pytest

from agents.handler import OrderHandler
from db.engine import Database
from db.statements.holding import approve_order
from nexus.errors import PermanentError
from nexus.work_order import Role, Status
from tests.agents.conftest import StubModel
from tests.agents.paid_posts import PLENTY, Make, a_payroll
from tests.agents.working import HARD, SIMPLE, history_of, work_through
from tests.builders import accepted, now


async def test_an_order_that_would_cost_too_much_asks_first_and_names_the_ways_to_go_on(
    make_place: Make, database: Database, model: StubModel
) -> None:
    handler = OrderHandler(make_place(a_payroll(), ask_above_usd=Decimal("0.001")))
    order = accepted(database, content=HARD)

    await handler.handle(Role.ADMIN, order.id)
    await handler.handle(Role.CEO, order.id)

    held = history_of(database, order.id)
    assert held.order.status is Status.HELD
    assert held.calls == ()
    [event] = [event for event in held.events if event.type == "order.held"]
    assert "CEO (ceo) would cost about $" in event.payload
    assert "Director for about $" in event.payload
    assert "Intern for about $" in event.payload


@pytest.mark.parametrize(("tier", "asked"), [(None, "ceo"), (Role.DIRECTOR, "director")])
async def test_a_held_order_goes_on_as_the_owner_chooses(
    make_place: Make, database: Database, model: StubModel, tier: Role | None, asked: str
) -> None:
    handler = OrderHandler(make_place(a_payroll(), ask_above_usd=Decimal("0.001")))
    order = accepted(database, content=HARD)
    await handler.handle(Role.ADMIN, order.id)
    await handler.handle(Role.CEO, order.id)
    model.replies = ["Three regions."]

    database.run_sync(approve_order, order.id, tier, now())
    history = await work_through(handler, database, order.id)

    assert history.order.status is Status.DELIVERED
    assert model.models_asked == [asked]


async def test_an_order_with_a_limit_of_its_own_asks_when_a_try_could_pass_it(
    make_place: Make, database: Database, model: StubModel
) -> None:
    handler = OrderHandler(make_place(a_payroll(), **PLENTY))
    order = accepted(database, content=SIMPLE, budget_usd=Decimal("0.0005"))

    await handler.handle(Role.ADMIN, order.id)
    await handler.handle(Role.INTERN, order.id)

    held = history_of(database, order.id)
    assert held.order.status is Status.HELD
    assert "the order's limit of $0.000500" in held.events[-1].payload


async def test_only_a_held_order_can_be_approved_and_only_as_it_offers(
    make_place: Make, database: Database, model: StubModel
) -> None:
    handler = OrderHandler(make_place(a_payroll(), ask_above_usd=Decimal(0)))
    order = accepted(database, content=SIMPLE)
    with pytest.raises(PermanentError, match="is queued: only a held order"):
        database.run_sync(approve_order, order.id, None, now())

    hard = accepted(database, content=HARD, requested_tier=Role.DIRECTOR)
    await handler.handle(Role.ADMIN, hard.id)
    await handler.handle(Role.DIRECTOR, hard.id)
    with pytest.raises(PermanentError, match="offers director"):
        database.run_sync(approve_order, hard.id, Role.CEO, now())
