"""Dead letters and failures, done again by an operator. `db.statements.again` has the mechanism."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.records import Accepted, NewOrder
from db.statements.again import StillOpen, accept_again, again, locked_order, open_retry_of
from db.statements.logs import AuditEvent
from db.tables import work_orders
from nexus.errors import PermanentError
from nexus.work_order import Status, WorkOrder

REQUEUED = (Status.DEAD, Status.FAILED)

_RETRY = work_orders.alias("retry")
_RETRIES = (
    sa.select(work_orders.c.id)
    .where(work_orders.c.retry_of == sa.bindparam("order"))
    .order_by(work_orders.c.id)
)


def requeue_order(
    connection: Connection, order_id: str, now: datetime, *, deadline_s: float, actor: str = "operator"
) -> Accepted:
    """Accept the message of a dead or failed order once more; `deadline_s` is counted from now.

    Same session, channel, content, requested tier and acceptance spec. An audit row names both.

    Raises:
        PermanentError: the order is unknown, has not ended dead or failed, or is being done again already.
    """
    old = locked_order(connection, order_id)
    if old is None:
        raise PermanentError(
            f"{order_id}: there is no such order; `nexus orders list --status dead` names them."
        )
    _check(connection, old)
    new = again(connection, old, now, deadline_s)
    return accept_again(connection, new, _audit(old, new, actor), now)


def _check(connection: Connection, old: WorkOrder) -> None:
    if old.is_open:
        raise PermanentError(
            f"{old.id} is still {old.status.value}: only dead and failed orders are requeued."
        )
    if old.status not in REQUEUED:
        raise PermanentError(
            f"{old.id} ended as {old.status.value}: only dead and failed orders are requeued."
        )
    retry = open_retry_of(connection, old)
    if retry is not None:
        raise PermanentError(str(StillOpen(old, retry)))


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
