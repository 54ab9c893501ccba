"""Doing an order once more beside the old one, perhaps on another tier: `nexus replay --live`.

Unlike a requeue it takes an order of any ending, and goes on in a conversation of its own, so that the owner's stays
as it is. The new conversation begins with the messages that stood before the old order, so both have the same context.
"""

from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from ulid import ULID

from db.records import Accepted
from db.statements.again import accept_again, again
from db.statements.logs import AuditEvent
from db.statements.queries import get_order
from db.tables import messages
from nexus.errors import PermanentError
from nexus.ids import new_session_id
from nexus.work_order import Channel, Role, WorkOrder

CONTEXT_MESSAGES = 20
"""As many as the Admin reads (`agents.admin.CONTEXT_TURNS`)."""

_BEFORE = (
    sa.select(messages.c.order_id, messages.c.role, messages.c.content, messages.c.created_at)
    .where(
        messages.c.session_id == sa.bindparam("session"),
        messages.c.order_id < sa.bindparam("order"),
        messages.c.order_id != sa.bindparam("retried"),
    )
    .order_by(messages.c.id.desc())
    .limit(sa.bindparam("most", type_=sa.Integer))
)


def rerun_order(
    connection: Connection,
    order_id: str,
    tier: Role | None,
    now: datetime,
    *,
    deadline_s: float,
    actor: str = "operator",
) -> Accepted:
    """Accept the order's message once more, by `tier` or, if None, as it was asked for; the old order is not changed.

    Same message, context, acceptance spec and limit of money; `deadline_s` is counted from now. An audit row names
    both.

    Raises:
        PermanentError: there is no such order, or it has not ended.
    """
    old = get_order(connection, order_id)
    if old is None:
        raise PermanentError(f"{order_id}: there is no such order; `nexus orders list` names them.")
    if old.is_open:
        raise PermanentError(f"{old.id} is still {old.status.value}: only what has ended can be replayed.")
    new = replace(
        again(connection, old, now, deadline_s),
        session_id=new_session_id(),
        channel=Channel.CLI,
        requested_tier=tier or old.requested_tier,
        budget_usd=old.budget_usd,
    )
    details: dict[str, object] = {"replayed_as": new.id, "tier": tier.value if tier else None}
    audit = AuditEvent(actor, "order.replayed", "accepted", old.id, old.session_id, details)
    accepted = accept_again(connection, new, audit, now)
    _copy_context(connection, old, new.session_id, now - timedelta(seconds=1))
    return accepted


def _copy_context(connection: Connection, old: WorkOrder, session_id: str, before: datetime) -> None:
    """The messages before the old order, with ids of the moment `before`; they keep naming the order they belong to."""
    asked = {"session": old.session_id, "order": old.id, "retried": old.retry_of or ""}
    rows = connection.execute(_BEFORE, {**asked, "most": CONTEXT_MESSAGES}).all()
    ids = sorted(
        (str(ULID.from_datetime(before)) for _ in rows), reverse=True
    )  # the rows begin with the newest
    copies = [
        {"id": row_id, "session_id": session_id, **row._mapping}
        for row_id, row in zip(ids, rows, strict=True)
    ]
    if copies:
        connection.execute(sa.insert(messages), copies)
