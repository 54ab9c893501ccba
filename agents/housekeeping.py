"""What every worker does beside its orders: ring again, offer again, end what is overdue, and say it lives."""

import asyncio
import json
import os
import socket
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import asdict
from typing import Protocol

from redis.asyncio import Redis
from redis.exceptions import RedisError

from agents.config import ModelChoice, Payroll
from agents.handler import OrderHandler, Workplace
from agents.own_prices import MILLION
from agents.price_sheet import listing_of, price_of
from agents.steps import Rings
from agents.voice import find_voice
from db.records import DueRing
from db.statements.orders import forget_expired_keys
from db.statements.outbox import due_rings, overdue_orders, ring_is_due, sweep
from nexus.bus import Entry, Ring
from nexus.errors import TransientError
from nexus.logs import get_logger, lines_about
from nexus.messages import Doorbell, stream_of
from nexus.observing import order_step
from nexus.sandbox.state import known_state
from nexus.usage import Price
from nexus.work_order import Role

log = get_logger(__name__)

BEATS = "nexus:workers"
BEAT_S = 5.0
RELAY_S = 0.5
RING_TIMEOUT_S = 1.0  # a Redis that hangs is as good as away
FORGET_S = 600.0


class Serving(Protocol):
    """The worker that the house is kept for."""

    @property
    def roles(self) -> tuple[Role, ...]:
        """What it serves."""
        ...

    @property
    def busy(self) -> int:
        """How many orders it works on."""
        ...

    def room(self, role: Role) -> int:
        """How many more orders it may take for a role."""
        ...

    async def take(self, role: Role, entries: list[Entry]) -> None:
        """Start work on entries."""
        ...

    async def poll(self) -> None:
        """Start what waits in the outbox."""
        ...


class Housekeeping:
    """The periodic jobs of a worker. None of them calls a model: an idle company costs nothing."""

    def __init__(self, place: Workplace, redis: Redis | None, handler: OrderHandler, worker: Serving) -> None:
        self._place = place
        self._redis = redis
        self._handler = handler
        self._worker = worker

    def jobs(self) -> list[Coroutine[None, None, None]]:
        """Coroutines that run for ever, one per job."""
        sweep = self._every(self._place.settings.lease_s / 3, self._sweep)
        redis = self._redis
        if redis is None:
            return [sweep]
        return [
            sweep,
            self._every(RELAY_S, self._relay),
            self._every(BEAT_S, lambda: self._beat(redis)),
            self._every(FORGET_S, self._forget),
        ]

    async def _every(self, seconds: float, job: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await job()
            except (TransientError, RedisError, OSError) as error:
                log.warning("house.job_postponed", job=getattr(job, "__name__", "?"), error=str(error))
            await self._place.clock.sleep(seconds)

    async def _relay(self) -> None:
        """Ring for orders whose first ring was lost, or whose backoff is over; take them if Redis is away."""
        place = self._place
        if not await place.database.read(ring_is_due, now=place.clock.now()):
            return
        due = await place.database.run(due_rings, now=place.clock.now())
        if due and not await self._ring(_bells(due)):
            await self._worker.poll()

    async def _ring(self, rings: Rings) -> bool:
        try:
            async with asyncio.timeout(RING_TIMEOUT_S):
                return await self._place.bus.ring(rings)
        except TimeoutError:
            return False

    async def _sweep(self) -> None:
        """Offer what a dead worker held, end what is overdue, take over what was left unacknowledged."""
        place, now = self._place, self._place.clock.now()
        swept = await place.database.run(sweep, now=now)
        if swept:
            log.warning("orders.offered_again", orders=[ring.order_id for ring in swept])
            await place.bus.ring(_bells(swept))
        for order_id in await place.database.read(overdue_orders, now=now):
            await place.bus.ring(await self._end_overdue(order_id))
        idle_ms = int(place.settings.lease_s * 2_000)
        if self._redis is None:
            return
        for role in self._worker.roles:
            if room := self._worker.room(role):
                left = await place.bus.reclaim(role, place.worker, idle_ms=idle_ms, count=room)
                await self._worker.take(role, left)

    async def _end_overdue(self, order_id: str) -> Rings:
        with lines_about(order_id), order_step("overdue", order_id) as step:
            rings = await self._handler.end_overdue(order_id)
            if not step.facts.get("is_claimed"):
                step.drop()
            return rings

    async def _forget(self) -> None:
        """Drop idempotency keys whose time is over."""
        await self._place.database.run(forget_expired_keys, self._place.clock.now())

    async def _beat(self, redis: Redis) -> None:
        """Tell health and `nexus status` that this worker lives, and what its roles work with."""
        place, roles = self._place, self._worker.roles
        beat = {
            "worker": place.worker,
            "pid": os.getpid(),
            "host": socket.gethostname(),
            "roles": [role.value for role in roles],
            "models": {role.value: _models_of(place.payroll, role) for role in roles},
            "at": place.clock.now().isoformat(),
            "busy": self._worker.busy,
            "voice": find_voice(place.settings).text if Role.ADMIN in roles else None,
            "sandbox": asdict(state) if (state := known_state()) else None,
            "router": place.routes.state if place.routes is not None else None,
        }
        await redis.hset(BEATS, place.worker, json.dumps(beat))

    async def say_goodbye(self) -> None:
        """Take this worker out of the lists; without Redis it is simply missed after a while."""
        if self._redis is None:
            return
        try:
            async with asyncio.timeout(2):
                await self._redis.hdel(BEATS, self._place.worker)
                for role in self._worker.roles:
                    await self._place.bus.forget_consumer(role, self._place.worker)
        except (RedisError, OSError, TimeoutError):
            log.debug("worker.left_without_goodbye")


def _bells(due: list[DueRing]) -> Rings:
    return tuple(Ring(stream_of(ring.role), Doorbell(order_id=ring.order_id)) for ring in due)


def _models_of(payroll: Payroll, role: Role) -> dict[str, object] | None:
    """The role's first model, and under `fallbacks` what takes over from it; None for a role without any."""
    choices = payroll[role].choices
    if not choices:
        return None
    return _model_of(choices[0]) | {"fallbacks": [_model_of(choice) for choice in choices[1:]]}


def _model_of(choice: ModelChoice) -> dict[str, object]:
    price, listing = price_of(choice), listing_of(choice)
    return {
        "model": choice.model,
        "provider": choice.provider.value,
        "local": choice.is_local,
        "weak": choice.weak,
        "price": price and _per_million(price),
        "ends": listing.ends.isoformat() if listing and listing.ends else None,
    }


def _per_million(price: Price) -> dict[str, str]:
    return {
        "input": str(price.input_usd * MILLION),
        "output": str(price.output_usd * MILLION),
        "cache_read": str(price.cache_read_usd * MILLION),
        "cache_write": str(price.cache_write_usd * MILLION),
    }
