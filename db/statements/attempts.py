"""Employees' tries and the ledger of model calls."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from db.records import (
    AttemptRecord,
    AttemptStatus,
    CallRecord,
    CallStatus,
    Settlement,
    VerdictRecord,
    Work,
)
from db.statements.budget import CallState, Charge, apply_charges, charge_of, reserve
from db.statements.events import Happening, append_events, last_seq
from db.statements.orders import claim_order, write_unless_cancelled
from db.statements.rows import attempt_from, call_from, checks_json, price_json, verdict_from
from db.tables import agent_metrics, attempts, model_calls, verdicts
from nexus.budget import Limits
from nexus.ids import new_id
from nexus.work_order import Role, Status, WorkOrder

WORKER_STOPPED = "the worker stopped before the reply was recorded"

# Built once: constructing a statement costs several times its execution on the hot path.
_INSERT_ATTEMPT = {
    "postgresql": postgresql.insert(attempts)
    .on_conflict_do_nothing(index_elements=["id"])
    .returning(attempts.c.id),
    "sqlite": sqlite.insert(attempts).on_conflict_do_nothing(index_elements=["id"]).returning(attempts.c.id),
}
_INSERT_CALL = {
    "postgresql": postgresql.insert(model_calls)
    .on_conflict_do_nothing(index_elements=["id"])
    .returning(model_calls.c.id),
    "sqlite": sqlite.insert(model_calls)
    .on_conflict_do_nothing(index_elements=["id"])
    .returning(model_calls.c.id),
}
_STATE_OF_CALL = (
    sa.select(model_calls.c.status, model_calls.c.worst_case_usd, model_calls.c.cost_usd)
    .where(model_calls.c.id == sa.bindparam("call"))
    .with_for_update()
)
_INSERT_VERDICT = sa.insert(verdicts)
_INSERT_METRIC = sa.insert(agent_metrics)
_SETTLE_CALL = sa.update(model_calls).where(
    model_calls.c.id == sa.bindparam("call"), model_calls.c.status != CallStatus.RECORDED.value
)
_CHANGE_MODEL = sa.update(attempts).where(attempts.c.id == sa.bindparam("attempt"))
_CLOSE_ATTEMPT = sa.update(attempts).where(attempts.c.id == sa.bindparam("attempt"))
_ATTEMPTS_OF = (
    sa.select(attempts, verdicts.c.passed, verdicts.c.checks)
    .outerjoin(verdicts, verdicts.c.attempt_id == attempts.c.id)
    .where(attempts.c.order_id == sa.bindparam("order"))
    .order_by(attempts.c.n)
)
_CALLS_OF = (
    sa.select(model_calls).where(model_calls.c.order_id == sa.bindparam("order")).order_by(model_calls.c.id)
)


def claim_work(
    connection: Connection, order_id: str, *, role: Role, holder: str, lease_s: float, now: datetime
) -> Work | None:
    """Claim the order for a tier and read what has been tried; None as `claim_order`.

    What a worker that died left running is closed here and now, for its reservations would be in everybody's way; but
    a try whose answer was recorded goes on.
    """
    order = claim_order(connection, order_id, role=role, holder=holder, lease_s=lease_s, now=now)
    if order is None:
        return None
    if not order.attempts:
        return Work(order, ())
    tried = attempts_of(connection, order_id)
    if tried[-1].status is AttemptStatus.RUNNING and tried[-1].recorded_call is None:
        charges = abandon_running(connection, order.id, now, WORKER_STOPPED)
        tried = attempts_of(connection, order_id)
        apply_charges(connection, charges)
    return Work(order, tried)


def open_attempt(
    connection: Connection,
    order: WorkOrder,
    attempt: AttemptRecord,
    call: CallRecord,
    now: datetime,
    *,
    limits: Limits,
) -> int:
    """Begin a try and write its call as started, its worst case reserved; returns the event's number.

    The same try once more, because the commit's reply was lost, changes nothing.

    Raises:
        OrderCancelled: the owner does not want it any more.
        LeaseLost: the claim is no longer the newest.
        BudgetRefused, BudgetBusy, PaidCallsFrozen: as `reserve`; nothing is written.
    """
    write_unless_cancelled(connection, order, now, status=Status.WORKING.value, attempts=attempt.n)
    inserted = connection.execute(
        _INSERT_ATTEMPT[connection.dialect.name],
        {
            "id": attempt.id,
            "order_id": order.id,
            "n": attempt.n,
            "fence": order.fence,
            "role": attempt.role.value,
            "model": attempt.model,
            "provider": attempt.provider,
            "status": AttemptStatus.RUNNING.value,
            "feedback": json.dumps(attempt.feedback, ensure_ascii=False) if attempt.feedback else None,
            "started_at": now,
        },
    )
    if inserted.first() is None:
        return last_seq(connection, order.session_id)
    _insert_call(connection, call)
    working = {"attempt": attempt.n, "role": attempt.role.value, "model": attempt.model}
    seq = append_events(connection, order, [Happening("order.working", working)], now)
    reserve(connection, call, limits, now)
    return seq


def open_fallback(
    connection: Connection,
    order: WorkOrder,
    attempt: AttemptRecord,
    call: CallRecord,
    now: datetime,
    *,
    limits: Limits,
) -> int:
    """Go on with a try on another model, because the one before did not answer; returns the event's number.

    Raises as `open_attempt`.
    """
    write_unless_cancelled(connection, order, now)
    change = {"attempt": attempt.id, "model": call.model, "provider": call.provider}
    connection.execute(_CHANGE_MODEL, change)
    if not _insert_call(connection, call):
        return last_seq(connection, order.session_id)
    working = {"attempt": attempt.n, "role": attempt.role.value, "model": call.model, "fallback": True}
    seq = append_events(connection, order, [Happening("order.working", working)], now)
    reserve(connection, call, limits, now)
    return seq


def start_call(connection: Connection, call: CallRecord, now: datetime, *, limits: Limits) -> None:
    """Write the ledger row of a call that is about to be made outside a try, its worst case reserved.

    Raises as `reserve`.
    """
    if _insert_call(connection, call):
        reserve(connection, call, limits, now)


def _insert_call(connection: Connection, call: CallRecord) -> bool:
    """False when it is there already: the commit's reply was lost."""
    inserted = connection.execute(
        _INSERT_CALL[connection.dialect.name],
        {
            "id": call.id,
            "order_id": call.order_id,
            "attempt_id": call.attempt_id,
            "purpose": call.purpose,
            "role": call.role.value,
            "provider": call.provider,
            "model": call.model,
            "status": CallStatus.STARTED.value,
            "prompt_hash": call.prompt_hash,
            "prompt": call.prompt,
            "input_tokens": 0,
            "output_tokens": 0,
            "cache_read_tokens": 0,
            "cache_write_tokens": 0,
            "price": price_json(call.price),
            "worst_case_usd": call.worst_case_usd,
            "budget_day": call.budget_day,
            "started_at": call.started_at,
        },
    )
    return inserted.first() is not None


