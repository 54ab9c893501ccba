"""Deleting ended orders that are old, with everything that hangs on them. One call is one short transaction.

What stays: sessions (so that event numbers go on where they were), audit rows, and `agent_metrics`, which keep what
every try cost. An order's events go only when no event below them stays: what is left of a session is a whole tail
of it, never one with holes.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from ulid import ULID

from db.memory_tables import summaries
from db.routing_tables import route_decisions
from db.tables import (
    agent_metrics,
    attachments,
    attempts,
    deliveries,
    events,
    idempotency_keys,
    inbound,
    messages,
    model_calls,
    outbox,
    verdicts,
    work_orders,
)
from db.telegram_tables import telegram_orders, telegram_sends

# Rows go before what they point to.
BELONGING = (
    outbox,
    idempotency_keys,
    inbound,
    route_decisions,
    verdicts,
    model_calls,
    attempts,
    attachments,
    deliveries,
    events,
    messages,
    telegram_sends,
    telegram_orders,
)
CLOCKS_DIFFER_BY = timedelta(minutes=1)

_IDS: sa.BindParameter[list[str]] = sa.bindparam("ids", expanding=True)
_WALK = (
    sa.select(work_orders.c.id, work_orders.c.finished_at)
    .where(work_orders.c.id > sa.bindparam("after"), work_orders.c.id < sa.bindparam("end"))
    .order_by(work_orders.c.id)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
_DELETIONS = {table.name: sa.delete(table).where(table.c.order_id.in_(_IDS)) for table in BELONGING}
# A summary is of the session's oldest turns, so it goes with the first of them; a new one is made of what is left.
_DELETE_SUMMARIES = sa.delete(summaries).where(
    summaries.c.session_id.in_(sa.select(work_orders.c.session_id).where(work_orders.c.id.in_(_IDS)))
)
_DELETE_ORDERS = sa.delete(work_orders).where(work_orders.c.id.in_(_IDS))
_LAST_EVENTS = (
    sa.select(events.c.order_id, events.c.session_id, sa.func.max(events.c.seq).label("seq"))
    .where(events.c.order_id.in_(_IDS))
    .group_by(events.c.order_id, events.c.session_id)
)
_HIGHEST = (
    sa.select(events.c.session_id, sa.func.max(events.c.seq).label("seq"))
    .where(events.c.order_id.in_(_IDS))
    .group_by(events.c.session_id)
    .subquery("highest")
)
# Events of other orders below the highest of these, in the same sessions.
_BETWEEN = (
    sa.select(
        events.c.session_id,
        events.c.order_id,
        sa.func.min(events.c.seq).label("seq"),
        work_orders.c.finished_at,
    )
    .join(_HIGHEST, sa.and_(events.c.session_id == _HIGHEST.c.session_id, events.c.seq < _HIGHEST.c.seq))
    .join(work_orders, work_orders.c.id == events.c.order_id)
    .where(events.c.order_id.not_in(_IDS))
    .group_by(events.c.session_id, events.c.order_id, work_orders.c.finished_at)
)


@dataclass(frozen=True, slots=True)
class Prunable:
    """What a prune would delete: how many orders, and when the oldest and the newest of them ended."""

    orders: int
    oldest: datetime | None
    newest: datetime | None


@dataclass(frozen=True, slots=True)
class Batch:
    """One transaction's work. `rows` counts deleted rows by table; `last` is where the next batch begins.

    `last` None: there is nothing behind. `kept` orders are old, and stay for the sake of their session's events.
    """

    rows: Mapping[str, int]
    kept: int
    last: str | None


def count_prunable(connection: Connection, cutoff: datetime) -> Prunable:
    """Orders that ended before `cutoff`. Reads as many orders as it counts."""
    ended = work_orders.c.finished_at
    found = connection.execute(
        sa.select(sa.func.count(), sa.func.min(ended), sa.func.max(ended)).where(
            work_orders.c.id < _first_id_at(cutoff), ended < cutoff
        )
    ).one()
    return Prunable(*found)


def prune_orders(connection: Connection, cutoff: datetime, *, after: str = "", limit: int = 500) -> Batch:
    """Look at the next `limit` orders behind the id `after` and delete those that ended before `cutoff`.

    Orders that were begun meanwhile, in the same conversation, are taken along, so a batch may be a little larger.
    """
    bounds = {"after": after, "end": _first_id_at(cutoff), "limit": limit}
    walked = connection.execute(_WALK, bounds).all()
    old = {row.id for row in walked if row.finished_at is not None and row.finished_at < cutoff}
    going = _without_holes(connection, old, cutoff)
    forgotten = _delete(connection, _DELETE_SUMMARIES, going)
    rows = {name: _delete(connection, statement, going) for name, statement in _DELETIONS.items()}
    rows[summaries.name] = forgotten
    rows[work_orders.name] = _delete(connection, _DELETE_ORDERS, going)
    return Batch(rows, len(old - going), walked[-1].id if len(walked) == limit else None)


def prune_keys(connection: Connection, now: datetime, *, limit: int = 5000) -> int:
    """Delete idempotency keys whose time is over; returns how many, `limit` at most."""
    some = (
        sa.select(idempotency_keys.c.scope, idempotency_keys.c.key)
        .where(idempotency_keys.c.expires_at <= now)
        .limit(limit)
    )
    pair = sa.tuple_(idempotency_keys.c.scope, idempotency_keys.c.key)
    return connection.execute(sa.delete(idempotency_keys).where(pair.in_(some))).rowcount


def prune_metrics(connection: Connection, cutoff: datetime, *, limit: int = 5000) -> int:
    """Delete rows of `agent_metrics` that were written before `cutoff`; returns how many, `limit` at most."""
    some = sa.select(agent_metrics.c.id).where(agent_metrics.c.created_at < cutoff).limit(limit)
    return connection.execute(sa.delete(agent_metrics).where(agent_metrics.c.id.in_(some))).rowcount


def _first_id_at(moment: datetime) -> str:
    """No order that ended before `moment` has this id or a later one: ids begin with the time they were made."""
    return f"WO-{str(ULID.from_datetime(moment + CLOCKS_DIFFER_BY))[:10]}{'0' * 16}"


def _delete(connection: Connection, statement: sa.Delete, ids: Collection[str]) -> int:
    return connection.execute(statement, {"ids": list(ids)}).rowcount if ids else 0


def _without_holes(connection: Connection, old: set[str], cutoff: datetime) -> set[str]:
    """`old`, with the old orders whose events lie between theirs, less those with an event above one that stays."""
    going = set(old)
    while True:
        between = connection.execute(_BETWEEN, {"ids": list(going)}).all() if going else []
        more = {row.order_id for row in between if row.finished_at is not None and row.finished_at < cutoff}
        if not more:
            break
        going |= more
    if not between:
        return going
    stays_from: dict[str, int] = {}
    for row in between:
        stays_from[row.session_id] = min(row.seq, stays_from.get(row.session_id, row.seq))
    ends = connection.execute(_LAST_EVENTS, {"ids": list(going)})
    return going - {row.order_id for row in ends if row.seq > stays_from.get(row.session_id, row.seq)}
