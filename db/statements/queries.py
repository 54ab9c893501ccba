"""Reading for people: lists and single orders."""

import operator
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.records import AttemptRecord, CallRecord, EventRecord, RouteDecision
from db.statements.attachments import infos_of
from db.statements.attempts import attempts_of
from db.statements.calls import calls_of
from db.statements.events import events_of_order
from db.statements.routes import route_of
from db.statements.rows import order_from
from db.tables import events, sessions, work_orders
from nexus.work_order import AttachmentInfo, Channel, Difficulty, Role, Status, WorkOrder

type Compare = Callable[[Any, Any], Any]


@dataclass(frozen=True, slots=True)
class OrderHistory:
    """Everything that is known of one order."""

    order: WorkOrder
    attempts: tuple[AttemptRecord, ...]
    calls: tuple[CallRecord, ...]
    events: tuple[EventRecord, ...]
    attachments: tuple[AttachmentInfo, ...] = ()
    route: RouteDecision | None = None


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which orders a list is about, beside their status and owner; None: all of them.

    `text` is looked for in the message, whatever its case (on SQLite: the case of ASCII letters).
    """

    user_id: str | None = None
    session_id: str | None = None
    channel: Channel | None = None
    difficulty: Difficulty | None = None
    created_after: datetime | None = None
    created_before: datetime | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class OrderPlace:
    """Whose an order is, its session, and the number of its first event."""

    user_id: str
    session_id: str
    first_seq: int


ALL = Narrowing()


def get_order(connection: Connection, order_id: str) -> WorkOrder | None:
    """One order, or None."""
    row = connection.execute(sa.select(work_orders).where(work_orders.c.id == order_id)).first()
    return order_from(row) if row else None


def get_history(connection: Connection, order_id: str) -> OrderHistory | None:
    """One order with its tries, ledger, events and how its tier was chosen, or None."""
    order = get_order(connection, order_id)
    if order is None:
        return None
    return OrderHistory(
        order,
        attempts_of(connection, order_id),
        tuple(calls_of(connection, order_id)),
        tuple(events_of_order(connection, order_id)),
        infos_of(connection, order_id),
        route_of(connection, order_id),
    )


def place_of_order(connection: Connection, order_id: str) -> OrderPlace | None:
    """Whose it is and where its events begin, or None."""
    first = sa.select(sa.func.min(events.c.seq)).where(events.c.order_id == order_id).scalar_subquery()
    row = connection.execute(
        sa.select(sessions.c.user_id, sessions.c.id, first)
        .join(work_orders, work_orders.c.session_id == sessions.c.id)
        .where(work_orders.c.id == order_id)
    ).first()
    return OrderPlace(row[0], row[1], row[2] or 0) if row else None


def list_orders(
    connection: Connection,
    *,
    status: Status | None = None,
    owner: Role | None = None,
    before: str | None = None,
    limit: int = 50,
    narrowed: Narrowing = ALL,
) -> list[WorkOrder]:
    """Orders, newest first, at most `limit`, older than the id `before` (a keyset: ids sort by time)."""
    query = sa.select(work_orders).order_by(work_orders.c.id.desc()).limit(limit)
    if narrowed.user_id is not None:
        query = query.join(sessions, sessions.c.id == work_orders.c.session_id)
    query = query.where(*_conditions(narrowed))
    if status is not None:
        query = query.where(work_orders.c.status == status.value)
    if owner is not None:
        query = query.where(work_orders.c.owner == owner.value)
    if before is not None:
        query = query.where(work_orders.c.id < before)
    return [order_from(row) for row in connection.execute(query)]


def _conditions(to: Narrowing) -> list[sa.ColumnElement[bool]]:
    c = work_orders.c
    tests: tuple[tuple[object, Compare, sa.Column[Any]], ...] = (
        (to.user_id, operator.eq, sessions.c.user_id),
        (to.session_id, operator.eq, c.session_id),
        (to.channel, operator.eq, c.channel),
        (to.difficulty, operator.eq, c.difficulty),
        (to.created_after, operator.gt, c.created_at),
        (to.created_before, operator.lt, c.created_at),
    )
    found = [compare(column, wanted) for wanted, compare, column in tests if wanted is not None]
    return [*found, c.content.icontains(to.text, autoescape=True)] if to.text else found


def count_open(connection: Connection) -> int:
    """How many orders have not ended."""
    return connection.execute(
        sa.select(sa.func.count()).select_from(work_orders).where(work_orders.c.finished_at.is_(None))
    ).scalar_one()


def settled_among(connection: Connection, order_ids: Collection[str]) -> set[str]:
    """Those of `order_ids` that nobody works on any more: they have ended, or are held for their owner."""
    c = work_orders.c
    rows = connection.execute(
        sa.select(c.id).where(
            c.id.in_(order_ids), sa.or_(c.finished_at.is_not(None), c.status == Status.HELD.value)
        )
    )
    return {row.id for row in rows}


def last_seqs(connection: Connection, session_ids: Collection[str]) -> dict[str, int]:
    """The number of the newest event of each session that is known; unknown ones are left out."""
    rows = connection.execute(
        sa.select(sessions.c.id, sessions.c.last_seq).where(sessions.c.id.in_(session_ids))
    )
    return {row.id: row.last_seq for row in rows}
