"""What the gateway accepts and reads, while PostgreSQL comes and goes."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from db.engine import Database, open_database
from db.records import Accepted, Durability, NewOrder
from db.spool import Spool
from db.statements.orders import accept_order, assign_order
from db.store import Store
from nexus.clock import SystemClock
from nexus.errors import StoreUnavailable
from nexus.ids import new_order_id
from nexus.settings import CommonSettings
from nexus.work_order import Role, Status
from tests.builders import an_assignment, an_order, claimed, now
from tests.conftest import wait_until
from tests.db.spooled import a_key, nothing_left, rows, serve_next, work_to_the_end
from tests.stoppable import StoppablePostgres, stoppable_postgres


@pytest.fixture(scope="module")
def server() -> Iterator[StoppablePostgres]:
    with stoppable_postgres() as server:
        yield server


@dataclass(frozen=True)
class Host:
    """A gateway process's stores."""

    store: Store
    primary: Database
    spool: Spool

    async def accept(self, **changes: Any) -> Accepted:
        return await self.store.accept(an_order(**changes), now())

    async def is_local(self) -> None:
        await wait_until(lambda: self.spool.is_local)

    async def is_back(self) -> None:
        await wait_until(lambda: not self.spool.is_local, 60)


@asynccontextmanager
async def a_host(settings: CommonSettings) -> AsyncIterator[Host]:
    primary, spool = open_database(settings), Spool.open(settings)
    assert spool is not None
    await spool.start(primary)
    keeper = asyncio.create_task(spool.keep(primary))
    try:
        yield Host(Store(primary, spool, SystemClock()), primary, spool)
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)
        spool.close()
        primary.close()


@pytest.fixture
def settings(server: StoppablePostgres) -> CommonSettings:
    server.start()
    return CommonSettings(database_url=server.new_database())


@pytest.fixture
async def host(settings: CommonSettings) -> AsyncIterator[Host]:
    async with a_host(settings) as host:
        yield host


async def test_without_a_spool_the_store_is_one_database(sqlite: Database) -> None:
    store = Store(sqlite, None, SystemClock())
    accepted = await store.accept(an_order(session_id="talk"), now())
    found = await store.order(accepted.order_id)
    assert found is not None
    assert found.durability is Durability.PRIMARY
    assert await store.order(new_order_id()) is None
    assert await store.session_known("talk")
    assert not await store.session_known("other")
    assert await store.last_seqs(["talk", "other"]) == {"talk": 1}
    assert [event.seq for event in await store.events_after("talk", 0, 10)] == [1]
    assert not (await store.orders(status=None, owner=None, before=None, limit=5)).partial


async def test_a_request_is_held_until_one_of_the_stores_has_it(
    server: StoppablePostgres, host: Host
) -> None:
    before = await host.accept()
    server.stop()
    held = asyncio.create_task(host.accept())
    accepted = await held
    assert (before.durability, accepted.durability) == (Durability.PRIMARY, Durability.LOCAL)
    assert accepted.is_new
    server.start()
    await host.is_back()
    assert {row["id"] for row in rows(host.primary, "work_orders")} == {before.order_id, accepted.order_id}


async def test_a_short_restart_of_postgresql_is_not_noticed_by_anybody(
    server: StoppablePostgres, host: Host
) -> None:
    first = await host.accept()
    server.stop()
    server.start()
    second = await host.accept()
    assert second.durability is Durability.PRIMARY
    assert await host.store.order(first.order_id) is not None
    assert len(rows(host.spool.database, "store_modes")) == 1


async def test_a_server_that_hangs_holds_a_request_no_longer_than_going_over_takes(
    server: StoppablePostgres, host: Host
) -> None:
    await host.accept()
    server.freeze()
    try:
        async with asyncio.timeout(15):
            accepted = await host.accept()
    finally:
        server.thaw()
    assert accepted.durability is Durability.LOCAL
    await host.is_back()
    await wait_until(lambda: nothing_left(host.spool))
    orders = [row["id"] for row in rows(host.primary, "work_orders")]
    assert orders.count(accepted.order_id) == 1
    assert len(orders) == 2, "the transaction that hung and the replay are the same order"
    assert len(rows(host.primary, "messages")) == 2


