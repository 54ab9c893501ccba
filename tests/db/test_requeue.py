"""Dead and failed orders done again, each as a new order."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from agents.admin import Admin
from agents.config import AgentSettings, resolve_payroll
from db.engine import Database
from db.records import Assignment, Ending, NewOrder
from db.statements.events import events_of_order
from db.statements.logs import select_audit_events
from db.statements.orders import accept_order, assign_order, finish_order
from db.statements.outbox import due_rings
from db.statements.queries import get_order
from db.statements.requeue import dead_letters, requeue_order, retries_of
from nexus.errors import PermanentError
from nexus.work_order import Channel, Role, Status, WorkOrder
from tests.builders import accepted, an_order, claimed, now

OWN_SPEC = '{"name": "mine", "format": {"type": "json"}}'


def ended(database: Database, status: Status = Status.DEAD, **changes: object) -> NewOrder:
    order = accepted(database, **changes)
    claim = claimed(database, order.id, Role.ADMIN)
    assert claim is not None
    database.run_sync(finish_order, claim, Ending(status, None, "it broke", "{}"), now())
    return order


def requeued(database: Database, order_id: str) -> WorkOrder:
    outcome = database.run_sync(requeue_order, order_id, now(), deadline_s=600)
    return the_order(database, outcome.order_id)


def the_order(database: Database, order_id: str) -> WorkOrder:
    order = database.read_sync(get_order, order_id)
    assert order is not None
    return order


@pytest.mark.parametrize("status", [Status.DEAD, Status.FAILED])
def test_a_requeued_order_is_a_new_one_with_the_same_message(database: Database, status: Status) -> None:
    old = ended(database, status, channel=Channel.TELEGRAM, requested_tier=Role.DIRECTOR, spec_json=OWN_SPEC)

    new = requeued(database, old.id)

    assert new.id != old.id
    assert new.retry_of == old.id
    assert (new.status, new.owner, new.fence, new.attempts) == (Status.QUEUED, Role.ADMIN, 0, 0)
    assert (new.session_id, new.channel, new.content) == (old.session_id, old.channel, old.content)
    assert (new.requested_tier, new.spec_json) == (old.requested_tier, old.spec_json)
    assert timedelta(seconds=590) < new.deadline_at - now() < timedelta(seconds=610)


def test_the_old_order_does_not_change(database: Database) -> None:
    old = ended(database)
    before = the_order(database, old.id)

    requeued(database, old.id)

    assert the_order(database, old.id) == before


def test_the_relay_rings_for_it_at_its_next_look(database: Database) -> None:
    new = requeued(database, ended(database).id)

    assert [ring.order_id for ring in database.run_sync(due_rings, now=now())] == [new.id]


def test_it_is_told_to_who_follows_the_session_and_to_the_audit_log(database: Database) -> None:
    old = ended(database)

    new = requeued(database, old.id)

    assert [event.type for event in database.read_sync(events_of_order, new.id)] == ["order.queued"]
    (audit,) = database.read_sync(select_audit_events, work_order_id=old.id, limit=10)
    assert audit["action"] == "order.requeued"
    assert new.id in str(audit["details"])


@pytest.mark.parametrize(
    "status", [Status.DELIVERED, Status.ASKED, Status.DECLINED, Status.CANCELLED], ids=str
)
def test_orders_that_ended_otherwise_are_not_requeued(database: Database, status: Status) -> None:
    old = ended(database, status)

    with pytest.raises(PermanentError, match=f"ended as {status.value}: only dead and failed"):
        requeued(database, old.id)


def test_open_and_unknown_orders_are_not_requeued(database: Database) -> None:
    order = accepted(database)

    with pytest.raises(PermanentError, match="still queued"):
        requeued(database, order.id)
    with pytest.raises(PermanentError, match="WO-NOBODY: there is no such order"):
        requeued(database, "WO-NOBODY")


def test_an_order_that_is_being_done_again_is_not_requeued_a_second_time(database: Database) -> None:
    old = ended(database)
    new = requeued(database, old.id)

    with pytest.raises(PermanentError, match=f"being done again as {new.id}, which is queued"):
        requeued(database, old.id)

    assert database.read_sync(retries_of, old.id) == [new.id]


def test_when_that_has_ended_it_may_be_requeued_once_more(database: Database) -> None:
    old = ended(database)
    first = claimed(database, requeued(database, old.id).id, Role.ADMIN)
    assert first is not None
    database.run_sync(finish_order, first, Ending(Status.FAILED, None, "again", "{}"), now())

    second = requeued(database, old.id)

    assert database.read_sync(retries_of, old.id) == [first.id, second.id]


def test_of_many_who_requeue_an_order_at_once_one_succeeds(database: Database) -> None:
    old = ended(database)

    with ThreadPoolExecutor(4) as operators:
        tries = [operators.submit(requeued, database, old.id) for _ in range(8)]

    assert sum(future.exception() is None for future in tries) == 1
    assert len(database.read_sync(retries_of, old.id)) == 1


def test_dead_letters_are_the_dead_orders_that_nobody_requeued_oldest_first(database: Database) -> None:
    dead = [ended(database).id for _ in range(4)]
    ended(database, Status.FAILED)
    accepted(database)
    requeued(database, dead[1])

    assert database.read_sync(dead_letters) == [dead[0], dead[2], dead[3]]
    assert database.read_sync(dead_letters, after=dead[0], limit=1) == [dead[2]]


@pytest.mark.parametrize("content", ["What is the capital of France?", "Reply with JSON only: who are you?"])
@pytest.mark.parametrize("spec_json", [None, OWN_SPEC], ids=["default spec", "own spec"])
def test_the_admin_treats_it_as_it_treated_the_old_one(
    sqlite: Database, content: str, spec_json: str | None
) -> None:
    """Also when the old one had been triaged, so that its stored spec is the Admin's."""
    old = an_order(content, spec_json=spec_json)
    sqlite.run_sync(accept_order, old, now())
    claim = claimed(sqlite, old.id, Role.ADMIN)
    assert claim is not None
    first = triaged(claim)
    sqlite.run_sync(assign_order, claim, first, now())
    work = claimed(sqlite, old.id, first.role)
    assert work is not None
    sqlite.run_sync(finish_order, work, Ending(Status.FAILED, None, "no", "{}"), now())

    again = triaged(requeued(sqlite, old.id))

    assert again == replace(first, context=again.context)


def triaged(order: WorkOrder) -> Assignment:
    payroll = resolve_payroll(AgentSettings(), None)
    outcome = Admin(payroll[Role.ADMIN], 1.0).triage(order, ())
    assert isinstance(outcome, Assignment)
    return outcome
