"""What the heartbeat asks of the tools' runs: what was claimed last, and when one was last done."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.equipment_tables import equipment_runs
from db.statements.equipment import RunStatus, newest_due_times
from db.statements.equipment_schedules import ScheduleRow, all_schedules

_R = equipment_runs.c
_LAST_DONE = (
    sa.select(_R.finished_at)
    .where(_R.tool == sa.bindparam("tool"), _R.status == RunStatus.DONE.value)
    .order_by(_R.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class ToolSigns:
    """`claimed`: the newest due time of each tool that somebody has run; `backed_up_at` None: never."""

    rows: dict[str, ScheduleRow]
    claimed: dict[str, datetime]
    backed_up_at: datetime | None


def tool_signs(connection: Connection, backup: str) -> ToolSigns:
    """Read them, of the tools that run once for the whole company. `backup` is that tool's name."""
    done: datetime | None = connection.execute(_LAST_DONE, {"tool": backup}).scalar()
    return ToolSigns(all_schedules(connection), newest_due_times(connection, ""), done)
