"""Events: what happened in a session, numbered without gaps. Written in the transaction of what they report."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.records import EventRecord
from db.tables import events, sessions


class InSession(Protocol):
    """An order, accepted or about to be."""

    @property
    def id(self) -> str:
        """The order's id."""
        ...

    @property
    def session_id(self) -> str:
        """Its session's id."""
        ...


_TAKE_NUMBERS = (
    sa.update(sessions)
    .where(sessions.c.id == sa.bindparam("session"))
    .values(
        last_seq=sessions.c.last_seq + sa.bindparam("many", type_=sa.Integer), updated_at=sa.bindparam("now")
    )
    .returning(sessions.c.last_seq)
)
_INSERT_EVENT = sa.insert(events)


@dataclass(frozen=True, slots=True)
class Happening:
    """What an event says, before it has a number. `type` is e.g. `order.working`."""

    type: str
    payload: Mapping[str, object]


def append_events(
    connection: Connection, order: InSession, happenings: Sequence[Happening], now: datetime
) -> int:
    """Write the next events of the order's session, in order, and return the number of the last one.

    Raising the session's counter locks the session's row until the commit, so numbers have no gaps and are
    committed in order.
    """
    many = len(happenings)
    taken = {"session": order.session_id, "many": many, "now": now}
    last: int = connection.execute(_TAKE_NUMBERS, taken).scalar_one()
    connection.execute(
        _INSERT_EVENT,
        [
            {
                "session_id": order.session_id,
                "seq": seq,
                "order_id": order.id,
                "type": happening.type,
                "payload": json.dumps(happening.payload, ensure_ascii=False, default=str),
                "created_at": now,
            }
            for seq, happening in enumerate(happenings, start=last - many + 1)
        ],
    )
    return last


def last_seq(connection: Connection, session_id: str) -> int:
    """The number of the session's newest event."""
    known: int = connection.execute(
        sa.select(sessions.c.last_seq).where(sessions.c.id == session_id)
    ).scalar_one()
    return known


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
