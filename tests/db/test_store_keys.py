"""A message that is sent twice, or whose commit's reply is lost, while PostgreSQL comes and goes: one order."""

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa

from db.engine import Database
from db.records import Durability
from db.statements.orders import accept_order
from nexus.errors import StoreUnavailable
from nexus.settings import CommonSettings
from tests.builders import an_order, now
from tests.conftest import wait_until
from tests.db.spooled import Host, a_host, a_key, nothing_left, rows
from tests.stoppable import StoppablePostgres


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
