"""Old orders go with everything that hangs on them; the company goes on working meanwhile."""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from db.engine import Database
from db.retention import prune
from db.statements.events import events_after, session_exists
from db.statements.logs import AuditEvent, insert_audit_event
from db.statements.orders import accept_order
from db.statements.queries import get_order, list_orders
from db.statements.retention import count_prunable, prune_keys, prune_orders
from db.tables import agent_metrics, audit_logs, events, idempotency_keys, sessions
from nexus.ids import new_session_id
from nexus.work_order import Status
from tests.builders import an_order, now
from tests.db.old_orders import (
    CUTOFF_DAYS,
    another,
    begin,
    begun,
    conclude,
    cutoff,
    finish,
    finished,
    many_finished,
    rows_in,
)
from tests.db.order_invariants import everything


def prune_all(database: Database, *, metrics_too: bool = False) -> int:
    """Without rests; returns the number of orders."""
    orders = 0
    for pruned in prune(database, cutoff(), now(), metrics_too=metrics_too, rest=lambda _: None):
        orders = pruned.orders
    return orders


def ids(database: Database) -> set[str]:
    return {order.id for order in database.read_sync(list_orders, limit=100_000)}


def strays(database: Database) -> list[str]:
    """Rows that name an order which is not there, by table; audit rows and metrics may."""
    known = ids(database)
    return [
        name
        for name, rows in database.read_sync(everything).items()
        for row in rows
        if "order_id" in row and row["order_id"] not in known
    ]


def test_an_old_order_goes_with_everything_that_hangs_on_it(database: Database) -> None:
    finished(database, CUTOFF_DAYS + 1)

    assert prune_all(database) == 1

    left = {name for name, rows in database.read_sync(everything).items() if rows}
    assert left == {sessions.name, agent_metrics.name}, "the session's numbers and what it cost"


def test_a_younger_order_keeps_every_row(database: Database) -> None:
    finished(database, CUTOFF_DAYS - 1)
    before = database.read_sync(everything)
    finished(database, CUTOFF_DAYS + 1)

    assert prune_all(database) == 1

    after = database.read_sync(everything)
    expired = {idempotency_keys.name}  # the keys of both were over
    kept = {sessions.name, agent_metrics.name}
    assert {name: rows for name, rows in after.items() if name not in kept | expired} == {
        name: rows for name, rows in before.items() if name not in kept | expired
    }


def test_an_open_order_stays_however_old(database: Database) -> None:
    order_id = begun(database, CUTOFF_DAYS + 100)

    assert prune_all(database) == 0

    assert ids(database) == {order_id}


def test_age_counts_from_the_end(database: Database) -> None:
    order_id = finish(database, begun(database, CUTOFF_DAYS + 1), CUTOFF_DAYS - 1)

    assert prune_all(database) == 0

    assert ids(database) == {order_id}


def test_metrics_go_only_when_asked_for(database: Database) -> None:
    finished(database, CUTOFF_DAYS + 1)
    prune_all(database)
    assert rows_in(database, agent_metrics) == 1

    prune_all(database, metrics_too=True)

    assert rows_in(database, agent_metrics) == 0


def test_audit_rows_stay(database: Database) -> None:
    old = finished(database, CUTOFF_DAYS + 1)
    audit = AuditEvent("operator", "order.requeued", "accepted", old, None, {})
    database.run_sync(insert_audit_event, audit, now() - timedelta(days=200))

    prune_all(database, metrics_too=True)

    assert rows_in(database, audit_logs) == 1


def test_expired_keys_go_and_others_stay(database: Database) -> None:
    finished(database, 2)
    finished(database, 0.1)

    assert database.run_sync(prune_keys, now=now(), limit=10) == 1

    assert rows_in(database, idempotency_keys) == 1


