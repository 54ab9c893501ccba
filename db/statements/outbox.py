"""The outbox and the sweeper: how an order that nobody works on gets a worker.

A row stands in the outbox from the moment an order waits until a worker claims it. The process that wrote it
rings at once; if that ring is lost, the relay rings when `ring_at` comes, and again ever more rarely. The
sweeper puts an order back that was claimed by a worker that died.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from db.records import DueRing
from db.statements.pausing import is_paused
from db.tables import outbox, work_orders
from db.types import db_now
from nexus.work_order import Role, Status

FIRST_RING_AFTER_S = 1.0
LONGEST_BETWEEN_RINGS_S = 60.0
OFFERED_AFTER_S = (0.0, 2.0, 8.0, 30.0)  # by claims that came to nothing


def _upsert(insert: postgresql.Insert | sqlite.Insert) -> sa.Executable:
    """A row may be there already: the sweeper offers an order whose lease ran out although its holder lives."""
    new = insert.excluded
    return insert.on_conflict_do_update(
        index_elements=["order_id"], set_={"role": new.role, "ring_at": new.ring_at, "rings": new.rings}
    )


_PUT = {"postgresql": _upsert(postgresql.insert(outbox)), "sqlite": _upsert(sqlite.insert(outbox))}
_POSTPONE = (
    sa.update(work_orders)
    .where(work_orders.c.id == sa.bindparam("order"))
    .values(available_at=sa.bindparam("until"))
)
_DELETE = sa.delete(outbox).where(outbox.c.order_id == sa.bindparam("order"))


def put_in_outbox(
    connection: Connection, order_id: str, role: Role, *, now: datetime, available_at: datetime | None = None
) -> None:
    """Note that `order_id` waits for `role`. The relay rings 1 s from now, or when `available_at` comes."""
    connection.execute(
        _PUT[connection.dialect.name],
        {
            "order_id": order_id,
            "role": role.value,
            "ring_at": available_at or now + timedelta(seconds=FIRST_RING_AFTER_S),
            "rings": 0,
        },
    )


def take_out_of_outbox(connection: Connection, order_id: str) -> None:
    """A worker has it, or it has ended."""
    connection.execute(_DELETE, {"order": order_id})


def ring_is_due(connection: Connection, *, now: datetime) -> bool:
    """True when `due_rings` has something to do: a look costs no write."""
    return (
        connection.execute(sa.select(outbox.c.order_id).where(outbox.c.ring_at <= now).limit(1)).first()
        is not None
    )


def due_rings(connection: Connection, *, now: datetime, limit: int = 200) -> list[DueRing]:
    """Outbox rows whose ring is due; their next ring is moved out, doubling from 1 s to 60 s.

    Several relays may run: on PostgreSQL rows another one holds are skipped, on SQLite there is one writer.
    """
    due = (
        sa.select(outbox)
        .where(outbox.c.ring_at <= now)
        .order_by(outbox.c.ring_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = connection.execute(due).all()
    for row in rows:
        wait_s = min(LONGEST_BETWEEN_RINGS_S, FIRST_RING_AFTER_S * 2**row.rings)
        connection.execute(
            sa.update(outbox)
            .where(outbox.c.order_id == row.order_id)
            .values(ring_at=now + timedelta(seconds=wait_s), rings=outbox.c.rings + 1)
        )
    return [DueRing(row.order_id, Role(row.role)) for row in rows]


def waiting_orders(connection: Connection, role: Role, *, now: datetime, limit: int) -> list[str]:
    """Orders that wait for `role`, oldest first: what a worker polls while Redis is away.

    Of a paused role only those whose ring is due: the worker is refused, and the owner is told.
    """
    # A subquery, because SQLite would drive a join from the far larger table.
    available_at = (
        sa.select(work_orders.c.available_at)
        .where(work_orders.c.id == outbox.c.order_id)
        .correlate(outbox)
        .scalar_subquery()
    )
    rows = connection.execute(
        sa.select(outbox.c.order_id)
        .where(
            outbox.c.role == role.value,
            available_at <= now,
            sa.or_(outbox.c.ring_at <= now, ~is_paused(outbox.c.role)),
        )
        .order_by(outbox.c.order_id)
        .limit(limit)
    )
    return [row.order_id for row in rows]


def sweep(connection: Connection, *, now: datetime, limit: int = 200) -> list[DueRing]:
    """Re-offer open orders whose lease has run out and that stand in no outbox row; returns those that are due.

    The lease is judged by the database's clock, as it was set. The first time an order is due at once; one that
    loses its worker again and again waits 2, 8, 30 s, for it may be what kills them.
    """
    orphans = connection.execute(
        sa.select(work_orders.c.id, work_orders.c.owner, work_orders.c.claims)
        .where(
            work_orders.c.finished_at.is_(None),
            work_orders.c.lease_until < db_now(),
            ~sa.exists().where(outbox.c.order_id == work_orders.c.id),
        )
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in orphans:
        wait_s = OFFERED_AFTER_S[min(max(row.claims, 1), len(OFFERED_AFTER_S)) - 1]
        available_at = now + timedelta(seconds=wait_s) if wait_s else None
        if available_at is not None:
            connection.execute(_POSTPONE, {"order": row.id, "until": available_at})
        put_in_outbox(connection, row.id, Role(row.owner), now=now, available_at=available_at)
    return [DueRing(row.id, Role(row.owner)) for row in orphans if row.claims <= 1]


def overdue_orders(connection: Connection, *, now: datetime, limit: int = 100) -> list[str]:
    """Open, unleased orders whose deadline has passed: no worker will end them, so the sweeper must."""
    rows = connection.execute(
        sa.select(work_orders.c.id)
        .where(
            work_orders.c.finished_at.is_(None),
            work_orders.c.status != Status.WORKING.value,
            work_orders.c.deadline_at < now,
            sa.or_(work_orders.c.lease_until.is_(None), work_orders.c.lease_until < db_now()),
        )
        .limit(limit)
    )
    return [row.id for row in rows]
