"""A worker process: reads its roles' streams, hands doorbells to the handler, and keeps the house.

`python -m agents.worker --roles admin,intern,director,ceo`. Any number may run, on any host. SIGTERM drains:
reading stops, what runs gets 25 s, then the process exits 0. SIGKILL is equally correct: leases run out.
"""

import argparse
import asyncio
import gc
import os
import signal
import socket
import sys
from typing import Any

import redis.exceptions
from redis.asyncio import Redis

from agents.config import AgentSettings, Payroll, Provider, resolve_payroll
from agents.handler import OrderHandler, Workplace
from agents.housekeeping import Housekeeping
from agents.lease import LeaseKeeper
from agents.local_models import find_local_model
from agents.model_router import ModelRouter
from agents.steps import Rings
from db.engine import open_database
from db.migrate import migrate
from db.statements.outbox import waiting_orders
from nexus.bus import Bus, Entry
from nexus.clock import SystemClock
from nexus.errors import ConfigurationError, NexusError, StoreUnavailable, TransientError
from nexus.ids import new_id
from nexus.logs import configure_logs, get_logger
from nexus.messages import parse_doorbell, stream_of
from nexus.redis_client import REDIS_DOWN, make_redis
from nexus.settings import load_settings
from nexus.work_order import Role

log = get_logger(__name__)

POLL_S = 1.0
READ_BLOCK_MS = 5_000
DRAIN_S = 25.0


class Worker:
    """Serves some roles until it is told to stop."""

    def __init__(self, place: Workplace, redis: Redis, roles: tuple[Role, ...]) -> None:
        self._place = place
        self._roles = roles
        self._handler = OrderHandler(place)
        self._working_on: dict[Role, set[str]] = {role: set() for role in roles}
        self._tasks: set[asyncio.Task[None]] = set()
        self._one_ended = asyncio.Condition()
        self._draining = False
        self._house = Housekeeping(place, redis, self._handler, self)

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set, then drain."""
        keepers = [asyncio.create_task(job) for job in (self._place.leases.run(), *self._house.jobs())]
        readers = [asyncio.create_task(self._read(role)) for role in self._roles]
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

    async def _read(self, role: Role) -> None:
        """Read one role's stream for ever; while Redis is away, poll the outbox instead."""
        place, in_touch = self._place, False
        while True:
            free = await self._wait_for_room(role)
            try:
                if not in_touch:
                    await self.take(role, await place.bus.read_own_pending(role, place.worker, count=500))
                    in_touch = True
                entries = await place.bus.read(role, place.worker, count=free, block_ms=READ_BLOCK_MS)
            except (*REDIS_DOWN, redis.exceptions.ResponseError) as error:
                in_touch = False
                log.warning(
                    "redis.unreachable", role=role.value, error=str(error), instead="polling the outbox"
                )
                await self._poll(role, free)
                await place.clock.sleep(POLL_S)
            else:
                await self.take(role, entries)

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

    async def _poll(self, role: Role, free: int) -> None:
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
        if order_id not in self._working_on[role]:
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
        rings: Rings | None = None
        try:
            rings = await self._handler.handle(role, order_id)
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

    async def _pass_on(self, order_id: str, rings: Rings, entry: Entry | None) -> None:
        """Take the order's next step here if there is room, without the detour through Redis; ring the rest.

        Nothing depends on who takes it: the order stands in the outbox until it is claimed, by whomever.
        """
        roles = {stream_of(role): role for role in self._roles if not self._draining and self.room(role)}
        for ring in rings:
            if ring.stream in roles:
                self._spawn(roles[ring.stream], order_id, None)
        others = [ring for ring in rings if ring.stream not in roles]
        if entry is not None:
            await self._place.bus.done(entry, others)
        elif others:
            await self._place.bus.ring(others)

    async def _drain(self) -> None:
        self._draining = True
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


async def serve(settings: AgentSettings, roles: tuple[Role, ...]) -> None:
    """Put a worker together, run it until SIGTERM or SIGINT, and take it apart.

    Raises:
        ConfigurationError: a setting is wrong.
        StoreUnavailable: the database does not answer at start.
    """
    clock, router = SystemClock(), ModelRouter(settings)
    database = open_database(settings)
    url = settings.effective_redis_url
    client, blocking = make_redis(url), make_redis(url, blocking_reads=True)
    bus = Bus(client, blocking, clock)
    try:
        payroll, _ = await asyncio.gather(
            _ready_models(settings, router), asyncio.to_thread(migrate, database)
        )
        name = f"{socket.gethostname()}-{os.getpid()}-{new_id()[-6:]}"
        leases = LeaseKeeper(database, clock, settings.lease_s)
        place = Workplace(name, settings, payroll, database, bus, clock, router, leases)
        gc.freeze()  # what start-up built never dies
        log.info("worker.ready", worker=name, roles=[role.value for role in roles])
        await Worker(place, client, roles).run(_stop_on_signals())
    finally:
        await router.close()
        await bus.close()
        database.close()


async def _ready_models(settings: AgentSettings, router: ModelRouter) -> Payroll:
    """The payroll, with LiteLLM loaded if anybody on it needs it."""
    local = await find_local_model(settings)
    payroll = resolve_payroll(settings, local.choice)
    for note in (*local.notes, *(post.problem for post in payroll.values() if post.problem)):
        log.warning("models.note", note=note)
    if any(post.choice and post.choice.provider is not Provider.SCRIPTED for post in payroll.values()):
        await router.warm_up()
    return payroll


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


def parse_roles(text: str) -> tuple[Role, ...]:
    """`admin,intern` as roles.

    Raises:
        ConfigurationError: a name is no role.
    """
    try:
        return tuple(Role(name.strip()) for name in text.split(","))
    except ValueError:
        known = ",".join(role.value for role in Role)
        raise ConfigurationError(f"--roles {text}: roles are {known}.") from None


def main() -> int:
    """Run a worker; 0 after a drain, 2 for a wrong setting, 1 when the database does not answer."""
    import uvloop  # noqa: PLC0415 - not on Windows, and only a process needs it

    parser = argparse.ArgumentParser(prog="python -m agents.worker", description="A NEXUS worker.")
    parser.add_argument("--roles", default=",".join(role.value for role in Role))
    arguments = parser.parse_args()
    try:
        settings = load_settings(AgentSettings)
        configure_logs(settings, "worker")
        uvloop.run(serve(settings, parse_roles(arguments.roles)))
    except ConfigurationError as error:
        print(f"nexus: {error}", file=sys.stderr)
        return 2
    except StoreUnavailable as error:
        print(f"nexus: {error}; check DATABASE_URL.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
