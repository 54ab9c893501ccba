"""Doing an ended order again: dead letters and failures, requeued by an operator.

Terminal orders never change, so a requeue is a new order that names the old one in `retry_of`. It is accepted as
any other, with its outbox row: the relay of a worker rings for it at its next look, Redis or not.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.records import Accepted, NewOrder
from db.statements.logs import AuditEvent, insert_audit_event
from db.statements.orders import accept_order
from db.statements.rows import order_from
from db.tables import outbox, sessions, work_orders
from nexus.errors import PermanentError
from nexus.ids import new_order_id
from nexus.work_order import Status, WorkOrder

REQUEUED = (Status.DEAD, Status.FAILED)

_RETRY = work_orders.alias("retry")
_OPEN_RETRY = (
    sa.select(work_orders.c.id, work_orders.c.status)
    .where(work_orders.c.retry_of == sa.bindparam("order"), work_orders.c.finished_at.is_(None))
    .limit(1)
)
_RETRIES = (
    sa.select(work_orders.c.id)
    .where(work_orders.c.retry_of == sa.bindparam("order"))
    .order_by(work_orders.c.id)
)


def requeue_order(
    connection: Connection, order_id: str, now: datetime, *, deadline_s: float, actor: str = "operator"
) -> Accepted:
    """Accept the message of a dead or failed order once more; `deadline_s` is counted from now.

    Same session, channel, content, requested tier and acceptance spec: the Admin fills a stored spec in with what
    goes without saying, which changes nothing in one that it has filled in before, so the new order is judged as
    the old one was. An audit row names both.

    Raises:
        PermanentError: the order is unknown, has not ended dead or failed, or is being done again already.
    """
    old = _locked(connection, order_id)
    if old is None:
        raise PermanentError(
            f"{order_id}: there is no such order; `nexus orders list --status dead` names them."
        )
    _check(connection, old)
    new = NewOrder(
        id=new_order_id(),
        session_id=old.session_id,
        user_id=_user_of(connection, old.session_id),
        channel=old.channel,
        content=old.content,
        requested_tier=old.requested_tier,
        spec_json=old.spec_json,
        deadline_at=now + timedelta(seconds=deadline_s),
        retry_of=old.id,
    )
    accepted = accept_order(connection, new, now)
    # Nobody rings after this commit, so the relay need not wait for a ring to be lost.
    connection.execute(sa.update(outbox).where(outbox.c.order_id == new.id).values(ring_at=now))
    insert_audit_event(connection, _audit(old, new, actor), now)
    return accepted


def _locked(connection: Connection, order_id: str) -> WorkOrder | None:
    """The order; a second requeue of it waits until this transaction ends, so that it sees the first."""
    row = connection.execute(
        sa.select(work_orders).where(work_orders.c.id == order_id).with_for_update()
    ).first()
    return order_from(row) if row else None


def _check(connection: Connection, old: WorkOrder) -> None:
    if old.is_open:
        raise PermanentError(
            f"{old.id} is still {old.status.value}: only dead and failed orders are requeued."
        )
    if old.status not in REQUEUED:
        raise PermanentError(
            f"{old.id} ended as {old.status.value}: only dead and failed orders are requeued."
        )
    retry = connection.execute(_OPEN_RETRY, {"order": old.id}).first()
    if retry is not None:
        raise PermanentError(
            f"{old.id} is being done again as {retry.id}, which is {retry.status}: wait for its end."
        )


def _user_of(connection: Connection, session_id: str) -> str:
    user: str = connection.execute(
        sa.select(sessions.c.user_id).where(sessions.c.id == session_id)
    ).scalar_one()
    return user


def _audit(old: WorkOrder, new: NewOrder, actor: str) -> AuditEvent:
    return AuditEvent(
        actor=actor,
        action="order.requeued",
        status="accepted",
        work_order_id=old.id,
        session_id=old.session_id,
        details={"requeued_as": new.id, "was": old.status.value, "reason": old.failure_reason},
    )


def dead_letters(connection: Connection, *, after: str = "", limit: int = 100) -> list[str]:
    """Dead orders that have not been requeued yet, oldest first, behind the id `after`; at most `limit`."""
    requeued = sa.exists().where(_RETRY.c.retry_of == work_orders.c.id)
    rows = connection.execute(
        sa.select(work_orders.c.id)
        .where(work_orders.c.status == Status.DEAD.value, work_orders.c.id > after, ~requeued)
        .order_by(work_orders.c.id)
        .limit(limit)
    )
    return [row.id for row in rows]


def retries_of(connection: Connection, order_id: str) -> list[str]:
    """The orders that did this one again, oldest first."""
    return [row.id for row in connection.execute(_RETRIES, {"order": order_id})]
