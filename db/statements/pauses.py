"""Pausing a role: it begins no step until it is resumed. Its orders wait in the outbox, and their owner is told once.

A pause is a switch, so it holds in every worker of every host from its commit on: the claim itself asks for it.
What is refused for a pause is no claim: it spends no try and is not one of the five after which an order is dead.
"""

import json
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.statements.events import Happening, append_events
from db.statements.pausing import PAUSED, paused_switch
from db.statements.switches import Switch, get_switch, set_switch
from db.tables import events, outbox, switches, work_orders
from nexus.work_order import Role, title_of

WAITING = "order.waiting"
LOOKED_AT_AGAIN_S = 300.0
"""How often the relay rings for an order that waits for a paused role, should the bells of its end have been lost."""

# For share: who resumes the role waits until this order is parked, and then rings for it as well.
_SWITCH = (
    sa.select(switches)
    .where(switches.c.name == sa.bindparam("switch"), switches.c.is_on)
    .with_for_update(read=True)
)
_WAITS = (
    sa.select(work_orders.c.id, work_orders.c.session_id, work_orders.c.deadline_at)
    .join(outbox, outbox.c.order_id == work_orders.c.id)
    .where(
        outbox.c.order_id == sa.bindparam("order"),
        outbox.c.role == sa.bindparam("role"),
        work_orders.c.available_at <= sa.bindparam("now"),
        work_orders.c.finished_at.is_(None),
    )
    .with_for_update(of=outbox)
)
_PARK = sa.update(outbox).where(outbox.c.order_id == sa.bindparam("order"))
_TOLD = sa.select(events.c.payload).where(
    events.c.order_id == sa.bindparam("order"), events.c.type == WAITING
)


def all_pauses(connection: Connection) -> dict[Role, Switch]:
    """The roles that are paused now, each with who paused it, when and why."""
    names = [paused_switch(role) for role in Role]
    rows = connection.execute(sa.select(switches).where(switches.c.name.in_(names), switches.c.is_on))
    return {Role(row.name.removeprefix(PAUSED)): Switch(**row._mapping) for row in rows}


def set_pause(connection: Connection, wish: Switch) -> Switch | None:
    """Pause or resume, with an audit row; returns what holds then, None for a role that was never paused.

    What is so already stays as it is, with its time and its reason. Nor does a wish change what was set later.
    """
    before = get_switch(connection, wish.name)
    if wish.is_on is not (before is not None and before.is_on):
        set_switch(connection, wish)
    return get_switch(connection, wish.name)


def pause_of(connection: Connection, role: Role) -> Switch | None:
    """The role's pause while it holds."""
    switch = get_switch(connection, paused_switch(role))
    return switch if switch is not None and switch.is_on else None


def pause_text(role: Role, pause: Switch) -> str:
    """Who is paused, since when, by whom and why, and what ends it, in one line."""
    reason = f" ({pause.reason})" if pause.reason else ""
    return (
        f"the {title_of(role)} is paused since {pause.changed_at:%Y-%m-%d %H:%M} UTC by {pause.changed_by}{reason};"
        f" `nexus agents resume {role.value}` ends that"
    )


def wait_if_paused(connection: Connection, order_id: str, role: Role, now: datetime) -> None:
    """If the order waits for a paused role: ring for it seldom from here on, and write why it waits, once a pause."""
    pause = connection.execute(_SWITCH, {"switch": paused_switch(role)}).first()
    if pause is None:
        return
    order = connection.execute(_WAITS, {"order": order_id, "role": role.value, "now": now}).first()
    if order is None:
        return
    ends_at = max(order.deadline_at, now + timedelta(seconds=1))
    connection.execute(
        _PARK,
        {"order": order_id, "ring_at": min(ends_at, now + timedelta(seconds=LOOKED_AT_AGAIN_S)), "rings": 0},
    )
    said = _waiting(role, Switch(**pause._mapping))
    if said not in [json.loads(row.payload) for row in connection.execute(_TOLD, {"order": order_id})]:
        append_events(connection, order, [Happening(WAITING, said)], now)


def _waiting(role: Role, pause: Switch) -> dict[str, object]:
    return {
        "role": role.value,
        "since": pause.changed_at.isoformat(),
        "by": pause.changed_by,
        "reason": f"It waits: {pause_text(role, pause)}.",
    }
