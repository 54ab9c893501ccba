"""Statements of the spool: accept while PostgreSQL is away, and what the spool still holds."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Connection

from db.records import Accepted, Durability, IdempotencyKey, NewOrder
from db.statements.modes import Mode, ModeRow, cancel_return, finish_return, gated, newest_mode
from db.statements.orders import accept_order
from db.tables import events, idempotency_keys, sessions, work_orders
from db.types import db_now

DRAINER = "drain:"  # a lease under this name is the replay's own

PROVISIONAL = 10**12
"""Events of a session that PostgreSQL may know are numbered above this in the spool, and nobody is shown them: only
the replay, which sees the session's newest event there, can give them numbers that stay."""

_NO_ORDER = sa.select(work_orders.c.id).limit(1)
_OPEN = work_orders.c.finished_at.is_(None)
_AT_WORK = sa.and_(
    _OPEN, work_orders.c.lease_until > db_now(), ~work_orders.c.lease_owner.startswith(DRAINER)
)
_BUSY_SESSIONS = sa.select(work_orders.c.session_id).where(_AT_WORK)
_BY_KEY = (
    sa.select(idempotency_keys.c.fingerprint, work_orders.c.id, work_orders.c.session_id)
    .join(work_orders, work_orders.c.id == idempotency_keys.c.order_id)
    .where(
        idempotency_keys.c.scope == sa.bindparam("scope"),
        idempotency_keys.c.key == sa.bindparam("key"),
        idempotency_keys.c.expires_at > sa.bindparam("now"),
    )
)


@dataclass(frozen=True, slots=True)
class Holdings:
    """What a look at the spool finds."""

    mode: ModeRow | None
    holds_orders: bool


def look(connection: Connection) -> Holdings:
    """The host's mode, and whether anything is left to be replayed. Two look-ups, cheap at any size."""
    return Holdings(newest_mode(connection), connection.execute(_NO_ORDER).first() is not None)


def accept_or_recall(connection: Connection, new: NewOrder, now: datetime) -> Accepted:
    """`accept_order`, where a second try of the same acceptance looks like the first, whose reply was lost."""
    accepted = accept_order(connection, new, now)
    if accepted.is_new or accepted.order_id != new.id:
        return accepted
    first = sa.select(sa.func.min(events.c.seq)).where(events.c.order_id == new.id)
    return replace(accepted, is_new=True, seq=connection.execute(first).scalar() or 0)


def accept_locally(
    connection: Connection, new: NewOrder, now: datetime, *, born_here: bool
) -> Accepted | Mode:
    """Accept into the spool if the host is in local mode; else say what the mode is, and store nothing.

    `born_here`: PostgreSQL cannot know the session, so the numbers of its events are final.
    """
    newest = newest_mode(connection)
    if newest is None or newest.mode is Mode.PRIMARY:
        return Mode.PRIMARY
    if gated(newest, now):
        return Mode.RETURNING
    cancel_return(connection)  # if there is one: it is too old
    if not born_here:
        _begin_provisional_session(connection, new, now)
    return replace(accept_or_recall(connection, new, now), durability=Durability.LOCAL)


def _begin_provisional_session(connection: Connection, new: NewOrder, now: datetime) -> None:
    """Unless the spool has it: then it was begun here, one way or the other, and goes on like that."""
    session = {
        "id": new.session_id,
        "user_id": new.user_id,
        "channel": new.channel.value,
        "last_seq": PROVISIONAL,
        "created_at": now,
        "updated_at": now,
    }
    connection.execute(sqlite.insert(sessions).values(session).on_conflict_do_nothing())


def find_by_key(connection: Connection, key: IdempotencyKey, now: datetime) -> Accepted | None:
    """The order in the spool that a living key made."""
    row = connection.execute(_BY_KEY, {"scope": key.scope, "key": key.key, "now": now}).first()
    if row is None:
        return None
    same = row.fingerprint == key.fingerprint
    return Accepted(row.id, row.session_id, 0, False, same_request=same, durability=Durability.LOCAL)


def ready_orders(stuck: Collection[str] = ()) -> sa.Select[tuple[str, str]]:
    """Orders that may move: those of sessions in which nobody works.

    A session moves whole, so that its events keep their numbers. `stuck` sessions are left where they are.
    """
    return sa.select(work_orders.c.id, work_orders.c.session_id).where(
        work_orders.c.session_id.not_in(_BUSY_SESSIONS), work_orders.c.session_id.not_in(stuck)
    )


def try_to_return(
    connection: Connection, reason: str, now: datetime, *, gate_at: datetime, stuck: Collection[str] = ()
) -> bool:
    """Back to `primary` if all that could have moved when the gate closed at `gate_at` has moved.

    One transaction. What workers have ended since then follows later.
    """
    blocking = ready_orders(stuck).where(sa.or_(_OPEN, work_orders.c.finished_at <= gate_at)).limit(1)
    return connection.execute(blocking).first() is None and finish_return(connection, reason, now)


def orders_at_work(connection: Connection) -> list[str]:
    """Orders that a worker of this host holds under a live lease."""
    return [row.id for row in connection.execute(sa.select(work_orders.c.id).where(_AT_WORK))]


def count_orders(connection: Connection) -> int:
    """How many orders are still to be replayed."""
    return connection.execute(sa.select(sa.func.count()).select_from(work_orders)).scalar_one()


def has_open_orders(connection: Connection) -> bool:
    """True while there is work for this host's workers in the spool."""
    return connection.execute(sa.select(work_orders.c.id).where(_OPEN).limit(1)).first() is not None
