"""What the replay does when PostgreSQL and a spool both have something under the same id or the same key."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.receipts import make_receipt
from db.records import CallStatus, Ending
from db.statements.attempts import abandon_running
from db.statements.departure import Batch, Rows
from db.statements.orders import finish_order
from db.statements.outbox import take_out_of_outbox
from db.statements.rows import order_from
from db.tables import attempts, idempotency_keys, work_orders
from db.types import db_now
from nexus.work_order import Status

WORKED_TWICE = "another host worked on the same order while the database was away"


def with_shifted_tries(
    connection: Connection, moving: Mapping[str, Rows], order_ids: set[str], now: datetime
) -> dict[str, Rows]:
    """Number the tries that were made here after those made elsewhere, which are closed as abandoned."""
    counted = connection.execute(
        sa.select(attempts.c.order_id, sa.func.max(attempts.c.n))
        .where(attempts.c.order_id.in_(order_ids))
        .group_by(attempts.c.order_id)
    )
    before: dict[str, int] = {row[0]: row[1] for row in counted}
    for order_id in order_ids:
        abandon_running(connection, order_id, now, WORKED_TWICE)
    for order_id, tries in before.items():
        connection.execute(
            sa.update(work_orders)
            .where(work_orders.c.id == order_id)
            .values(attempts=work_orders.c.attempts + tries)
        )
    shifted = [
        {**row, "n": int(str(row["n"])) + before.get(str(row["order_id"]), 0)}
        for row in moving[attempts.name]
    ]
    return {**moving, attempts.name: shifted}


def with_ledger_only(calls: Rows, now: datetime) -> Rows:
    """Calls of an order whose tries are not taken over; one that was never settled is in doubt."""
    return [
        {**call, "attempt_id": None}
        if call["status"] != CallStatus.STARTED.value
        else {
            **call,
            "attempt_id": None,
            "status": CallStatus.IN_DOUBT.value,
            "cost_usd": call["worst_case_usd"],
            "error": WORKED_TWICE,
            "finished_at": now,
        }
        for call in calls
    ]


def settle_keys(connection: Connection, batch: Batch, now: datetime) -> list[str]:
    """Bring the idempotency keys over; returns a sentence for each that PostgreSQL had given to another order.

    The sender's first try had been committed and nobody was told: that order ends, if nobody has begun it, and
    the key belongs to the one whose number was told. Else both stand.
    """
    notes: list[str] = []
    for key in batch.belongings[idempotency_keys.name]:
        there = connection.execute(
            sa.select(idempotency_keys).where(
                idempotency_keys.c.scope == key["scope"], idempotency_keys.c.key == key["key"]
            )
        ).first()
        if there is None:
            connection.execute(sa.insert(idempotency_keys), key)
        elif there.order_id != key["order_id"]:
            notes.append(_settle_key(connection, key, there, now))
    return notes


def _settle_key(
    connection: Connection, key: Mapping[str, object], there: sa.Row[tuple[object, ...]], now: datetime
) -> str:
    same = there.fingerprint == key["fingerprint"]
    if there.expires_at > now and not (same and _end_unstarted(connection, there.order_id, key, now)):
        return f"{key['order_id']}: its idempotency key belongs to {there.order_id} too, both stand"
    connection.execute(
        sa.update(idempotency_keys)
        .where(idempotency_keys.c.scope == key["scope"], idempotency_keys.c.key == key["key"])
        .values(key)
    )
    return f"{there.order_id}: the same message was answered as {key['order_id']}"


def _end_unstarted(connection: Connection, order_id: str, key: Mapping[str, object], now: datetime) -> bool:
    """End an order that nobody has begun as cancelled; False when somebody has."""
    taken = connection.execute(
        sa.update(work_orders)
        .where(work_orders.c.id == order_id, work_orders.c.fence == 0, work_orders.c.finished_at.is_(None))
        .values(fence=1, lease_owner="replay", lease_until=db_now(1.0))
        .returning(*work_orders.c)
    ).first()
    if taken is None:
        return False
    order = order_from(taken)
    reason = f"The same message was answered as {key['order_id']} while the database was away."
    receipt = make_receipt(order, (), (), now).model_dump_json()
    take_out_of_outbox(connection, order_id)
    finish_order(connection, order, Ending(Status.CANCELLED, None, reason, receipt), now)
    return True
