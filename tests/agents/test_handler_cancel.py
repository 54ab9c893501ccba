"""The owner cancels: before, between and in the middle of steps."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
import sqlalchemy as sa

from agents.completion import Completion, ModelRequest
from agents.handler import OrderHandler, Workplace
from db.engine import Database
from db.records import AttemptStatus, CallStatus
from db.statements.cancel import cancel_order
from db.tables import work_orders
from nexus.work_order import Role, Status
from tests.agents.conftest import StubModel
from tests.agents.working import SIMPLE, history_of, receipt_of
from tests.builders import accepted, now
from tests.conftest import wait_until


class Talking(StubModel):
    """Never comes to an end; counts the calls that were cut."""

    def __init__(self) -> None:
        super().__init__()
        self.cut = 0

    async def complete(self, request: ModelRequest) -> Completion:
        self.requests.append(request)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cut += 1
            raise
        raise AssertionError


@pytest.fixture
def model() -> Talking:
    return Talking()


@asynccontextmanager
async def in_the_middle_of_a_call(place: Workplace, order_id: str) -> AsyncIterator[asyncio.Task[object]]:
    """An intern who talks, with the leases kept."""
    handler = OrderHandler(place)
    await handler.handle(Role.ADMIN, order_id)
    keeping = asyncio.create_task(place.leases.run())
    work: asyncio.Task[object] = asyncio.create_task(handler.handle(Role.INTERN, order_id))
    try:
        yield work
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, work, return_exceptions=True)


async def test_a_call_in_flight_is_cut_and_the_order_ends_with_its_price(
    make_place: Callable[..., Workplace], database: Database, model: Talking
) -> None:
    order = accepted(database, content=SIMPLE)
    async with in_the_middle_of_a_call(make_place(), order.id) as work:
        await wait_until(lambda: model.requests)

        asked = database.run_sync(cancel_order, order.id, now())
        assert asked is not None
        assert asked.is_open, "the worker ends it, for it knows what the call cost"
        await asyncio.wait_for(work, 5)

    history = history_of(database, order.id)
    assert history.order.status is Status.CANCELLED
    assert model.cut == 1
    assert [call.status for call in history.calls] == [CallStatus.IN_DOUBT]
    assert [attempt.status for attempt in history.attempts] == [AttemptStatus.ABANDONED]
    assert receipt_of(history).cost_usd == sum(call.cost_usd or 0 for call in history.calls)


async def test_an_order_that_waits_ends_at_once_and_is_never_begun(
    handler: OrderHandler, database: Database, model: Talking
) -> None:
    order = accepted(database, content=SIMPLE)
    await handler.handle(Role.ADMIN, order.id)

    ended = database.run_sync(cancel_order, order.id, now())

    assert ended is not None
    assert ended.status is Status.CANCELLED
    await handler.handle(Role.INTERN, order.id)
    assert model.requests == []


async def test_a_wish_that_comes_between_claim_and_call_keeps_the_call_from_being_made(
    make_place: Callable[..., Workplace],
    database: Database,
    model: Talking,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    handler, order = OrderHandler(make_place()), accepted(database, content=SIMPLE)
    await handler.handle(Role.ADMIN, order.id)
    end_early = handler._end_early

    async def cancelled_after_the_look(claimed: object) -> object:
        ended = await end_early(claimed)  # type: ignore[arg-type]
        database.run_sync(cancel_order, order.id, now())
        return ended

    monkeypatch.setattr(handler, "_end_early", cancelled_after_the_look)

    await handler.handle(Role.INTERN, order.id)

    assert model.requests == []
    assert history_of(database, order.id).order.status is Status.CANCELLED


async def test_a_cancelled_order_that_a_dead_worker_held_is_ended_by_who_finds_it(
    make_place: Callable[..., Workplace], database: Database, model: Talking
) -> None:
    order = accepted(database, content=SIMPLE)
    place = make_place(lease_s=0.3)
    async with in_the_middle_of_a_call(place, order.id) as work:
        await wait_until(lambda: model.requests)
        work.cancel()  # as a killed process: nothing more is written
        await asyncio.wait([work])
        database.run_sync(cancel_order, order.id, now())

    database.run_sync(lambda c: c.execute(sa.update(work_orders).values(lease_until=None)))  # it ran out
    await OrderHandler(make_place()).handle(Role.INTERN, order.id)

    assert history_of(database, order.id).order.status is Status.CANCELLED
    assert len(model.requests) == 1
