"""The workers' transactions: each function is one step of an order's life, committed whole or not at all.

`agents.handler` names the steps and their order; here is what each writes. All return the rings that are due
once the transaction has been committed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.engine import Connection

from agents.config import STARTER_MODEL, ModelChoice
from agents.decision import Decision, Deliver, Escalate, Fail, Retry
from db.receipts import make_receipt
from db.records import (
    AttemptRecord,
    AttemptStatus,
    CallRecord,
    Ending,
    RouteDecision,
    Settlement,
    VerdictRecord,
)
from db.statements.alerts import tell_dead
from db.statements.attempts import (
    WORKER_STOPPED,
    abandon_running,
    attempts_of,
    close_attempt,
    open_attempt,
    open_fallback,
    record_metric,
    store_verdict,
    verdict_event,
)
from db.statements.budget import Charge, apply_charges
from db.statements.calls import calls_of, settle_row
from db.statements.cancel import end_cancelled
from db.statements.equipment import NewRun
from db.statements.events import Happening, append_events
from db.statements.holding import hold_order
from db.statements.orders import (
    finish_order,
    hand_over,
    postpone,
    write_fenced,
)
from db.statements.routes import store_route
from db.statements.rows import turns_json
from db.statements.tool_tries import open_tool_try
from db.statements.transcripts import Transcript, store_transcripts
from nexus.budget import Limits
from nexus.bus import Ring
from nexus.hold import Hold
from nexus.messages import DEAD, EVENTS, Doorbell, EventRing, stream_of
from nexus.work_order import Role, Status, WorkOrder
from routing.clarity import Clarify

type Rings = tuple[Ring, ...]

BY_EQUIPMENT = "equipment"
"""The triage rule of an order that a tool answers."""

WEAK_NOTE = (
    f"Answered by {STARTER_MODEL}, a tiny starter model that is often wrong. "
    "Better: start Ollama (`ollama pull qwen3:8b`) or set ANTHROPIC_API_KEY, then restart."
)


@dataclass(frozen=True, slots=True)
class Judged:
    """One finished try: what was tried before it, what was answered, what QA says, and what follows."""

    earlier: tuple[AttemptRecord, ...]
    attempt: AttemptRecord
    call: CallRecord
    settlement: Settlement | None  # None: the call was settled before
    verdict: VerdictRecord
    decision: Decision
    answer: str  # as it may be delivered and stored


def ask_back(connection: Connection, order: WorkOrder, question: Clarify, now: datetime) -> Rings:
    """End the order with a question to the owner."""
    asked = replace(order, tier_reason="cannot be acted on as it is", tier_rule=question.rule)
    rings = _end(connection, asked, _Ending(Status.ASKED, result=question.question), now)
    store_route(connection, order.id, _by_admin("clarify", "cannot be acted on as it is"), now)
    return rings


def transcribed(
    connection: Connection, order: WorkOrder, words: str, heard: Sequence[Transcript], now: datetime
) -> Rings:
    """The order's voice messages are words from here on; the Admin goes on with them."""
    return (_event(order, store_transcripts(connection, order, words, heard, now), order.status),)


def decline(
    connection: Connection, order: WorkOrder, reason: str, now: datetime, *, rule: str = "no_model_sees"
) -> Rings:
    """End the order because nobody here can do it; nothing was spent on it."""
    declined = replace(order, tier_reason="nobody can do it", tier_rule=rule)
    return _end(connection, declined, _Ending(Status.DECLINED, reason=reason), now)


def hold(connection: Connection, order: WorkOrder, question: Hold, now: datetime) -> Rings:
    """Ask the owner before the money is spent; the order waits for the answer."""
    return (_event(order, hold_order(connection, order, question, now), Status.HELD),)


def step_down(connection: Connection, order: WorkOrder, role: Role, why: str, now: datetime) -> Rings:
    """To a cheaper tier, because there is no money for this one; nothing was tried."""
    reason = f"{order.tier_reason}; one tier down: {why}"
    return _move(connection, order, role, "order.stepped_down", reason, why, now)


def pass_up(connection: Connection, order: WorkOrder, role: Role, why: str, now: datetime) -> Rings:
    """To a higher tier, because the message does not fit into this one's model."""
    reason = f"{order.tier_reason}; one tier up, for it is too long for the {order.owner.value}'s model"
    return _move(connection, order, role, "order.escalated", reason, why, now)


def pass_to_who_sees(connection: Connection, order: WorkOrder, role: Role, why: str, now: datetime) -> Rings:
    """To another tier, because this one's models take no pictures."""
    reason = f"{order.tier_reason}; to the {role.value}, for the {order.owner.value}'s models see no pictures"
    return _move(connection, order, role, "order.escalated", reason, why, now)


