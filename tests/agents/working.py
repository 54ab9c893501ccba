"""Taking an order through the company in a test, and reading what became of it."""

import sqlalchemy as sa

from agents.handler import OrderHandler
from db.engine import Database
from db.statements.queries import OrderHistory, get_history
from db.tables import work_orders
from nexus.receipt import Receipt
from tests.builders import now

SIMPLE = "What is the capital of France?"
HARD = "Design a database architecture for a bank."


def history_of(database: Database, order_id: str) -> OrderHistory:
    history = database.read_sync(get_history, order_id)
    assert history is not None
    return history


def receipt_of(history: OrderHistory) -> Receipt:
    assert history.order.receipt_json is not None
    return Receipt.model_validate_json(history.order.receipt_json)


async def work_through(handler: OrderHandler, database: Database, order_id: str) -> OrderHistory:
    """Ring for whoever holds the order until it has ended, with every backoff skipped."""
    for _ in range(20):
        order = history_of(database, order_id).order
        if not order.is_open:
            break
        await handler.handle(order.owner, order_id)
        database.run_sync(lambda c: c.execute(sa.update(work_orders).values(available_at=now())))
    return history_of(database, order_id)
