"""The life of an order as a state machine: any steps in any order, and what must hold after each of them.

Two workers, a sender that repeats itself, leases that run out, late writers, cancels, deadlines, requeues. Where
the store's answer can be foreseen from the row before, it is. `tests.db.order_invariants` holds the rest.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import hypothesis.strategies as st
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.engine import Connection

from db.engine import Database
from db.records import (
    Accepted,
    AttemptRecord,
    AttemptStatus,
    CallRecord,
    CallStatus,
    CheckRecord,
    Ending,
    IdempotencyKey,
    NewOrder,
    Settlement,
    VerdictRecord,
)
from db.statements.attempts import close_attempt, open_attempt, store_verdict
from db.statements.calls import settle_call
from db.statements.cancel import cancel_order, end_cancelled
from db.statements.orders import (
    accept_order,
    assign_order,
    claim_overdue_order,
    finish_order,
    hand_over,
    postpone,
    renew_lease,
)
from db.statements.outbox import due_rings, overdue_orders, sweep
from db.statements.requeue import REQUEUED, requeue_order
from db.tables import work_orders
from nexus.errors import LeaseLost, OrderCancelled, PermanentError
from nexus.ids import new_id
from nexus.usage import Usage
from nexus.work_order import TIERS, Role, Status, WorkOrder
from tests.builders import NO_LIMITS, a_try, accepted, an_assignment, an_order, assigned, now
from tests.db.order_claims import claimed, is_free
from tests.db.order_invariants import Row, Snapshot, check_invariants, empty, everything

LEASE_S = 3600.0  # a lease runs out only when a rule says so
DEADLINE_S = 86_400.0
EXAMPLES = {"sqlite": 110, "postgresql": 20}
SETTINGS = settings(
    stateful_step_count=40,
    database=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)
MAX_ORDERS = 4  # few, so that much happens to each
ORDERS = Bundle[NewOrder]("orders")
ENDS = ["lease", "lease", "lease", "lease, and it is swept", "deadline", "3 s", "40 s"]
WISHES = ["requeue", "requeue", "requeue", "cancel", "cancel by force"]
WORKERS = st.sampled_from(["w1", "w2"])


class OrderLife(RuleBasedStateMachine):
    """`seen` is the whole database as it was after the last step."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self.database = database
        self.claims = defaultdict[str, list[WorkOrder]](list)  # by order, the newest last
        self.tries: dict[str, tuple[AttemptRecord, CallRecord]] = {}  # by order, the newest
        self.clock = now()  # moved by rules only: what a machine's slowness decides cannot be played again
        self.seen: Snapshot = {}

    @initialize(target=ORDERS, triaged=st.sampled_from([True, True, False]))
    def start(self, triaged: bool) -> NewOrder:
        self.database.run_sync(empty)
        put = assigned if triaged else accepted
        first = put(self.database, deadline_at=self.now() + timedelta(seconds=DEADLINE_S))
        self.seen = self.look()
        return first

    @invariant()
    def everything_holds(self) -> None:
        after = self.look()
        check_invariants(self.seen, after)
        self.seen = after

    def look(self) -> Snapshot:
        return self.database.read_sync(everything)

    def nothing_changed(self) -> None:
        assert self.look() == self.seen

    def now(self) -> datetime:
        return self.clock

    def row(self, order_id: str) -> Row:
        return next(row for row in self.seen["work_orders"] if row["id"] == order_id)

    # ── what comes from outside ──

    @precondition(lambda self: len(self.seen["work_orders"]) < MAX_ORDERS)
    @rule(
        target=ORDERS,
        key=st.sampled_from([None, None, "a", "b"]),
        said=st.sampled_from(["one thing", "another"]),
        tier=st.sampled_from([None, Role.CEO]),
        beside=st.none() | ORDERS,
    )
    def accept(self, key: str | None, said: str, tier: Role | None, beside: NewOrder | None) -> Any:
        session = {"session_id": beside.session_id} if beside else {}
        new = an_order(
            said,
            requested_tier=tier,
            idempotency=IdempotencyKey("owner", key, said, self.now() + timedelta(days=30)) if key else None,
            deadline_at=self.now() + timedelta(seconds=DEADLINE_S),
            **session,
        )
        known = next((row for row in self.seen["idempotency_keys"] if row["key"] == key), None)
        outcome = self.database.run_sync(accept_order, new, self.now())
        assert outcome.is_new is (known is None)
        if known is None:
            return new
        assert (outcome.order_id, outcome.same_request) == (known["order_id"], known["fingerprint"] == said)
        self.nothing_changed()
        return multiple()

    @rule(new=ORDERS, status=st.sampled_from([None, CallStatus.RECORDED, CallStatus.FAILED]))
    def comes_again(self, new: NewOrder, status: CallStatus | None) -> None:
        """The message, or what became of its newest call."""
        if status is None:
            self.accept_again(new)
        elif new.id in self.tries:
            self.settle(self.tries[new.id][1], status)

    def accept_again(self, new: NewOrder) -> None:
        assert not self.database.run_sync(accept_order, new, self.now()).is_new
        self.nothing_changed()

    def settle(self, call: CallRecord, status: CallStatus) -> None:
        """Whoever owns the order now: what was paid was paid. What is recorded stays."""
        before = next(row for row in self.seen["model_calls"] if row["id"] == call.id)
        paid = Settlement(status, usage=Usage(10, 5), answer=f"Paris, {new_id()}.")
        self.database.run_sync(settle_call, call, paid, self.now())
        if before["status"] == CallStatus.RECORDED:
            self.nothing_changed()

    # ── claims and time ──

    @rule(
        new=ORDERS, worker=WORKERS, wrong_role=st.sampled_from([False, False, True]), reply_lost=st.booleans()
    )
    def claim(self, new: NewOrder, worker: str, wrong_role: bool = False, reply_lost: bool = False) -> None:
        row = self.row(new.id)
        role = Role(row["owner"])
        if wrong_role:
            role = Role.CEO if role is Role.ADMIN else Role.ADMIN
        due = is_free(row) and row["owner"] == role and row["available_at"] <= self.now()
        take = partial(claimed, role=role, holder=f"{worker}/{new_id()}", lease_s=LEASE_S, now=self.now())
        claim = self.database.run_sync(take, new.id)
        self._check_claim(row, claim, due=due)
        if claim is not None and reply_lost:  # the same claim, under one more fence
            again = self.database.run_sync(take, new.id)
            assert again is not None
            assert (again.fence, again.claims) == (claim.fence + 1, claim.claims)
            self.claims[new.id].append(again)

    def _check_claim(self, row: Row, claim: WorkOrder | None, *, due: bool) -> None:
        assert (claim is not None) is due
        if claim is None:
            self.nothing_changed()
            return
        assert (claim.fence, claim.claims) == (row["fence"] + 1, row["claims"] + 1)
        self.claims[claim.id].append(claim)

    @rule(new=ORDERS, what=st.sampled_from(ENDS))
    def runs_out(self, new: NewOrder, what: str) -> None:
        if what.endswith("s"):
            self.clock += timedelta(seconds=int(what.split(maxsplit=1)[0]))
        elif what == "deadline":
            past = self.now() - timedelta(seconds=1)
            self._set(new.id, work_orders.c.finished_at.is_(None), deadline_at=past)
        else:
            past = now() - timedelta(hours=1)
            self._set(new.id, work_orders.c.lease_until.is_not(None), lease_until=past)
            if what.endswith("swept"):
                self.everything_holds()
                self.sweep()

    def _set(self, order_id: str, condition: sa.ColumnElement[bool], **values: object) -> None:
        statement = sa.update(work_orders).where(work_orders.c.id == order_id, condition).values(**values)
        self.database.run_sync(lambda connection: connection.execute(statement))

    # ── the house ──

    @rule(job=st.sampled_from(["sweep", "relay", "end_what_is_overdue"]))
    def house(self, job: str) -> None:
        getattr(self, job)()

    def sweep(self) -> None:
        waiting = {row["order_id"] for row in self.seen["outbox"]}
        held = [row for row in self.seen["work_orders"] if row["lease_until"] is not None]
        lost = {row["id"]: row["claims"] for row in held if is_free(row) and row["id"] not in waiting}
        due = {order_id for order_id, claims in lost.items() if claims <= 1}  # the others wait a while
        assert {ring.order_id for ring in self.database.run_sync(sweep, now=self.now())} == due
        assert {row["order_id"] for row in self.look()["outbox"]} == waiting | lost.keys()

    def relay(self) -> None:
        due = {row["order_id"] for row in self.seen["outbox"] if row["ring_at"] <= self.now()}
        assert {ring.order_id for ring in self.database.run_sync(due_rings, now=self.now())} == due

    def end_what_is_overdue(self) -> None:
        late = [row for row in self.seen["work_orders"] if row["deadline_at"] < self.now()]
        overdue = [row for row in late if is_free(row) and row["status"] != Status.WORKING]
        found = self.database.read_sync(overdue_orders, now=self.now())
        assert sorted(found) == [row["id"] for row in overdue]
        for row in overdue:
            holder = f"w1/{new_id()}"
            claim = self.database.run_sync(
                claim_overdue_order, row["id"], holder=holder, lease_s=LEASE_S, now=self.now()
            )
            self._check_claim(row, claim, due=True)
            assert claim is not None
            ending = Ending(Status.FAILED, None, "too late", "{}")
            self.database.run_sync(finish_order, claim, ending, self.now())

    # ── a worker's steps, in time or late ──

    @rule(new=ORDERS, worker=WORKERS, claims=st.integers(1, 3), data=st.data())
    def work(self, new: NewOrder, worker: str, claims: int, data: st.DataObject) -> None:
        """New claims, where that is possible, and one or two steps under each."""
        for _ in range(claims):
            self.claim(new, worker)
            for _ in range(data.draw(st.integers(1, 2))):
                self.everything_holds()
                self.step(new, data)
            self.everything_holds()

    @rule(new=ORDERS, data=st.data())
    def step(self, new: NewOrder, data: st.DataObject) -> None:
        self._step(self.claims[new.id][-1:], data)

    @rule(new=ORDERS, data=st.data())
    def late_step(self, new: NewOrder, data: st.DataObject) -> None:
        """By the holder before the newest one."""
        self._step(self.claims[new.id][-2:-1], data)

    def _step(self, claims: list[WorkOrder], data: st.DataObject) -> None:
        for claim in claims:
            steps = self.admins if claim.owner is Role.ADMIN else self.tiers
            data.draw(st.sampled_from(steps))(self, claim, data)

    def write(
        self, claim: WorkOrder, step: Callable[..., object], *arguments: object, **named: object
    ) -> bool:
        """A step under a claim. One that has lost it is refused and changes nothing at all."""
        if self.holds(claim):
            self.database.run_sync(step, *arguments, **named)
            return True
        with pytest.raises(LeaseLost):
            self.database.run_sync(step, *arguments, **named)
        self.nothing_changed()
        return False

    def holds(self, claim: WorkOrder) -> bool:
        row = self.row(claim.id)
        return row["fence"] == claim.fence and row["lease_until"] is not None and row["finished_at"] is None

    def renew(self, claim: WorkOrder, _: st.DataObject) -> None:
        newest, held = self.row(claim.id)["fence"] == claim.fence, self.holds(claim)
        assert self.database.run_sync(renew_lease, claim.id, claim.fence, LEASE_S) is newest
        if not held:
            self.nothing_changed()

    def assign(self, claim: WorkOrder, data: st.DataObject) -> None:
        self.write(claim, assign_order, claim, an_assignment(data.draw(st.sampled_from(TIERS))), self.now())

    def put_off(self, claim: WorkOrder, data: st.DataObject) -> None:
        seconds = data.draw(st.sampled_from([0, 2, 30]))
        self.write(claim, postpone, claim, self.now() + timedelta(seconds=seconds), self.now())

    def give_up(self, claim: WorkOrder, data: st.DataObject) -> None:
        status = data.draw(st.sampled_from([Status.ASKED, Status.FAILED, Status.DEAD]))
        result = "Which one?" if status is Status.ASKED else None
        self.write(claim, finish_order, claim, Ending(status, result, "no", "{}"), self.now())

    def begin(self, claim: WorkOrder, _: st.DataObject) -> None:
        """One try a claim; the same one again when the commit's reply was lost."""
        known = self.tries.get(claim.id)
        again = known is not None and known[0].fence == claim.fence
        attempt, call = known if known is not None and again else a_try(claim, n=claim.attempts + 1)
        if self.holds(claim) and self.row(claim.id)["cancel_requested_at"] is not None:
            with pytest.raises(OrderCancelled):
                self.database.run_sync(open_attempt, claim, attempt, call, self.now(), limits=NO_LIMITS)
            self.nothing_changed()
        elif self.write(claim, open_attempt, claim, attempt, call, self.now(), limits=NO_LIMITS):
            self.tries[claim.id] = attempt, call
            after = self.look()
            new = [name for name in ("attempts", "model_calls", "events") if after[name] != self.seen[name]]
            assert bool(new) is not again

    def conclude(self, claim: WorkOrder, data: st.DataObject) -> None:
        """Verdict, try and what follows in one transaction; also by a worker that found a dead one's answer."""
        attempt, _ = self.tries.get(claim.id, (None, None))
        rows = [row for row in self.seen["attempts"] if attempt is not None and row["id"] == attempt.id]
        if not rows or (self.holds(claim) and rows[0]["status"] != AttemptStatus.RUNNING):
            return  # nothing was tried, or it is concluded already
        then = data.draw(st.sampled_from(["deliver", "retry", "escalate"]))
        self.write(claim, self._conclude, claim, attempt, then)

    def _conclude(self, connection: Connection, claim: WorkOrder, attempt: AttemptRecord, then: str) -> None:
        passed = then == "deliver"
        if passed:
            finish_order(connection, claim, Ending(Status.DELIVERED, "Paris.", None, "{}"), self.now())
        else:
            hand_over(connection, claim, claim.owner if then == "retry" else Role.CEO, self.now())
        verdict = VerdictRecord(passed, (CheckRecord("answer", "pass" if passed else "fail", "seen"),))
        store_verdict(connection, claim, attempt.id, verdict, self.now())
        status = AttemptStatus.PASSED if passed else AttemptStatus.REJECTED
        close_attempt(connection, attempt.id, status, self.now(), answer="Paris.")

    def hear_of_the_cancel(self, claim: WorkOrder, _: st.DataObject) -> None:
        if self.row(claim.id)["cancel_requested_at"] is not None:
            self.write(claim, end_cancelled, claim, self.now())

    admins = (assign, assign, renew, put_off, give_up, hear_of_the_cancel)
    tiers = (begin, begin, begin, conclude, conclude, conclude, renew, put_off, give_up, hear_of_the_cancel)

    # ── the owner and the operator ──

    @rule(target=ORDERS, new=ORDERS, what=st.sampled_from(WISHES))
    def wants(self, new: NewOrder, what: str) -> Any:
        if what == "requeue":
            return self.requeue(new)
        self.cancel(new, force=what != "cancel")
        return multiple()

    def cancel(self, new: NewOrder, *, force: bool) -> None:
        row = self.row(new.id)
        after = self.database.run_sync(cancel_order, new.id, self.now(), force=force)
        assert after is not None
        if row["finished_at"] is not None:
            assert after.status == row["status"]
        elif force or is_free(row):
            assert (after.status, after.fence) == (Status.CANCELLED, row["fence"] + 1)
        else:
            assert after.is_open
            assert after.cancel_requested_at is not None

    def requeue(self, new: NewOrder) -> Any:
        again = [row for row in self.seen["work_orders"] if row["retry_of"] == new.id]
        if self.row(new.id)["status"] in REQUEUED and all(row["finished_at"] for row in again):
            outcome = self._requeue(new.id)
            assert outcome.is_new
            with pytest.raises(PermanentError):
                self._requeue(new.id)
            return an_order(new.content, id=outcome.order_id, session_id=new.session_id)
        with pytest.raises(PermanentError):
            self._requeue(new.id)
        self.nothing_changed()
        return multiple()

    def _requeue(self, order_id: str) -> Accepted:
        return self.database.run_sync(requeue_order, order_id, self.now(), deadline_s=DEADLINE_S)


@pytest.mark.timeout(600)  # for finding the smallest example, when there is one
def test_whatever_happens_to_orders_nothing_is_lost_doubled_or_changed_afterwards(
    database: Database,
) -> None:
    examples = EXAMPLES[database.engine.dialect.name]

    class OnThisStore(OrderLife):
        def __init__(self) -> None:
            super().__init__(database)

    run_state_machine_as_test(OnThisStore, settings=settings(SETTINGS, max_examples=examples))
