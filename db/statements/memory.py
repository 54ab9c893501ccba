"""Reading a long conversation for an order: the newest turns of its session, at most 2,000, in blocks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.tables import messages
from nexus.work_order import WorkOrder

NEWEST: Final = 2_000
"""The most turns that are read for one message; what is older stays in the database and is looked at by people."""
BLOCK: Final = 500
"""The first turn that is read moves on in such steps, so what is sent keeps the same beginning for long."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A turn of a conversation, without its number."""

    role: str
    content: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was said before an order: the number of the first turn that was read, and these turns, oldest first."""

    first: int
    turns: tuple[Spoken, ...]


_M = messages.c
_OWN = (
    sa.select(sa.func.min(_M.id))
    .where(_M.order_id == sa.bindparam("order"), _M.session_id == sa.bindparam("session"))
    .scalar_subquery()
)
# By the index of (session_id, id) alone: no row is read.
_COUNT = sa.select(sa.func.count()).where(_M.session_id == sa.bindparam("session"), _M.id < _OWN)
_BEFORE = (
    sa.select(_M.role, _M.content, _M.created_at)
    .where(
        _M.session_id == sa.bindparam("session"),
        _M.order_id < sa.bindparam("order"),
        _M.order_id != sa.bindparam("retried"),  # its question is this order's own
    )
    .order_by(_M.id.desc())
    .limit(sa.bindparam("most", type_=sa.Integer))
)


def earlier_turns(connection: Connection, order: WorkOrder) -> Earlier:
    """The turns of the order's own session before it. No other session is ever looked at."""
    place = {"order": order.id, "session": order.session_id}
    count = connection.execute(_COUNT, place).scalar_one()
    first = max(0, (count - (NEWEST - BLOCK)) // BLOCK * BLOCK)
    # A turn may have come in beside: those behind `_OWN` whose order is older.
    found = {**place, "retried": order.retry_of or "", "most": NEWEST if not first else count - first}
    rows = connection.execute(_BEFORE, found).all()
    turns = tuple(Spoken(row.role, row.content, row.created_at) for row in reversed(rows))
    return Earlier(max(1, first + 1), turns)
