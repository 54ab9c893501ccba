"""The invariants of docs/architecture.md, each a function from evidence to violations. Pure.

Those of tries and model calls are in `tests.chaos.bill`. `docs/chaos.md` says what each name means.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from nexus.work_order import Status
from tests.chaos.bill import (
    budget_is_the_ledger,
    fences_rise,
    ledger_is_the_bill,
    paid_once,
    repeats_are_explained,
    within_the_caps,
)
from tests.chaos.evidence import Answer, Evidence
from tests.chaos.facts import (
    ENDED,
    Invariant,
    Violation,
    cut_off_five_times,
    first_success_s,
    is_poison,
    superseded,
)

__all__ = ["INVARIANTS", "Violation", "check", "is_poison"]

FIRST_SUCCESS_S = 10.0


def check(evidence: Evidence) -> list[Violation]:
    """Everything that is wrong; an empty list is a green run."""
    return [violation for invariant in INVARIANTS for violation in invariant(evidence)]


def accepted_is_kept(evidence: Evidence) -> Iterator[Violation]:
    """No accepted order is missing, and everything that was sent was accepted in the end."""
    known = {order.id for order in evidence.orders}
    accepted = set()
    for sender in evidence.senders:
        for one in sender.accepted:
            accepted.add(one.token)
            if one.order_id not in known:
                yield Violation("lost", one.order_id, f"accepted as {one.key}, and in no table")
    for token in sorted(evidence.sent - accepted):
        yield Violation("not accepted", token, "its sender never got an order for it")


def none_twice(evidence: Evidence) -> Iterator[Violation]:
    """One order per message: by its token, by its key, and by what the sender was told."""
    by_token: defaultdict[str, set[str]] = defaultdict(set)
    by_key: defaultdict[str, set[str]] = defaultdict(set)
    twins = superseded(evidence)
    for order in evidence.orders:
        if order.id not in twins:
            by_token[order.token].add(order.id)
    for sender in evidence.senders:
        for one in sender.accepted:
            by_key[one.key].add(one.order_id)
            if one.key in evidence.keys:
                by_key[one.key].add(evidence.keys[one.key])
    for name, ids in (*by_token.items(), *by_key.items()):
        if len(ids) > 1:
            yield Violation("duplicated", name, f"is {len(ids)} orders: {', '.join(sorted(ids))}")


def all_end(evidence: Evidence) -> Iterator[Violation]:
    """Every order is terminal. The name of the violation says who, if anybody, would still look at it."""
    for order in evidence.orders:
        if order.status in ENDED and order.finished_at is not None:
            continue
        lease = "no lease" if order.lease_until is None else f"lease until {order.lease_until:.1f}"
        offered = order.id in evidence.outbox
        facts = f"{order.status}, fence {order.fence}, {order.claims} claims, {lease}, " + (
            "in the outbox" if offered else "in no outbox row"
        )
        if order.status in ENDED or order.finished_at is not None:
            yield Violation("half ended", order.id, facts)
        elif offered:
            yield Violation("unfinished: offered", order.id, facts)
        elif order.lease_until is None:
            yield Violation("unfinished: forgotten", order.id, facts)
        elif order.lease_until < evidence.gathered_at:
            yield Violation("unfinished: lease ran out", order.id, facts)
        else:
            yield Violation("unfinished: leased", order.id, facts)


def good_is_delivered(evidence: Evidence) -> Iterator[Violation]:
    """What a model can answer is delivered, or cancelled where that was asked for; what none can answer is dead.

    An order whose five tries were each cut off by a fault is dead too, as it should be.
    """
    excused = superseded(evidence) | cut_off_five_times(evidence)
    for order in evidence.orders:
        if order.id in excused:
            continue
        if order.status == Status.CANCELLED and order.token in evidence.cancelled:
            continue
        if (
            evidence.capped
            and order.status == Status.FAILED
            and "The budget of" in (order.failure_reason or "")
        ):
            continue
        wanted = Status.DEAD if is_poison(order.token) else Status.DELIVERED
        if order.status in ENDED and order.status != wanted.value:
            yield Violation(
                "wrong end", order.id, f"{order.status} instead of {wanted.value} ({order.token})"
            )


def one_delivery(evidence: Evidence) -> Iterator[Violation]:
    """One delivery per order, channel and target; one final event, the last of its order."""
    delivered = Counter(row[0] for row in evidence.deliveries)
    for row, count in Counter(evidence.deliveries).items():
        if count > 1:
            yield Violation("delivered twice", row[0], f"{count} deliveries to {row[1]} {row[2]}")
    types: defaultdict[str, list[str]] = defaultdict(list)
    for event in evidence.events:
        types[event.order_id].append(event.type.removeprefix("order."))
    for order in evidence.orders:
        if order.status not in ENDED:
            continue
        if delivered[order.id] != 1:
            yield Violation(
                "delivery", order.id, f"{delivered[order.id]} deliveries of a {order.status} order"
            )
        finals = [type_ for type_ in types[order.id] if type_ in ENDED]
        if finals != [order.status] or types[order.id][-1] != order.status:
            yield Violation("final event", order.id, f"{order.status}, but its events are {types[order.id]}")


def events_have_no_gaps(evidence: Evidence) -> Iterator[Violation]:
    """In the table stands 1..last_seq of each session."""
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for event in evidence.events:
        numbers[event.session_id].append(event.seq)
    for session, last in evidence.last_seqs.items():
        if sorted(numbers[session]) != list(range(1, last + 1)):
            yield Violation("event gap", session, f"last_seq {last}, events {sorted(numbers[session])}")


def watchers_see_what_is_stored(evidence: Evidence) -> Iterator[Violation]:
    """Over the WebSocket comes each next number exactly once, and under it what the table has there."""
    stored = {(event.session_id, event.seq): (event.order_id, event.type) for event in evidence.events}
    for sender in evidence.senders:
        for seen in sender.events:
            if seen.seq != seen.after + 1:
                yield Violation(
                    "event gap", seen.session_id, f"the WebSocket sent {seen.seq} after {seen.after}"
                )
            row = stored.get((seen.session_id, seen.seq))
            if row != (seen.order_id, seen.type):
                detail = f"{seen.seq} was {seen.type} of {seen.order_id} to a watcher, and is {row}"
                yield Violation("event renumbered", seen.session_id, detail)


def nothing_waits(evidence: Evidence) -> Iterator[Violation]:
    """Afterwards the outbox and the work streams are empty, their pending lists too."""
    for order_id in sorted(evidence.outbox):
        yield Violation("outbox not empty", order_id, "still offered")
    for stream, (length, pending) in evidence.streams.items():
        if length or pending:
            yield Violation("stream not empty", stream, f"{length} entries, {pending} pending")


def answers_stay(evidence: Evidence) -> Iterator[Violation]:
    """What a sender read is what is stored, at every look."""
    orders = {order.id: order for order in evidence.orders}
    first: dict[str, Answer] = {}
    for sender in evidence.senders:
        for answer in sender.answers:
            order = orders.get(answer.order_id)
            if order is not None and (answer.status, answer.text) != (order.status, order.result):
                detail = f"read {answer.status} {answer.text!r}, stored {order.status} {order.result!r}"
                yield Violation("second answer", answer.order_id, detail)
            earlier = first.setdefault(answer.order_id, answer)
            if (earlier.status, earlier.text) != (answer.status, answer.text):
                detail = f"read {earlier.status} {earlier.text!r}, then {answer.status} {answer.text!r}"
                yield Violation("second answer", answer.order_id, detail)


def answers_are_right(evidence: Evidence) -> Iterator[Violation]:
    """A delivered answer is the model's reply to this very message."""
    for order in evidence.orders:
        if order.status == Status.DELIVERED and order.token.upper() not in (order.result or ""):
            yield Violation("wrong answer", order.id, f"{order.token} was answered {order.result!r}")


