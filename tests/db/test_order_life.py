"""The life of an order in the store, on SQLite and on PostgreSQL alike."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from db.engine import Database
from db.records import AttemptStatus, CallStatus, Ending, IdempotencyKey, Settlement
from db.statements.attempts import attempts_of, claim_work, open_attempt
from db.statements.calls import calls_of, settle_call
from db.statements.events import events_after
from db.statements.orders import (
    accept_order,
    claim_order,
    claim_overdue_order,
    finish_order,
    hand_over,
    postpone,
    renew_lease,
)
from db.statements.outbox import due_rings, sweep, waiting_orders
from db.statements.queries import get_order, list_orders
from db.tables import idempotency_keys, metadata, outbox, work_orders
from nexus.errors import LeaseLost
from nexus.ids import new_id
from nexus.usage import Usage
from nexus.work_order import Role, Status, WorkOrder
from tests.builders import NO_LIMITS, a_try, accepted, an_ending, an_order, assigned, claimed, now

ENDING = Ending(Status.DELIVERED, "Paris.", None, "{}")


def rows_in(database: Database, table: sa.Table) -> int:
    return database.read_sync(lambda c: c.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def the_order(database: Database, order_id: str) -> WorkOrder:
    order = database.read_sync(get_order, order_id)
    assert order is not None
    return order


def wait_out(database: Database, order_id: str) -> None:
    """Until a short lease has run out by the database's clock."""
    deadline = time.monotonic() + 5
    while not database.run_sync(sweep, now=now()):
        assert time.monotonic() < deadline, f"{order_id} was never offered again"


def test_an_accepted_order_stands_with_its_outbox_row_and_first_event(database: Database) -> None:
    order = accepted(database)

    assert the_order(database, order.id).status is Status.QUEUED
    assert rows_in(database, outbox) == 1
    assert [event.type for event in database.read_sync(events_after, order.session_id, 0)] == ["order.queued"]


def test_accepting_the_same_order_again_changes_nothing(database: Database) -> None:
    order = accepted(database)

    again = database.run_sync(accept_order, order, now())

    assert not again.is_new
    assert rows_in(database, work_orders) == 1


def test_a_refused_order_leaves_no_trace(database: Database) -> None:
    broken = replace(an_order(), content=None)  # type: ignore[arg-type]

    with pytest.raises(sa.exc.IntegrityError):
        database.run_sync(accept_order, broken, now())

    assert [rows_in(database, table) for table in metadata.sorted_tables] == [0] * len(metadata.tables)


def test_the_same_key_and_request_give_the_first_order(database: Database) -> None:
    key = IdempotencyKey("owner", "k1", "fingerprint", now() + timedelta(hours=24))
    first = accepted(database, idempotency=key)

    second = database.run_sync(accept_order, an_order(idempotency=key), now())

    assert (second.order_id, second.is_new, second.same_request) == (first.id, False, True)


def test_the_same_key_with_another_request_is_told_apart(database: Database) -> None:
    key = IdempotencyKey("owner", "k1", "fingerprint", now() + timedelta(hours=24))
    accepted(database, idempotency=key)
    other = IdempotencyKey("owner", "k1", "another", key.expires_at)

    assert not database.run_sync(accept_order, an_order(idempotency=other), now()).same_request


def test_of_many_senders_of_one_key_at_once_exactly_one_makes_an_order(database: Database) -> None:
    key = IdempotencyKey("owner", "k1", "fingerprint", now() + timedelta(hours=24))

    with ThreadPoolExecutor(8) as senders:
        sent = [
            senders.submit(database.run_sync, accept_order, an_order(idempotency=key), now())
            for _ in range(16)
        ]

    assert len({future.result().order_id for future in sent}) == 1
    assert rows_in(database, work_orders) == 1


def test_a_key_is_forgotten_after_its_time(database: Database) -> None:
    key = IdempotencyKey("owner", "k1", "fingerprint", now() - timedelta(seconds=1))
    accepted(database, idempotency=key)

    assert database.run_sync(accept_order, an_order(idempotency=key), now()).is_new
    assert rows_in(database, idempotency_keys) == 1


def test_a_claim_takes_the_order_out_of_the_outbox_and_raises_its_fence(database: Database) -> None:
    order = accepted(database)

    claim = claimed(database, order.id, Role.ADMIN)

    assert claim is not None
    assert (claim.fence, claim.claims) == (1, 1)
    assert claim.lease_owner is not None
    assert claim.lease_owner.startswith("w1/")
    assert rows_in(database, outbox) == 0


def test_a_leased_order_cannot_be_claimed_again(database: Database) -> None:
    order = accepted(database)
    claimed(database, order.id, Role.ADMIN)

    assert claimed(database, order.id, Role.ADMIN, worker="w2") is None


def test_a_role_cannot_claim_what_is_not_its_own(database: Database) -> None:
    order = assigned(database, Role.DIRECTOR)

    assert claimed(database, order.id, Role.ADMIN) is None
    assert claimed(database, order.id, Role.INTERN) is None
    assert claimed(database, order.id, Role.DIRECTOR) is not None


