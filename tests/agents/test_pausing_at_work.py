"""A whole worker while a role is paused: its orders wait and are told so once, cost nothing, and go on afterwards."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from redis.asyncio import Redis

from agents.completion import Completion, ModelRequest
from agents.handler import OrderHandler, Workplace
from agents.serving import Worker
from db.engine import Database
from db.records import EventRecord, NewOrder
from db.statements.events import events_of_order
from db.statements.pauses import WAITING, set_pause
from db.statements.pausing import paused_switch
from db.statements.switches import Switch
from db.tables import outbox
from nexus.bus import Bus, Ring
from nexus.messages import INTAKE, Doorbell
from nexus.work_order import Role, Status
from tests.agents.conftest import StubModel, said
from tests.agents.working import history_of
from tests.builders import accepted, assigned, now
from tests.conftest import wait_until

PARIS = "The capital of France is Paris."


def pause(database: Database, role: Role, *, is_on: bool = True) -> None:
    database.run_sync(
        set_pause, Switch(paused_switch(role), is_on, now(), "owner", "holiday" if is_on else "")
    )


def resume(database: Database, role: Role) -> None:
    pause(database, role, is_on=False)


def told(database: Database, order: NewOrder) -> list[EventRecord]:
    return [e for e in database.read_sync(events_of_order, order.id) if e.type == WAITING]


def status_of(database: Database, order: NewOrder) -> Status:
    return history_of(database, order.id).order.status


class Gated(StubModel):
    """Answers everything that is asked, once it may speak."""

    def __init__(self) -> None:
        super().__init__()
        self.may_speak = asyncio.Event()
        self.may_speak.set()

    async def complete(self, request: ModelRequest) -> Completion:
        self.requests.append(request)
        reply = self.replies.pop(0) if self.replies else PARIS
        await self.may_speak.wait()
        assert isinstance(reply, str)
        return said(reply)


@pytest.fixture
def model() -> Gated:
    return Gated()


@asynccontextmanager
async def at_work(
    place: Workplace, redis: Redis | None, model: Gated, roles: tuple[Role, ...] = tuple(Role)
) -> AsyncIterator[None]:
    stop = asyncio.Event()
    running = asyncio.create_task(Worker(place, redis, roles).run(stop))
    try:
        yield
    finally:
        model.may_speak.set()
        stop.set()
        await running


async def submitted(database: Database, bus: Bus, tier: Role = Role.INTERN) -> NewOrder:
    order = accepted(database, requested_tier=tier)
    await bus.ring([Ring(INTAKE, Doorbell(order_id=order.id))])
    return order


async def test_an_order_waits_for_a_paused_role_and_is_answered_once_when_it_is_resumed(
    database: Database, bus: Bus, redis: Redis, model: Gated, make_place: Callable[..., Workplace]
) -> None:
    pause(database, Role.INTERN)
    async with at_work(make_place(), redis, model), at_work(make_place(), redis, model):
        waiting = [await submitted(database, bus) for _ in range(3)]
        await wait_until(lambda: all(told(database, order) for order in waiting))
        control = await submitted(database, bus, Role.DIRECTOR)  # somebody else goes on meanwhile
        await wait_until(lambda: status_of(database, control) is Status.DELIVERED)
        assert {status_of(database, order) for order in waiting} == {Status.TRIAGED}
        assert model.models_asked == ["director"]

        resume(database, Role.INTERN)
        await wait_until(
            lambda: {status_of(database, order) for order in waiting} == {Status.DELIVERED}, timeout_s=5
        )

    assert sorted(model.models_asked) == ["director", "intern", "intern", "intern"]
    for order in waiting:
        history = history_of(database, order.id)
        assert (len(history.attempts), history.order.result) == (1, PARIS)
        assert len(told(database, order)) == 1


async def test_the_event_names_the_role_the_pause_and_what_ends_it(
    database: Database, bus: Bus, redis: Redis, model: Gated, make_place: Callable[..., Workplace]
) -> None:
    pause(database, Role.INTERN)
    async with at_work(make_place(), redis, model):
        order = await submitted(database, bus)
        await wait_until(lambda: told(database, order))

    (event,) = told(database, order)
    said_then = json.loads(event.payload)
    assert (said_then["role"], said_then["by"]) == ("intern", "owner")
    assert "the Intern is paused since" in said_then["reason"]
    assert "(holiday); `nexus agents resume intern`" in said_then["reason"]


async def test_what_runs_when_a_role_is_paused_is_finished_and_what_waited_behind_it_waits_on(
    database: Database, bus: Bus, redis: Redis, model: Gated, make_place: Callable[..., Workplace]
) -> None:
    model.may_speak.clear()
    async with at_work(make_place(worker_concurrency=1), redis, model):
        first = await submitted(database, bus)
        await wait_until(lambda: len(model.requests) == 1)
        behind = await submitted(database, bus)
        await wait_until(lambda: status_of(database, behind) is Status.TRIAGED)

        pause(database, Role.INTERN)
        model.may_speak.set()
        await wait_until(lambda: status_of(database, first) is Status.DELIVERED)
        await wait_until(lambda: told(database, behind))

        assert len(model.requests) == 1
        assert status_of(database, behind) is Status.TRIAGED


async def test_what_is_escalated_to_a_paused_role_waits_for_it(
    database: Database, bus: Bus, redis: Redis, model: Gated, make_place: Callable[..., Workplace]
) -> None:
    model.replies = ["", ""]  # QA sends it back, then up
    pause(database, Role.DIRECTOR)
    async with at_work(make_place(), redis, model):
        order = await submitted(database, bus)
        await wait_until(lambda: told(database, order))
        assert history_of(database, order.id).order.owner is Role.DIRECTOR
        assert model.models_asked == ["intern", "intern"]

        resume(database, Role.DIRECTOR)
        await wait_until(lambda: status_of(database, order) is Status.DELIVERED, timeout_s=5)

    assert model.models_asked == ["intern", "intern", "director"]


async def test_while_the_admin_is_paused_new_orders_wait_at_the_front_desk(
    database: Database, bus: Bus, redis: Redis, model: Gated, make_place: Callable[..., Workplace]
) -> None:
    pause(database, Role.ADMIN)
    async with at_work(make_place(), redis, model):
        order = await submitted(database, bus)
        await wait_until(lambda: told(database, order))
        assert status_of(database, order) is Status.QUEUED

        resume(database, Role.ADMIN)
        await wait_until(lambda: status_of(database, order) is Status.DELIVERED, timeout_s=5)


async def test_without_redis_the_outbox_is_polled_and_who_is_paused_waits_as_well(
    database: Database, model: Gated, make_place: Callable[..., Workplace]
) -> None:
    pause(database, Role.INTERN)
    order = accepted(database, requested_tier=Role.INTERN)
    control = accepted(database, requested_tier=Role.CEO)
    async with at_work(make_place(), None, model):  # as over a host's spool
        await wait_until(lambda: status_of(database, control) is Status.DELIVERED)
        await wait_until(lambda: told(database, order))
        assert model.models_asked == ["ceo"]

        resume(database, Role.INTERN)
        await wait_until(lambda: status_of(database, order) is Status.DELIVERED, timeout_s=5)

    assert len(told(database, order)) == 1


async def test_an_order_is_told_when_its_role_is_paused_while_it_waits_for_a_worker(
    database: Database, redis: Redis, model: Gated, make_place: Callable[..., Workplace]
) -> None:
    order = assigned(database)
    far = now() + timedelta(minutes=1)  # its bells are rung seldom by now
    database.run_sync(lambda c: c.execute(sa.update(outbox).values(ring_at=far, rings=7)))
    pause(database, Role.INTERN)

    async with at_work(make_place(), redis, model):
        await wait_until(lambda: told(database, order), timeout_s=5)


async def test_past_its_deadline_it_fails_and_names_the_pause_and_what_ends_it(
    database: Database, make_place: Callable[..., Workplace]
) -> None:
    order = assigned(database, deadline_at=now() - timedelta(seconds=1))
    pause(database, Role.INTERN)

    await OrderHandler(make_place()).end_overdue(order.id)

    ended = history_of(database, order.id)
    assert ended.order.status is Status.FAILED
    assert ended.attempts == ()
    assert ended.order.failure_reason is not None
    assert "the Intern is paused since" in ended.order.failure_reason
    assert "`nexus agents resume intern` ends that, then send it again." in ended.order.failure_reason


async def test_a_try_whose_worker_died_is_ended_at_its_deadline_although_its_role_is_paused(
    database: Database, make_place: Callable[..., Workplace]
) -> None:
    order = assigned(database, deadline_at=now() - timedelta(seconds=1))
    pause(database, Role.INTERN)

    await OrderHandler(make_place()).handle(Role.INTERN, order.id)  # the sweeper has offered it

    assert status_of(database, order) is Status.FAILED
