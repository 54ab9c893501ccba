"""PostgreSQL's side of the replay: a batch from a spool is written in one transaction, and a second time harmlessly.

Rows keep their ids, so what is there already is left alone. Events keep their numbers when the session has not
moved on meanwhile, else they follow the newest one: no gaps, no duplicates. Locks are taken in one order (keys,
orders, sessions), the order in which accepting and working take them, so the replay and they cannot deadlock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from db.statements.alerts import receive_alerts
from db.statements.budget import apply_charges, call_states, charges_between
from db.statements.collisions import settle_keys, with_ledger_only, with_shifted_tries
from db.statements.departure import BELONGINGS, Batch, Rows
from db.statements.logs import AuditEvent, insert_audit_event
from db.tables import (
    agent_metrics,
    alerts,
    attempts,
    events,
    idempotency_keys,
    messages,
    metadata,
    model_calls,
    outbox,
    sessions,
    work_orders,
)
from db.types import db_now
from nexus.work_order import Status

_LOCK_KEY = sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(sa.bindparam("key"), 0)))
_LOCK_WAIT = sa.text("SET LOCAL lock_timeout = '5s'")


class Fate(Enum):
    """What becomes of one order of the batch."""

    INSERT = auto()  # PostgreSQL does not have it
    TAKE_OVER = auto()  # PostgreSQL has it, and nobody has worked on it there: the commit's reply was lost
    TAKE_END = auto()  # somebody works on it there, but it has ended here: the end that was told holds
    KEEP = auto()  # PostgreSQL's is further, or was here before


@dataclass(frozen=True, slots=True)
class Arrival:
    """A batch beside what PostgreSQL holds of it."""

    batch: Batch
    present: Mapping[str, sa.Row[tuple[object, ...]]]
    fates: Mapping[str, Fate]
    marker: str
    now: datetime

    def those(self, *fates: Fate) -> set[str]:
        """The orders with one of these fates."""
        return {order_id for order_id, fate in self.fates.items() if fate in fates}


def copy_batch(connection: Connection, batch: Batch, *, marker: str, now: datetime) -> list[str]:
    """Write the batch; returns a sentence for each order that two hosts had worked on.

    `marker` names this host's spool: it stands as `lease_owner` of open orders that nobody has claimed since.
    """
    present = _lock(connection, batch)
    fates = {str(order["id"]): _fate(order, present.get(str(order["id"])), marker) for order in batch.orders}
    arrival = Arrival(batch, present, fates, marker, now)
    known_events = _events_known(connection, arrival)
    charged = call_states(connection, batch.order_ids)
    _write_orders(connection, arrival)
    notes = _write_belongings(connection, arrival)
    _write_events(connection, arrival, known_events)
    notes += settle_keys(connection, batch, now)
    for note in notes:
        insert_audit_event(
            connection, AuditEvent(marker, "replay", "conflict", None, None, {"what": note}), now
        )
    apply_charges(connection, charges_between(charged, call_states(connection, batch.order_ids)))
    return notes


def copy_logs(connection: Connection, logs: Mapping[str, Rows]) -> None:
    """Write rows that belong to no order; those that are there already are left alone."""
    for name, rows in logs.items():
        if name != alerts.name:
            insert_missing(connection, metadata.tables[name], rows)
    receive_alerts(connection, logs[alerts.name])  # last, for it takes the alerts' lock


def secure(connection: Connection, order_ids: Sequence[str], *, marker: str, lease_s: float) -> int:
    """Keep others from starting orders that this host is working on in its spool; returns how many there were.

    They can be here when the reply to their first commit was lost. If this host dies, the lease runs out and
    others go on.
    """
    c = work_orders.c
    secured = connection.execute(
        sa.update(work_orders)
        .where(c.id.in_(order_ids), c.finished_at.is_(None), sa.or_(c.fence == 0, c.lease_owner == marker))
        .values(fence=c.fence + 1, lease_owner=marker, lease_until=db_now(lease_s))
        .returning(c.id)
    ).scalars()
    ids = list(secured)
    connection.execute(sa.delete(outbox).where(outbox.c.order_id.in_(ids)))
    return len(ids)


def _lock(connection: Connection, batch: Batch) -> dict[str, sa.Row[tuple[object, ...]]]:
    """Lock keys, orders and sessions, in this order; returns the orders of the batch that are here."""
    keys = sorted((str(key["scope"]), str(key["key"])) for key in batch.belongings[idempotency_keys.name])
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK_WAIT)
        for scope, key in keys:
            connection.execute(_LOCK_KEY, {"key": f"{scope}/{key}"})
    rivals = connection.execute(
        sa.select(idempotency_keys.c.order_id).where(
            sa.tuple_(idempotency_keys.c.scope, idempotency_keys.c.key).in_(keys)
        )
    ).scalars()
    ids = {*batch.order_ids, *rivals}
    found = connection.execute(
        sa.select(work_orders).where(work_orders.c.id.in_(ids)).order_by(work_orders.c.id).with_for_update()
    ).all()
    insert_missing(connection, sessions, [{**session, "last_seq": 0} for session in batch.sessions])
    touched = {*batch.session_ids, *(row.session_id for row in found)}
    connection.execute(
        sa.select(sessions.c.id).where(sessions.c.id.in_(touched)).order_by(sessions.c.id).with_for_update()
    ).all()
    return {row.id: row for row in found if row.id in set(batch.order_ids)}


def _fate(order: Mapping[str, object], here: sa.Row[tuple[object, ...]] | None, marker: str) -> Fate:
    if here is None:
        return Fate.INSERT
    if here.finished_at is not None:
        return Fate.KEEP
    if here.fence == 0 or here.lease_owner == marker:
        return Fate.TAKE_OVER
    return Fate.KEEP if order["finished_at"] is None else Fate.TAKE_END


def _write_orders(connection: Connection, arrival: Arrival) -> None:
    written, waiting = [], []
    for order in arrival.batch.orders:
        order_id = str(order["id"])
        fate = arrival.fates[order_id]
        if fate is Fate.KEEP:
            continue
        row = _as_it_goes_on(arrival, order)
        if fate is Fate.INSERT:
            written.append(row)
        else:
            connection.execute(sa.update(work_orders).where(work_orders.c.id == order_id).values(row))
        if order["finished_at"] is None and order["status"] != Status.HELD.value:
            waiting.append(order)
    insert_missing(connection, work_orders, written)
    taken = arrival.those(Fate.TAKE_OVER, Fate.TAKE_END)
    connection.execute(sa.delete(outbox).where(outbox.c.order_id.in_(taken)))
    insert_missing(connection, outbox, [_outbox_row(arrival, order) for order in waiting])


def _as_it_goes_on(arrival: Arrival, order: Mapping[str, object]) -> dict[str, object]:
    """The order's row as PostgreSQL keeps it: as it was, but an open one waits for whoever claims it first."""
    row = dict(order)
    here = arrival.present.get(str(order["id"]))
    if here is not None:
        row["fence"] = max(here.fence, int(str(order["fence"]))) + 1
    if order["finished_at"] is None:
        row |= {"lease_owner": arrival.marker, "lease_until": None}
    return row


