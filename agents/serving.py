"""A worker: takes orders for its roles from the streams or the outbox, and hands them to the handler.

Over the company's database it reads the roles' streams, and polls the outbox only while Redis is away. Over a
host's spool, whose orders ring nobody, it polls alone.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import redis.exceptions
from redis.asyncio import Redis

from agents.handler import OrderHandler, Workplace
from agents.housekeeping import Housekeeping
from agents.steps import Rings
from db.statements.outbox import waiting_orders
from nexus.bus import Entry, Ring
from nexus.errors import LeaseLost, NexusError, StoreUnavailable, TransientError
from nexus.logs import get_logger, lines_about
from nexus.messages import EVENTS, parse_doorbell, stream_of
from nexus.observing import happened, order_step
from nexus.redis_client import REDIS_DOWN
from nexus.work_order import Role, WorkOrder

log = get_logger(__name__)

POLL_S = 0.5
READ_BLOCK_MS = 5_000
DRAIN_S = 25.0
LONGEST_WAKE_S = 300.0


class Worker:
    """Serves some roles until it is told to stop. Without `redis` it polls the outbox alone.

    While `is_open` says no, nothing new is begun: bells are left to the relay.
    """

    def __init__(
        self,
        place: Workplace,
        redis: Redis | None,
        roles: tuple[Role, ...],
        is_open: Callable[[], bool] = lambda: True,
    ) -> None:
        self._place = place
        self._roles = roles
        self._is_open = is_open
        self._has_streams = redis is not None
        self._handler = OrderHandler(place, self._wake_later)
        self._working_on: dict[Role, set[str]] = {role: set() for role in roles}
        self._tasks: set[asyncio.Task[None]] = set()
        self._alarms: set[asyncio.Task[None]] = set()
        self._one_ended = asyncio.Condition()
        self._draining = False
        self._house = Housekeeping(place, redis, self._handler, self)

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set, then drain."""
        keepers = [asyncio.create_task(job) for job in (self._place.leases.run(), *self._house.jobs())]
        readers = [asyncio.create_task(reader) for reader in self._readers()]
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait([stopped, *keepers, *readers], return_when=asyncio.FIRST_COMPLETED)
        await _cancel(readers)
        await self._drain()
        await _cancel([*keepers, stopped])
        await self._house.say_goodbye()
        for task in (*keepers, *readers):
            if not task.cancelled():
                task.result()  # a loop that ended by itself is a bug: let it be seen

    @property
    def roles(self) -> tuple[Role, ...]:
        """What this worker serves."""
        return self._roles

    @property
    def busy(self) -> int:
        """How many orders it works on."""
        return len(self._tasks)

    def _readers(self) -> list[Coroutine[None, None, None]]:
        if self._has_streams:
            return [self._read(role) for role in self._roles]
        return [self._poll_for_ever()]

    async def _read(self, role: Role) -> None:
        """Read one role's stream for ever; while Redis is away, poll the outbox instead."""
        place = self._place
        while True:
            try:
                await self.take(role, await place.bus.read_own_pending(role, place.worker, count=500))
                while True:
                    free = await self._wait_for_room(role)
                    entries = await place.bus.read(role, place.worker, count=free, block_ms=READ_BLOCK_MS)
                    await self.take(role, entries)
            except (*REDIS_DOWN, redis.exceptions.ResponseError) as error:
                log.warning(
                    "redis.unreachable", role=role.value, error=str(error), instead="polling the outbox"
                )
            await self._poll_until_redis_is_back(role)
            log.info("redis.back", role=role.value)

    async def _poll_until_redis_is_back(self, role: Role) -> None:
        while True:
            await self._poll(role)
            await self._place.clock.sleep(POLL_S)
            if await self._place.bus.ping():
                return

    async def _poll_for_ever(self) -> None:
        while True:
            await self.poll()
            await self._place.clock.sleep(POLL_S)

    def room(self, role: Role) -> int:
        """How many more orders this role may take now."""
        return max(0, self._place.settings.worker_concurrency - len(self._working_on[role]))

    async def _wait_for_room(self, role: Role) -> int:
        """Wait until there is room, then say how much."""
        async with self._one_ended:
            await self._one_ended.wait_for(lambda: self.room(role))
        return self.room(role)

    async def take(self, role: Role, entries: list[Entry]) -> None:
        """Start work on what the stream gave."""
        for entry in entries:
            try:
                order_id = parse_doorbell(entry.data).order_id
            except NexusError as error:
                log.error("stream.bad_entry", stream=entry.stream, entry=entry.entry_id, error=str(error))
                await self._place.bus.done(entry)
            else:
                await self._wait_for_room(role)  # a step of our own may have taken the place meanwhile
                await self._start(role, order_id, entry)

    async def poll(self) -> None:
        """Start what waits in the outbox for the roles of this worker, as far as there is room."""
        for role in self._roles:
            await self._poll(role)

    async def _poll(self, role: Role) -> None:
        if not (free := self.room(role)):
            return
        try:
            waiting = await self._place.database.read(
                waiting_orders, role, now=self._place.clock.now(), limit=free
            )
        except StoreUnavailable as error:
            log.warning("store.unavailable", doing="poll the outbox", error=str(error))
            return
        for order_id in waiting:
            await self._start(role, order_id, None)

    async def _start(self, role: Role, order_id: str, entry: Entry | None) -> None:
        """Work on the order in a task of its own, unless this process already does."""
        if order_id not in self._working_on[role] and self._is_open():
            self._spawn(role, order_id, entry)
        elif entry is not None:
            await self._place.bus.done(entry)

    def _spawn(self, role: Role, order_id: str, entry: Entry | None) -> None:
        self._working_on[role].add(order_id)
        task = asyncio.create_task(self._process(role, order_id, entry))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _process(self, role: Role, order_id: str, entry: Entry | None) -> None:
        """The process edge: nothing that an order does may end the worker."""
        with lines_about(order_id):  # and all that follows from it in this task
            await self._step(role, order_id, entry)

    async def _step(self, role: Role, order_id: str, entry: Entry | None) -> None:
        rings: Rings | None = None
        try:
            rings = await self._watched(role, order_id)
        except LeaseLost as error:
            rings = ()
            log.warning("order.lease_lost", order=order_id, error=str(error))
        except TransientError as error:
            log.warning("order.left_to_the_sweeper", order=order_id, error=str(error))
        except Exception:
            log.exception("order.bug", order=order_id)
        finally:
            # Before anything is rung: a retry rings for this very role and order.
            self._working_on[role].discard(order_id)
        if rings is not None:
            await self._pass_on(order_id, rings, entry)
        async with self._one_ended:
            self._one_ended.notify_all()

    async def _watched(self, role: Role, order_id: str) -> Rings:
        """The handler's step; one that found nothing to claim is counted and not told further."""
        name = "triage" if role is Role.ADMIN else "work"
        with order_step(name, order_id, role=role.value) as step:
            rings = await self._handler.handle(role, order_id)
            is_claimed = bool(step.facts.get("is_claimed"))
            happened("claims", role=role.value, result="claimed" if is_claimed else "nothing")
            if not is_claimed:
                step.drop()
        log.debug("order.step_done", step=name)
        return rings

    async def _pass_on(self, order_id: str, rings: Rings, entry: Entry | None) -> None:
        """Take the order's next step here if there is room, without the detour through Redis; ring the rest.

        Nothing depends on who takes it: the order stands in the outbox until it is claimed, by whomever.
        """
        roles = {stream_of(role): role for role in self._roles if not self._draining and self.room(role)}
        for ring in rings:
            if ring.stream in roles:
                self._spawn(roles[ring.stream], order_id, None)
        others = [ring for ring in rings if ring.stream not in roles and self._may_ring(ring)]
        if entry is not None:
            await self._place.bus.done(entry, others)
        elif others:
            await self._place.bus.ring(others)

    def _may_ring(self, ring: Ring) -> bool:
        """Watchers always; roles only where somebody could answer: a spool's orders are on this host alone."""
        return self._has_streams or ring.stream == EVENTS

    def _wake_later(self, order: WorkOrder, wait_s: float) -> None:
        """Look at a postponed order exactly when its time comes; the relay, a little later, is for when we are gone."""
        if wait_s > LONGEST_WAKE_S:
            return
        task = asyncio.create_task(self._wake(order, wait_s))
        self._alarms.add(task)
        task.add_done_callback(self._alarms.discard)

    async def _wake(self, order: WorkOrder, wait_s: float) -> None:
        await self._place.clock.sleep(wait_s)
        if not self._draining and self.room(order.owner):
            await self._start(order.owner, order.id, None)

    async def _drain(self) -> None:
        self._draining = True
        await _cancel(list(self._alarms))
        if self._tasks:
            log.info("worker.draining", orders=len(self._tasks))
        ends_at = self._place.clock.monotonic() + DRAIN_S
        while self._tasks and (left_s := ends_at - self._place.clock.monotonic()) > 0:
            await asyncio.wait(set(self._tasks), timeout=left_s)
        await _cancel(list(self._tasks))


async def _cancel(tasks: list[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
