"""The life of a work order: accept, claim, assign, hand over, finish. Each is one step of a transaction.

Every write after the claim carries the claim's fence. A worker whose lease ran out, and whose order was
claimed by another, gets `LeaseLost` and writes nothing.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from db.records import Accepted, Assignment, Ending, IdempotencyKey, NewOrder
from db.statements.attachments import insert_attachments
from db.statements.events import Happening, append_events
from db.statements.outbox import put_in_outbox, take_out_of_outbox
from db.statements.pauses import wait_if_paused
from db.statements.pausing import is_paused
from db.statements.rows import order_from, own_context_json, turns_json
from db.tables import deliveries, idempotency_keys, messages, sessions, work_orders
from db.types import db_now
from nexus.errors import LeaseLost, OrderCancelled
from nexus.ids import new_id
from nexus.work_order import Role, Status, WorkOrder, with_attachments

# Built once: constructing a statement costs several times its execution on the hot path.
_INSERT_ORDER = sa.insert(work_orders)
_INSERT_MESSAGE = sa.insert(messages)
_INSERT_DELIVERY = sa.insert(deliveries)
_INSERT_SESSION = {
    "postgresql": postgresql.insert(sessions).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(sessions).on_conflict_do_nothing(),
}
_LOCK_KEY = sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(sa.bindparam("key"), 0)))
_FORGET_IF_EXPIRED = sa.delete(idempotency_keys).where(
    idempotency_keys.c.scope == sa.bindparam("scope"),
    idempotency_keys.c.key == sa.bindparam("name"),
    idempotency_keys.c.expires_at <= sa.bindparam("now"),
)
_IS_KNOWN = sa.select(work_orders.c.id).where(work_orders.c.id == sa.bindparam("order"))
_TAKE = (
    sa.update(work_orders)
    .where(
        work_orders.c.id == sa.bindparam("order"),
        work_orders.c.finished_at.is_(None),
        sa.or_(
            work_orders.c.lease_until.is_(None),
            work_orders.c.lease_until < db_now(),
            # The same claim once more, because the reply to its commit was lost.
            work_orders.c.lease_owner == sa.bindparam("holder"),
        ),
    )
    .values(
        fence=work_orders.c.fence + 1,
        claims=work_orders.c.claims
        + sa.case((work_orders.c.lease_owner == sa.bindparam("holder"), 0), else_=1),
        lease_owner=sa.bindparam("holder"),
        lease_until=db_now(sa.bindparam("lease_s", type_=sa.Float)),
    )
    .returning(*work_orders.c)
)
_TAKE_FOR_ROLE = _TAKE.where(
    work_orders.c.owner == sa.bindparam("role"),
    work_orders.c.available_at <= sa.bindparam("now"),
    # Past its deadline it is taken in order to be ended.
    sa.or_(~is_paused(work_orders.c.owner), work_orders.c.deadline_at < sa.bindparam("now")),
)
_TAKE_OVERDUE = _TAKE.where(work_orders.c.deadline_at < sa.bindparam("now"))
# Under the newest fence, and the lease not given back: a step that was committed, although its reply was lost,
# has given it back, so doing it again changes nothing.
_FENCED = sa.update(work_orders).where(
    work_orders.c.id == sa.bindparam("order"),
    work_orders.c.fence == sa.bindparam("newest"),
    work_orders.c.lease_until.is_not(None),
    work_orders.c.finished_at.is_(None),
)
_FENCED_UNLESS_CANCELLED = _FENCED.where(work_orders.c.cancel_requested_at.is_(None))
_NEWEST_FENCE = sa.select(work_orders.c.fence).where(work_orders.c.id == sa.bindparam("order"))
_RENEW = _FENCED.values(lease_until=db_now(sa.bindparam("lease_s", type_=sa.Float)))


def accept_order(connection: Connection, new: NewOrder, now: datetime) -> Accepted:
    """Record a message as a work order with its attachments, its outbox row, its idempotency row and its first event.

    Running it twice with the same `new` (because a commit's reply was lost) changes nothing. A key that was
    used before returns the order it made; `same_request` tells whether the request was the same.
    """
    known = _known_before(connection, new, now)
    if known is not None:
        return known
    _ensure_session(connection, new, now)
    connection.execute(
        _INSERT_ORDER,
        {
            "id": new.id,
            "session_id": new.session_id,
            "channel": new.channel.value,
            "content": new.content,
            "status": Status.QUEUED.value,
            "owner": Role.ADMIN.value,
            "requested_tier": new.requested_tier.value if new.requested_tier else None,
            "spec": new.spec_json,
            "fence": 0,
            "claims": 0,
            "attempts": 0,
            "available_at": now,
            "retry_of": new.retry_of,
            "budget_usd": new.budget_usd,
            "context": own_context_json(new.context),
            "deadline_at": new.deadline_at,
            "created_at": now,
            "updated_at": now,
        },
    )
    insert_attachments(connection, new.id, new.attachments, now)
    said = with_attachments(new.content, new.attachments)
    _insert_message(connection, new.session_id, new.id, "user", said, now)
    if new.idempotency is not None:
        _remember_key(connection, new.id, new.idempotency)
    put_in_outbox(connection, new.id, Role.ADMIN, now=now)
    seq = append_events(connection, new, [_queued(new)], now)
    return Accepted(new.id, new.session_id, seq, is_new=True)


def _queued(new: NewOrder) -> Happening:
    told: dict[str, object] = {"channel": new.channel.value, "content": new.content}
    if new.retry_of:
        told["retry_of"] = new.retry_of
    if new.attachments:
        told["attachments"] = [
            {"kind": each.kind.value, "name": each.name, "media_type": each.media_type, "size": each.size}
            for each in new.attachments
        ]
    return Happening("order.queued", told)


def _known_before(connection: Connection, new: NewOrder, now: datetime) -> Accepted | None:
    key = new.idempotency
    if key is not None:
        if connection.dialect.name == "postgresql":
            # Two senders of one key at the same moment queue here; SQLite has one writer anyhow.
            connection.execute(_LOCK_KEY, {"key": f"{key.scope}/{key.key}"})
        connection.execute(_FORGET_IF_EXPIRED, {"scope": key.scope, "name": key.key, "now": now})
        seen = connection.execute(
            sa.select(idempotency_keys.c.fingerprint, work_orders.c.id, work_orders.c.session_id)
            .join(work_orders, work_orders.c.id == idempotency_keys.c.order_id)
            .where(idempotency_keys.c.scope == key.scope, idempotency_keys.c.key == key.key)
        ).first()
        if seen is not None:
            same = seen.fingerprint == key.fingerprint
            return Accepted(seen.id, seen.session_id, 0, is_new=False, same_request=same)
    exists = connection.execute(_IS_KNOWN, {"order": new.id}).first()
    return Accepted(new.id, new.session_id, 0, is_new=False) if exists else None


def forget_expired_keys(connection: Connection, now: datetime) -> int:
    """Drop idempotency keys whose time is over; returns how many."""
    return connection.execute(
        sa.delete(idempotency_keys).where(idempotency_keys.c.expires_at <= now)
    ).rowcount


def _remember_key(connection: Connection, order_id: str, key: IdempotencyKey) -> None:
    connection.execute(
        sa.insert(idempotency_keys).values(
            scope=key.scope,
            key=key.key,
            fingerprint=key.fingerprint,
            order_id=order_id,
            expires_at=key.expires_at,
        )
    )


def _ensure_session(connection: Connection, new: NewOrder, now: datetime) -> None:
    connection.execute(
        _INSERT_SESSION[connection.dialect.name],
        {
            "id": new.session_id,
            "user_id": new.user_id,
            "channel": new.channel.value,
            "last_seq": 0,
            "created_at": now,
            "updated_at": now,
        },
    )


def _insert_message(
    connection: Connection, session_id: str, order_id: str, role: str, content: str, now: datetime
) -> None:
    connection.execute(
        _INSERT_MESSAGE,
        {
            "id": new_id(),
            "session_id": session_id,
            "order_id": order_id,
            "role": role,
            "content": content,
            "created_at": now,
        },
    )


def claim_order(
    connection: Connection, order_id: str, *, role: Role, holder: str, lease_s: float, now: datetime
) -> WorkOrder | None:
    """Take the order for `role`: raise its fence and claims, set a lease by the database's clock.

    `holder` is new for every claim; the same one again is the same claim, of which the commit's reply was lost.
    None when there is nothing to take: unknown, ended, held by a live lease, not yet due after a backoff, meanwhile
    another role's, or the role is paused, which is told once. A doorbell that finds None is simply done.
    """
    claim = {"order": order_id, "holder": holder, "lease_s": lease_s, "now": now, "role": role.value}
    order = _take(connection, _TAKE_FOR_ROLE, claim)
    if order is None:
        wait_if_paused(connection, order_id, role, now)
    return order


def claim_overdue_order(
    connection: Connection, order_id: str, *, holder: str, lease_s: float, now: datetime
) -> WorkOrder | None:
    """Take an order of any role whose deadline has passed, in order to end it."""
    claim = {"order": order_id, "holder": holder, "lease_s": lease_s, "now": now}
    return _take(connection, _TAKE_OVERDUE, claim)


def _take(
    connection: Connection, statement: sa.Executable, parameters: dict[str, object]
) -> WorkOrder | None:
    row = connection.execute(statement, parameters).first()
    if row is None:
        return None
    order = order_from(row)
    take_out_of_outbox(connection, order.id)
    return order


def renew_lease(connection: Connection, order_id: str, fence: int, lease_s: float) -> bool:
    """Push the lease out by `lease_s`; False when a newer claim has the order.

    An order that this claim has just handed over or finished is left as it is, and is not lost.
    """
    renewed = connection.execute(_RENEW, {"order": order_id, "newest": fence, "lease_s": lease_s})
    if renewed.rowcount == 1:
        return True
    return connection.execute(_NEWEST_FENCE, {"order": order_id}).scalar() == fence


def write_fenced(connection: Connection, order: WorkOrder, now: datetime, **values: object) -> None:
    """Update the order under its claim's fence.

    Raises:
        LeaseLost: a newer claim exists, the order has ended, or this claim has given it back. Drop the work.
    """
    if not _update(connection, _FENCED, order, now, values):
        raise LeaseLost(f"{order.id}: fence {order.fence} is no longer the newest, or its step is done")


def write_unless_cancelled(connection: Connection, order: WorkOrder, now: datetime, **values: object) -> None:
    """`write_fenced` for steps that begin something: refused as soon as a cancel was asked for.

    Raises:
        OrderCancelled: the owner does not want it any more.
        LeaseLost: as `write_fenced`.
    """
    if _update(connection, _FENCED_UNLESS_CANCELLED, order, now, values):
        return
    if _update(connection, _FENCED, order, now, {}):
        raise OrderCancelled(f"{order.id}: cancelled by the owner")
    raise LeaseLost(f"{order.id}: fence {order.fence} is no longer the newest, or its step is done")


def _update(
    connection: Connection,
    statement: sa.Update,
    order: WorkOrder,
    now: datetime,
    values: Mapping[str, object],
) -> bool:
    key = {"order": order.id, "newest": order.fence}
    return connection.execute(statement, {**key, "updated_at": now, **values}).rowcount == 1


def assign_order(connection: Connection, order: WorkOrder, assignment: Assignment, now: datetime) -> int:
    """Record the Admin's decision and put the order before the tier; returns the event's number."""
    write_fenced(
        connection,
        order,
        now,
        status=Status.TRIAGED.value,
        owner=assignment.role.value,
        difficulty=assignment.difficulty.value,
        tier_reason=assignment.reason,
        tier_rule=assignment.rule,
        spec=assignment.spec_json,
        context=turns_json(assignment.context),
        left_out=assignment.left_out_json,
        **_UNLEASED,
    )
    put_in_outbox(connection, order.id, assignment.role, now=now)
    decided = {"owner": assignment.role.value, "difficulty": assignment.difficulty.value}
    triaged = {**decided, "reason": assignment.reason, "rule": assignment.rule}
    return append_events(connection, order, [Happening("order.triaged", triaged)], now)


# A step was recorded: whoever takes the next one starts with a fresh count of claims.
_UNLEASED = {"lease_owner": None, "lease_until": None, "claims": 0}


def hand_over(
    connection: Connection, order: WorkOrder, role: Role, now: datetime, *, reason: str | None = None
) -> None:
    """After a recorded step: to `role`'s queue, for a retry or another tier; `reason` says in words why that one."""
    values = {"status": Status.TRIAGED.value, "owner": role.value, **_UNLEASED}
    if reason is not None:
        values["tier_reason"] = reason
    write_fenced(connection, order, now, **values)
    put_in_outbox(connection, order.id, role, now=now)


def postpone(
    connection: Connection,
    order: WorkOrder,
    available_at: datetime,
    now: datetime,
    *,
    counts: bool = True,
) -> None:
    """No step was recorded: back to the same role's queue, not before `available_at`. The claim still `counts`."""
    status = Status.QUEUED if order.owner is Role.ADMIN else Status.TRIAGED
    write_fenced(
        connection,
        order,
        now,
        status=status.value,
        available_at=available_at,
        lease_owner=None,
        lease_until=None,
        claims=order.claims if counts else order.claims - 1,
    )
    put_in_outbox(connection, order.id, order.owner, now=now, available_at=available_at)


def finish_order(
    connection: Connection,
    order: WorkOrder,
    ending: Ending,
    now: datetime,
    *,
    before: Sequence[Happening] = (),
) -> int:
    """End a claimed order: status, result, receipt, the conversation's message, the delivery, the final event.

    All in the caller's transaction, so an answer exists exactly when it is to be delivered. `before` are events
    of the same transaction that precede the final one; its number is returned.
    """
    write_fenced(
        connection,
        order,
        now,
        status=ending.status.value,
        result=ending.result,
        failure_reason=ending.failure_reason,
        receipt=ending.receipt_json,
        finished_at=now,
        **_UNLEASED,
    )
    take_out_of_outbox(
        connection, order.id
    )  # the sweeper may have offered it: a lease ran out, its holder lived
    if ending.result is not None:
        _insert_message(connection, order.session_id, order.id, "assistant", ending.result, now)
    # REST, WebSocket and CLI clients fetch by (session, seq): writing the event is the delivery.
    connection.execute(
        _INSERT_DELIVERY,
        {
            "id": new_id(),
            "order_id": order.id,
            "channel": order.channel.value,
            "target": order.session_id,
            "status": "sent",
            "created_at": now,
            "sent_at": now,
        },
    )
    final = {
        "status": ending.status.value,
        "content": ending.result,
        "reason": ending.failure_reason,
        "receipt": json.loads(ending.receipt_json),
    }
    happenings = [*before, Happening(f"order.{ending.status.value}", final)]
    return append_events(connection, order, happenings, now)