def _move(
    connection: Connection, order: WorkOrder, role: Role, type_: str, reason: str, why: str, now: datetime
) -> Rings:
    hand_over(connection, order, role, now, reason=reason)
    moved = Happening(type_, {"from": order.owner.value, "to": role.value, "reason": why})
    seq = append_events(connection, order, [moved], now)
    return (_bell(order, role), _event(order, seq, Status.TRIAGED))


def begin(
    connection: Connection,
    order: WorkOrder,
    attempt: AttemptRecord,
    call: CallRecord,
    now: datetime,
    *,
    limits: Limits,
) -> Rings:
    """Open a try and its ledger row and reserve its worst case, before any money can be spent.

    Raises:
        BudgetRefused, BudgetBusy, PaidCallsFrozen: nothing is written.
    """
    seq = open_attempt(connection, order, attempt, call, now, limits=limits)
    return (_event(order, seq, Status.WORKING),)


def fall_back(
    connection: Connection,
    order: WorkOrder,
    attempt: AttemptRecord,
    call: CallRecord,
    now: datetime,
    *,
    limits: Limits,
) -> Rings:
    """Go on with a try on another model; as `begin`."""
    seq = open_fallback(connection, order, attempt, call, now, limits=limits)
    return (_event(order, seq, Status.WORKING),)


def conclude(
    connection: Connection, order: WorkOrder, judged: Judged, choice: ModelChoice, now: datetime
) -> Rings:
    """Settle the call, store the verdict and carry out what was decided, in one transaction.

    What is fenced comes before what is inserted, so that a second try of a committed step is refused.

    Raises:
        LeaseLost: nothing is written, the settlement neither: the caller settles it by itself, for it was paid.
    """
    charges: list[Charge] = []
    if judged.settlement is not None:
        charges = settle_row(connection, judged.call, judged.settlement, now)
    passed = isinstance(judged.decision, Deliver)
    attempt, answer = judged.attempt, judged.answer
    status = AttemptStatus.PASSED if passed else AttemptStatus.REJECTED
    proof = verdict_event(judged.verdict)
    attempts = (*judged.earlier, replace(attempt, status=status, verdict=judged.verdict))
    note = WEAK_NOTE if choice.weak else None
    match judged.decision:
        case Deliver():
            end = _Ending(Status.DELIVERED, result=answer, attempts=attempts, note=note)
            rings = _end(connection, order, end, now, proof)
        case Fail(reason):
            end = _Ending(Status.FAILED, reason=reason, attempts=attempts, note=note)
            rings = _end(connection, order, end, now, proof)
        case Retry():
            rings = _pass_on(connection, order, order.owner, "order.retrying", proof, now)
        case Escalate(role):
            rings = _pass_on(connection, order, role, "order.escalated", proof, now)
    store_verdict(connection, order, attempt.id, judged.verdict, now)
    close_attempt(connection, attempt.id, status, now, answer=answer)
    record_metric(connection, order, attempt, judged.call, now, success=passed)
    apply_charges(connection, charges)
    return rings


@dataclass(frozen=True, slots=True)
class ToolTry:
    """One try by a tool: what was tried before it, why this tool, and what any answer must be."""

    earlier: tuple[AttemptRecord, ...]
    attempt: AttemptRecord
    reason: str
    spec_json: str


def begin_tool(
    connection: Connection, order: WorkOrder, tried: ToolTry, run: NewRun, now: datetime, *, lease_s: float
) -> Rings:
    """Open a tool's try, and claim its run, before it is started.

    Raises:
        OrderCancelled: the owner does not want it any more; nothing is written.
    """
    triaged = {"owner": order.owner.value, "difficulty": None, "reason": tried.reason, "rule": BY_EQUIPMENT}
    seq = open_tool_try(connection, order, tried.attempt, run, triaged, now, lease_s=lease_s)
    return (_event(order, seq, Status.WORKING),)


def conclude_tool(
    connection: Connection,
    order: WorkOrder,
    tried: ToolTry,
    answer: str,
    verdict: VerdictRecord,
    now: datetime,
) -> Rings:
    """Deliver what a tool said and QA passed, with its proof, in one transaction.

    Raises:
        LeaseLost: nothing is written.
    """
    done = replace(tried.attempt, status=AttemptStatus.PASSED, verdict=verdict)
    ending = _Ending(Status.DELIVERED, result=answer, attempts=(*tried.earlier, done))
    rings = _end(connection, _by_tool(connection, order, tried, now), ending, now, verdict_event(verdict))
    store_route(connection, order.id, _by_admin(BY_EQUIPMENT, tried.reason), now)
    store_verdict(connection, order, tried.attempt.id, verdict, now)
    close_attempt(connection, tried.attempt.id, AttemptStatus.PASSED, now, answer=answer)
    return rings


