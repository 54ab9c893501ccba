"""Runs that are asked for: a row that waits until a process takes it, which one does.

Who asks need not be able to run it: the gateway runs no tool. What is taken is leased as every run is. What is lost,
and may be run again, waits once more under its own id. What nobody took for an hour is given up and says so: a backup
that was asked for last week is not taken by a company that is started today.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.equipment_tables import equipment_runs
from db.statements.equipment import Run, RunStatus, run_of
from db.statements.locks import lock
from db.statements.logs import AuditEvent, insert_audit_event
from db.types import db_now
from nexus.errors import PermanentError

MOST_ASKED: Final = 5
"""How many runs of one tool may be asked for and not have ended."""
ASKED_FOR_S: Final = 3600.0
"""How long a run waits to be taken."""
LOCK: Final = "equipment.asked"
NOBODY: Final = "Nobody took it within an hour: no process that runs this tool was there."

_R = equipment_runs.c


class QueueFull(PermanentError):
    """Enough runs of this tool are asked for."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A run that is asked for. `parameters` is JSON; `request_key` names the request, so that it is taken once."""

    id: str
    tool: str
    parameters: str
    by: str
    via: str
    tell: str | None = None
    request_key: str | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A run that is to be taken; `is_over`: its time is, or that of the process that ran it."""

    id: str
    tool: str
    attempt: int
    status: RunStatus
    is_over: bool


# Built once: constructing a statement costs several times its execution.
_FOR_S = sa.bindparam("for_s", type_=sa.Float)
_NOW = sa.bindparam("now", type_=_R.started_at.type)
# Written out, not a parameter: else the partial index cannot be used.
_IS_ASKED = _R.status == sa.literal(RunStatus.ASKED.value, literal_execute=True)
_SEEN = (_R.id, _R.tool, _R.attempt, _R.status, (_R.lease_until < db_now()).label("is_over"))
_LOOK = sa.union_all(
    sa.select(*_SEEN).where(_IS_ASKED),
    sa.select(*_SEEN).where(
        _R.status == RunStatus.RUNNING.value, _R.lease_until.is_not(None), _R.lease_until < db_now()
    ),
)
_TAKE = (
    sa.update(equipment_runs)
    .where(_R.id == sa.bindparam("run_id"), _IS_ASKED, _R.lease_until >= db_now())
    .values(
        status=RunStatus.RUNNING.value,
        holder=sa.bindparam("by"),
        place=sa.bindparam("at"),
        lease_until=db_now(_FOR_S),
        started_at=_NOW,
    )
    .returning(*_R)
)
_GIVE_UP = (
    sa.update(equipment_runs)
    .where(_IS_ASKED, _R.lease_until < db_now())
    .values(status=RunStatus.LOST.value, finished_at=_NOW, lease_until=None, output=NOBODY)
)
_OFFER = (
    sa.update(equipment_runs)
    .where(_R.id == sa.bindparam("run_id"), _R.status == RunStatus.LOST.value, _R.asked_at.is_not(None))
    .values(
        status=RunStatus.ASKED.value,
        holder="",
        place="",
        attempt=_R.attempt + 1,
        finished_at=None,
        lease_until=db_now(_FOR_S),
    )
)
_OPEN = sa.select(sa.func.count()).where(
    _R.tool == sa.bindparam("tool"), _R.asked_at.is_not(None), _R.finished_at.is_(None)
)
_OF_KEY = sa.select(equipment_runs).where(_R.request_key == sa.bindparam("key"))


def ask_for_run(connection: Connection, wish: Wish, now: datetime) -> Run:
    """Write the run down for whoever takes it, and that it was asked for; or find it under its request's key.

    Raises:
        QueueFull: `MOST_ASKED` runs of the tool have not ended; nothing is written.
    """
    lock(connection, LOCK)
    if wish.request_key is not None and (known := run_of_request(connection, wish.request_key)) is not None:
        return known
    give_up_asked(connection, now)
    if connection.execute(_OPEN, {"tool": wish.tool}).scalar_one() >= MOST_ASKED:
        raise QueueFull(f"{MOST_ASKED} runs of {wish.tool} are asked for and have not ended: wait for one.")
    connection.execute(sa.insert(equipment_runs).values(_written(wish, now)))
    details = {
        "tool": wish.tool,
        "run_id": wish.id,
        "parameters": json.loads(wish.parameters),
        "tell": wish.tell,
        "via": wish.via,
    }
    insert_audit_event(connection, AuditEvent(wish.by, "equipment.run", "asked", None, None, details), now)
    return runs_by_id(connection, [wish.id])[wish.id]


def _written(wish: Wish, now: datetime) -> dict[str, object]:
    return {
        "id": wish.id,
        "tool": wish.tool,
        "place": "",
        "attempt": 1,
        "status": RunStatus.ASKED.value,
        "parameters": wish.parameters,
        "triggered_by": wish.by,
        "tell": wish.tell,
        "holder": "",
        "lease_until": db_now(ASKED_FOR_S),
        "started_at": now,
        "asked_at": now,
        "request_key": wish.request_key,
    }


def run_of_request(connection: Connection, key: str) -> Run | None:
    """The run that the request of this key has made."""
    row = connection.execute(_OF_KEY, {"key": key}).first()
    return run_of(row) if row is not None else None


def waiting_runs(connection: Connection) -> list[Waiting]:
    """What somebody should take, or give up: asked runs, and those whose lease is over; oldest first.

    One read of two small indexes.
    """
    found = sorted(connection.execute(_LOOK), key=lambda row: str(row.id))
    return [Waiting(row.id, row.tool, row.attempt, RunStatus(row.status), bool(row.is_over)) for row in found]


def take_run(
    connection: Connection, run_id: str, *, holder: str, place: str, lease_s: float, now: datetime
) -> Run | None:
    """Make an asked run `holder`'s own for `lease_s` seconds; None when somebody else was first, or it is too old."""
    values = {"run_id": run_id, "by": holder, "at": place, "for_s": lease_s, "now": now}
    row = connection.execute(_TAKE, values).first()
    return run_of(row) if row is not None else None


def give_up_asked(connection: Connection, now: datetime) -> int:
    """Mark as lost what nobody took in time; returns how many."""
    return connection.execute(_GIVE_UP, {"now": now}).rowcount


def offer_again(connection: Connection, run_id: str) -> bool:
    """Let a lost run that was asked for wait once more."""
    return connection.execute(_OFFER, {"run_id": run_id, "for_s": ASKED_FOR_S}).rowcount == 1


def runs_by_id(connection: Connection, ids: Collection[str]) -> dict[str, Run]:
    """Those of these runs that there are, by their ids."""
    found = connection.execute(sa.select(equipment_runs).where(_R.id.in_(list(ids))))
    return {run.id: run for run in map(run_of, found)}
