"""Runs of tools: claimed once per due time, leased while they run, ended once; and their history.

The row is the claim: its unique key lets one process write it, whichever hosts and clocks there are. A run's lease is
by the database's clock. Who finds it over marks the run `lost`; the process that held it can write nothing any more.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from db.equipment_tables import equipment_runs
from db.statements.alerts import Alert, Severity, raise_alert
from db.types import db_now
from nexus.redaction import redact

SCHEDULE = "schedule"
"""`triggered_by` of a run that came due."""

_R = equipment_runs.c


class RunStatus(StrEnum):
    """Where a run is. Only `asked` and `running` change.

    `asked`: whoever takes it first runs it. `lost`: the process that ran it went away, or nobody took it in time.
    """

    ASKED = "asked"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run that is about to begin. `place` is a host, or empty for the whole company; `parameters` is JSON.

    `due_at` None: asked for by hand, by `triggered_by`; with `asked_at`, not of this process but of whoever takes it
    (`db.statements.equipment_queue`). `attempt` 2: again, because the first was lost.
    """

    id: str
    tool: str
    parameters: str
    triggered_by: str
    holder: str
    place: str = ""
    due_at: datetime | None = None
    attempt: int = 1
    tell: str | None = None
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended. `output` is what was kept of `output_bytes`; no exit code: it was never started."""

    status: RunStatus
    output: str
    output_bytes: int
    exit_code: int | None


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it is stored. Of one that is `asked`, `started_at` is when it was asked for."""

    id: str
    tool: str
    place: str
    due_at: datetime | None
    attempt: int
    status: RunStatus
    parameters: str
    triggered_by: str
    tell: str | None
    told_at: datetime | None
    holder: str
    started_at: datetime
    finished_at: datetime | None
    exit_code: int | None
    output: str | None
    output_bytes: int | None
    asked_at: datetime | None

    @property
    def host(self) -> str | None:
        """The host whose process runs it, or has run it; None while nobody does."""
        return self.holder.partition("/")[0] or None


# Built once: constructing a statement costs several times its execution.
_FOR_S = sa.bindparam("for_s", type_=sa.Float)
_NEW = {
    "id": sa.bindparam("id"),
    "tool": sa.bindparam("tool"),
    "place": sa.bindparam("place"),
    "due_at": sa.bindparam("due_at", type_=_R.due_at.type),
    "attempt": sa.bindparam("attempt"),
    "status": RunStatus.RUNNING.value,
    "parameters": sa.bindparam("parameters"),
    "triggered_by": sa.bindparam("triggered_by"),
    "tell": sa.bindparam("tell"),
    "holder": sa.bindparam("holder"),
    "lease_until": db_now(_FOR_S),
    "started_at": sa.bindparam("started_at", type_=_R.started_at.type),
    "asked_at": sa.bindparam("asked_at", type_=_R.asked_at.type),
}
_CLAIM = {
    "postgresql": postgresql.insert(equipment_runs).values(_NEW).on_conflict_do_nothing().returning(_R.id),
    "sqlite": sqlite.insert(equipment_runs).values(_NEW).on_conflict_do_nothing().returning(_R.id),
}
_MINE = sa.and_(
    _R.id == sa.bindparam("run_id"),
    _R.holder == sa.bindparam("by"),
    _R.status == RunStatus.RUNNING.value,
)
_RENEW = sa.update(equipment_runs).where(_MINE).values(lease_until=db_now(_FOR_S))
_OVER = sa.and_(_R.status == RunStatus.RUNNING.value, _R.lease_until < db_now())
_ANY_OVER = sa.select(_R.id).where(_OVER).limit(1)
_LOSE = sa.update(equipment_runs).where(_OVER).returning(*_R)
_NEWEST_DUE = (
    sa.select(_R.tool, sa.func.max(_R.due_at, type_=_R.due_at.type).label("due_at"))
    .where(_R.due_at.is_not(None), _R.place.in_(["", sa.bindparam("host")]))
    .group_by(_R.tool)
)
_KNOWN = sa.select(_R.id).where(
    _R.tool == sa.bindparam("tool"), _R.place == sa.bindparam("place"), _R.due_at == sa.bindparam("due_at")
)


def claim_run(connection: Connection, new: NewRun, *, lease_s: float, now: datetime) -> bool:
    """Write the row of a run that begins now; False when its due time is somebody else's already.

    The lease holds for `lease_s` seconds from now.
    """
    values = {name: getattr(new, name) for name in NewRun.__dataclass_fields__}
    row = {**values, "for_s": lease_s, "started_at": now}
    return connection.execute(_CLAIM[connection.dialect.name], row).first() is not None


def renew_run(connection: Connection, run_id: str, holder: str, lease_s: float) -> bool:
    """Hold it for `lease_s` seconds from now on; False when it was given up as lost meanwhile."""
    return connection.execute(_RENEW, {"run_id": run_id, "by": holder, "for_s": lease_s}).rowcount == 1


