"""A checker that cannot fail is worth nothing: every violation is shown to it once, in otherwise good evidence."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from nexus.budget import windows_of
from nexus.work_order import Role
from tests.chaos.checker import check
from tests.chaos.driver import Injected
from tests.chaos.evidence import (
    Acceptance,
    Answer,
    Attempt,
    Call,
    Event,
    Evidence,
    Order,
    SeenEvent,
    SenderNotes,
    StubCall,
    Window,
)
from tests.chaos.facts import (
    cut_off_five_times,
    extra_calls,
    first_success_s,
    superseded,
    worked_on_twice,
)

TOKEN, ID, SESSION, TEXT = "tok-1-1-0", "WO-1", "sess-1", "The name of TOK-1-1-0."
KILL = Injected(100.0, 100.0, "kill worker", "worker-1")

ORDER = Order(ID, TOKEN, SESSION, "delivered", 2, 0, 1, None, None, TEXT, 101.0, 103.0)
ATTEMPT = Attempt(ID, 1, 2, "passed", 102.0, 103.0, passed=True)
CALL = Call(ID, 1, "work", "recorded", "stub-1")
STUB_CALL = StubCall("stub-1", TOKEN, 102.1, 200, 102.9)
TYPES = ("queued", "triaged", "working", "qa", "delivered")
EVENTS = tuple(Event(SESSION, n, ID, f"order.{type_}") for n, type_ in enumerate(TYPES, start=1))
SEEN = SeenEvent(SESSION, 1, 0, ID, "order.queued")
NOTES = SenderNotes(
    accepted=(Acceptance("key-1", TOKEN, ID, 101.0),),
    answers=(Answer(ID, 1, "delivered", TEXT), Answer(ID, 2, "delivered", TEXT)),
    events=(SEEN, SeenEvent(SESSION, 2, 1, ID, "order.triaged")),
)
GOOD = Evidence(
    orders=(ORDER,),
    keys={"key-1": ID},
    attempts=(ATTEMPT,),
    calls=(CALL,),
    events=EVENTS,
    deliveries=((ID, "rest", SESSION),),
    last_seqs={SESSION: len(EVENTS)},
    streams={"nexus:intake": (0, 0)},
    stub_calls=(STUB_CALL,),
    senders=(NOTES,),
    sent=frozenset({TOKEN}),
    faults=(KILL,),
    last_fault_at=100.0,
    gathered_at=200.0,
)


def with_order(**changes: object) -> Evidence:
    return replace(GOOD, orders=(replace(ORDER, **changes),))  # type: ignore[arg-type]


def open_order(**changes: object) -> Evidence:
    """An order that nobody finished; with everything about it that is not under test gone."""
    evidence = with_order(**{"status": "queued", "finished_at": None, "result": None, **changes})
    return replace(evidence, deliveries=(), senders=(replace(NOTES, answers=()),), faults=())


def with_notes(**changes: object) -> Evidence:
    return replace(GOOD, senders=(replace(NOTES, **changes),))  # type: ignore[arg-type]


def with_attempts(*attempts: Attempt, fence: int = 9) -> Evidence:
    return replace(GOOD, orders=(replace(ORDER, fence=fence),), attempts=attempts)


def with_stub_calls(*calls: StubCall, rows: Sequence[Call] = (CALL,)) -> Evidence:
    return replace(GOOD, stub_calls=calls, calls=rows, attempts=(ATTEMPT,))


def test_a_good_run_has_no_violation() -> None:
    assert check(GOOD) == []


def test_a_poison_order_that_is_dead_after_five_tries_is_no_violation() -> None:
    token = "bad500-1-1-0"
    tries = tuple(Attempt(ID, n, 1 + n, "error", 100.0 + n, 100.5 + n) for n in range(1, 6))
    evidence = replace(
        GOOD,
        orders=(replace(ORDER, token=token, status="dead", result=None, fence=7, attempts=5),),
        attempts=tries,
        calls=tuple(Call(ID, n, "work", "failed", None) for n in range(1, 6)),
        events=(*EVENTS[:3], Event(SESSION, 4, ID, "order.dead")),
        last_seqs={SESSION: 4},
        stub_calls=tuple(StubCall(f"stub-{n}", token, 100.1 + n, 500, 100.2 + n) for n in range(1, 6)),
        senders=(SenderNotes(accepted=(Acceptance("key-1", token, ID, 101.0),)),),
        sent=frozenset({token}),
        faults=(),
    )

    assert check(evidence) == []


def test_a_twin_that_nobody_was_told_of_and_nobody_began_is_counted_and_no_violation() -> None:
    twin = replace(ORDER, id="WO-0", status="cancelled", result=None, fence=1, attempts=0)
    last = Event(SESSION, 6, "WO-0", "order.cancelled")
    evidence = replace(
        GOOD,
        orders=(twin, ORDER),
        events=(*EVENTS, last),
        last_seqs={SESSION: 6},
        deliveries=(*GOOD.deliveries, ("WO-0", "rest", SESSION)),
    )

    assert check(evidence) == []
    assert superseded(evidence) == {"WO-0"}
    told = (*NOTES.accepted, Acceptance("key-0", TOKEN, "WO-0", 100.0))
    assert {v.name for v in check(replace(evidence, senders=(replace(NOTES, accepted=told),)))} == {
        "duplicated",
        "wrong end",
    }


def cut_off(tries: int = 5, **changes: object) -> Evidence:
    """An order whose every try met the one kill."""
    return replace(
        GOOD,
        orders=(replace(ORDER, status="dead", result=None, fence=9, attempts=tries),),
        attempts=tuple(Attempt(ID, n, 1 + n, "abandoned", 98.0 + n, 98.5 + n) for n in range(1, tries + 1)),
        calls=tuple(Call(ID, n, "work", "in_doubt", None) for n in range(1, tries + 1)),
        events=(*EVENTS[:3], Event(SESSION, 4, ID, "order.dead")),
        last_seqs={SESSION: 4},
        stub_calls=(),
        senders=(SenderNotes(accepted=NOTES.accepted),),
        faults=(replace(KILL, until=105.0),),
        capped=True,  # nothing is delivered here
        **changes,  # type: ignore[arg-type]
    )


def test_an_order_that_is_dead_because_each_of_five_tries_met_a_fault_is_counted_and_no_violation() -> None:
    assert check(cut_off()) == []
    assert cut_off_five_times(cut_off()) == {ID}
    assert {v.name for v in check(cut_off(tries=4))} == {"wrong end"}
    assert {v.name for v in check(replace(cut_off(), faults=()))} == {"wrong end"}


def test_a_call_made_in_the_other_store_is_counted_and_no_violation() -> None:
    elsewhere = Call(ID, None, "work", "recorded", "stub-2")
    evidence = with_stub_calls(STUB_CALL, replace(STUB_CALL, id="stub-2"), rows=(CALL, elsewhere))

    assert check(evidence) == []
    assert worked_on_twice(evidence) == {ID: 1}


LATE = replace(ATTEMPT, n=1, fence=2, started_at=102.0, finished_at=105.0)
SECOND = replace(ATTEMPT, n=2, fence=3, started_at=104.0, finished_at=106.0)
LOST_CALL = StubCall("stub-2", TOKEN, 150.0, 200, 150.5)

BAD: dict[str, tuple[str, Callable[[], Evidence]]] = {
    "a window that is not the sum of its calls": (
        "budget",
        lambda: replace(
            GOOD,
            calls=(replace(CALL, budget_day="2026-11-22", cost_usd=Decimal("0.01")),),
            windows=tuple(
                Window(scope, period, Decimal("0.02"), Decimal(0))
                for scope, period in windows_of(Role.INTERN, "2026-11-22")
            ),
        ),
    ),
    "money that is still reserved": (
        "budget",
        lambda: replace(GOOD, windows=(Window("company", "2026-11", Decimal(0), Decimal("0.01")),)),
    ),
    "an accepted order that is in no table": ("lost", lambda: replace(GOOD, orders=())),
    "a message that never became an order": (
        "not accepted",
        lambda: replace(GOOD, sent=frozenset({TOKEN, "tok-1-1-1"})),
    ),
    "a message that became two orders": (
        "duplicated",
        lambda: replace(GOOD, orders=(ORDER, replace(ORDER, id="WO-2"))),
    ),
    "a key that was answered with two orders": (
        "duplicated",
        lambda: with_notes(accepted=(*NOTES.accepted, Acceptance("key-1", TOKEN, "WO-2", 102.0))),
    ),
    "a key whose row names another order": ("duplicated", lambda: replace(GOOD, keys={"key-1": "WO-2"})),
    "an order that nobody will look at": ("unfinished: forgotten", open_order),
    "an order that waits in the outbox": (
        "unfinished: offered",
        lambda: replace(open_order(), outbox=frozenset({ID})),
    ),
    "an order whose dead worker nobody replaced": (
        "unfinished: lease ran out",
        lambda: open_order(status="working", lease_until=150.0),
    ),
    "an order that is still worked on": (
        "unfinished: leased",
        lambda: open_order(status="working", lease_until=250.0),
    ),
    "an order that is open again after its end": ("half ended", lambda: with_order(status="triaged")),
    "a good order that failed": ("wrong end", lambda: with_order(status="failed")),
    "an order without its delivery": ("delivery", lambda: replace(GOOD, deliveries=())),
    "an order that was delivered twice": (
        "delivered twice",
        lambda: replace(GOOD, deliveries=2 * ((ID, "rest", SESSION),)),
    ),
    "two final events": (
        "final event",
        lambda: replace(
            GOOD, events=(*EVENTS, Event(SESSION, 6, ID, "order.delivered")), last_seqs={SESSION: 6}
        ),
    ),
    "an event after the final one": (
        "final event",
        lambda: replace(
            GOOD, events=(*EVENTS, Event(SESSION, 6, ID, "order.postponed")), last_seqs={SESSION: 6}
        ),
    ),
    "a number without an event": ("event gap", lambda: replace(GOOD, events=(EVENTS[0], *EVENTS[2:]))),
    "an event above last_seq": ("event gap", lambda: replace(GOOD, last_seqs={SESSION: 4})),
    "a WebSocket that skips an event": (
        "event gap",
        lambda: with_notes(events=(replace(SEEN, seq=3, after=1),)),
    ),
    "a WebSocket that repeats an event": ("event gap", lambda: with_notes(events=(replace(SEEN, after=1),))),
    "an event that is another one than a watcher was sent": (
        "event renumbered",
        lambda: with_notes(events=(replace(SEEN, order_id="WO-2"),)),
    ),
    "a try with a fence not above the one before": (
        "fence order",
        lambda: with_attempts(replace(ATTEMPT, status="abandoned", passed=None), replace(ATTEMPT, n=2)),
    ),
    "a try with a fence above its order's": ("fence order", lambda: with_attempts(ATTEMPT, fence=1)),
    "a superseded try that is judged all the same": ("late write", lambda: with_attempts(LATE, SECOND)),
    "two recorded calls of one try": (
        "call repeated",
        lambda: replace(GOOD, calls=(CALL, replace(CALL, request_id="stub-2"))),
    ),
    "a try after one that passed": ("call repeated", lambda: with_attempts(ATTEMPT, SECOND)),
    "a call that has no ledger row": ("ledger", lambda: with_stub_calls(STUB_CALL, LOST_CALL)),
    "a call for an order that does not exist": (
        "ledger",
        lambda: with_stub_calls(STUB_CALL, replace(LOST_CALL, token="tok-9-9-9")),
    ),
    "a call that is never settled": (
        "ledger",
        lambda: replace(GOOD, calls=(CALL, replace(CALL, status="started"))),
    ),
    "a reply that is recorded twice": ("ledger", lambda: replace(GOOD, calls=(CALL, replace(CALL, n=2)))),
    "a recorded reply that the model never gave": (
        "ledger",
        lambda: replace(GOOD, calls=(replace(CALL, request_id="stub-7"),)),
    ),
    "more calls than tries": (
        "extra call",
        lambda: with_stub_calls(STUB_CALL, LOST_CALL, rows=(CALL, replace(CALL, status="in_doubt"))),
    ),
    "a reply that is lost without any fault": (
        "extra call",
        lambda: replace(
            with_attempts(replace(ATTEMPT, status="abandoned", passed=None), SECOND),
            stub_calls=(STUB_CALL, LOST_CALL),
            calls=(replace(CALL, status="in_doubt", request_id=None), replace(CALL, n=2)),
        ),
    ),
    "a sixth try": (
        "over the cap",
        lambda: with_attempts(*(Attempt(ID, n, n, "error", 100.0 + n, 100.5 + n) for n in range(1, 7))),
    ),
    "a seventh claim": ("over the cap", lambda: with_order(claims=7)),
    "a row that stays in the outbox": ("outbox not empty", lambda: replace(GOOD, outbox=frozenset({ID}))),
    "an entry that stays in a stream": (
        "stream not empty",
        lambda: replace(GOOD, streams={"nexus:intake": (1, 0)}),
    ),
    "an entry that is never acknowledged": (
        "stream not empty",
        lambda: replace(GOOD, streams={"nexus:intake": (0, 1)}),
    ),
    "an answer that is not the stored one": (
        "second answer",
        lambda: with_notes(answers=(Answer(ID, 1, "delivered", "another"),)),
    ),
    "an answer that changes between two looks": (
        "second answer",
        lambda: with_notes(answers=(NOTES.answers[0], Answer(ID, 2, "failed", None))),
    ),
    "an answer to another message": (
        "wrong answer",
        lambda: replace(with_order(result="TOK-9"), senders=(replace(NOTES, answers=()),)),
    ),
    "a first success after 11 s": ("slow recovery", lambda: with_order(finished_at=111.0)),
    "no success after the last fault": ("slow recovery", lambda: with_order(created_at=99.0)),
    "a good message that is refused": ("refused", lambda: with_notes(refused=("tok: 404",))),
    "a known id that reads 404": ("known id unknown", lambda: with_notes(unknown=("WO-1: 404",))),
    "a sender that never gets its answers": ("sender unfinished", lambda: with_notes(finished=False)),
    "a request that no model would take": (
        "bad model request",
        lambda: replace(GOOD, stub_refusals=("not a chat completion request",)),
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_it_finds(case: str) -> None:
    name, evidence = BAD[case]

    assert name in {violation.name for violation in check(evidence())}


def test_an_extra_call_near_a_fault_is_counted_and_no_violation() -> None:
    evidence = replace(
        with_attempts(replace(ATTEMPT, status="abandoned", passed=None), SECOND),
        stub_calls=(STUB_CALL, replace(LOST_CALL, t=99.5, replied_at=None, status=None)),
        calls=(replace(CALL, status="in_doubt", request_id=None), replace(CALL, n=2)),
    )

    assert check(evidence) == []
    assert [call.id for call in extra_calls(evidence)] == ["stub-2"]


def test_the_first_success_counts_from_the_end_of_the_last_fault() -> None:
    earlier = replace(ORDER, id="WO-0", created_at=99.0, finished_at=100.5)

    assert first_success_s(replace(GOOD, orders=(earlier, ORDER))) == pytest.approx(3.0)
