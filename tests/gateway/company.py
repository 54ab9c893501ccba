"""Stand-ins for the rest of the company: builders, a worker that ends orders, a running gateway."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import sqlalchemy as sa
from fastapi import FastAPI

from db.engine import Database
from db.records import Assignment, Ending
from db.statements.attempts import claim_work
from db.statements.orders import assign_order, claim_order, finish_order
from db.statements.queries import list_orders
from db.tables import metadata
from gateway.config import GatewaySettings
from gateway.main import GatewayServer, make_server
from gateway.services import Services
from nexus.bus import Bus, Ring
from nexus.messages import EVENTS, EventRing
from nexus.receipt import Receipt, ReceiptCheck
from nexus.work_order import Difficulty, Role, Status, WorkOrder

LOOPBACK = ("127.0.0.1", 1234)


def gateway_settings(home: Path, redis_url: str, **changes: object) -> GatewaySettings:
    """Settings that do not depend on the machine the tests run on."""
    values: dict[str, object] = {
        "nexus_home": home,
        "database_url": None,
        "sqlite_db_path": Path("nexus.db"),
        "redis_url": redis_url,
        "host": "127.0.0.1",
        "port": 0,
        "api_secret": None,
        "max_content_chars": 1000,
        "max_attachment_bytes": 3000,
        "max_wait_s": 30,
        "ws_stall_s": 10,
        "health_look_s": 0,
        "rate_limit": "none",
        "rate_limit_address": "none",
        "rate_limit_login": "none",
    }
    return GatewaySettings.model_validate(values | changes)


def a_receipt(order: WorkOrder, **changes: object) -> Receipt:
    """A receipt as the workers write one."""
    values: dict[str, object] = {
        "order_id": order.id,
        "role": Role.INTERN,
        "difficulty": Difficulty.TRIVIAL,
        "reason": "short question",
        "rule": "short",
        "model": "claude-haiku-4-5",
        "provider": "anthropic",
        "local": False,
        "qa_passed": 1,
        "qa_total": 1,
        "checks": [ReceiptCheck(name="not_empty", status="pass", evidence="5 characters")],
        "attempts": 1,
        "path": [Role.INTERN],
        "input_tokens": 12,
        "output_tokens": 3,
        "cost_usd": Decimal("0.000042"),
        "seconds": 0.5,
    }
    return Receipt.model_validate(values | changes)


@dataclass(frozen=True, slots=True)
class Company:
    """Does what workers do, by the same statements, without a model."""

    database: Database
    bus: Bus | None = None

    async def finish_next(self, content: str = "Paris") -> str:
        """Wait for an open order, end it and return its id."""
        async with asyncio.timeout(20):
            while not (order_id := await self._oldest_open()):  # noqa: ASYNC110 - a row rings no event
                await asyncio.sleep(0.005)
        await self.finish(order_id, content)
        return order_id

    async def _oldest_open(self) -> str | None:
        orders = await self.database.read(list_orders, status=Status.QUEUED)
        return orders[-1].id if orders else None

    async def finish(
        self,
        order_id: str,
        content: str | None = "Paris",
        *,
        status: Status = Status.DELIVERED,
        reason: str | None = None,
        receipt: Mapping[str, object] | None = None,
    ) -> None:
        """Triage the order, end it, and ring if there is a bus."""
        now = datetime.now(UTC)
        run = self.database.run
        order = await run(claim_order, order_id, role=Role.ADMIN, holder="test", lease_s=30, now=now)
        assert order is not None
        decision = Assignment(Role.INTERN, Difficulty.TRIVIAL, "short question", "short", "{}", ())
        await run(assign_order, order, decision, now)
        work = await run(claim_work, order_id, role=Role.INTERN, holder="test", lease_s=30, now=now)
        assert work is not None
        written = a_receipt(work.order, **(receipt or {})).model_dump_json()
        seq = await run(finish_order, work.order, Ending(status, content, reason, written), now)
        if self.bus is not None:
            event = EventRing(session_id=order.session_id, seq=seq, order_id=order_id, order_status=status)
            await self.bus.ring([Ring(EVENTS, event)])


def rows_in(database: Database) -> dict[str, int]:
    """How many rows each table has."""
    with database.engine.connect() as connection:
        return {
            table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }


def services_in(app: FastAPI) -> Services:
    """The parts of a started app."""
    services: Services = app.state.services
    return services


def wait_until(condition: Callable[[], bool], timeout_s: float = 20) -> None:
    """Return once `condition` holds; only for threads that are not an event loop."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("it did not come about in time")
        threading.Event().wait(0.01)


@dataclass(frozen=True, slots=True)
class Running:
    """A gateway that listens on a port of this machine."""

    server: GatewayServer
    thread: threading.Thread
    port: int

    @property
    def ws_url(self) -> str:
        """Where its WebSocket is."""
        return f"ws://127.0.0.1:{self.port}/ws"

    def stop(self) -> None:
        """As SIGTERM does."""
        self.server.should_exit = True
        self.thread.join(20)
        assert not self.thread.is_alive()


@contextmanager
def running_gateway(settings: GatewaySettings) -> Iterator[Running]:
    """The real server in a thread."""
    server = make_server(settings)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_until(lambda: server.started)
        yield Running(server, thread, server.port)
    finally:
        server.should_exit = True
        thread.join(20)