def test_when_a_lease_runs_out_the_order_is_offered_again_and_the_old_holder_is_fenced_off(
    database: Database,
) -> None:
    order = assigned(database)
    dead = claimed(database, order.id, Role.INTERN, lease_s=0.05)
    assert dead is not None
    wait_out(database, order.id)

    second = claimed(database, order.id, Role.INTERN, worker="w2")

    assert second is not None
    assert second.fence == dead.fence + 1
    with pytest.raises(LeaseLost):
        database.run_sync(finish_order, dead, ENDING, now())
    assert the_order(database, order.id).is_open


def test_a_lost_lease_writes_nothing_at_all(database: Database) -> None:
    order = assigned(database)
    dead = claimed(database, order.id, Role.INTERN, lease_s=0.05)
    assert dead is not None
    wait_out(database, order.id)
    claimed(database, order.id, Role.INTERN, worker="w2")
    before = [rows_in(database, table) for table in metadata.sorted_tables]

    attempt, call = a_try(dead)
    with pytest.raises(LeaseLost):
        database.run_sync(open_attempt, dead, attempt, call, now(), limits=NO_LIMITS)

    assert [rows_in(database, table) for table in metadata.sorted_tables] == before


def test_renewing_keeps_the_lease_and_fails_for_a_newer_claim(database: Database) -> None:
    order = assigned(database)
    old = claimed(database, order.id, Role.INTERN, lease_s=0.05)
    assert old is not None
    assert database.run_sync(renew_lease, order.id, old.fence, 0.05)
    wait_out(database, order.id)
    claimed(database, order.id, Role.INTERN, worker="w2")

    assert not database.run_sync(renew_lease, order.id, old.fence, 30)


def test_a_late_renewal_does_not_take_back_an_order_that_was_handed_over(database: Database) -> None:
    order = assigned(database)
    holder = claimed(database, order.id, Role.INTERN)
    assert holder is not None
    database.run_sync(hand_over, holder, Role.DIRECTOR, now())

    assert database.run_sync(renew_lease, order.id, holder.fence, 30), "it was handed over, not lost"

    assert claimed(database, order.id, Role.DIRECTOR) is not None


def test_a_finished_order_never_changes_again(database: Database) -> None:
    order = assigned(database)
    claim = claimed(database, order.id, Role.INTERN)
    assert claim is not None
    database.run_sync(finish_order, claim, ENDING, now())

    with pytest.raises(LeaseLost):
        database.run_sync(finish_order, claim, Ending(Status.FAILED, None, "no", "{}"), now())
    assert claimed(database, order.id, Role.INTERN) is None
    assert the_order(database, order.id).result == "Paris."


def test_events_of_a_session_have_no_gaps(database: Database) -> None:
    first = assigned(database)
    second = assigned(database, session_id=first.session_id)

    events = database.read_sync(events_after, first.session_id, 0)

    assert [event.seq for event in events] == [1, 2, 3, 4]
    assert {event.order_id for event in events} == {first.id, second.id}


def test_a_postponed_order_waits_until_its_time(database: Database) -> None:
    order = assigned(database)
    claim = claimed(database, order.id, Role.INTERN)
    assert claim is not None
    later = now() + timedelta(seconds=30)
    database.run_sync(postpone, claim, later, now())

    assert claimed(database, order.id, Role.INTERN) is None
    assert database.run_sync(due_rings, now=now()) == []
    assert [ring.order_id for ring in database.run_sync(due_rings, now=later)] == [order.id]


def test_a_postponed_order_counts_its_claims_and_a_recorded_step_forgets_them(database: Database) -> None:
    order = assigned(database)
    for expected in (1, 2):
        claim = claimed(database, order.id, Role.INTERN)
        assert claim is not None
        assert claim.claims == expected
        database.run_sync(postpone, claim, now(), now())
    claim = claimed(database, order.id, Role.INTERN)
    assert claim is not None
    database.run_sync(hand_over, claim, Role.DIRECTOR, now())

    after = claimed(database, order.id, Role.DIRECTOR)

    assert after is not None
    assert after.claims == 1


def test_a_ring_is_repeated_ever_more_rarely_until_somebody_claims(database: Database) -> None:
    order = accepted(database)
    start = now()
    rung = [
        second
        for second in range(100)
        if database.run_sync(due_rings, now=start + timedelta(seconds=second + 0.5))
    ]
    assert rung == [1, 2, 4, 8, 16, 32, 64]

    claimed(database, order.id, Role.ADMIN)
    assert database.run_sync(due_rings, now=start + timedelta(hours=1)) == []


def test_workers_without_redis_find_the_oldest_waiting_orders_first(database: Database) -> None:
    ids = [accepted(database).id for _ in range(3)]

    assert database.read_sync(waiting_orders, Role.ADMIN, now=now(), limit=2) == ids[:2]


def test_an_overdue_order_can_be_taken_by_anybody_in_order_to_end_it(database: Database) -> None:
    order = assigned(database, deadline_at=now() - timedelta(seconds=1))

    claim = database.run_sync(claim_overdue_order, order.id, holder="w9", lease_s=30, now=now())

    assert claim is not None
    assert claim.owner is Role.INTERN