def _outbox_row(arrival: Arrival, order: Mapping[str, object]) -> dict[str, object]:
    """The order's row of the outbox; a new one when a worker that died had it."""
    new = {"order_id": order["id"], "role": order["owner"], "ring_at": arrival.now, "rings": 0}
    rows = arrival.batch.belongings[outbox.name]
    return next((row for row in rows if row["order_id"] == order["id"]), new)


def _write_belongings(connection: Connection, arrival: Arrival) -> list[str]:
    """Everything that hangs on the orders; returns a sentence for each order that was worked on twice."""
    whole, kept = arrival.those(Fate.INSERT, Fate.TAKE_OVER, Fate.TAKE_END), arrival.those(Fate.KEEP)
    taken = arrival.those(Fate.TAKE_OVER, Fate.TAKE_END)
    moving = {name: [row for row in rows if _order_of(row) in whole] for name, rows in _children(arrival)}
    if ended := arrival.those(Fate.TAKE_END):
        moving = with_shifted_tries(connection, moving, ended, arrival.now)
    # The first message was written by both; ours stays, so that a second replay finds it.
    connection.execute(sa.delete(messages).where(messages.c.order_id.in_(taken)))
    for name, rows in moving.items():
        table = metadata.tables[name]
        insert_missing(connection, table, rows)
        if taken and table in (attempts, model_calls):
            _bring_up_to_date(connection, table, [row for row in rows if _order_of(row) in taken])
    notes = [f"{order_id}: the end that was told here replaces a try elsewhere" for order_id in sorted(ended)]
    return notes + _keep_ledger(connection, arrival, kept)


