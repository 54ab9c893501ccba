"""What has just changed in the company, without its content: for the live view of all sessions."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.tables import events, sessions, work_orders
from nexus.work_order import Status

type Place = tuple[str, int]
"""A session, and the number of one of its events."""


@dataclass(frozen=True, slots=True)
class Change:
    """An event, and where its order stands now."""

    order_id: str
    session_id: str
    status: Status
    event: str
    seq: int
    at: datetime


_CHANGE = (
    events.c.order_id,
    events.c.session_id,
    work_orders.c.status,
    events.c.type,
    events.c.seq,
    events.c.created_at,
    sessions.c.user_id,
)
_SESSION, _SEQ = sa.column("session_id", sa.String), sa.column("seq", sa.BigInteger)


def changes_at(connection: Connection, user_id: str, places: Collection[Place]) -> list[Change]:
    """The events at `places` that are of the user's sessions, the oldest first. What is not there is left out."""
    asked = sa.values(_SESSION, _SEQ, name="places").data(list(places)).cte()
    found = (
        sa.select(*_CHANGE)
        .select_from(asked)
        .join(events, sa.and_(events.c.session_id == asked.c.session_id, events.c.seq == asked.c.seq))
        .join(sessions, sessions.c.id == events.c.session_id)
        .join(work_orders, work_orders.c.id == events.c.order_id)
    )
    return [
        Change(row.order_id, row.session_id, Status(row.status), row.type, row.seq, row.created_at)
        for row in connection.execute(found.order_by(events.c.created_at, events.c.seq))
        if row.user_id == user_id  # in SQL it would tempt SQLite to begin with all sessions of the user
    ]


def moved_since(connection: Connection, user_id: str, since: datetime, limit: int) -> list[Place]:
    """The newest event of each of the user's sessions in which something happened since then, the last one first."""
    rows = connection.execute(
        sa.select(sessions.c.id, sessions.c.last_seq)
        .where(sessions.c.user_id == user_id, sessions.c.updated_at >= since)
        .order_by(sessions.c.updated_at.desc(), sessions.c.id.desc())
        .limit(limit)
    )
    return [(row.id, row.last_seq) for row in rows]
