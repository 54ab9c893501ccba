"""Cancelling in the database: what ends at once, what is only noted, what is taken."""

import pytest

from db.engine import Database
from db.records import CallStatus
from db.statements.attempts import open_attempt
from db.statements.cancel import CANCELLED, cancel_order, cancels_among
from db.statements.orders import finish_order
from db.statements.outbox import due_rings
from db.statements.queries import OrderHistory, get_history
from nexus.errors import LeaseLost, OrderCancelled
from nexus.receipt import Receipt
from nexus.work_order import Role, Status, WorkOrder
from tests.builders import NO_LIMITS, a_try, accepted, an_ending, assigned, claimed, now


def cancel(database: Database, order_id: str, *, force: bool = False) -> WorkOrder:
    order = database.run_sync(cancel_order, order_id, now(), force=force)
    assert order is not None
    return order


def history_of(database: Database, order_id: str) -> OrderHistory:
    history = database.read_sync(get_history, order_id)
    assert history is not None
    return history


def held(database: Database) -> WorkOrder:
    """An order in the middle of an intern's call."""
    claim = claimed(database, assigned(database).id, Role.INTERN)
    assert claim is not None
    database.run_sync(open_attempt, claim, *a_try(claim), now(), limits=NO_LIMITS)
    return claim


def test_an_unknown_order_is_none(database: Database) -> None:
    assert database.run_sync(cancel_order, "WO-NOBODY", now()) is None


def test_an_order_that_waits_ends_with_receipt_event_and_delivery_and_leaves_the_outbox(
    database: Database,
) -> None:
    order = cancel(database, accepted(database).id)

    assert (order.status, order.failure_reason) == (Status.CANCELLED, CANCELLED)
    assert order.finished_at is not None
    assert Receipt.model_validate_json(order.receipt_json or "").order_id == order.id
    assert history_of(database, order.id).events[-1].type == "order.cancelled"
    assert database.run_sync(due_rings, now=order.deadline_at) == []


def test_an_order_that_a_worker_holds_is_only_marked(database: Database) -> None:
    claim = held(database)

    order = cancel(database, claim.id)

    assert order.status is Status.WORKING
    assert order.cancel_requested_at is not None
    assert database.read_sync(cancels_among, [claim.id, "WO-OTHER"]) == {claim.id}


def test_no_try_begins_once_it_is_marked(database: Database) -> None:
    claim = claimed(database, assigned(database).id, Role.INTERN)
    assert claim is not None
    cancel(database, claim.id)

    with pytest.raises(OrderCancelled):
        database.run_sync(open_attempt, claim, *a_try(claim), now(), limits=NO_LIMITS)

    assert history_of(database, claim.id).calls == ()


def test_force_takes_it_from_the_worker_whose_writes_are_then_refused(database: Database) -> None:
    claim = held(database)

    order = cancel(database, claim.id, force=True)

    assert order.status is Status.CANCELLED
    assert order.fence > claim.fence
    assert [call.status for call in history_of(database, claim.id).calls] == [CallStatus.IN_DOUBT]
    with pytest.raises(LeaseLost):
        database.run_sync(finish_order, claim, an_ending(), now())


def test_cancelling_again_or_too_late_changes_nothing(database: Database) -> None:
    first = cancel(database, accepted(database).id)

    assert cancel(database, first.id) == first
    assert cancel(database, first.id, force=True) == first
    assert [event.type for event in history_of(database, first.id).events].count("order.cancelled") == 1
