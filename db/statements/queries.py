"""Reading for people: lists and single orders."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.records import AttemptRecord, CallRecord, EventRecord
from db.statements.attempts import attempts_of
from db.statements.calls import calls_of
from db.statements.events import events_of_order
from db.statements.rows import order_from
from db.tables import sessions, work_orders
from nexus.work_order import Role, Status, WorkOrder


@dataclass(frozen=True, slots=True)
class OrderHistory:
    """Everything that is known of one order."""

    order: WorkOrder
    attempts: tuple[AttemptRecord, ...]
    calls: tuple[CallRecord, ...]
    events: tuple[EventRecord, ...]


def get_order(connection: Connection, order_id: str) -> WorkOrder | None:
    """One order, or None."""
    row = connection.execute(sa.select(work_orders).where(work_orders.c.id == order_id)).first()
    return order_from(row) if row else None


def get_history(connection: Connection, order_id: str) -> OrderHistory | None:
    """One order with its tries, ledger and events, or None."""
    order = get_order(connection, order_id)
    if order is None:
        return None
    return OrderHistory(
        order,
        attempts_of(connection, order_id),
        tuple(calls_of(connection, order_id)),
        tuple(events_of_order(connection, order_id)),
    )


def list_orders(
    connection: Connection,
    *,
    status: Status | None = None,
    owner: Role | None = None,
    before: str | None = None,
    limit: int = 50,
) -> list[WorkOrder]:
    """Orders, newest first, at most `limit`, older than the id `before` (a keyset: ids sort by time)."""
    query = sa.select(work_orders).order_by(work_orders.c.id.desc()).limit(limit)
    if status is not None:
        query = query.where(work_orders.c.status == status.value)
    if owner is not None:
        query = query.where(work_orders.c.owner == owner.value)
    if before is not None:
        query = query.where(work_orders.c.id < before)
    return [order_from(row) for row in connection.execute(query)]


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