async def test_ids_are_read_where_they_are_and_never_said_to_be_unknown(
    server: StoppablePostgres, host: Host
) -> None:
    before = await host.accept(session_id="before")
    server.stop()
    await host.accept()
    local = await host.accept(session_id="local")
    found = await host.store.order(local.order_id)
    assert found is not None
    assert found.durability is Durability.LOCAL
    for unknown in (before.order_id, new_order_id()):
        with pytest.raises(StoreUnavailable):
            await host.store.order(unknown)
    assert await host.store.session_known("before")
    assert await host.store.session_known("nobody can tell")
    listed = await host.store.orders(status=None, owner=None, before=None, limit=10)
    assert listed.partial
    assert local.order_id in {stored.value.id for stored in listed.orders}
    server.start()
    await host.is_back()
    for known in (before.order_id, local.order_id):
        found = await host.store.order(known)
        assert found is not None
        assert found.durability is Durability.PRIMARY
    assert await host.store.order(new_order_id()) is None
    assert not await host.store.session_known("nobody can tell")
    assert not (await host.store.orders(status=None, owner=None, before=None, limit=10)).partial


async def test_an_order_still_worked_on_here_is_found_listed_and_repeated_after_the_return(
    server: StoppablePostgres, host: Host
) -> None:
    server.stop()
    accepted = await host.accept(idempotency=a_key("k"))
    assert claimed(host.spool.database, accepted.order_id, Role.ADMIN) is not None
    server.start()
    await host.is_back()
    later = await host.accept()
    found = await host.store.order(accepted.order_id)
    assert found is not None
    assert found.durability is Durability.LOCAL
    listed = await host.store.orders(status=None, owner=None, before=None, limit=10)
    assert [stored.value.id for stored in listed.orders] == [later.order_id, accepted.order_id]
    repeated = await host.accept(idempotency=a_key("k"))
    assert (repeated.order_id, repeated.is_new) == (accepted.order_id, False)


async def test_a_key_is_one_order_before_during_and_after_an_outage(
    server: StoppablePostgres, host: Host
) -> None:
    server.stop()
    first, second = await asyncio.gather(
        host.accept(idempotency=a_key("k")), host.accept(idempotency=a_key("k"))
    )
    assert first.order_id == second.order_id
    assert [first.is_new, second.is_new].count(True) == 1
    other = await host.accept(idempotency=a_key("k", "another request"))
    assert not other.same_request
    server.start()
    await host.is_back()
    again = await host.accept(idempotency=a_key("k"))
    assert (again.order_id, again.is_new) == (first.order_id, False)
    assert len(rows(host.primary, "work_orders")) == 1


async def test_a_repeat_while_the_first_is_held_waits_for_it(server: StoppablePostgres, host: Host) -> None:
    server.stop()
    first = asyncio.create_task(host.accept(idempotency=a_key("k")))
    await wait_until(lambda: host.store._keys_at_work)
    second = asyncio.create_task(host.accept(idempotency=a_key("k")))
    server.start()
    one, two = await first, await second
    assert one.order_id == two.order_id
    assert len(rows(host.primary, "work_orders")) == 1
    assert host.store._keys_at_work == {}


async def test_a_key_that_postgresql_knows_makes_no_second_order_while_it_is_away(
    server: StoppablePostgres, settings: CommonSettings
) -> None:
    """Not even when another process of the host is asked: the sender had not heard the first reply."""
    async with a_host(settings) as one, a_host(settings) as other:
        first = await one.accept(idempotency=a_key("k"))
        server.stop()
        await one.accept()
        again = await other.accept(idempotency=a_key("k"))
        assert (again.order_id, again.session_id, again.is_new) == (first.order_id, first.session_id, False)
        assert not (await other.accept(idempotency=a_key("k", "another request"))).same_request
        server.start()
        await other.is_back()
        assert (await other.accept(idempotency=a_key("k"))).order_id == first.order_id
        assert len(rows(one.primary, "work_orders")) == 2


async def test_a_key_whose_first_try_ended_nobody_knows_how_keeps_its_order_number(
    server: StoppablePostgres, settings: CommonSettings
) -> None:
    """A gateway was killed between the commit and everything else; the sender repeats during the outage."""
    new = an_order(idempotency=a_key("k"))
    async with a_host(settings) as killed:
        killed.spool.keys.tried(new, now())
        await killed.primary.run(accept_order, new, now())
    async with a_host(settings) as host:
        server.stop()
        again = await host.accept(idempotency=a_key("k"))
        assert (again.order_id, again.session_id) == (new.id, new.session_id)
        assert again.durability is Durability.LOCAL
        server.start()
        await host.is_back()
        await wait_until(lambda: nothing_left(host.spool))
        assert [row["id"] for row in rows(host.primary, "work_orders")] == [new.id]
        assert len(rows(host.primary, "messages")) == 1


async def test_a_server_that_has_become_read_only_is_as_good_as_away(
    server: StoppablePostgres, host: Host
) -> None:
    await host.accept()
    server.configure("default_transaction_read_only", "on")
    try:
        accepted = await host.accept()
        assert accepted.durability is Durability.LOCAL
    finally:
        server.configure("default_transaction_read_only", "off")
    await host.is_back()
    assert accepted.order_id in {row["id"] for row in rows(host.primary, "work_orders")}


