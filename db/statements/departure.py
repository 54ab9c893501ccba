"""The spool's side of the replay: orders are picked, so that nobody goes on with them, and removed when they are safe.

The other side is `db.statements.arrival`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.routing_tables import route_decisions
from db.statements.budget import apply_charges, call_states, charges_between
from db.statements.modes import KEPT, Mode
from db.statements.spooling import DRAINER, ready_orders
from db.tables import (
    agent_metrics,
    alerts,
    attachments,
    attempts,
    audit_logs,
    deliveries,
    events,
    idempotency_keys,
    inbound,
    messages,
    model_calls,
    outbox,
    sessions,
    store_modes,
    verdicts,
    work_orders,
)
from db.types import db_now

BATCH = 100
PICK_S = 20.0
MOST_BYTES = 64 * 1024 * 1024
"""Of attachments, in one batch: it is held in memory. A single session that has more goes all the same."""

type Rows = list[dict[str, object]]

# What belongs to an order, parents before children.
BELONGINGS: tuple[tuple[sa.Table, str], ...] = (
    (route_decisions, "order_id"),
    (attachments, "order_id"),
    (attempts, "order_id"),
    (model_calls, "order_id"),
    (verdicts, "order_id"),
    (deliveries, "order_id"),
    (messages, "order_id"),
    (idempotency_keys, "order_id"),
    (inbound, "order_id"),
    (outbox, "order_id"),
    (agent_metrics, "work_order_id"),
)


_WEIGHT = (
    sa.select(sa.func.coalesce(sa.func.sum(attachments.c.size), 0))
    .where(attachments.c.order_id == work_orders.c.id)
    .scalar_subquery()
    .label("weight")
)


@dataclass(frozen=True, slots=True)
class Batch:
    """Whole sessions on their way: their orders, and all that belongs to these, as rows by table name."""

    sessions: Rows
    orders: Rows
    events: Rows
    belongings: Mapping[str, Rows]

    @property
    def order_ids(self) -> list[str]:
        """The orders, oldest first."""
        return [str(order["id"]) for order in self.orders]

    def key_notes(self) -> list[tuple[str, str, str, str, str]]:
        """Scope, key, order, session and fingerprint of every idempotency key."""
        session_of = {order["id"]: str(order["session_id"]) for order in self.orders}
        return [
            (
                str(row["scope"]),
                str(row["key"]),
                str(row["order_id"]),
                session_of[row["order_id"]],
                str(row["fingerprint"]),
            )
            for row in self.belongings[idempotency_keys.name]
        ]

    @property
    def session_ids(self) -> list[str]:
        """Their sessions."""
        return [str(session["id"]) for session in self.sessions]


def pick_batch(
    connection: Connection,
    drainer: str,
    *,
    stuck: Collection[str] = (),
    only: Collection[str] | None = None,
    limit: int = BATCH,
) -> Batch | None:
    """Take about `limit` orders out of the hands of this host's workers, oldest first; None when none may move.

    Open orders get a newer fence and a lease of the replay's own for 20 s: a worker that wakes up late is
    refused, and if the replay dies, its lease runs out and the spool's workers go on. Orders that have ended
    are not touched. `only` narrows the choice to some sessions.
    """
    ready = ready_orders(stuck).add_columns(_WEIGHT).order_by(work_orders.c.id).limit(limit)
    if only is not None:
        ready = ready.where(work_orders.c.session_id.in_(only))
    chosen = _what_fits(connection.execute(ready))
    if not chosen:
        return None
    connection.execute(
        sa.update(work_orders)
        .where(work_orders.c.session_id.in_(chosen), work_orders.c.finished_at.is_(None))
        .values(
            fence=work_orders.c.fence + 1,
            lease_owner=f"{DRAINER}{drainer}"[:128],
            lease_until=db_now(PICK_S),
        )
    )
    return _read_batch(connection, chosen)


def _what_fits(ready: Iterable[sa.Row[*tuple[object, ...]]]) -> set[str]:
    """The sessions of the first orders, as far as their attachments have room."""
    chosen: set[str] = set()
    weight = 0
    for row in ready:
        weight += row.weight
        if chosen and weight > MOST_BYTES:
            break
        chosen.add(row.session_id)
    return chosen


def _read_batch(connection: Connection, chosen: Collection[str]) -> Batch:
    orders = _rows(connection, work_orders, work_orders.c.session_id.in_(chosen), work_orders.c.id)
    ids = [order["id"] for order in orders]
    return Batch(
        sessions=_rows(connection, sessions, sessions.c.id.in_(chosen), sessions.c.id),
        orders=orders,
        events=_rows(connection, events, events.c.order_id.in_(ids), events.c.session_id, events.c.seq),
        belongings={
            table.name: _rows(connection, table, table.c[column].in_(ids), *table.primary_key.columns)
            for table, column in BELONGINGS
        },
    )


def remove_batch(connection: Connection, batch: Batch) -> int:
    """Delete what has moved; returns the number of orders.

    An order that was claimed since it was picked (the replay hung for longer than its lease), or that is to be
    cancelled since, stays: it moves again, as it now is.
    """
    picked = {order["id"]: (order["fence"], order["cancel_requested_at"]) for order in batch.orders}
    c = work_orders.c
    now_there = connection.execute(sa.select(c.id, c.fence, c.cancel_requested_at).where(c.id.in_(picked)))
    gone = [row.id for row in now_there if (row.fence, row.cancel_requested_at) == picked[row.id]]
    departing = call_states(connection, gone)
    connection.execute(sa.delete(events).where(events.c.order_id.in_(gone)))
    for table, column in reversed(BELONGINGS):
        connection.execute(sa.delete(table).where(table.c[column].in_(gone)))
    connection.execute(sa.delete(work_orders).where(work_orders.c.id.in_(gone)))
    connection.execute(
        sa.delete(sessions).where(
            sessions.c.id.in_(batch.session_ids),
            ~sa.exists().where(work_orders.c.session_id == sessions.c.id),
        )
    )
    # They count in PostgreSQL now, of which the next look at its windows will tell the same.
    charges = charges_between(departing, {})
    apply_charges(connection, [replace(c, elsewhere_usd=-c.spent_usd - c.reserved_usd) for c in charges])
    return len(gone)


def pick_logs(connection: Connection) -> Mapping[str, Rows]:
    """Rows that belong to no order of the spool: audit rows, alerts, metrics, and the mode log."""
    of_an_order = sa.exists().where(work_orders.c.id == agent_metrics.c.work_order_id)
    return {
        audit_logs.name: _rows(connection, audit_logs, sa.true(), audit_logs.c.id),
        alerts.name: _rows(connection, alerts, sa.true(), alerts.c.id),
        agent_metrics.name: _rows(connection, agent_metrics, ~of_an_order, agent_metrics.c.id),
        store_modes.name: _rows(
            connection, store_modes, store_modes.c.mode != Mode.RETURNING.value, store_modes.c.id
        ),
    }


def remove_logs(connection: Connection, logs: Mapping[str, Rows]) -> None:
    """Delete what has moved. The newest rows of the mode log stay: they say what holds here."""
    for table in (audit_logs, alerts, agent_metrics):
        connection.execute(sa.delete(table).where(table.c.id.in_(_ids(logs[table.name]))))
    newest_first = sa.literal_column("rowid", sa.Integer).desc()
    kept = sa.select(store_modes.c.id).order_by(newest_first).limit(KEPT)
    connection.execute(sa.delete(store_modes).where(store_modes.c.id.not_in(kept)))


def _rows(
    connection: Connection, table: sa.Table, where: sa.ColumnElement[bool], *order: sa.ColumnElement[object]
) -> Rows:
    found = connection.execute(sa.select(table).where(where).order_by(*order))
    return [dict(row._mapping) for row in found]


def _ids(rows: Sequence[Mapping[str, object]]) -> list[object]:
    return [row["id"] for row in rows]
