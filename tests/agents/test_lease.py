"""Leases over real stores: kept while the work goes on, lost when another has the order."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from agents.lease import LeaseKeeper
from db.engine import Database, open_database
from db.statements.orders import hand_over
from db.statements.queries import get_order
from db.tables import work_orders
from nexus.cli.ports import free_port
from nexus.clock import SystemClock
from nexus.errors import LeaseLost
from nexus.settings import CommonSettings
from nexus.work_order import Role, WorkOrder
from tests.builders import assigned, claimed, now
from tests.conftest import wait_until

LEASE_S = 0.3


@asynccontextmanager
async def a_keeper(database: Database, lease_s: float = LEASE_S) -> AsyncIterator[LeaseKeeper]:
    keeper = LeaseKeeper(database, SystemClock(), lease_s)
    renewing = asyncio.create_task(keeper.run())
    yield keeper
    assert not renewing.done(), renewing
    renewing.cancel()
    await asyncio.gather(renewing, return_exceptions=True)


async def hold(keeper: LeaseKeeper, order: WorkOrder) -> None:
    with keeper.hold(order):
        await asyncio.Event().wait()


def begun(database: Database, worker: str = "w1") -> WorkOrder:
    """An order that the intern of `worker` has claimed."""
    order = claimed(database, assigned(database).id, Role.INTERN, lease_s=LEASE_S, worker=worker)
    assert order is not None
    return order


def steal(database: Database, order: WorkOrder) -> None:
    """Its lease runs out, and another worker claims it."""
    database.run_sync(lambda c: c.execute(sa.update(work_orders).values(lease_until=None)))
    assert claimed(database, order.id, Role.INTERN, worker="thief") is not None


def lease_of(database: Database, order: WorkOrder) -> timedelta:
    """How far the lease reaches beyond where the claim had set it."""
    stored = database.read_sync(get_order, order.id)
    assert stored is not None
    assert stored.lease_until is not None
    assert order.lease_until is not None
    return stored.lease_until - order.lease_until


async def cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_order_is_kept_beyond_its_lease_as_long_as_the_work_goes_on(database: Database) -> None:
    order = begun(database)
    async with a_keeper(database) as keeper:
        work = asyncio.create_task(hold(keeper, order))

        await wait_until(lambda: lease_of(database, order) > timedelta(seconds=2 * LEASE_S))

        assert not work.done()
        assert keeper.busy == 1
        await cancelled(work)
        assert keeper.busy == 0


async def test_an_order_that_another_has_claimed_stops_the_work(database: Database) -> None:
    order = begun(database)
    async with a_keeper(database) as keeper:
        work = asyncio.create_task(hold(keeper, order))
        steal(database, order)

        with pytest.raises(LeaseLost, match=order.id):
            await work

        assert (work.cancelling(), keeper.busy) == (0, 0)


async def test_a_stolen_order_stops_nobody_elses_work(database: Database) -> None:
    theirs, ours = begun(database), begun(database)
    async with a_keeper(database) as keeper:
        stolen = asyncio.create_task(hold(keeper, theirs))
        kept = asyncio.create_task(hold(keeper, ours))
        database.run_sync(
            lambda c: c.execute(
                sa.update(work_orders).where(work_orders.c.id == theirs.id).values(lease_until=None)
            )
        )
        assert claimed(database, theirs.id, Role.INTERN, worker="thief") is not None

        await asyncio.wait([stolen, kept], return_when=asyncio.FIRST_COMPLETED)

        assert isinstance(stolen.exception(), LeaseLost)
        assert not kept.done()
        await cancelled(kept)


async def test_being_told_to_stop_is_no_lost_lease(database: Database) -> None:
    async with a_keeper(database) as keeper:
        work = asyncio.create_task(hold(keeper, begun(database)))
        await wait_until(lambda: keeper.busy)

        await cancelled(work)


async def test_an_order_that_was_handed_over_while_held_is_not_lost(database: Database) -> None:
    order = begun(database)
    async with a_keeper(database) as keeper:
        work = asyncio.create_task(hold(keeper, order))
        database.run_sync(hand_over, order, Role.DIRECTOR, now())
        witness = begun(database)
        watched = asyncio.create_task(hold(keeper, witness))

        await wait_until(lambda: lease_of(database, witness) > timedelta(seconds=LEASE_S))

        assert not work.done()
        await cancelled(work)
        await cancelled(watched)


async def test_a_database_that_is_away_renews_nothing_and_ends_nothing(
    sqlite: Database, caplog: pytest.LogCaptureFixture
) -> None:
    away = open_database(CommonSettings(database_url=f"postgresql://127.0.0.1:{free_port()}/nexus"))
    try:
        async with a_keeper(away) as keeper:
            work = asyncio.create_task(hold(keeper, begun(sqlite)))
            await wait_until(lambda: caplog.text.count("lease.not_renewed") >= 2, 5)
            assert not work.done()
            await cancelled(work)
    finally:
        away.close()


async def test_a_late_renewal_of_one_step_does_not_cut_off_the_next_step_of_the_same_order(
    migrated_postgres_url: str,
) -> None:
    database = open_database(CommonSettings(database_url=migrated_postgres_url))
    slow, order = begun(database), begun(database)
    locked, let_go = threading.Event(), threading.Event()

    def lock_the_slow_one(connection: Connection) -> None:
        connection.execute(sa.select(work_orders).where(work_orders.c.id == slow.id).with_for_update())
        locked.set()
        let_go.wait(20)

    def a_renewal_waits(connection: Connection) -> bool:
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        return bool(connection.execute(sa.text(waiting)).scalar())

    try:
        locking = asyncio.create_task(database.run(lock_the_slow_one))
        await wait_until(locked.is_set)
        async with a_keeper(database) as keeper:
            first_in_line = asyncio.create_task(hold(keeper, slow))
            step = asyncio.create_task(hold(keeper, order))
            await wait_until(lambda: database.read_sync(a_renewal_waits))

            await cancelled(step)
            database.run_sync(hand_over, order, Role.INTERN, now())
            again = claimed(database, order.id, Role.INTERN)
            assert again is not None
            next_step = asyncio.create_task(hold(keeper, again))
            let_go.set()
            await locking
            await wait_until(lambda: lease_of(database, slow) > timedelta(seconds=2 * LEASE_S))

            assert not next_step.done()
            await cancelled(next_step)
            await cancelled(first_in_line)
    finally:
        let_go.set()
        database.close()
