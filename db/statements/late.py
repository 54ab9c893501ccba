"""Settling a call whose order may have ended meanwhile: the receipt then gets the amounts that the ledger has."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.receipts import with_amounts_of
from db.records import CallRecord, Settlement
from db.statements.budget import apply_charges
from db.statements.calls import calls_of, settle_row
from db.tables import work_orders
from nexus.receipt import Receipt

_RECEIPT = sa.select(work_orders.c.receipt).where(
    work_orders.c.id == sa.bindparam("order"), work_orders.c.finished_at.is_not(None)
)
_AMEND = sa.update(work_orders).where(work_orders.c.id == sa.bindparam("order"))


def settle_late(connection: Connection, call: CallRecord, settlement: Settlement, now: datetime) -> None:
    """`settle_call`, and the receipt of an order that has ended is brought to the same amounts.

    A cancel that did not wait for the worker wrote it with the call in doubt. Status, answer and events stay.
    """
    charges = settle_row(connection, call, settlement, now)
    stored = connection.execute(_RECEIPT, {"order": call.order_id}).scalar()
    if stored is not None:
        receipt = with_amounts_of(Receipt.model_validate_json(stored), calls_of(connection, call.order_id))
        connection.execute(_AMEND, {"order": call.order_id, "receipt": receipt.model_dump_json()})
    apply_charges(connection, charges)