def test_what_a_dead_worker_left_open_is_closed_when_the_next_try_begins(database: Database) -> None:
    order = assigned(database)
    dead = claimed(database, order.id, Role.INTERN, lease_s=0.05)
    assert dead is not None
    database.run_sync(open_attempt, dead, *a_try(dead), now(), limits=NO_LIMITS)
    wait_out(database, order.id)
    work = database.run_sync(claim_work, order.id, role=Role.INTERN, holder="w2", lease_s=30, now=now())
    assert work is not None

    database.run_sync(open_attempt, work.order, *a_try(work.order, n=2), now(), limits=NO_LIMITS)

    tries = database.read_sync(attempts_of, order.id)
    assert [a_try_.status for a_try_ in tries] == [AttemptStatus.ABANDONED, AttemptStatus.RUNNING]
    assert [call.status for call in database.read_sync(calls_of, order.id)] == [
        CallStatus.IN_DOUBT,
        CallStatus.STARTED,
    ]


def test_a_call_is_settled_even_when_its_order_has_gone_to_another(database: Database) -> None:
    order = assigned(database)
    dead = claimed(database, order.id, Role.INTERN, lease_s=0.05)
    assert dead is not None
    attempt, call = a_try(dead)
    database.run_sync(open_attempt, dead, attempt, call, now(), limits=NO_LIMITS)
    wait_out(database, order.id)
    claimed(database, order.id, Role.INTERN, worker="w2")

    paid = Settlement(CallStatus.RECORDED, usage=Usage(10, 5), answer="Paris.")
    database.run_sync(settle_call, call, paid, now())

    (settled,) = database.read_sync(calls_of, order.id)
    assert (settled.status, settled.usage) == (CallStatus.RECORDED, Usage(10, 5))


def test_a_recorded_call_is_never_overwritten(database: Database) -> None:
    order = assigned(database)
    claim = claimed(database, order.id, Role.INTERN)
    assert claim is not None
    attempt, call = a_try(claim)
    database.run_sync(open_attempt, claim, attempt, call, now(), limits=NO_LIMITS)
    database.run_sync(settle_call, call, Settlement(CallStatus.RECORDED, answer="first"), now())

    database.run_sync(settle_call, call, Settlement(CallStatus.IN_DOUBT, error="late"), now())

    assert database.read_sync(calls_of, order.id)[0].answer == "first"


def test_lists_are_newest_first_filtered_and_paged_by_key(database: Database) -> None:
    ids = [accepted(database).id for _ in range(4)]
    intern = assigned(database).id

    assert [order.id for order in database.read_sync(list_orders, limit=2)] == [intern, ids[3]]
    assert [order.id for order in database.read_sync(list_orders, limit=2, before=ids[3])] == [ids[2], ids[1]]
    assert [order.id for order in database.read_sync(list_orders, owner=Role.INTERN)] == [intern]
    assert len(database.read_sync(list_orders, status=Status.QUEUED)) == 4


def test_an_order_that_was_offered_although_its_holder_lives_leaves_the_outbox_when_it_ends(
    database: Database,
) -> None:
    order = assigned(database)
    claim = claimed(database, order.id, Role.INTERN)
    assert claim is not None
    offered_by_the_sweeper(database, order.id)

    database.run_sync(finish_order, claim, an_ending(), now())

    assert database.run_sync(due_rings, now=now() + timedelta(hours=1)) == []


def test_an_order_that_was_offered_although_its_holder_lives_can_be_handed_over(database: Database) -> None:
    order = assigned(database)
    claim = claimed(database, order.id, Role.INTERN)
    assert claim is not None
    offered_by_the_sweeper(database, order.id)

    database.run_sync(hand_over, claim, Role.CEO, now())

    due = database.run_sync(due_rings, now=now() + timedelta(hours=1))
    assert [ring.role for ring in due] == [Role.CEO]


def offered_by_the_sweeper(database: Database, order_id: str) -> None:
    """As when the holder was stopped for longer than its lease."""
    past = now() - timedelta(minutes=1)
    database.run_sync(lambda c: c.execute(sa.update(work_orders).values(lease_until=past)))
    assert [ring.order_id for ring in database.run_sync(sweep, now=now())] == [order_id]
    database.run_sync(lambda c: c.execute(sa.update(work_orders).values(lease_until=now())))


def test_an_order_that_loses_its_worker_again_and_again_is_offered_ever_later(database: Database) -> None:
    order, waits, at = assigned(database), [], now()
    past = at - timedelta(minutes=1)
    for _ in range(4):
        taken = database.run_sync(
            claim_order, order.id, role=Role.INTERN, holder=f"w/{new_id()}", lease_s=30, now=at
        )
        assert taken is not None
        database.run_sync(lambda c: c.execute(sa.update(work_orders).values(lease_until=past)))
        database.run_sync(sweep, now=at)
        available_at = the_order(database, order.id).available_at
        waits.append(max(0, round((available_at - at).total_seconds())))
        at = max(at, available_at)

    assert waits == [0, 2, 8, 30]
