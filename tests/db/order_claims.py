"""How workers claim an order, and when one can be claimed."""

from datetime import datetime

from sqlalchemy.engine import Connection

from db.statements.attempts import claim_work
from db.statements.orders import claim_order
from nexus.work_order import Role, WorkOrder
from tests.builders import now
from tests.db.order_invariants import Row


def claimed(
    connection: Connection, order_id: str, *, role: Role, holder: str, lease_s: float, now: datetime
) -> WorkOrder | None:
    """As workers claim: the Admin the order alone, a tier with what a dead worker left of it."""
    if role is Role.ADMIN:
        return claim_order(connection, order_id, role=role, holder=holder, lease_s=lease_s, now=now)
    work = claim_work(connection, order_id, role=role, holder=holder, lease_s=lease_s, now=now)
    return work.order if work is not None else None


def is_free(row: Row) -> bool:
    """Open, and under no live lease."""
    leased = row["lease_until"] is not None and row["lease_until"] > now()
    return row["finished_at"] is None and not leased
