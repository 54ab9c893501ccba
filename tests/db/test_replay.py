"""The replay on real stores: everything moves, in order, once, whatever dies in between."""

import asyncio

import pytest
import sqlalchemy as sa

from db.engine import Database
from db.spool import Spool
from db.statements.departure import BATCH, pick_batch, remove_batch
from db.statements.logs import AuditEvent, insert_audit_event
from db.statements.orders import assign_order, claim_order, hand_over
from db.statements.queries import get_history
from db.statements.spooling import PROVISIONAL
from nexus.errors import LeaseLost, StoreUnavailable
from nexus.work_order import Role, Status
from tests.builders import an_assignment, assigned, claimed, now
from tests.db.spooled import (
    a_key,
    a_replay,
    everything_in,
    finished,
    let_leases_run_out,
    nothing_left,
    rows,
    spooled,
    work_to_the_end,
)


async def test_what_was_done_here_stands_in_postgresql_row_by_row(spool: Spool, primary: Database) -> None:
    sessions = [f"s-{n}" for n in range(4)]
    for n in range(12):
        finished(spool.database, session_id=sessions[n % 4], idempotency=a_key(f"k{n}"))
    spool.database.run_sync(insert_audit_event, AuditEvent("me", "did", "ok", None, None, {}), now())
    before = everything_in(spool.database)
    replay = a_replay(spool, primary)
    assert await replay.run() == 12
    await replay.move_logs()
    assert everything_in(primary) == before
    assert nothing_left(spool)


async def test_the_comparison_sees_a_row_that_is_missing(spool: Spool, primary: Database) -> None:
    finished(spool.database)
    before = everything_in(spool.database)
    await a_replay(spool, primary).run()
    with primary.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM deliveries"))
    assert everything_in(primary) != before


async def test_many_batches_move_in_one_run(spool: Spool, primary: Database) -> None:
    order_ids = [(await spooled(spool)).id for _ in range(BATCH + 20)]
    assert await a_replay(spool, primary).run() == len(order_ids)
    assert [row["id"] for row in rows(primary, "work_orders")] == order_ids
    assert nothing_left(spool)


async def test_an_open_order_goes_on_in_postgresql_and_no_worker_of_the_spool_can_go_on_with_it(
    spool: Spool, primary: Database
) -> None:
    order = await spooled(spool)
    late = claimed(spool.database, order.id, Role.ADMIN)
    assert late is not None
    let_leases_run_out(spool.database)
    batch = spool.database.run_sync(pick_batch, "here")
    assert batch is not None
    with pytest.raises(LeaseLost):
        spool.database.run_sync(hand_over, late, Role.INTERN, now())
    assert claimed(spool.database, order.id, Role.ADMIN) is None
    assert await a_replay(spool, primary).run() == 1
    claim = claimed(primary, order.id, Role.ADMIN)
    assert claim is not None
    assert claim.fence > late.fence
    primary.run_sync(assign_order, claim, an_assignment(), now())
    work_to_the_end(primary, order.id)
    [event_numbers] = [[row["seq"] for row in rows(primary, "events")]]
    assert event_numbers == list(range(1, len(event_numbers) + 1))


async def test_an_order_that_lost_its_outbox_row_gets_one(spool: Spool, primary: Database) -> None:
    order = await spooled(spool)
    claimed(spool.database, order.id, Role.ADMIN)
    let_leases_run_out(spool.database)
    assert rows(spool.database, "outbox") == []
    await a_replay(spool, primary).run()
    assert [row["order_id"] for row in rows(primary, "outbox")] == [order.id]


async def test_an_order_under_a_live_lease_stays_and_moves_when_it_has_ended(
    spool: Spool, primary: Database
) -> None:
    held, other = assigned(spool.database), await spooled(spool)
    claim = claimed(spool.database, held.id, Role.INTERN)
    assert claim is not None
    replay = a_replay(spool, primary)
    assert await replay.run() == 1
    assert [row["id"] for row in rows(primary, "work_orders")] == [other.id]
    spool.database.run_sync(hand_over, claim, Role.INTERN, now())
    work_to_the_end(spool.database, held.id)
    assert await replay.run() == 1
    assert nothing_left(spool)


async def test_a_session_moves_whole_so_that_its_events_keep_their_numbers(
    spool: Spool, primary: Database
) -> None:
    held = assigned(spool.database, session_id="talk")
    done = finished(spool.database, session_id="talk")
    claim = claimed(spool.database, held.id, Role.INTERN)
    assert claim is not None
    before = everything_in(spool.database)
    replay = a_replay(spool, primary)
    assert await replay.run() == 0, "its neighbour is still being worked on"
    spool.database.run_sync(hand_over, claim, Role.INTERN, now())
    assert await replay.run() == 2
    assert rows(primary, "events") == before["events"]
    history = primary.read_sync(get_history, done.id)
    assert history is not None
    assert history.order.status is Status.DELIVERED


