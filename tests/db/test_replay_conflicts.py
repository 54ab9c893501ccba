"""The replay finds what is there already: the same order, or another one under the same key."""

from datetime import timedelta

import pytest

from db.engine import Database
from db.spool import Spool
from db.statements.attempts import open_attempt
from db.statements.orders import accept_order, assign_order, hand_over
from nexus.errors import LeaseLost
from nexus.work_order import Role
from tests.builders import NO_LIMITS, a_try, an_assignment, an_order, claimed, now
from tests.db.spooled import (
    a_key,
    a_replay,
    everything_in,
    finished,
    rows,
    work_to_the_end,
)


def lost_commit(primary: Database, spool: Spool, **changes: object) -> str:
    """The same acceptance in both stores: PostgreSQL's reply was lost, and the host went over."""
    new = an_order(**changes)  # type: ignore[arg-type]
    primary.run_sync(accept_order, new, now())
    spool.database.run_sync(accept_order, new, now())
    return new.id


async def test_a_commit_whose_reply_was_lost_is_one_order_as_it_ended_here(
    spool: Spool, primary: Database
) -> None:
    order_id = lost_commit(primary, spool, idempotency=a_key("k"))
    claim = claimed(spool.database, order_id, Role.ADMIN)
    assert claim is not None
    spool.database.run_sync(assign_order, claim, an_assignment(), now())
    work_to_the_end(spool.database, order_id)
    before = everything_in(spool.database)
    await a_replay(spool, primary).run()
    after = everything_in(primary)
    for table in (
        "attempts",
        "model_calls",
        "verdicts",
        "deliveries",
        "messages",
        "idempotency_keys",
        "outbox",
    ):
        assert after[table] == before[table], table
    assert [(row["seq"], row["type"]) for row in after["events"]] == [
        (row["seq"], row["type"]) for row in before["events"]
    ]
    [row] = after["work_orders"]
    assert (row["status"], row["result"]) == ("delivered", "Paris.")
    assert row["fence"] > before["work_orders"][0]["fence"]
    assert claimed(primary, order_id, Role.ADMIN) is None


async def test_a_lost_commit_that_is_still_open_here_goes_on_in_postgresql_once(
    spool: Spool, primary: Database
) -> None:
    order_id = lost_commit(primary, spool)
    await a_replay(spool, primary).run()
    assert [row["order_id"] for row in rows(primary, "outbox")] == [order_id]
    assert [row["type"] for row in rows(primary, "events")] == ["order.queued"]
    assert len(rows(primary, "messages")) == 1


async def test_a_lost_commit_that_is_worked_on_here_cannot_be_started_elsewhere(
    spool: Spool, primary: Database
) -> None:
    order_id = lost_commit(primary, spool)
    claim = claimed(spool.database, order_id, Role.ADMIN)
    assert claim is not None
    replay = a_replay(spool, primary)
    assert await replay.run() == 0
    assert claimed(primary, order_id, Role.ADMIN) is None
    assert rows(primary, "outbox") == []
    spool.database.run_sync(assign_order, claim, an_assignment(), now())
    work_to_the_end(spool.database, order_id)
    assert await replay.run() == 1
    [row] = rows(primary, "work_orders")
    assert row["status"] == "delivered"


async def test_the_end_that_was_told_here_holds_though_another_host_had_begun(
    spool: Spool, primary: Database
) -> None:
    order_id = lost_commit(primary, spool)
    for store in (primary, spool.database):
        claim = claimed(store, order_id, Role.ADMIN)
        assert claim is not None
        store.run_sync(assign_order, claim, an_assignment(), now())
    theirs = claimed(primary, order_id, Role.INTERN)
    assert theirs is not None
    attempt, call = a_try(theirs)
    primary.run_sync(open_attempt, theirs, attempt, call, now(), limits=NO_LIMITS)
    work_to_the_end(spool.database, order_id)
    await a_replay(spool, primary).run()
    [row] = rows(primary, "work_orders")
    assert (row["status"], row["attempts"]) == ("delivered", 3)
    assert [(row["n"], row["status"]) for row in sorted(rows(primary, "attempts"), key=lambda r: r["n"])] == [
        (1, "abandoned"),
        (2, "rejected"),
        (3, "passed"),
    ]
    assert sorted(row["status"] for row in rows(primary, "model_calls")) == [
        "in_doubt",
        "recorded",
        "recorded",
    ]
    with pytest.raises(LeaseLost):
        primary.run_sync(hand_over, theirs, Role.INTERN, now())
    numbers = [row["seq"] for row in rows(primary, "events")]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(rows(primary, "audit_logs", action="replay")) == 1


async def test_when_both_have_ended_postgresqls_end_stands_and_what_was_paid_here_stays_in_the_ledger(
    spool: Spool, primary: Database
) -> None:
    order_id = lost_commit(primary, spool)
    for store in (primary, spool.database):
        claim = claimed(store, order_id, Role.ADMIN)
        assert claim is not None
        store.run_sync(assign_order, claim, an_assignment(), now())
        work_to_the_end(store, order_id)
    before = everything_in(primary)
    await a_replay(spool, primary).run()
    after = everything_in(primary)
    assert after["work_orders"] == before["work_orders"]
    assert after["events"] == before["events"]
    assert len(after["model_calls"]) == 4
    assert len(rows(primary, "audit_logs", action="replay")) == 1


async def test_a_key_that_made_an_unstarted_order_before_belongs_to_the_one_that_was_told(
    spool: Spool, primary: Database
) -> None:
    untold = an_order(idempotency=a_key("k"))
    primary.run_sync(accept_order, untold, now())
    told = finished(spool.database, idempotency=a_key("k"))
    await a_replay(spool, primary).run()
    status = {row["id"]: (row["status"], row["failure_reason"]) for row in rows(primary, "work_orders")}
    assert status[told.id] == ("delivered", None)
    assert status[untold.id][0] == "cancelled"
    assert told.id in str(status[untold.id][1])
    assert [row["order_id"] for row in rows(primary, "idempotency_keys")] == [told.id]
    assert rows(primary, "outbox") == []


async def test_a_key_of_an_order_that_was_begun_stays_with_it_and_both_stand(
    spool: Spool, primary: Database
) -> None:
    begun = finished(primary, idempotency=a_key("k"))
    told = finished(spool.database, idempotency=a_key("k"))
    await a_replay(spool, primary).run()
    assert {row["id"]: row["status"] for row in rows(primary, "work_orders")} == {
        begun.id: "delivered",
        told.id: "delivered",
    }
    assert [row["order_id"] for row in rows(primary, "idempotency_keys")] == [begun.id]
    assert len(rows(primary, "audit_logs", action="replay")) == 1


async def test_a_key_that_had_expired_is_free(spool: Spool, primary: Database) -> None:
    finished(primary, idempotency=a_key("k", lives=timedelta(seconds=-1)))
    told = finished(spool.database, idempotency=a_key("k"))
    await a_replay(spool, primary).run()
    assert [row["order_id"] for row in rows(primary, "idempotency_keys")] == [told.id]
