"""Doing an ended order again: the one way, for a requeue, a replay, and the owner's escalate and retry.

Terminal orders never change, so it is a new order that names the old one in `retry_of`. It is accepted as any other,
with its outbox row: the relay of a worker rings for it at its next look, Redis or not. An audit row names both.
"""

from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.records import Accepted, Durability, IdempotencyKey, NewOrder
from db.statements.attachments import attachments_of
from db.statements.logs import AuditEvent, insert_audit_event
from db.statements.orders import accept_order
from db.statements.rows import order_from
from db.statements.spooling import find_by_key
from db.tables import outbox, sessions, work_orders
from nexus.errors import NexusError
from nexus.ids import new_order_id
from nexus.work_order import Channel, Turn, WorkOrder

_OPEN_RETRY = (
    sa.select(work_orders)
    .where(work_orders.c.retry_of == sa.bindparam("order"), work_orders.c.finished_at.is_(None))
    .limit(1)
)


class StillOpen(NexusError):
    """The order has not ended, or is being done again already: `order` is the one that is open."""

    def __init__(self, old: WorkOrder, order: WorkOrder) -> None:
        if order.id == old.id:
            super().__init__(f"{old.id} is still {old.status.value}.")
        else:
            super().__init__(
                f"{old.id} is being done again as {order.id}, which is {order.status.value}: wait for its end."
            )
        self.order = order


def redo_order(
    connection: Connection, new: NewOrder, now: datetime, *, action: str, actor: str
) -> Accepted | None:
    """Accept `new`, which does `new.retry_of` again; None when there is no such order.

    With an idempotency key that was used before, the outcome is the order that it made.

    Raises:
        StillOpen: the old order, or another one that does it again, is open.
    """
    known = _by_key(connection, new.idempotency, now)
    if known is not None:
        return known
    old = locked_order(connection, new.retry_of or "")
    if old is None:
        return None
    being_done = old if old.is_open else open_retry_of(connection, old)
    if being_done is not None:
        raise StillOpen(old, being_done)
    details: dict[str, object] = {
        "again_as": new.id,
        "tier": new.requested_tier.value if new.requested_tier else None,
    }
    audit = AuditEvent(actor, action, "accepted", old.id, old.session_id, details)
    return accept_again(connection, new, audit, now)


def _by_key(connection: Connection, key: IdempotencyKey | None, now: datetime) -> Accepted | None:
    known = None if key is None else find_by_key(connection, key, now)
    return replace(known, durability=Durability.PRIMARY) if known else None


def again(connection: Connection, old: WorkOrder, now: datetime, deadline_s: float) -> NewOrder:
    """The old order as a new one: same session, door, message, wished tier and acceptance spec.

    The Admin fills a stored spec in with what goes without saying, which changes nothing in one that it has filled in
    before, so the new order is judged as the old one was.
    """
    return NewOrder(
        id=new_order_id(),
        session_id=old.session_id,
        user_id=user_of(connection, old.session_id),
        channel=old.channel,
        content=old.content,
        requested_tier=old.requested_tier,
        spec_json=old.spec_json,
        deadline_at=now + timedelta(seconds=deadline_s),
        retry_of=old.id,
        context=context_brought_by(old),
    )


def context_brought_by(old: WorkOrder) -> tuple[Turn, ...] | None:
    """The context that came with the order, which no session holds; None: it had the session's."""
    return old.context if old.brings_context or old.channel is Channel.OPENAI else None


def accept_again(connection: Connection, new: NewOrder, audit: AuditEvent, now: datetime) -> Accepted:
    """Accept it with the old order's attachments, have the relay ring at its next look, and write the audit row."""
    copied = attachments_of(connection, new.retry_of or "")
    accepted = accept_order(connection, replace(new, attachments=copied), now)
    # Nobody need ring after this commit, so the relay need not wait for a ring to be lost.
    connection.execute(sa.update(outbox).where(outbox.c.order_id == new.id).values(ring_at=now))
    insert_audit_event(connection, audit, now)
    return accepted


def locked_order(connection: Connection, order_id: str) -> WorkOrder | None:
    """The order; whoever else would do it again waits until this transaction ends, so that he sees the first."""
    row = connection.execute(
        sa.select(work_orders).where(work_orders.c.id == order_id).with_for_update()
    ).first()
    return order_from(row) if row else None


def open_retry_of(connection: Connection, old: WorkOrder) -> WorkOrder | None:
    """The order that does `old` again at this moment."""
    row = connection.execute(_OPEN_RETRY, {"order": old.id}).first()
    return order_from(row) if row else None


def user_of(connection: Connection, session_id: str) -> str:
    """Whose session it is."""
    user: str = connection.execute(
        sa.select(sessions.c.user_id).where(sessions.c.id == session_id)
    ).scalar_one()
    return user