def _children(arrival: Arrival) -> list[tuple[str, Rows]]:
    apart = (outbox, idempotency_keys)
    return [
        (table.name, arrival.batch.belongings[table.name]) for table, _ in BELONGINGS if table not in apart
    ]


def _order_of(row: Mapping[str, object]) -> str:
    return str(row.get("order_id") or row.get("work_order_id"))


def _bring_up_to_date(connection: Connection, table: sa.Table, rows: Rows) -> None:
    for row in rows:
        connection.execute(sa.update(table).where(table.c.id == row["id"]).values(row))


def _keep_ledger(connection: Connection, arrival: Arrival, kept: set[str]) -> list[str]:
    """PostgreSQL's order stands, but what was paid here was paid: its calls stay in the ledger."""
    calls = [row for row in arrival.batch.belongings[model_calls.name] if _order_of(row) in kept]
    metrics = [row for row in arrival.batch.belongings[agent_metrics.name] if _order_of(row) in kept]
    known = set(
        connection.execute(
            sa.select(model_calls.c.id).where(model_calls.c.id.in_([row["id"] for row in calls]))
        ).scalars()
    )
    new = [row for row in calls if row["id"] not in known]
    insert_missing(connection, model_calls, with_ledger_only(new, arrival.now))
    insert_missing(connection, agent_metrics, metrics)
    twice = sorted({_order_of(row) for row in new})
    return [f"{order_id}: worked on here and elsewhere; the other's outcome stands" for order_id in twice]


def _events_known(connection: Connection, arrival: Arrival) -> dict[str, int]:
    """How many events of each order that is taken over are here already."""
    taken = arrival.those(Fate.TAKE_OVER)
    counted = connection.execute(
        sa.select(events.c.order_id, sa.func.count())
        .where(events.c.order_id.in_(taken))
        .group_by(events.c.order_id)
    )
    known: dict[str, int] = {row[0]: row[1] for row in counted}
    return known | dict.fromkeys(arrival.those(Fate.TAKE_END), 1)  # both tell that it was queued


def _write_events(connection: Connection, arrival: Arrival, known: dict[str, int]) -> None:
    """Number the events after the newest of their session: their own numbers, unless the session has moved on."""
    ids = arrival.batch.session_ids
    newest = {
        row.id: row.last_seq for row in connection.execute(sa.select(sessions).where(sessions.c.id.in_(ids)))
    }
    kept, left, rows = arrival.those(Fate.KEEP), dict(known), []
    for event in arrival.batch.events:
        order_id, session_id = str(event["order_id"]), str(event["session_id"])
        if order_id in kept:
            continue
        if left.get(order_id):
            left[order_id] -= 1
            continue
        newest[session_id] += 1
        rows.append({**event, "seq": newest[session_id]})
    if rows:
        connection.execute(sa.insert(events), rows)
    for session in arrival.batch.sessions:
        _move_counter(connection, session, newest[str(session["id"])])


def _move_counter(connection: Connection, session: Mapping[str, object], last_seq: int) -> None:
    updated = sa.case(
        (sessions.c.updated_at > session["updated_at"], sessions.c.updated_at), else_=session["updated_at"]
    )
    connection.execute(
        sa.update(sessions)
        .where(sessions.c.id == session["id"])
        .values(last_seq=last_seq, updated_at=updated)
    )


def insert_missing(connection: Connection, table: sa.Table, rows: Rows) -> None:
    """Insert what is not there; a row with the same key is left as it is."""
    if not rows:
        return
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(insert(table).on_conflict_do_nothing(), rows)
