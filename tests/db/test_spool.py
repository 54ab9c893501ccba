"""Going over to the spool and back, with a PostgreSQL that is really stopped."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from db.engine import Database, open_database
from db.migrate import migrate
from db.spool import FILE, Spool, has_worked_before
from db.statements.modes import GATE_S, Mode, begin_return, newest_modes
from db.statements.orders import accept_order
from nexus.clock import ManualClock
from nexus.errors import StoreUnavailable
from nexus.settings import CommonSettings
from nexus.work_order import Role
from tests.builders import an_order, claimed, now
from tests.conftest import wait_until
from tests.db.spooled import finished, goes_local, let_leases_run_out, nothing_left, rows, spooled
from tests.stoppable import StoppablePostgres


@pytest.fixture
def primary(settings: CommonSettings) -> Iterator[Database]:
    database = open_database(settings)
    yield database
    database.close()


@asynccontextmanager
async def a_host(settings: CommonSettings, primary: Database) -> AsyncIterator[Spool]:
    """One process of a host that keeps its spool."""
    spool = Spool.open(settings)
    assert spool is not None
    await spool.start(primary)
    keeper = asyncio.create_task(spool.keep(primary))
    try:
        yield spool
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)
        spool.close()


def modes_in(spool: Spool) -> list[Mode]:
    return [row.mode for row in spool.database.read_sync(newest_modes)][::-1]


def test_without_database_url_there_is_no_spool() -> None:
    settings = CommonSettings(database_url=None)
    assert Spool.open(settings) is None
    assert not (settings.home / FILE).exists()


async def test_a_host_goes_over_when_postgresql_stops_and_comes_back_with_everything(
    server: StoppablePostgres, settings: CommonSettings, primary: Database
) -> None:
    async with a_host(settings, primary) as spool:
        assert modes_in(spool) == [Mode.PRIMARY]
        server.stop()
        spool.doubt()
        await wait_until(lambda: spool.is_local)
        done = finished(spool.database)
        waiting = await spooled(spool)
        assert modes_in(spool) == [Mode.PRIMARY, Mode.LOCAL]
        server.start()
        await wait_until(lambda: not spool.is_local)
        assert nothing_left(spool)
        assert {row["id"] for row in rows(primary, "work_orders")} == {done.id, waiting.id}
        assert modes_in(spool) == [Mode.PRIMARY, Mode.LOCAL, Mode.PRIMARY]
        await wait_until(lambda: len(rows(primary, "store_modes")) == 3)


async def test_a_failure_that_was_none_changes_nothing(settings: CommonSettings, primary: Database) -> None:
    async with a_host(settings, primary) as spool:
        spool.doubt()
        await wait_until(lambda: spool._failing_since is None)
        assert modes_in(spool) == [Mode.PRIMARY]


async def test_a_server_that_hangs_is_as_good_as_away(
    server: StoppablePostgres, settings: CommonSettings, primary: Database
) -> None:
    async with a_host(settings, primary) as spool:
        server.freeze()
        try:
            spool.doubt()
            await wait_until(lambda: spool.is_local)
        finally:
            server.thaw()
        await wait_until(lambda: not spool.is_local)


async def test_all_processes_of_a_host_share_its_mode(
    server: StoppablePostgres, settings: CommonSettings, primary: Database
) -> None:
    async with a_host(settings, primary) as one, a_host(settings, primary) as other:
        server.stop()
        one.doubt()
        await wait_until(lambda: one.is_local and other.is_local)
        order = await spooled(other)
        assert [row["id"] for row in rows(one.database, "work_orders")] == [order.id]
        server.start()
        await wait_until(lambda: not one.is_local and not other.is_local)
        assert modes_in(one) == [Mode.PRIMARY, Mode.LOCAL, Mode.PRIMARY], "one flip, by whoever was first"
        assert [row["id"] for row in rows(primary, "work_orders")] == [order.id]


async def test_a_process_that_has_not_noticed_the_return_accepts_nothing_into_the_spool(
    settings: CommonSettings,
) -> None:
    spool = Spool.open(settings)
    assert spool is not None
    goes_local(spool)
    await spooled(spool)
    spool.database.run_sync(begin_return, "here", now())
    assert await spool.accept(an_order(), now(), born_here=True) is None, "the last orders are moving: wait"
    assert await spool.accept(an_order(), now(), born_here=True) is None
    assert len(rows(spool.database, "work_orders")) == 1
    spool.close()


async def test_a_way_back_that_was_begun_by_a_process_that_died_holds_nobody_up_for_long(
    settings: CommonSettings,
) -> None:
    clock = ManualClock(now())
    spool = Spool.open(settings, clock)
    assert spool is not None
    goes_local(spool)
    spool.database.run_sync(begin_return, "here", clock.now())
    assert await spool.accept(an_order(), clock.now(), born_here=True) is None
    clock.advance(GATE_S + 0.1)
    assert await spool.accept(an_order(), clock.now(), born_here=True) is not None
    assert modes_in(spool) == [Mode.LOCAL]
    spool.close()


async def test_orders_that_a_worker_holds_do_not_hold_up_the_return_and_move_afterwards(
    server: StoppablePostgres, settings: CommonSettings, primary: Database
) -> None:
    async with a_host(settings, primary) as spool:
        server.stop()
        spool.doubt()
        await wait_until(lambda: spool.is_local)
        held = await spooled(spool)
        claimed(spool.database, held.id, Role.ADMIN)
        server.start()
        await wait_until(lambda: not spool.is_local)
        assert [row["id"] for row in rows(spool.database, "work_orders")] == [held.id]
        assert spool.holds_orders
        let_leases_run_out(spool.database)
        await wait_until(lambda: nothing_left(spool))
        assert [row["order_id"] for row in rows(primary, "outbox")] == [held.id]


async def test_a_host_that_worked_with_postgresql_before_starts_without_it_and_migrates_it_later(
    server: StoppablePostgres, settings: CommonSettings, primary: Database
) -> None:
    async with a_host(settings, primary):
        pass
    server.stop()
    assert has_worked_before(settings)
    async with a_host(settings, primary) as spool:
        assert spool.is_local
        order = await spooled(spool)
        server.start()
        await wait_until(lambda: not spool.is_local)
        assert [row["id"] for row in rows(primary, "work_orders")] == [order.id]


async def test_an_empty_postgresql_gets_its_tables_before_the_replay(
    server: StoppablePostgres, settings: CommonSettings, primary: Database
) -> None:
    spool = Spool.open(settings)
    assert spool is not None
    goes_local(spool, "as if the tables had been there once")
    await spooled(spool)
    spool.close()
    server.stop()
    async with a_host(settings, primary) as again:
        assert again.is_local
        server.start()
        await wait_until(lambda: not again.is_local)
        assert len(rows(primary, "work_orders")) == 1


async def test_a_host_that_never_worked_with_postgresql_refuses_to_start_without_it() -> None:
    settings = CommonSettings(database_url="postgresql://nobody@127.0.0.1:1/typo")
    assert not has_worked_before(settings)
    database = open_database(settings)
    spool = Spool.open(settings)
    assert spool is not None
    with pytest.raises(StoreUnavailable):
        await spool.start(database)
    assert modes_in(spool) == []
    spool.close()
    database.close()
    assert not has_worked_before(settings)


async def test_one_process_of_a_host_replays_at_a_time(settings: CommonSettings, primary: Database) -> None:
    migrate(primary)
    one, other = Spool.open(settings), Spool.open(settings)
    assert one is not None
    assert other is not None
    goes_local(one)
    await spooled(one)
    with one._alone() as alone:
        assert alone
        assert await other.drain(primary) == 0
    assert await other.drain(primary) == 1
    for spool in (one, other):
        spool.close()


async def test_a_worker_learns_that_the_spool_has_work_for_it(settings: CommonSettings) -> None:
    spool = Spool.open(settings)
    assert spool is not None
    goes_local(spool)
    assert not await spool.has_open_orders()
    await spooled(spool)
    assert await spool.has_open_orders()
    assert await spool.count_orders() == 1
    spool.close()


async def test_the_return_comes_though_new_orders_keep_coming(
    server: StoppablePostgres, settings: CommonSettings, primary: Database
) -> None:
    """Without the gate a steady stream of orders would keep the spool from ever being empty."""
    async with a_host(settings, primary) as spool:
        server.stop()
        spool.doubt()
        await wait_until(lambda: spool.is_local)
        sent: list[str] = []

        async def send_for_ever() -> None:
            while True:
                order = an_order()
                if await spool.accept(order, now(), born_here=True) is None and not spool.is_local:
                    await primary.run(accept_order, order, now())
                sent.append(order.id)

        senders = [asyncio.create_task(send_for_ever()) for _ in range(4)]
        await wait_until(lambda: len(sent) > 50)
        server.start()
        await wait_until(lambda: not spool.is_local)
        for sender in senders:
            sender.cancel()
        await asyncio.gather(*senders, return_exceptions=True)
        assert nothing_left(spool)
