"""A pause in the store: what it refuses, whom it tells, and whose bells are rung, on both databases."""

import threading
from datetime import datetime, timedelta

import sqlalchemy as sa

from db.engine import Database
from db.records import NewOrder
from db.statements.events import events_of_order
from db.statements.orders import postpone
from db.statements.outbox import due_rings, ring_is_due, waiting_orders
from db.statements.pauses import LOOKED_AT_AGAIN_S, WAITING, all_pauses, set_pause
from db.statements.pausing import paused_switch
from db.statements.queries import get_order
from db.statements.switches import Switch, get_switch, take_over_switches
from db.tables import audit_logs, outbox
from nexus.work_order import Role
from tests.builders import accepted, assigned, claimed, now


def pause(
    database: Database,
    role: Role = Role.INTERN,
    *,
    is_on: bool = True,
    at: datetime | None = None,
    reason: str = "",
) -> Switch | None:
    wish = Switch(paused_switch(role), is_on, at or now(), "owner", reason)
    return database.run_sync(set_pause, wish)


def times_told(database: Database, order: NewOrder) -> int:
    return [event.type for event in database.read_sync(events_of_order, order.id)].count(WAITING)


def ring_at(database: Database, order: NewOrder) -> datetime:
    moment: datetime = database.read_sync(
        lambda c: c.execute(sa.select(outbox.c.ring_at).where(outbox.c.order_id == order.id)).scalar_one()
    )
    return moment


def audited(database: Database) -> list[tuple[str, str]]:
    rows = sa.select(audit_logs.c.action, audit_logs.c.status).order_by(audit_logs.c.created_at)
    return [(row.action, row.status) for row in database.read_sync(lambda c: c.execute(rows).all())]


def test_a_pause_is_set_once_and_keeps_its_time_and_its_reason(database: Database) -> None:
    first = pause(database, reason="holiday")
    again = pause(database, reason="another")

    assert first is not None
    assert again == first
    assert database.read_sync(all_pauses) == {Role.INTERN: first}
    assert audited(database) == [("switch.paused.intern", "on")]


def test_who_was_never_paused_can_be_resumed_and_nothing_is_written(database: Database) -> None:
    assert pause(database, is_on=False) is None
    assert audited(database) == []


def test_the_end_of_a_pause_is_audited_and_the_role_is_free(database: Database) -> None:
    pause(database)
    pause(database, is_on=False)

    assert database.read_sync(all_pauses) == {}
    assert audited(database) == [("switch.paused.intern", "on"), ("switch.paused.intern", "off")]


def test_a_paused_role_takes_nothing_and_the_others_do(database: Database) -> None:
    order, other = assigned(database), assigned(database, Role.CEO)
    pause(database)

    assert claimed(database, order.id, Role.INTERN) is None
    assert claimed(database, other.id, Role.CEO) is not None

    pause(database, is_on=False)
    taken = claimed(database, order.id, Role.INTERN)
    assert taken is not None
    assert taken.claims == 1, "what was refused was no claim"


def test_the_owner_is_told_once_in_each_pause_however_often_a_worker_asks(database: Database) -> None:
    order = assigned(database)
    pause(database)
    for _ in range(3):
        claimed(database, order.id, Role.INTERN)
    assert times_told(database, order) == 1

    pause(database, is_on=False)
    pause(database)
    claimed(database, order.id, Role.INTERN)

    assert times_told(database, order) == 2


def test_many_workers_that_ask_at_once_tell_it_once(database: Database) -> None:
    order = assigned(database)
    pause(database)
    asking = [
        threading.Thread(target=claimed, args=(database, order.id, Role.INTERN), kwargs={"worker": f"w{n}"})
        for n in range(8)
    ]
    for one in asking:
        one.start()
    for one in asking:
        one.join()

    assert times_told(database, order) == 1


def test_a_bell_for_what_does_not_wait_for_the_role_tells_nothing(database: Database) -> None:
    order = accepted(database)  # the Admin has it
    pause(database)

    assert claimed(database, order.id, Role.INTERN) is None
    assert claimed(database, "WO-unknown", Role.INTERN) is None
    assert times_told(database, order) == 0


def test_what_waits_is_neither_rung_for_nor_polled_again_soon(database: Database) -> None:
    order = assigned(database)
    pause(database)
    at = now() + timedelta(seconds=2)
    assert database.read_sync(waiting_orders, Role.INTERN, now=at, limit=9) == [order.id], "to be told"

    claimed(database, order.id, Role.INTERN)

    later = at + timedelta(seconds=LOOKED_AT_AGAIN_S / 2)
    assert database.read_sync(waiting_orders, Role.INTERN, now=later, limit=9) == []
    assert not database.read_sync(ring_is_due, now=later)
    assert database.read_sync(ring_is_due, now=at + timedelta(seconds=LOOKED_AT_AGAIN_S))


def test_a_resume_rings_for_all_that_waits_at_once(database: Database) -> None:
    orders = [assigned(database) for _ in range(3)]
    other = assigned(database, Role.CEO)
    pause(database)
    for order in orders:
        claimed(database, order.id, Role.INTERN)
    before = ring_at(database, other)

    pause(database, is_on=False)

    assert {ring.order_id for ring in database.run_sync(due_rings, now=now())} == {o.id for o in orders}
    assert ring_at(database, other) == before


def test_the_bell_of_what_is_put_off_is_left_at_its_time(database: Database) -> None:
    order = assigned(database)
    held = claimed(database, order.id, Role.INTERN)
    assert held is not None
    until = now() + timedelta(minutes=2)
    database.run_sync(postpone, held, until, now())
    pause(database)
    claimed(database, order.id, Role.INTERN)
    pause(database, is_on=False)

    assert ring_at(database, order) == until
    assert times_told(database, order) == 0, "it waits for something else"


def test_it_is_looked_at_again_at_its_deadline(database: Database) -> None:
    deadline = now() + timedelta(seconds=20)
    order = assigned(database, deadline_at=deadline)
    pause(database)
    claimed(database, order.id, Role.INTERN)

    assert ring_at(database, order) == deadline


def test_past_its_deadline_it_can_be_taken_to_be_ended(database: Database) -> None:
    order = assigned(database, deadline_at=now() - timedelta(seconds=1))
    pause(database)

    assert claimed(database, order.id, Role.INTERN) is not None


def test_a_resume_that_comes_from_another_store_rings_too(database: Database) -> None:
    order = assigned(database)
    pause(database)
    claimed(database, order.id, Role.INTERN)

    ended = Switch(paused_switch(Role.INTERN), False, now(), "owner", "")
    database.run_sync(take_over_switches, [ended])

    assert database.read_sync(get_switch, ended.name) == ended
    assert [ring.order_id for ring in database.run_sync(due_rings, now=now())] == [order.id]


def test_no_order_is_left_without_a_bell_when_it_is_refused_at_the_moment_of_the_resume(
    database: Database,
) -> None:
    for _ in range(15):
        order = assigned(database)
        pause(database)
        together = threading.Barrier(2)

        def ask(order_id: str = order.id, start: threading.Barrier = together) -> None:
            start.wait()
            claimed(database, order_id, Role.INTERN)

        asking = threading.Thread(target=ask)
        asking.start()
        together.wait()
        pause(database, is_on=False)
        asking.join()

        taken = database.read_sync(get_order, order.id)
        assert taken is not None
        assert taken.lease_owner or ring_at(database, order) <= now()