def finish_run(connection: Connection, run_id: str, holder: str, ended: Ended, now: datetime) -> bool:
    """Write down how a run ended, without secrets; False when it was given up as lost, and then nothing changes.

    A scheduled run that did not end well is an alert: nobody was there to see it.
    """
    finished = (
        sa.update(equipment_runs)
        .where(_MINE)
        .values(
            status=ended.status.value,
            finished_at=now,
            exit_code=ended.exit_code,
            output=redact(ended.output.replace("\0", "\ufffd")),
            output_bytes=ended.output_bytes,
            lease_until=None,
        )
        .returning(*_R)
    )
    row = connection.execute(finished, {"run_id": run_id, "by": holder}).first()
    if row is None:
        return False
    _tell_trouble(connection, run_of(row), now)
    return True


def lose_runs(connection: Connection, now: datetime) -> list[Run]:
    """Mark every run whose lease is over as lost, and return them. Each is returned to one caller only."""
    values = {"status": RunStatus.LOST.value, "finished_at": now, "lease_until": None}
    return [run_of(row) for row in connection.execute(_LOSE.values(values))]


def tell_lost(connection: Connection, run: Run, now: datetime) -> None:
    """Alert the owner that a lost run is not made up for. As a transaction's last act."""
    _tell_trouble(connection, run, now)


def any_run_is_over(connection: Connection) -> bool:
    """True when `lose_runs` would find something. Read-only, and cheap."""
    return connection.execute(_ANY_OVER).first() is not None


def newest_due_times(connection: Connection, host: str) -> dict[str, datetime]:
    """Each tool's newest due time that was claimed, for the whole company or for `host`."""
    return {row.tool: row.due_at for row in connection.execute(_NEWEST_DUE, {"host": host})}


def due_time_is_claimed(connection: Connection, tool: str, place: str, due_at: datetime) -> bool:
    """True when somebody runs, or has run, this due time."""
    values = {"tool": tool, "place": place, "due_at": due_at}
    return connection.execute(_KNOWN, values).first() is not None


def get_run(connection: Connection, run_id: str) -> Run | None:
    """One run; None when there is none."""
    row = connection.execute(sa.select(equipment_runs).where(_R.id == run_id)).first()
    return run_of(row) if row is not None else None


def run_history(
    connection: Connection, *, tool: str | None = None, cursor: str | None = None, limit: int = 50
) -> list[Run]:
    """Runs, newest first, at most `limit`: of one tool or of all, older than the run whose id `cursor` is."""
    tests = [_R.tool == tool] if tool is not None else []
    tests += [_R.id < cursor] if cursor is not None else []
    found = connection.execute(sa.select(equipment_runs).where(*tests).order_by(_R.id.desc()).limit(limit))
    return [run_of(row) for row in found]


def newest_runs(connection: Connection, tools: Iterable[str]) -> dict[str, Run]:
    """The newest run of each of `tools` that has one."""
    found = (run_history(connection, tool=tool, limit=1) for tool in tools)
    return {runs[0].tool: runs[0] for runs in found if runs}


def untold_runs(connection: Connection, limit: int = 50) -> list[Run]:
    """Runs that have ended and whose channel has not heard of it, oldest first."""
    waiting = sa.select(equipment_runs).where(
        _R.tell.is_not(None), _R.told_at.is_(None), _R.finished_at.is_not(None)
    )
    return [run_of(row) for row in connection.execute(waiting.order_by(_R.id).limit(limit))]


def mark_told(connection: Connection, run_id: str, now: datetime) -> bool:
    """Its channel had it; False when that was known."""
    told = sa.update(equipment_runs).where(_R.id == run_id, _R.told_at.is_(None)).values(told_at=now)
    return connection.execute(told).rowcount == 1


def prune_runs(connection: Connection, cutoff: datetime, *, limit: int = 5000) -> int:
    """Delete runs that ended before `cutoff`, `limit` at most; of each tool and host the newest due time stays."""
    newest = sa.select(sa.func.max(_R.due_at)).where(_R.tool == _OUTER.c.tool, _R.place == _OUTER.c.place)
    some = (
        sa.select(_OUTER.c.id)
        .where(
            _OUTER.c.finished_at < cutoff,
            sa.or_(_OUTER.c.due_at.is_(None), _OUTER.c.due_at < newest.scalar_subquery()),
        )
        .limit(limit)
    )
    return connection.execute(sa.delete(equipment_runs).where(_R.id.in_(some))).rowcount


_OUTER = equipment_runs.alias("outer_runs")
_WORDS = {
    RunStatus.FAILED: "failed",
    RunStatus.TIMED_OUT: "was ended at its timeout",
    RunStatus.LOST: "was lost: the process that ran it went away",
}


def _tell_trouble(connection: Connection, run: Run, now: datetime) -> None:
    if run.due_at is None or run.status not in _WORDS:
        return
    text = f"{run.tool}, due {run.due_at:%Y-%m-%d %H:%M} UTC, {_WORDS[run.status]}: nexus equipment history {run.tool}"
    details = {
        "tool": run.tool,
        "status": run.status.value,
        "run_id": run.id,
        "host": run.place,
        "due_at": run.due_at.isoformat(),
    }
    kind = f"equipment.{run.status.value}"
    raise_alert(connection, Alert(f"{kind}:{run.id}", kind, Severity.WARNING, text, details), now)


def run_of(row: sa.Row[*tuple[object, ...]]) -> Run:
    """A row of the table, or of a statement that returns all of it."""
    values = {name: getattr(row, name) for name in Run.__dataclass_fields__}
    return Run(**values | {"status": RunStatus(row.status)})
