"""Orders that wait for the owner's yes, because they would cost too much: held, approved; a cancel ends them as any."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.statements.events import Happening, append_events
from db.statements.logs import AuditEvent, insert_audit_event
from db.statements.orders import write_unless_cancelled
from db.statements.outbox import put_in_outbox
from db.statements.queries import get_order
from db.statements.rows import order_from
from db.tables import outbox, work_orders
from nexus.errors import PermanentError
from nexus.hold import Hold, HoldOption
from nexus.usage import dollars
from nexus.work_order import Role, Status, WorkOrder

HELD_FOR = timedelta(hours=24)

_LOCK = sa.select(work_orders).where(work_orders.c.id == sa.bindparam("order")).with_for_update()


def hold_order(connection: Connection, order: WorkOrder, hold: Hold, now: datetime) -> int:
    """Give a claimed order back, to wait for its owner, a day at most; returns the event's number.

    Raises:
        OrderCancelled, LeaseLost: as `write_unless_cancelled`.
    """
    write_unless_cancelled(
        connection,
        order,
        now,
        status=Status.HELD.value,
        hold=hold.model_dump_json(),
        deadline_at=now + HELD_FOR,
        lease_owner=None,
        lease_until=None,
        claims=0,
    )
    held = {"question": hold.question, "options": [o.model_dump(mode="json") for o in hold.options]}
    return append_events(connection, order, [Happening("order.held", held)], now)


def approve_order(
    connection: Connection, order_id: str, tier: Role | None, now: datetime, *, actor: str = "owner"
) -> WorkOrder | None:
    """Let a held order go on, by the tier that was to do it or by a cheaper one it offered.

    Returns the order as it stands then, None when it is unknown. The owner's yes holds for tries that cost at most
    what the option said.

    Raises:
        PermanentError: the order is not held, or `tier` is not among its options; the message names what is.
    """
    row = connection.execute(_LOCK, {"order": order_id}).first()
    if row is None:
        return None
    order = order_from(row)
    hold, option = _chosen(order, tier)
    values: dict[str, object] = {
        "status": Status.TRIAGED.value,
        "owner": option.role.value,
        "approved_usd": option.at_most_usd,
        "hold": None,
        "available_at": now,
        "deadline_at": now + timedelta(seconds=hold.span_s),
        "updated_at": now,
    }
    if option.role is not order.owner:
        values["tier_reason"] = f"you chose the {option.role.value} for about {dollars(option.about_usd)}"
        values["tier_rule"] = "owner_choice"
    connection.execute(sa.update(work_orders).where(work_orders.c.id == order.id).values(values))
    put_in_outbox(connection, order.id, option.role, now=now)
    # Nobody who has a stream to ring may be near, so the relay need not wait for a ring to be lost.
    connection.execute(sa.update(outbox).where(outbox.c.order_id == order.id).values(ring_at=now))
    said = {"owner": option.role.value, "at_most_usd": str(option.at_most_usd)}
    append_events(connection, order, [Happening("order.approved", said)], now)
    audit = AuditEvent(actor, "order.approved", "accepted", order.id, order.session_id, said)
    insert_audit_event(connection, audit, now)
    return get_order(connection, order_id)


def _chosen(order: WorkOrder, tier: Role | None) -> tuple[Hold, HoldOption]:
    if order.status is not Status.HELD or order.hold_json is None:
        raise PermanentError(f"{order.id} is {order.status.value}: only a held order waits for a yes.")
    hold = Hold.model_validate_json(order.hold_json)
    option = hold.option(tier)
    if option is None:
        offered = ", ".join(o.role.value for o in hold.options)
        raise PermanentError(f"{order.id} offers {offered}, and not {tier.value if tier else 'that'}.")
    return hold, option
