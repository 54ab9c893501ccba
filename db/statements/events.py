"""Events: what happened in a session, numbered without gaps. Written in the transaction of what they report."""

import json
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.records import EventRecord
from db.tables import events, sessions

_NEXT_SEQ = (
    sa.update(sessions)
    .where(sessions.c.id == sa.bindparam("session"))
    .values(last_seq=sessions.c.last_seq + 1, updated_at=sa.bindparam("now"))
    .returning(sessions.c.last_seq)
)
_INSERT_EVENT = sa.insert(events)


def append_event(
    connection: Connection,
    *,
    session_id: str,
    order_id: str,
    type_: str,
    payload: Mapping[str, object],
    now: datetime,
) -> int:
    """Write the session's next event and return its number.

    Raising the session's counter locks the session's row until the commit, so numbers have no gaps and are
    committed in order.
    """
    seq: int = connection.execute(_NEXT_SEQ, {"session": session_id, "now": now}).scalar_one()
    connection.execute(
        _INSERT_EVENT,
        {
            "session_id": session_id,
            "seq": seq,
            "order_id": order_id,
            "type": type_,
            "payload": json.dumps(payload, ensure_ascii=False, default=str),
            "created_at": now,
        },
    )
    return seq


def events_after(connection: Connection, session_id: str, seq: int, limit: int = 500) -> list[EventRecord]:
    """The session's events with a number above `seq`, in order, at most `limit`."""
    rows = connection.execute(
        sa.select(events)
        .where(events.c.session_id == session_id, events.c.seq > seq)
        .order_by(events.c.seq)
        .limit(limit)
    )
    return [EventRecord(**row._mapping) for row in rows]


def events_of_order(connection: Connection, order_id: str) -> list[EventRecord]:
    """Everything that happened to one order, in order."""
    rows = connection.execute(sa.select(events).where(events.c.order_id == order_id).order_by(events.c.seq))
    return [EventRecord(**row._mapping) for row in rows]


def session_exists(connection: Connection, session_id: str) -> bool:
    """True when the session is known."""
    found = connection.execute(sa.select(sessions.c.id).where(sessions.c.id == session_id))
    return found.first() is not None
