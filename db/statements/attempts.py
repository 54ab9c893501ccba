"""Employees' tries, and QA's verdict on each. Their calls are in `db.statements.calls`."""

import json
from collections import defaultdict
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from db.records import (
    AttemptRecord,
    AttemptStatus,
    CallRecord,
    VerdictRecord,
    Work,
)
from db.statements.attachments import attachments_of
from db.statements.budget import Charge, apply_charges, reserve
from db.statements.calls import calls_of, close_running_calls, insert_call
from db.statements.events import Happening, append_events, last_seq
from db.statements.orders import claim_order, write_unless_cancelled
from db.statements.routes import plan_of
from db.statements.rows import attempt_from, checks_json, verdict_from
from db.tables import agent_metrics, attempts, verdicts
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
_INSERT_VERDICT = sa.insert(verdicts)
_INSERT_METRIC = sa.insert(agent_metrics)
_CHANGE_MODEL = sa.update(attempts).where(attempts.c.id == sa.bindparam("attempt"))
_CLOSE_ATTEMPT = sa.update(attempts).where(attempts.c.id == sa.bindparam("attempt"))
_ATTEMPTS_OF = (
    sa.select(attempts, verdicts.c.passed, verdicts.c.checks)
    .outerjoin(verdicts, verdicts.c.attempt_id == attempts.c.id)
    .where(attempts.c.order_id == sa.bindparam("order"))
    .order_by(attempts.c.n)
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
    brought, (path, floor) = attachments_of(connection, order_id), plan_of(connection, order_id)
    if not order.attempts:
        return Work(order, (), brought, path, floor)
    tried = attempts_of(connection, order_id)
    if tried[-1].status is AttemptStatus.RUNNING and tried[-1].recorded_call is None:
        charges = abandon_running(connection, order.id, now, WORKER_STOPPED)
        tried = attempts_of(connection, order_id)
        apply_charges(connection, charges)
    return Work(order, tried, brought, path, floor)


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

    What still stands open of earlier tries is closed; `claim_work` has done so, but not where an answer was recorded.
    The same try once more, because the commit's reply was lost, changes nothing.

    Raises:
        OrderCancelled: the owner does not want it any more.
        LeaseLost: the claim is no longer the newest.
        BudgetRefused, BudgetBusy, PaidCallsFrozen: as `reserve`; nothing is written.
    """
    write_unless_cancelled(connection, order, now, status=Status.WORKING.value, attempts=attempt.n)
    charges: list[Charge] = []
    if order.attempts:
        charges = abandon_running(connection, order.id, now, WORKER_STOPPED, but=attempt.id)
    if not insert_attempt(connection, order, attempt, now):
        return last_seq(connection, order.session_id)
    insert_call(connection, call)
    working = {"attempt": attempt.n, "role": attempt.role.value, "model": attempt.model}
    seq = append_events(connection, order, [Happening("order.working", working)], now)
    apply_charges(connection, charges)
    reserve(connection, call, limits, now)
    return seq


def insert_attempt(connection: Connection, order: WorkOrder, attempt: AttemptRecord, now: datetime) -> bool:
    """Write the row of a try that begins; False when it is there already."""
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
    return inserted.first() is not None


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
    if not insert_call(connection, call):
        return last_seq(connection, order.session_id)
    working = {"attempt": attempt.n, "role": attempt.role.value, "model": call.model, "fallback": True}
    seq = append_events(connection, order, [Happening("order.working", working)], now)
    reserve(connection, call, limits, now)
    return seq


def abandon_running(
    connection: Connection, order_id: str, now: datetime, why: str, *, but: str | None = None
) -> list[Charge]:
    """Close what stands open: tries as abandoned, calls as in doubt at their worst case. `but` is one try to leave.

    Returns what that changes in the budget, to be applied as the transaction's last act.
    """
    charges = close_running_calls(connection, order_id, now, why, but=but)
    connection.execute(
        sa.update(attempts)
        .where(
            attempts.c.order_id == order_id,
            attempts.c.status == AttemptStatus.RUNNING.value,
            attempts.c.id != (but or ""),
        )
        .values(status=AttemptStatus.ABANDONED.value, error=why, finished_at=now)
    )
    return charges


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