def settle_call(connection: Connection, call: CallRecord, settlement: Settlement, now: datetime) -> None:
    """Write what a call came to, in a transaction that does nothing else; see `settle_row`."""
    apply_charges(connection, settle_row(connection, call, settlement, now))


def settle_row(
    connection: Connection, call: CallRecord, settlement: Settlement, now: datetime
) -> list[Charge]:
    """Write what a call came to; returns what that changes in the budget, to be applied as the transaction's last act.

    Not fenced: what was paid was paid, whoever owns the order now. A call already recorded is left alone.
    """
    was = _state_of(connection, call) if call.budget_day is not None else None
    usage = settlement.usage
    settled = connection.execute(
        _SETTLE_CALL,
        {
            "call": call.id,
            "status": settlement.status.value,
            "answer": settlement.answer,
            "finish_reason": settlement.finish_reason,
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
            "cache_read_tokens": usage.cache_read_tokens,
            "cache_write_tokens": usage.cache_write_tokens,
            "cost_usd": settlement.cost_usd,
            "ceo_usd": settlement.ceo_usd,
            "latency_ms": settlement.latency_ms,
            "request_id": settlement.request_id,
            "error": settlement.error,
            "trouble": settlement.trouble,
            "finished_at": now,
        },
    )
    if was is None or settled.rowcount == 0:
        return []
    becomes = CallState(settlement.status, was.worst_case_usd, settlement.cost_usd)
    charge = charge_of(call.role, call.budget_day, was, becomes)
    return [charge] if charge else []


