"""Reading conversations: the sessions of a user, what was said in one, and what stood before an order."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.tables import messages, sessions, work_orders
from nexus.work_order import Channel, Turn, WorkOrder

TITLE_CHARS = 120


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A conversation. `title` is the beginning of what was said first."""

    id: str
    user_id: str
    channel: Channel
    title: str
    orders: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """One message of a conversation. `role` is user or assistant."""

    id: str
    order_id: str
    role: str
    content: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Conversation:
    """A session and some of its messages, in order."""

    session: SessionRecord
    messages: tuple[MessageRecord, ...]


_TITLE = (
    sa.select(sa.func.substr(messages.c.content, 1, TITLE_CHARS))
    .where(messages.c.session_id == sessions.c.id)
    .order_by(messages.c.id)
    .limit(1)
    .scalar_subquery()
)
_ORDERS = sa.select(sa.func.count()).where(work_orders.c.session_id == sessions.c.id).scalar_subquery()
_SESSIONS = sa.select(sessions, _TITLE.label("title"), _ORDERS.label("orders"))
_BEFORE = (
    sa.select(messages.c.role, messages.c.content)
    .where(
        messages.c.session_id == sa.bindparam("session"),
        messages.c.order_id < sa.bindparam("order"),
        messages.c.order_id != sa.bindparam("retried"),  # its question is this order's own
    )
    .order_by(messages.c.id.desc())
    .limit(sa.bindparam("turns", type_=sa.Integer))
)


def list_sessions(
    connection: Connection, user_id: str, *, before: str | None = None, limit: int = 50
) -> list[SessionRecord]:
    """The user's sessions, newest first, at most `limit`, older than the id `before` (ids sort by time)."""
    query = _SESSIONS.where(sessions.c.user_id == user_id).order_by(sessions.c.id.desc()).limit(limit)
    if before is not None:
        query = query.where(sessions.c.id < before)
    return [_session_from(row) for row in connection.execute(query)]


def get_conversation(
    connection: Connection, session_id: str, *, after: str = "", limit: int = 100
) -> Conversation | None:
    """The session with its messages behind the id `after`, oldest first, at most `limit`; None: there is none."""
    row = connection.execute(_SESSIONS.where(sessions.c.id == session_id)).first()
    if row is None:
        return None
    c = messages.c
    said = connection.execute(
        sa.select(c.id, c.order_id, c.role, c.content, c.created_at)
        .where(c.session_id == session_id, c.id > after)
        .order_by(c.id)
        .limit(limit)
    )
    return Conversation(_session_from(row), tuple(MessageRecord(**each._mapping) for each in said))


def conversation_before(connection: Connection, order: WorkOrder, limit: int) -> tuple[Turn, ...]:
    """The session's last `limit` messages that are older than this order, oldest first."""
    before = {"session": order.session_id, "order": order.id, "retried": order.retry_of or "", "turns": limit}
    rows = connection.execute(_BEFORE, before).all()
    return tuple(Turn(row.role, row.content) for row in reversed(rows))


def _session_from(row: sa.Row[*tuple[object, ...]]) -> SessionRecord:
    return SessionRecord(
        id=row.id,
        user_id=row.user_id,
        channel=Channel(row.channel),
        title=row.title or "",
        orders=row.orders,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
