"""A try at an order by a tool of the equipment instead of an employee: its row, and the tool's run, in one step."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.engine import Connection

from db.records import AttemptRecord
from db.statements.attempts import insert_attempt
from db.statements.equipment import NewRun, claim_run
from db.statements.equipment_schedules import all_schedules
from db.statements.events import Happening, append_events, last_seq
from db.statements.logs import AuditEvent, insert_audit_event
from db.statements.orders import write_unless_cancelled
from nexus.work_order import Status, WorkOrder


def open_tool_try(
    connection: Connection,
    order: WorkOrder,
    attempt: AttemptRecord,
    run: NewRun,
    triaged: Mapping[str, object],
    now: datetime,
    *,
    lease_s: float,
) -> int:
    """Begin it: the try, and the tool's run with a lease of its own; returns the event's number.

    The same try once more, because the commit's reply was lost, changes nothing.

    Raises:
        OrderCancelled: the owner does not want it any more.
        LeaseLost: the claim is no longer the newest.
    """
    write_unless_cancelled(connection, order, now, status=Status.WORKING.value, attempts=attempt.n)
    if not insert_attempt(connection, order, attempt, now):
        return last_seq(connection, order.session_id)
    claim_run(connection, run, lease_s=lease_s, now=now)
    details = {"tool": run.tool, "run_id": run.id, "parameters": run.parameters}
    audit = AuditEvent(run.triggered_by, "equipment.run", "started", order.id, order.session_id, details)
    insert_audit_event(connection, audit, now)
    working = {
        "attempt": attempt.n,
        "role": attempt.role.value,
        "model": attempt.model,
        "equipment": attempt.model,
    }
    happenings = [Happening("order.triaged", triaged), Happening("order.working", working)]
    return append_events(connection, order, happenings, now)


def tool_is_paused(connection: Connection, tool: str) -> bool:
    """True while the owner does not want the tool to be run."""
    row = all_schedules(connection).get(tool)
    return row is not None and row.is_paused