def _state_of(connection: Connection, call: CallRecord) -> CallState | None:
    row = connection.execute(_STATE_OF_CALL, {"call": call.id}).first()
    return CallState(CallStatus(row.status), row.worst_case_usd, row.cost_usd) if row else None


def abandon_running(connection: Connection, order_id: str, now: datetime, why: str) -> list[Charge]:
    """Close what stands open: tries as abandoned, calls as in doubt at their worst case.

    Returns what that changes in the budget, to be applied as the transaction's last act.
    """
    closed = connection.execute(
        sa.update(model_calls)
        .where(
            model_calls.c.order_id == order_id,
            model_calls.c.status == CallStatus.STARTED.value,
        )
        .values(
            status=CallStatus.IN_DOUBT.value,
            cost_usd=model_calls.c.worst_case_usd,
            error=why,
            finished_at=now,
        )
        .returning(model_calls.c.role, model_calls.c.budget_day, model_calls.c.worst_case_usd)
    ).all()
    connection.execute(
        sa.update(attempts)
        .where(
            attempts.c.order_id == order_id,
            attempts.c.status == AttemptStatus.RUNNING.value,
        )
        .values(status=AttemptStatus.ABANDONED.value, error=why, finished_at=now)
    )
    return [
        Charge(Role(row.role), row.budget_day, spent_usd=row.worst_case_usd, reserved_usd=-row.worst_case_usd)
        for row in closed
        if row.budget_day is not None and row.worst_case_usd
    ]


def close_attempt(
    connection: Connection,
    attempt_id: str,
    status: AttemptStatus,
    now: datetime,
    *,
    answer: str | None = None,
    error: str | None = None,
) -> None:
    """Write how a try ended."""
    connection.execute(
        _CLOSE_ATTEMPT,
        {"attempt": attempt_id, "status": status.value, "answer": answer, "error": error, "finished_at": now},
    )


def store_verdict(
    connection: Connection, order: WorkOrder, attempt_id: str, verdict: VerdictRecord, now: datetime
) -> None:
    """Store QA's proof for one try."""
    connection.execute(
        _INSERT_VERDICT,
        {
            "id": new_id(),
            "order_id": order.id,
            "attempt_id": attempt_id,
            "passed": verdict.passed,
            "checks": checks_json(verdict),
            "created_at": now,
        },
    )


def verdict_event(verdict: VerdictRecord) -> Happening:
    """The event that reports QA's proof."""
    failed = [
        {"name": check.name, "evidence": check.evidence} for check in verdict.checks if check.status == "fail"
    ]
    return Happening("order.qa", {"passed": verdict.passed, "checks": len(verdict.checks), "failed": failed})


def record_metric(
    connection: Connection,
    order: WorkOrder,
    attempt: AttemptRecord,
    call: CallRecord,
    now: datetime,
    *,
    success: bool,
) -> None:
    """One row of `agent_metrics` for one finished try, as the brief's `query_metrics` reads them."""
    connection.execute(
        _INSERT_METRIC,
        {
            "id": new_id(),
            "created_at": now,
            "work_order_id": order.id,
            "session_id": order.session_id,
            "agent_name": f"{attempt.role.value}_agent",
            "role": attempt.role.value,
            "model": attempt.model,
            "provider": attempt.provider,
            "success": success,
            "latency_ms": call.latency_ms or 0,
            "prompt_tokens": call.usage.prompt_tokens,
            "completion_tokens": call.usage.output_tokens,
            "cost_usd": call.cost_usd,
        },
    )


def attempts_of(connection: Connection, order_id: str) -> tuple[AttemptRecord, ...]:
    """Every try at the order, in order, each with its verdict and its calls."""
    calls: dict[str | None, list[CallRecord]] = defaultdict(list)
    for call in calls_of(connection, order_id):
        calls[call.attempt_id].append(call)
    rows = connection.execute(_ATTEMPTS_OF, {"order": order_id}).all()
    return tuple(
        attempt_from(row, verdict_from(row) if row.checks is not None else None, calls[row.id])
        for row in rows
    )


def calls_of(connection: Connection, order_id: str) -> Sequence[CallRecord]:
    """The order's ledger, in order."""
    rows = connection.execute(_CALLS_OF, {"order": order_id})
    return [call_from(row) for row in rows]