def test_a_session_goes_on_with_its_next_number(database: Database) -> None:
    session = new_session_id()
    finished(database, CUTOFF_DAYS + 1, session)
    prune_all(database)
    assert database.read_sync(session_exists, session)

    new = an_order(session_id=session)
    accepted = database.run_sync(accept_order, new, now())

    assert accepted.seq == 5
    assert [event.seq for event in database.read_sync(events_after, session, 0)] == [5]


def test_what_is_left_of_a_session_is_a_tail_without_holes(database: Database) -> None:
    """The first order of three ends last, so the events of the others stand above its own."""
    session = new_session_id()
    before = finished(database, CUTOFF_DAYS + 5, session)
    slow = begun(database, CUTOFF_DAYS + 4, session)
    beside = finished(database, CUTOFF_DAYS + 3, session)
    finish(database, slow, CUTOFF_DAYS - 1)

    assert prune_all(database) == 1

    assert ids(database) == {slow, beside}
    assert before not in ids(database)
    seqs = [event.seq for event in database.read_sync(events_after, session, 0)]
    assert seqs == list(range(5, 13))


def test_orders_side_by_side_go_together_even_when_a_batch_ends_between_them(database: Database) -> None:
    session = new_session_id()
    first = begun(database, CUTOFF_DAYS + 3, session)
    second = begun(database, CUTOFF_DAYS + 2, session)
    finish(database, first, CUTOFF_DAYS + 1)
    finish(database, second, CUTOFF_DAYS + 1)

    batch = database.run_sync(prune_orders, cutoff(), limit=1)

    assert batch.rows["work_orders"] == 2
    assert rows_in(database, events) == 0


def test_it_says_before_how_many_would_go(database: Database) -> None:
    for age_days in (1, CUTOFF_DAYS + 1, CUTOFF_DAYS + 10):
        finished(database, age_days)

    prunable = database.read_sync(count_prunable, cutoff())

    assert prunable.orders == 2
    assert prunable.oldest is not None
    assert prunable.newest is not None
    assert prunable.newest - prunable.oldest > timedelta(days=8)


def test_interrupted_after_any_transaction_the_database_is_whole_and_the_rest_goes_next_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.retention.FIRST_BATCH", 10)
    database.run_sync(many_finished, 45)

    def stop(_: float) -> None:
        raise KeyboardInterrupt

    for left in (35, 25, 15, 5, 0):
        with pytest.raises(KeyboardInterrupt):
            next(prune(database, cutoff(), now(), rest=stop))
        assert len(ids(database)) == left
        assert strays(database) == []


def test_interrupted_in_the_middle_of_a_transaction_nothing_of_it_is_deleted(database: Database) -> None:
    database.run_sync(many_finished, 5)
    before = database.read_sync(everything)

    def stop(*execution: object) -> None:
        if "DELETE FROM messages" in str(execution[2]):
            raise KeyboardInterrupt

    sa.event.listen(database.engine, "before_cursor_execute", stop)
    with pytest.raises(KeyboardInterrupt):
        prune_all(database)
    sa.event.remove(database.engine, "before_cursor_execute", stop)

    assert database.read_sync(everything) == before


async def test_orders_are_accepted_and_finished_while_a_prune_runs(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.retention.LARGEST_BATCH", 20)
    monkeypatch.setattr("db.retention.FIRST_BATCH", 20)
    await database.run(many_finished, 200)
    pruner, new = another(database), list[str]()

    def prune_them() -> int:
        return sum(1 for _ in prune(pruner, cutoff(), now()))

    pruning = asyncio.create_task(asyncio.to_thread(prune_them))
    while not pruning.done() or not new:
        order_id = await database.run(begin, now())
        new.append(await database.run(conclude, order_id, now()))

    assert await pruning >= 8, "transactions"
    pruner.close()
    assert ids(database) == set(new)
    assert len(new) >= 8, "no order was stopped until the prune had ended"
    orders = [database.read_sync(get_order, order_id) for order_id in new]
    assert {order.status for order in orders if order is not None} == {Status.DELIVERED}
    assert strays(database) == []