def recovers_soon(evidence: Evidence) -> Iterator[Violation]:
    """An order that came after the last fault is delivered within 10 s of it, unless the money is used up."""
    if not evidence.faults or evidence.capped:
        return
    seconds = first_success_s(evidence)
    if seconds is None:
        yield Violation("slow recovery", "-", "no order that came after the last fault was delivered")
    elif seconds > FIRST_SUCCESS_S:
        yield Violation("slow recovery", "-", f"first success {seconds:.1f} s after the last fault")


def clients_are_served(evidence: Evidence) -> Iterator[Violation]:
    """No good request is refused, no known id is unknown, every sender reads all its answers."""
    for n, sender in enumerate(evidence.senders, start=1):
        for refused in sender.refused:
            yield Violation("refused", f"sender {n}", refused)
        for unknown in sender.unknown:
            yield Violation("known id unknown", f"sender {n}", unknown)
        if not sender.finished:
            yield Violation("sender unfinished", f"sender {n}", "it has not read all its answers twice")
    for refusal in evidence.stub_refusals:
        yield Violation("bad model request", "stub", refusal)


INVARIANTS: Sequence[Invariant] = (
    accepted_is_kept,
    none_twice,
    all_end,
    good_is_delivered,
    one_delivery,
    events_have_no_gaps,
    watchers_see_what_is_stored,
    fences_rise,
    paid_once,
    ledger_is_the_bill,
    budget_is_the_ledger,
    repeats_are_explained,
    within_the_caps,
    nothing_waits,
    answers_stay,
    answers_are_right,
    recovers_soon,
    clients_are_served,
)
