"""Orders, tries and calls written straight into a store, with every detail that a report's test does not care about."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from ulid import ULID

from db.records import AttemptStatus, CallStatus
from db.statements.orders import accept_order
from db.tables import attempts, model_calls, verdicts, work_orders
from nexus.ids import new_id
from nexus.work_order import Role
from tests.builders import an_order

NOW = datetime(2026, 11, 18, 15, 30, tzinfo=UTC)  # a Wednesday


def an_order_at(
    connection: Connection, at: datetime, *, seconds: float = 1, status: str = "delivered"
) -> str:
    new = an_order(id=f"WO-{ULID.from_datetime(at)}", deadline_at=at + timedelta(minutes=10))
    accept_order(connection, new, at)
    ends = {"status": status, "finished_at": at + timedelta(seconds=seconds)}
    connection.execute(sa.update(work_orders).where(work_orders.c.id == new.id).values(ends))
    return new.id


def a_try_of(connection: Connection, order_id: str, n: int, role: Role, *, passed: bool) -> str:
    status = AttemptStatus.PASSED if passed else AttemptStatus.REJECTED
    row = {"id": new_id(), "order_id": order_id, "n": n, "fence": n, "role": role, "model": "m"}
    connection.execute(
        sa.insert(attempts), row | {"provider": "anthropic", "status": status, "started_at": NOW}
    )
    verdict = {
        "id": new_id(),
        "order_id": order_id,
        "attempt_id": row["id"],
        "passed": passed,
        "checks": "[]",
    }
    connection.execute(sa.insert(verdicts), verdict | {"created_at": NOW})
    return str(row["id"])


def a_call(connection: Connection, order_id: str, at: datetime, **changes: Any) -> None:
    row = {
        "id": new_id(),
        "order_id": order_id,
        "purpose": "work",
        "role": "intern",
        "provider": "anthropic",
        "model": "claude-haiku-4-5",
        "status": CallStatus.RECORDED.value,
        "prompt_hash": "",
        "prompt": "[]",
        "input_tokens": 10,
        "output_tokens": 5,
        "cache_read_tokens": 2,
        "cache_write_tokens": 1,
        "cost_usd": Decimal("0.01"),
        "latency_ms": 100,
        "started_at": at,
    }
    connection.execute(sa.insert(model_calls), row | changes)
