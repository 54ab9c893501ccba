"""Cancelling an order: between steps at once, in the middle of one by asking the worker that holds it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.receipts import make_receipt
from db.records import Ending
from db.statements.attempts import abandon_running, attempts_of
from db.statements.budget import apply_charges
from db.statements.calls import calls_of
from db.statements.orders import finish_order
from db.statements.queries import get_order
from db.statements.rows import order_from
from db.tables import work_orders
from db.types import UtcDateTime, db_now
from nexus.work_order import Status, WorkOrder

CANCELLED = "Cancelled by the owner."
IN_FLIGHT = "the order was cancelled while the call ran"

_ASKED_FOR = sa.func.coalesce(work_orders.c.cancel_requested_at, sa.bindparam("now", type_=UtcDateTime))
_ASK = (
    sa.update(work_orders)
    .where(work_orders.c.id == sa.bindparam("order"), work_orders.c.finished_at.is_(None))
    .values(cancel_requested_at=_ASKED_FOR)
    .returning((work_orders.c.lease_until >= db_now()).label("is_held"))
)
_TAKE = (
    sa.update(work_orders)
    .where(work_orders.c.id == sa.bindparam("order"))
    .values(fence=work_orders.c.fence + 1, lease_owner="cancel", lease_until=db_now(sa.literal(1.0)))
    .returning(*work_orders.c)
)


def cancel_order(
    connection: Connection, order_id: str, now: datetime, *, force: bool = False
) -> WorkOrder | None:
    """Ask for the order's end; returns it as it stands afterwards, None when it is unknown.

    An order that nobody works on ends here and now. Of one that a worker holds only the wish is noted: no step
    begins after that, and the worker ends the order within a second, with the price of the call that ran. With
    `force` it is taken from the worker by a newer fence, for a worker that does not do that in time.
    An order that has ended is returned as it is.
    """
    asked = connection.execute(_ASK, {"order": order_id, "now": now}).first()
    if asked is not None and (force or not asked.is_held):
        taken = connection.execute(_TAKE, {"order": order_id}).one()
        end_cancelled(connection, order_from(taken), now)
    return get_order(connection, order_id)


def end_cancelled(connection: Connection, order: WorkOrder, now: datetime) -> int:
    """End a claimed order as cancelled; what still ran is closed as in doubt. Returns the event's number.

    Raises:
        LeaseLost: the claim is no longer the newest, or the order has ended otherwise.
    """
    charges = abandon_running(connection, order.id, now, IN_FLIGHT)
    receipt = make_receipt(order, attempts_of(connection, order.id), calls_of(connection, order.id), now)
    ending = Ending(Status.CANCELLED, None, CANCELLED, receipt.model_dump_json())
    seq = finish_order(connection, order, ending, now)
    apply_charges(connection, charges)
    return seq


def cancels_among(connection: Connection, order_ids: list[str]) -> set[str]:
    """Those of `order_ids` that the owner has asked to cancel."""
    rows = connection.execute(
        sa.select(work_orders.c.id).where(
            work_orders.c.id.in_(order_ids), work_orders.c.cancel_requested_at.is_not(None)
        )
    )
    return {row.id for row in rows}
