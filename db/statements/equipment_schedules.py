"""What the owner has changed of the tools' schedules, and since when each tool's due times count."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from db.equipment_tables import equipment_schedules
from db.statements.logs import AuditEvent, insert_audit_event

_S = equipment_schedules.c
FIRST_SEEN = "first seen"


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """A tool's row. `cron`, `parameters` (JSON) and `tell` None: as the tool has it."""

    tool: str
    counts_from: datetime
    is_paused: bool = False
    cron: str | None = None
    parameters: str | None = None
    tell: str | None = None


_ALL = sa.select(equipment_schedules)
_MEET = {
    "postgresql": postgresql.insert(equipment_schedules).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(equipment_schedules).on_conflict_do_nothing(),
}


def all_schedules(connection: Connection) -> dict[str, ScheduleRow]:
    """Every tool's row, by the tool's name."""
    return {
        row.tool: ScheduleRow(
            row.tool, row.counts_from, row.is_paused, row.cron or None, row.parameters, row.tell
        )
        for row in connection.execute(_ALL)
    }


def meet_tools(connection: Connection, tools: Iterable[str], now: datetime) -> None:
    """Tools that were never seen before count from now on: nothing they might have done is caught up."""
    for tool in sorted(tools):
        row = {
            "tool": tool,
            "counts_from": now,
            "is_paused": False,
            "changed_at": now,
            "changed_by": FIRST_SEEN,
        }
        connection.execute(_MEET[connection.dialect.name], row)


def pause_tool(connection: Connection, tool: str, *, paused: bool, by: str, now: datetime) -> bool:
    """Pause a tool's schedule or let it go on; audited. False when it was so already.

    What came due during a pause is left to the tool's catch-up policy.
    """
    meet_tools(connection, [tool], now)
    changed = sa.update(equipment_schedules).where(_S.tool == tool, _S.is_paused.is_not(paused))
    values = {"is_paused": paused, "changed_at": now, "changed_by": by}
    if connection.execute(changed.values(values)).rowcount == 0:
        return False
    _audit(connection, tool, "equipment.paused" if paused else "equipment.resumed", {}, by, now)
    return True


def set_schedule(connection: Connection, row: ScheduleRow, *, by: str, now: datetime) -> None:
    """Give a tool the owner's schedule, parameters and channel; audited. Due times count from `row.counts_from`."""
    meet_tools(connection, [row.tool], now)
    values = {
        "counts_from": row.counts_from,
        "is_paused": row.is_paused,
        "cron": row.cron,
        "parameters": row.parameters,
        "tell": row.tell,
        "changed_at": now,
        "changed_by": by,
    }
    connection.execute(sa.update(equipment_schedules).where(_S.tool == row.tool).values(values))
    details = {
        "cron": row.cron,
        "tell": row.tell,
        "parameters": json.loads(row.parameters) if row.parameters else None,
    }
    _audit(connection, row.tool, "equipment.scheduled", details, by, now)


def reschedule(connection: Connection, row: ScheduleRow, *, by: str, now: datetime) -> None:
    """As `set_schedule`, but a tool that is paused stays so."""
    meet_tools(connection, [row.tool], now)
    paused = connection.execute(sa.select(_S.is_paused).where(_S.tool == row.tool)).scalar_one()
    set_schedule(connection, replace(row, is_paused=paused), by=by, now=now)


def _audit(
    connection: Connection, tool: str, action: str, details: dict[str, object], by: str, now: datetime
) -> None:
    audit = AuditEvent(by, action, "done", None, None, {"tool": tool, **details})
    insert_audit_event(connection, audit, now)
