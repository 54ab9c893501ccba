"""Reading conversations: the sessions of a user, what was said in one, and what stood before an order."""

from collections.abc import Collection
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


@dataclass(frozen=True, slots=True, order=True)
class Moved:
    """A place in the list of sessions by their newest activity. Two that moved at once stand by their ids."""

    updated_at: datetime
    session_id: str


@dataclass(frozen=True, slots=True)
class Part:
    """Which messages of a conversation: those behind the id `after`, or the newest ones before the id `before`.

    With neither, from the beginning; with `from_end`, the newest of all.
    """

    after: str = ""
    before: str | None = None
    from_end: bool = False

    @property
    def is_backwards(self) -> bool:
        """The newest are wanted."""
        return self.from_end or self.before is not None


BEGINNING = Part()


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


def list_recent(
    connection: Connection, user_id: str, *, before: Moved | None = None, limit: int = 50
) -> list[SessionRecord]:
    """The user's sessions, the one where something happened last first, at most `limit`, from behind `before` on."""
    c = sessions.c
    newest = (c.updated_at.desc(), c.id.desc())
    query = _SESSIONS.where(c.user_id == user_id).order_by(*newest).limit(limit)
    if before is not None:
        moment = sa.bindparam("moment", before.updated_at, c.updated_at.type)
        query = query.where(sa.tuple_(c.updated_at, c.id) < sa.tuple_(moment, before.session_id))
    return [_session_from(row) for row in connection.execute(query)]


def sessions_among(connection: Connection, session_ids: Collection[str]) -> dict[str, SessionRecord]:
    """Those of `session_ids` that are known, by their ids."""
    rows = connection.execute(_SESSIONS.where(sessions.c.id.in_(session_ids)))
    return {row.id: _session_from(row) for row in rows}


def get_conversation(
    connection: Connection, session_id: str, part: Part = BEGINNING, *, limit: int = 100
) -> Conversation | None:
    """The session with `part` of its messages, oldest first, at most `limit`; None: there is none."""
    row = connection.execute(_SESSIONS.where(sessions.c.id == session_id)).first()
    if row is None:
        return None
    c = messages.c
    said = sa.select(c.id, c.order_id, c.role, c.content, c.created_at).where(c.session_id == session_id)
    said = said.where(c.id > part.after) if part.after else said
    said = said.where(c.id < part.before) if part.before is not None else said
    said = said.order_by(c.id.desc() if part.is_backwards else c.id).limit(limit)
    found = [MessageRecord(**each._mapping) for each in connection.execute(said)]
    return Conversation(_session_from(row), tuple(found[::-1] if part.is_backwards else found))


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
