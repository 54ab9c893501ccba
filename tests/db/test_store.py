"""What the gateway accepts and reads, while PostgreSQL comes and goes."""

import asyncio

import pytest

from db.engine import Database
from db.records import Durability, NewOrder
from db.statements.orders import assign_order
from db.store import Store
from nexus.clock import SystemClock
from nexus.errors import StoreUnavailable
from nexus.ids import new_order_id
from nexus.settings import CommonSettings
from nexus.work_order import Role, Status
from tests.builders import an_assignment, an_order, claimed, now
from tests.conftest import wait_until
from tests.db.spooled import Host, a_host, a_key, nothing_left, rows, serve_next, work_to_the_end
from tests.stoppable import StoppablePostgres


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
    assert await host.store.settled_among([accepted.order_id]) == {accepted.order_id}
    server.start()
    await host.is_back()
    await wait_until(lambda: nothing_left(host.spool))
    history = await host.store.history(accepted.order_id)
    assert history is not None
    assert history.value.order.status is Status.DELIVERED
    assert [attempt.status.value for attempt in history.value.attempts] == ["rejected", "passed"]
    assert rows(host.primary, "work_orders")[0]["session_id"] == accepted.session_id
