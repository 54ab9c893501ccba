"""The ledger of model calls: a row before each, what it came to after it. The budget follows every change of a row."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from db.records import CallRecord, CallStatus, Settlement
from db.statements.budget import CallState, Charge, apply_charges, charge_of, reserve
from db.statements.rows import call_from, price_json
from db.tables import model_calls
from nexus.budget import Limits
from nexus.work_order import Role

# Built once: constructing a statement costs several times its execution on the hot path.
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
_SETTLE_CALL = sa.update(model_calls).where(
    model_calls.c.id == sa.bindparam("call"), model_calls.c.status != CallStatus.RECORDED.value
)
_CALLS_OF = (
    sa.select(model_calls).where(model_calls.c.order_id == sa.bindparam("order")).order_by(model_calls.c.id)
)


def start_call(connection: Connection, call: CallRecord, now: datetime, *, limits: Limits) -> None:
    """Write the ledger row of a call that is about to be made outside a try, its worst case reserved.

    Raises as `reserve`.
    """
    if insert_call(connection, call):
        reserve(connection, call, limits, now)


def insert_call(connection: Connection, call: CallRecord) -> bool:
    """Write the row of a call as started; False when it is there already: the commit's reply was lost."""
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


def close_running_calls(
    connection: Connection, order_id: str, now: datetime, why: str, *, but: str | None = None
) -> list[Charge]:
    """Close what stands open as in doubt, at its worst case; returns what that changes in the budget.

    `but` is a try whose calls are left.
    """
    closed = connection.execute(
        sa.update(model_calls)
        .where(
            model_calls.c.order_id == order_id,
            model_calls.c.status == CallStatus.STARTED.value,
            model_calls.c.attempt_id.is_distinct_from(but) if but else sa.true(),
        )
        .values(
            status=CallStatus.IN_DOUBT.value,
            cost_usd=model_calls.c.worst_case_usd,
            error=why,
            finished_at=now,
        )
        .returning(model_calls.c.role, model_calls.c.budget_day, model_calls.c.worst_case_usd)
    ).all()
    return [
        Charge(Role(row.role), row.budget_day, spent_usd=row.worst_case_usd, reserved_usd=-row.worst_case_usd)
        for row in closed
        if row.budget_day is not None and row.worst_case_usd
    ]


def calls_of(connection: Connection, order_id: str) -> Sequence[CallRecord]:
    """The order's ledger, in order."""
    rows = connection.execute(_CALLS_OF, {"order": order_id})
    return [call_from(row) for row in rows]
