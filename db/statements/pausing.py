"""A pause in SQL: the switch's name, whether it holds, and the bells of who waits for a paused role.

`db.statements.pauses` sets and tells pauses; here is only what the statements of orders, outbox and switches share.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.tables import outbox, switches, work_orders
from db.types import UtcDateTime
from nexus.work_order import Role

PAUSED = "paused."


def paused_switch(role: Role) -> str:
    """The name of the switch that is on while `role` is paused."""
    return f"{PAUSED}{role.value}"


def is_paused(role: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """True in rows whose `role`, a column of another table than `switches`, is paused at this moment."""
    of_role = switches.c.name == sa.literal(PAUSED) + role
    return sa.exists().where(of_role, switches.c.is_on).correlate_except(switches)


_AVAILABLE_AT = (
    sa.select(work_orders.c.available_at)
    .where(work_orders.c.id == outbox.c.order_id)
    .correlate(outbox)
    .scalar_subquery()
)
_AT = sa.bindparam("at", type_=UtcDateTime())
_RING = (
    sa.update(outbox)
    .where(outbox.c.role == sa.bindparam("whose"))
    .values(ring_at=sa.case((_AVAILABLE_AT > _AT, _AVAILABLE_AT), else_=_AT), rings=0)
)


def ring_after_change(connection: Connection, switch: str, at: datetime) -> None:
    """When a role was paused or resumed: have the relay ring for every order that waits for it, as soon as it may be.

    After a pause workers are refused and tell the owner; after its end they begin. Does nothing for other switches.
    """
    if switch.startswith(PAUSED):
        connection.execute(_RING, {"whose": switch.removeprefix(PAUSED), "at": at})