def fail_tool(connection: Connection, order: WorkOrder, tried: ToolTry, why: str, now: datetime) -> Rings:
    """End the order without an answer: the tool could not do what only it can.

    Raises:
        LeaseLost: nothing is written.
    """
    done = replace(tried.attempt, status=AttemptStatus.ERROR, error=why)
    ending = _Ending(Status.FAILED, reason=why, attempts=(*tried.earlier, done))
    rings = _end(connection, _by_tool(connection, order, tried, now), ending, now)
    fail_attempt(connection, tried.attempt, why, now)
    return rings


def _by_tool(connection: Connection, order: WorkOrder, tried: ToolTry, now: datetime) -> WorkOrder:
    """The order with the Admin's decision for the tool, which is written only with its end: until then it is open."""
    decided = {"tier_reason": tried.reason, "tier_rule": BY_EQUIPMENT}
    write_fenced(connection, order, now, spec=tried.spec_json, context=turns_json(()), **decided)
    return replace(order, spec_json=tried.spec_json, tier_reason=tried.reason, tier_rule=BY_EQUIPMENT)


def _by_admin(layer: str, reason: str) -> RouteDecision:
    """What is stored of a choice that asked no tier."""
    return RouteDecision(layer, Role.ADMIN, (), (reason,), confidence=1.0)


def give_up(connection: Connection, order: WorkOrder, status: Status, reason: str, now: datetime) -> Rings:
    """End an order without an answer: failed, or dead after too many claims, which the dead letters then list."""
    charges: list[Charge] = []
    if order.owner is not Role.ADMIN:
        charges = abandon_running(connection, order.id, now, WORKER_STOPPED)
    ending = _Ending(status, reason=reason, attempts=attempts_of(connection, order.id))
    rings = _end(connection, order, ending, now)
    apply_charges(connection, charges)
    if status is not Status.DEAD:
        return rings
    tell_dead(connection, order, reason, now)
    return (*rings, Ring(DEAD, Doorbell(order_id=order.id)))


def cancel(connection: Connection, order: WorkOrder, now: datetime) -> Rings:
    """End a claimed order because the owner wants that."""
    return (_event(order, end_cancelled(connection, order, now), Status.CANCELLED),)


def fail_attempt(connection: Connection, attempt: AttemptRecord, error: str, now: datetime) -> None:
    """Close a try whose call failed."""
    close_attempt(connection, attempt.id, AttemptStatus.ERROR, now, error=error)


def put_off(
    connection: Connection,
    order: WorkOrder,
    available_at: datetime,
    why: str,
    now: datetime,
    *,
    counts: bool = True,
) -> Rings:
    """Back to the queue after a transient error, and say why; the relay rings when `available_at` comes.

    `counts` False: nothing was tried, so the claim is not one of the five.
    """
    postpone(connection, order, available_at, now, counts=counts)
    wait_s = round((available_at - now).total_seconds(), 1)
    postponed = Happening("order.postponed", {"reason": why, "wait_s": wait_s})
    return (_event(order, append_events(connection, order, [postponed], now), order.status),)


def _pass_on(
    connection: Connection, order: WorkOrder, role: Role, type_: str, proof: Happening, now: datetime
) -> Rings:
    hand_over(connection, order, role, now)
    moved = Happening(type_, {"from": order.owner.value, "to": role.value, "failed": proof.payload["failed"]})
    seq = append_events(connection, order, [proof, moved], now)
    return (_bell(order, role), _event(order, seq, Status.TRIAGED))


@dataclass(frozen=True, slots=True)
class _Ending:
    status: Status
    result: str | None = None
    reason: str | None = None
    attempts: tuple[AttemptRecord, ...] = ()
    note: str | None = None


def _end(
    connection: Connection, order: WorkOrder, ending: _Ending, now: datetime, *before: Happening
) -> Rings:
    calls = calls_of(connection, order.id)
    receipt = make_receipt(order, ending.attempts, calls, now, ending.note).model_dump_json()
    end = Ending(ending.status, ending.result, ending.reason, receipt)
    seq = finish_order(connection, order, end, now, before=before)
    return (_event(order, seq, ending.status),)


def _bell(order: WorkOrder, role: Role) -> Ring:
    return Ring(stream_of(role), Doorbell(order_id=order.id))


def _event(order: WorkOrder, seq: int, status: Status) -> Ring:
    ring = EventRing(session_id=order.session_id, seq=seq, order_id=order.id, order_status=status.value)
    return Ring(EVENTS, ring)
