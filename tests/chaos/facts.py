"""Words and groupings that the invariants share: what a violation is, which order stands for which message."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from agents.decision import MAX_ATTEMPTS
from nexus.work_order import TERMINAL, Status
from tests.chaos.evidence import Attempt, Call, Evidence, StubCall

ENDED = frozenset(status.value for status in TERMINAL)
CUT_OFF_WITHIN_S = 5.0
LEASE_S = 4.0  # an outage that kept a lease from being renewed ends it that much later
# What can make the company lose a reply that the model has given, the likeliest cause first.
CAN_CUT_OFF = (
    "kill worker",
    "stop worker for more than a lease",
    "stop postgres at once",
    "refuse database connections",
    "reset database connections",
    "lose commit replies",
    "stop worker for less than a lease",
    "database latency",
)


@dataclass(frozen=True, slots=True)
class Violation:
    """A guarantee that did not hold: its name, for which order or session, and what was seen."""

    name: str
    subject: str
    detail: str


type Invariant = Callable[[Evidence], Iterator[Violation]]


def is_poison(token: str) -> bool:
    """No model can answer a message with this token."""
    return token.startswith("bad")


def superseded(evidence: Evidence) -> set[str]:
    """Orders that nobody was told of, that were never tried, and that were cancelled in favour of a twin.

    A first send may be committed although its reply is lost with the database; the second is then accepted into
    the spool. The replay cancels the first, if nobody has begun it. The client sees one order and one answer.
    """
    told = {one.order_id for sender in evidence.senders for one in sender.accepted}
    tried = {attempt.order_id for attempt in evidence.attempts}
    twins = Counter(order.token for order in evidence.orders)
    return {
        order.id
        for order in evidence.orders
        if order.status == Status.CANCELLED and twins[order.token] == 2 and order.id not in told | tried
    }


def cut_off_five_times(evidence: Evidence) -> set[str]:
    """Orders that are dead by right: five tries, each of them cut off by a fault. More are not made, and the owner
    is told.
    """
    tries = attempts_by_order(evidence)
    return {
        order.id
        for order in evidence.orders
        if order.status == Status.DEAD
        and len(tries[order.id]) == MAX_ATTEMPTS
        and all(
            attempt.status == "abandoned" and _kinds_near(attempt.started_at, attempt.finished_at, evidence)
            for attempt in tries[order.id]
        )
    }


def worked_on_twice(evidence: Evidence) -> Counter[str]:
    """Calls by order that stand in the ledger without a try: made in the spool while PostgreSQL's order had its own.

    The first acceptance was committed although its reply was lost, so both stores had the order
    (docs/decisions/0006-spool.md); one outcome holds, and both calls are in the ledger.
    """
    return Counter(call.order_id for call in evidence.calls if call.purpose == "work" and call.n is None)


def extra_calls(evidence: Evidence) -> list[StubCall]:
    """Calls that the model saw, for messages that were to be answered, and whose reply is not recorded."""
    recorded = {call.request_id for call in evidence.calls if call.status == "recorded"}
    return [
        call
        for call in evidence.stub_calls
        if call.id not in recorded and not is_poison(call.token) and call.token not in evidence.cancelled
    ]


def cause_of(call: StubCall, evidence: Evidence) -> str | None:
    """The kind of fault that was under way during the call, a lease before it or soon after it, or None."""
    return next(iter(_kinds_near(call.t, call.replied_at, evidence)), None)


def _kinds_near(began: float, ended: float | None, evidence: Evidence) -> list[str]:
    """Kinds of faults that can cut off what ran from `began` to `ended`, the likeliest first."""
    ends_at = (ended or began) + CUT_OFF_WITHIN_S
    near = {
        fault.kind
        for fault in evidence.faults
        if fault.target and fault.t <= ends_at and fault.until >= began - LEASE_S
    }
    return [kind for kind in CAN_CUT_OFF if kind in near]


def first_success_s(evidence: Evidence) -> float | None:
    """From the end of the last fault to the first delivery of an order that was accepted after it."""
    after = [
        order.finished_at - evidence.last_fault_at
        for order in evidence.orders
        if order.created_at >= evidence.last_fault_at
        and order.finished_at is not None
        and order.status == Status.DELIVERED
    ]
    return min(after, default=None)


def orders_by_token(evidence: Evidence) -> dict[str, str]:
    """The order that stands for each message."""
    twins = superseded(evidence)
    return {order.token: order.id for order in evidence.orders if order.id not in twins}


def attempts_by_order(evidence: Evidence) -> defaultdict[str, list[Attempt]]:
    found: defaultdict[str, list[Attempt]] = defaultdict(list)
    for attempt in sorted(evidence.attempts, key=lambda attempt: attempt.n):
        found[attempt.order_id].append(attempt)
    return found


def calls_by_order(evidence: Evidence) -> defaultdict[str, list[Call]]:
    found: defaultdict[str, list[Call]] = defaultdict(list)
    for call in evidence.calls:
        found[call.order_id].append(call)
    return found


def stub_calls_by_token(evidence: Evidence) -> defaultdict[str, list[StubCall]]:
    found: defaultdict[str, list[StubCall]] = defaultdict(list)
    for call in evidence.stub_calls:
        found[call.token].append(call)
    return found
