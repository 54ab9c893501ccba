"""A company in this process: one database, one bus, a model that the test directs, and workers as they are started."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from redis.asyncio import Redis

from agents.breaker import ModelBreakers
from agents.completion import Completion, ModelRequest
from agents.config import AgentSettings
from agents.handler import Workplace
from agents.lease import LeaseKeeper
from agents.serving import Worker
from db.engine import Database
from db.records import NewOrder
from db.statements.queries import count_open, get_history
from nexus.bus import Bus, Ring
from nexus.clock import Clock, SystemClock
from nexus.messages import INTAKE, Doorbell
from nexus.work_order import Role, Status
from tests.agents.conftest import a_payroll, said
from tests.builders import accepted
from tests.conftest import wait_until


class OneAnswer:
    """Says or raises what is in `first`, then the same to everybody, once `may_speak` is set. Keeps every request."""

    def __init__(self) -> None:
        self.requests: list[ModelRequest] = []
        self.asked_at: list[float] = []
        self.first: list[str | Exception] = []
        self.may_speak = asyncio.Event()
        self.may_speak.set()

    async def complete(self, request: ModelRequest) -> Completion:
        self.requests.append(request)
        self.asked_at.append(time.monotonic())
        if self.first:
            first = self.first.pop(0)
            if isinstance(first, Exception):
                raise first
            return said(first)
        await self.may_speak.wait()
        return said("The capital of France is Paris.")


@dataclass
class Company:
    """One database, one bus, one model, and as many workers as the test starts."""

    database: Database
    bus: Bus
    redis: Redis
    model: OneAnswer

    @asynccontextmanager
    async def worker(
        self, name: str = "w1", clock: Clock | None = None, roles: tuple[Role, ...] = tuple(Role)
    ) -> AsyncIterator[tuple[asyncio.Event, asyncio.Task[None]]]:
        """A worker at work, and the event that stops it; it has ended when the block is left."""
        settings, clock = AgentSettings(worker_concurrency=4), clock or SystemClock()
        leases = LeaseKeeper(self.database, clock, settings.lease_s)
        breakers = ModelBreakers(clock)
        place = Workplace(
            name, settings, a_payroll(), self.database, self.bus, clock, self.model, leases, breakers
        )
        stop = asyncio.Event()
        running = asyncio.create_task(Worker(place, self.redis, roles).run(stop))
        try:
            yield stop, running
        finally:
            self.model.may_speak.set()
            stop.set()
            await running

    async def submit(self, number: int = 1, tier: Role | None = None) -> list[NewOrder]:
        """Accept orders and ring for them, as the gateway does."""
        orders = [accepted(self.database, requested_tier=tier) for _ in range(number)]
        await self.bus.ring([Ring(INTAKE, Doorbell(order_id=order.id)) for order in orders])
        return orders

    def asked(self, role: Role) -> int:
        """How many calls the model of a role has had."""
        return [request.choice.model for request in self.model.requests].count(role.value)

    async def finishes_all(self, timeout_s: float = 20) -> None:
        """Wait until no order is open."""
        await wait_until(lambda: not self.database.read_sync(count_open), timeout_s)

    def endings(self, orders: list[NewOrder]) -> set[tuple[Status, str | None]]:
        histories = [self.database.read_sync(get_history, order.id) for order in orders]
        return {(history.order.status, history.order.result) for history in histories if history}


ANSWERED = {(Status.DELIVERED, "The capital of France is Paris.")}
