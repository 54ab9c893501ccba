"""The mode log: which store a host accepts into, and since when. The newest row holds.

The log of a host stands in its spool, where all its processes see it; the replay copies it to PostgreSQL.
`returning` is a row's mode for some seconds at most: new orders wait while the last ones move, then the same row
becomes `primary`, or goes. So the log that people read has pairs of `local` and `primary` only.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.tables import store_modes
from nexus.ids import new_id

GATE_S = 2.0
KEPT = 1_000


class Mode(StrEnum):
    """Where new orders go."""

    PRIMARY = "primary"
    LOCAL = "local"
    RETURNING = "returning"


@dataclass(frozen=True, slots=True)
class ModeRow:
    """One change."""

    id: str
    at: datetime
    host: str
    mode: Mode
    reason: str


# SQLite's own row number: the order of writing, whatever the clock did.
_NEWEST = sa.select(store_modes).order_by(sa.literal_column("rowid").desc())
_NEWEST_ONE = _NEWEST.limit(1)


def newest_mode(connection: Connection) -> ModeRow | None:
    """The row that holds; None in a spool that never worked with a primary."""
    row = connection.execute(_NEWEST_ONE).first()
    return _mode_from(row) if row is not None else None


def newest_modes(connection: Connection, limit: int = 10) -> list[ModeRow]:
    """The log, newest first."""
    return [_mode_from(row) for row in connection.execute(_NEWEST.limit(limit))]


def write_mode(connection: Connection, mode: Mode, host: str, reason: str, now: datetime) -> bool:
    """Change the host's mode; False when it is so already, by another process."""
    newest = newest_mode(connection)
    if newest is not None and newest.mode is mode:
        return False
    if newest is not None and newest.mode is Mode.RETURNING:
        cancel_return(connection)
        return write_mode(connection, mode, host, reason, now)
    row = {"id": new_id(), "at": now, "host": host, "mode": mode.value, "reason": reason}
    connection.execute(sa.insert(store_modes), row)
    return True


def begin_return(connection: Connection, host: str, now: datetime) -> bool:
    """Let new orders wait, so that the last ones can move. False when the host is not in local mode.

    One process of the host at a time calls this: a row that is there already was left by one that died.
    """
    cancel_return(connection)
    newest = newest_mode(connection)
    if newest is None or newest.mode is not Mode.LOCAL:
        return False
    return write_mode(connection, Mode.RETURNING, host, "the last orders move to PostgreSQL", now)


def finish_return(connection: Connection, reason: str, now: datetime) -> bool:
    """Back to `primary`. False when the gate was opened meanwhile, because it took too long."""
    done = connection.execute(
        sa.update(store_modes)
        .where(store_modes.c.mode == Mode.RETURNING.value)
        .values(mode=Mode.PRIMARY.value, at=now, reason=reason)
    )
    return done.rowcount == 1


def hold_gate(connection: Connection, now: datetime) -> None:
    """Whoever closed the gate lives and makes progress: it stays closed for another `GATE_S`."""
    connection.execute(
        sa.update(store_modes).where(store_modes.c.mode == Mode.RETURNING.value).values(at=now)
    )


def cancel_return(connection: Connection) -> None:
    """The way back did not come off: `local` holds again."""
    connection.execute(sa.delete(store_modes).where(store_modes.c.mode == Mode.RETURNING.value))


def gated(newest: ModeRow, now: datetime) -> bool:
    """True while new orders have to wait: the gate opens by itself when whoever closed it is late or dead."""
    return newest.mode is Mode.RETURNING and now - newest.at < timedelta(seconds=GATE_S)


def _mode_from(row: sa.Row[tuple[object, ...]]) -> ModeRow:
    return ModeRow(row.id, row.at, row.host, Mode(row.mode), row.reason)