class CommitLost:
    """The next transactions on this database are committed, and their replies are lost."""

    def __init__(self, database: Database, times: int) -> None:
        self.left = times
        sa.event.listen(database.engine, "commit", self._on_commit)
        self._database = database

    def _on_commit(self, connection: sa.Connection) -> None:
        if self.left:
            self.left -= 1
            connection.exec_driver_sql("COMMIT")
            raise sa.exc.OperationalError("COMMIT", {}, Exception("the server closed the connection"))


@pytest.mark.parametrize("times", [1, 3])
async def test_a_commit_whose_reply_is_lost_is_not_a_second_order(host: Host, times: int) -> None:
    lost = CommitLost(host.primary, times)
    accepted = await host.accept(idempotency=a_key("k"))
    assert lost.left == 0
    assert accepted.is_new, "the sender asked once"
    assert accepted.seq == 1
    assert [row["id"] for row in rows(host.primary, "work_orders")] == [accepted.order_id]
    assert len(rows(host.primary, "messages")) == 1


async def test_a_lost_reply_followed_by_an_outage_is_not_a_second_order(
    server: StoppablePostgres, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Committed, but not told; then PostgreSQL is gone for good, and the host goes over."""
    run = host.primary.run

    async def commits_and_dies(work: Any, *args: Any, **kwargs: Any) -> Any:
        await run(work, *args, **kwargs)
        monkeypatch.setattr(host.primary, "run", run)
        await asyncio.to_thread(server.stop)
        raise StoreUnavailable("the server closed the connection")

    monkeypatch.setattr(host.primary, "run", commits_and_dies)
    accepted = await host.accept(idempotency=a_key("k"))
    assert accepted.durability is Durability.LOCAL
    server.start()
    await host.is_back()
    assert [row["id"] for row in rows(host.primary, "work_orders")] == [accepted.order_id]
    assert len(rows(host.primary, "messages")) == 1
    assert [row["seq"] for row in rows(host.primary, "events")] == [1]
    assert [row["order_id"] for row in rows(host.primary, "outbox")] == [accepted.order_id]


async def test_with_both_stores_down_a_request_fails_and_stores_nothing(
    server: StoppablePostgres, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: object, **__: object) -> None:
        raise StoreUnavailable("disk full")

    server.stop()
    await host.accept()
    monkeypatch.setattr(host.spool, "accept", full)
    with pytest.raises(StoreUnavailable):
        await host.accept()


@pytest.mark.parametrize("noted", [True, False], ids=["noted", "who accepted it died before the note"])
async def test_a_key_that_was_accepted_here_is_known_in_the_next_outage_too(
    server: StoppablePostgres, host: Host, monkeypatch: pytest.MonkeyPatch, noted: bool
) -> None:
    server.stop()
    if not noted:
        monkeypatch.setattr(host.spool.keys, "done", lambda *_: None)
    first = await host.accept(idempotency=a_key("k"))
    assert first.durability is Durability.LOCAL
    server.start()
    await host.is_back()
    await wait_until(lambda: nothing_left(host.spool))
    server.stop()
    again = await host.accept(idempotency=a_key("k"))
    assert (again.order_id, again.is_new) == (first.order_id, False)
    server.start()
    await host.is_back()
    assert len(rows(host.primary, "work_orders")) == 1


async def test_events_without_a_number_are_previews_until_the_replay_numbers_them(
    server: StoppablePostgres, host: Host
) -> None:
    first = await host.accept(session_id="talk")
    assert [event.seq for event in await host.store.events_after("talk", 0, 10)] == [1]
    server.stop()
    second = await host.accept(session_id="talk")
    assert second.seq == 0, "only the replay knows"
    assert await host.store.events_after("talk", 1, 10) == []
    assert await host.store.last_seqs(["talk"]) == {}
    assert [event.order_id for event in await host.store.previews_after("talk", 0)] == [second.order_id]
    server.start()
    await host.is_back()
    events = await host.store.events_after("talk", 0, 10)
    assert [(event.seq, event.order_id) for event in events] == [(1, first.order_id), (2, second.order_id)]
    assert await host.store.previews_after("talk", 0) == []


async def test_an_order_is_cancelled_where_it_is(server: StoppablePostgres, host: Host) -> None:
    there = await host.accept()
    server.stop()
    here = await host.accept()
    with pytest.raises(StoreUnavailable):
        await host.store.cancel(there.order_id)
    found = await host.store.cancel(here.order_id)
    assert found is not None
    assert (found.value.status, found.durability) == (Status.CANCELLED, Durability.LOCAL)
    server.start()
    await host.is_back()
    for order_id in (there.order_id, here.order_id):
        found = await host.store.cancel(order_id)
        assert found is not None
        assert (found.value.status, found.durability) == (Status.CANCELLED, Durability.PRIMARY)
    assert await host.store.cancel(new_order_id()) is None


async def test_many_flips_while_many_submit_lose_nothing_and_double_nothing(
    server: StoppablePostgres, settings: CommonSettings
) -> None:
    """Two processes of one host, six senders that repeat every message, a worker, and three outages."""
    async with a_host(settings) as one, a_host(settings) as other:
        accepted: dict[str, str] = {}
        unknown: list[str] = []
        stop = asyncio.Event()

        async def send(name: str, hosts: tuple[Host, Host]) -> None:
            n = 0
            while not stop.is_set():
                n += 1
                new: NewOrder = an_order(idempotency=a_key(f"{name}-{n}"))
                for host in hosts:
                    reply = await host.store.accept(new, now())
                    assert accepted.setdefault(f"{name}-{n}", reply.order_id) == reply.order_id
                try:
                    if await hosts[n % 2].store.order(reply.order_id) is None:
                        unknown.append(reply.order_id)
                except StoreUnavailable:
                    pass

        async def work() -> None:
            while not stop.is_set():
                if one.spool.is_local:
                    await asyncio.to_thread(serve_next, one.spool.database)
                await asyncio.sleep(0.01)

        senders = [send(f"s{n}", (one, other) if n % 2 else (other, one)) for n in range(6)]
        tasks = [asyncio.create_task(job) for job in (*senders, work())]
        for _ in range(3):
            many = len(accepted)
            await wait_until(lambda many=many: len(accepted) > many + 20)  # type: ignore[misc]
            await asyncio.to_thread(server.stop)
            await one.is_local()
            many = len(accepted)
            await wait_until(lambda many=many: len(accepted) > many + 20)  # type: ignore[misc]
            await asyncio.to_thread(server.start)
            await one.is_back()
        stop.set()
        async with asyncio.timeout(60):
            await asyncio.gather(*tasks)
        await wait_until(lambda: nothing_left(one.spool), 30)
        assert unknown == []
        keys = {row["key"]: row["order_id"] for row in rows(one.primary, "idempotency_keys")}
        assert keys == accepted
        by_content = [row["id"] for row in rows(one.primary, "work_orders")]
        assert len(by_content) == len(set(by_content))
        assert set(accepted.values()) <= set(by_content)
        open_orders = {row["id"] for row in rows(one.primary, "work_orders", finished_at=None)}
        assert {row["order_id"] for row in rows(one.primary, "outbox")} == open_orders


async def test_a_worker_of_the_spool_and_the_replay_never_both_go_on_with_an_order(
    server: StoppablePostgres, host: Host
) -> None:
    server.stop()
    order_ids = [(await host.accept()).order_id for _ in range(30)]
    server.start()
    taken: list[str] = []
    for order_id in order_ids:
        order = await asyncio.to_thread(claimed, host.spool.database, order_id, Role.ADMIN)
        taken += [order_id] if order is not None else []
    await host.is_back()
    here = {row["id"] for row in rows(host.spool.database, "work_orders")}
    waiting = {row["order_id"] for row in rows(host.primary, "outbox")}
    assert here | waiting == set(order_ids)
    assert here & waiting == set()
    assert here <= set(taken)


async def test_the_primary_alone_would_have_lost_them(server: StoppablePostgres, host: Host) -> None:
    """The control: without the spool, a message that comes while PostgreSQL is away is refused."""
    alone = Store(host.primary, None, SystemClock())
    server.stop()
    with pytest.raises(StoreUnavailable):
        await alone.accept(an_order(), now())


async def test_work_that_was_done_here_is_read_there_afterwards(
    server: StoppablePostgres, host: Host
) -> None:
    server.stop()
    accepted = await host.accept()
    spool = host.spool.database
    claim = claimed(spool, accepted.order_id, Role.ADMIN)
    assert claim is not None
    spool.run_sync(assign_order, claim, an_assignment(), now())
    work_to_the_end(spool, accepted.order_id)
    assert await host.store.ended_among([accepted.order_id]) == {accepted.order_id}
    server.start()
    await host.is_back()
    await wait_until(lambda: nothing_left(host.spool))
    history = await host.store.history(accepted.order_id)
    assert history is not None
    assert history.value.order.status is Status.DELIVERED
    assert [attempt.status.value for attempt in history.value.attempts] == ["rejected", "passed"]
    assert rows(host.primary, "work_orders")[0]["session_id"] == accepted.session_id