@pytest.mark.parametrize("end_first", [True, False])
async def test_a_crash_between_copy_and_delete_is_harmless(
    spool: Spool, primary: Database, monkeypatch: pytest.MonkeyPatch, end_first: bool
) -> None:
    order = finished(spool.database, idempotency=a_key("k")) if end_first else await spooled(spool)
    replay = a_replay(spool, primary)

    def crash(*_: object) -> int:
        raise StoreUnavailable("killed here")

    monkeypatch.setattr("db.replay.remove_batch", crash)
    with pytest.raises(StoreUnavailable):
        await replay.run()
    once = everything_in(primary)
    assert len(once["work_orders"]) == 1
    monkeypatch.setattr("db.replay.remove_batch", remove_batch)
    assert await replay.run() == 1
    again = everything_in(primary)
    for table in ("events", "messages", "attempts", "model_calls", "deliveries", "outbox", "audit_logs"):
        assert again[table] == once[table], table
    assert nothing_left(spool)
    assert [row["id"] for row in again["work_orders"]] == [order.id]


async def test_an_order_that_went_on_elsewhere_after_the_crash_is_not_taken_back(
    spool: Spool, primary: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await spooled(spool)
    replay = a_replay(spool, primary)

    def crash(*_: object) -> int:
        raise StoreUnavailable("killed here")

    monkeypatch.setattr("db.replay.remove_batch", crash)
    with pytest.raises(StoreUnavailable):
        await replay.run()
    claim = claimed(primary, order.id, Role.ADMIN)
    assert claim is not None
    primary.run_sync(assign_order, claim, an_assignment(), now())
    work_to_the_end(primary, order.id)
    ended = everything_in(primary)
    monkeypatch.setattr("db.replay.remove_batch", remove_batch)
    await replay.run()
    assert everything_in(primary) == ended
    assert nothing_left(spool)


async def test_events_of_a_session_that_postgresql_may_know_are_numbered_by_the_replay(
    spool: Spool, primary: Database
) -> None:
    finished(primary, session_id="talk")
    seen = len(rows(primary, "events"))
    order = await spooled(spool, born_here=False, session_id="talk")
    assert [row["seq"] for row in rows(spool.database, "events")] == [PROVISIONAL + 1]
    await a_replay(spool, primary).run()
    assert [row["seq"] for row in rows(primary, "events", order_id=order.id)] == [seen + 1]
    assert rows(primary, "sessions")[0]["last_seq"] == seen + 1


async def test_events_of_a_session_that_began_here_keep_their_numbers(
    spool: Spool, primary: Database
) -> None:
    order = await spooled(spool, session_id="talk")
    told = [row["seq"] for row in rows(spool.database, "events")]
    await a_replay(spool, primary).run()
    assert [row["seq"] for row in rows(primary, "events", order_id=order.id)] == told == [1]


async def test_a_session_that_is_away_again_and_again_has_no_gaps(spool: Spool, primary: Database) -> None:
    for _ in range(3):
        await spooled(spool, born_here=False, session_id="talk")
        await a_replay(spool, primary).run()
        numbers = [row["seq"] for row in rows(primary, "events")]
        assert numbers == list(range(1, len(numbers) + 1))
        assert rows(primary, "sessions")[0]["last_seq"] == len(numbers)


async def test_a_session_that_postgresql_refuses_does_not_hold_up_the_others(
    spool: Spool, primary: Database
) -> None:
    bad, good = await spooled(spool), await spooled(spool)
    with spool.database.engine.begin() as connection:
        change = sa.text("UPDATE work_orders SET tier_reason = :nul WHERE id = :id")
        connection.execute(change, {"nul": "a\x00b", "id": bad.id})
    replay = a_replay(spool, primary)
    assert await replay.run() == 1
    assert [row["id"] for row in rows(primary, "work_orders")] == [good.id]
    assert replay.stuck == {bad.session_id}
    assert [row["id"] for row in rows(spool.database, "work_orders")] == [bad.id]


async def test_a_cancel_that_comes_while_an_order_moves_is_not_lost(
    spool: Spool, primary: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await spooled(spool)

    def cancelled_in_between(connection: sa.Connection, *args: object) -> int:
        change = sa.text("UPDATE work_orders SET cancel_requested_at = created_at")
        connection.execute(change)
        monkeypatch.setattr("db.replay.remove_batch", remove_batch)
        return remove_batch(connection, *args)  # type: ignore[arg-type]

    monkeypatch.setattr("db.replay.remove_batch", cancelled_in_between)
    await a_replay(spool, primary).run()
    assert nothing_left(spool)
    [row] = rows(primary, "work_orders", id=order.id)
    assert row["cancel_requested_at"] is not None
    assert len(rows(primary, "events")) == 1


async def test_workers_in_postgresql_and_the_replay_do_not_stop_each_other(
    spool: Spool, primary: Database
) -> None:
    """Both lock orders and sessions; in the wrong sequence PostgreSQL would have to break a deadlock."""
    for _ in range(20):
        await spooled(spool, session_id="talk")
    theirs = [assigned(primary, session_id="talk") for _ in range(20)]

    async def work(order_id: str) -> None:
        order = await primary.run(
            claim_order, order_id, role=Role.INTERN, holder=f"w/{order_id}", lease_s=30, now=now()
        )
        assert order is not None
        await primary.run(hand_over, order, Role.INTERN, now())

    working = [asyncio.create_task(work(order.id)) for order in theirs]
    assert await a_replay(spool, primary).run() == 20
    await asyncio.gather(*working)
    numbers = [row["seq"] for row in rows(primary, "events")]
    assert numbers == list(range(1, len(numbers) + 1))
