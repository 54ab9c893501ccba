"""What every route needs, opened at start and closed at the end: settings, database, bus, replies."""

import asyncio
import gc
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from dataclasses import dataclass, field

from starlette.requests import HTTPConnection

from db.budget import Budget
from db.engine import Database, open_database
from db.migrate import migrate
from db.pauses import Pauses
from db.spool import Spool, has_worked_before
from db.store import Store
from gateway.access import Access, open_access
from gateway.attachments import Cleaner
from gateway.bundle import FOLDER, Shelf
from gateway.config import GatewaySettings
from gateway.equipment_desk import EquipmentDesk
from gateway.kept import Kept
from gateway.limits import RateLimits
from gateway.replies import Replies
from gateway.staff import StaffDesk
from gateway.telemetry import Company, Telemetry
from nexus.bus import Bus
from nexus.clock import Clock, SystemClock
from nexus.errors import StoreUnavailable
from nexus.redis_client import make_redis
from nexus.roster import Roster
from nexus.work_order import Channel

GC_THRESHOLD = 50_000  # allocations between collections; the default of 700 costs most of the p99


@dataclass(frozen=True, slots=True)
class Services:
    """The gateway's parts. Routes use `store`; `database` is the primary alone."""

    settings: GatewaySettings
    clock: Clock
    database: Database
    store: Store
    bus: Bus
    replies: Replies
    roster: Roster
    budget: Budget
    access: Access
    limits: RateLimits
    telemetry: Telemetry
    shelf: Shelf
    staff: StaffDesk
    cleaner: Cleaner = field(default_factory=Cleaner)
    equipment: EquipmentDesk = field(default_factory=EquipmentDesk)
    company_numbers: Kept[Company] = field(default_factory=lambda: Kept(5.0))
    linked: Kept[frozenset[Channel]] = field(default_factory=lambda: Kept(2.0))
    readiness: Kept[bool] = field(default_factory=lambda: Kept(1.0))
    stopping: asyncio.Event = field(default_factory=asyncio.Event)  # set: no new request is begun


def services_of(connection: HTTPConnection) -> Services:
    """The parts of the app that serves this request or WebSocket."""
    services: Services = connection.app.state.services
    return services


def check_stores(settings: GatewaySettings) -> None:
    """Try what `open_services` will need, so that a wrong setting is one line and not a server's trace.

    Raises:
        ConfigurationError: a URL is wrong, or the database belongs to a newer NEXUS.
        StoreUnavailable: the database does not answer, and this host has never worked with it before.
    """
    make_redis(settings.effective_redis_url)
    with closing(open_database(settings)) as database:
        try:
            migrate(database)
        except StoreUnavailable:
            if not has_worked_before(settings):
                raise


@asynccontextmanager
async def open_services(settings: GatewaySettings) -> AsyncIterator[Services]:
    """Open the stores, bring the schema up to date and follow the events until the context ends.

    Redis need not be there: nothing here waits for it.

    Raises:
        ConfigurationError: a setting is wrong, or the database belongs to a newer NEXUS.
        StoreUnavailable: the database does not answer, and this host has never worked with it before.
    """
    database = open_database(settings)
    try:
        async with (
            _open_store(settings, database, clock := SystemClock()) as store,
            _open_bus(settings, clock) as (bus, roster),
            _following(Replies(store, clock), bus) as replies,
            _open_limits(settings, clock) as limits,
        ):
            with _calm_gc():
                budget = Budget(database, store.spool, settings.limits, clock)
                shelf = Shelf(FOLDER, clock)
                await asyncio.to_thread(shelf.look)
                access = open_access(settings, store, clock, limits)
                yield Services(
                    settings,
                    clock,
                    database,
                    store,
                    bus,
                    replies,
                    roster,
                    budget,
                    access,
                    limits,
                    Telemetry(limits),
                    shelf,
                    StaffDesk(Pauses(database, store.spool, clock), settings.limits, clock),
                )
    finally:
        await asyncio.to_thread(database.close)


@asynccontextmanager
async def _open_store(settings: GatewaySettings, database: Database, clock: Clock) -> AsyncIterator[Store]:
    """The store, with its spool where there is one; the spool is kept until the context ends."""
    spool = await asyncio.to_thread(Spool.open, settings, clock)
    if spool is None:
        await asyncio.to_thread(migrate, database)
        yield Store(database, None, clock)
        return
    try:
        await spool.start(database)
        async with _running(spool.keep(database), "spool"):
            yield Store(database, spool, clock)
    finally:
        await asyncio.to_thread(spool.close)


@asynccontextmanager
async def _open_bus(settings: GatewaySettings, clock: Clock) -> AsyncIterator[tuple[Bus, Roster]]:
    url = settings.effective_redis_url
    short = make_redis(url)
    bus = Bus(short, make_redis(url, max_connections=2, blocking_reads=True), clock)
    try:
        yield bus, Roster(short, clock)
    finally:
        await bus.close()


@asynccontextmanager
async def _open_limits(settings: GatewaySettings, clock: Clock) -> AsyncIterator[RateLimits]:
    """With a client of their own: what the bus does must not make a request wait here."""
    redis = make_redis(settings.effective_redis_url)
    limits = RateLimits(redis, settings, clock)
    try:
        async with _running(limits.watch(), "limits"):
            yield limits
    finally:
        await redis.aclose(close_connection_pool=True)


@asynccontextmanager
async def _following(replies: Replies, bus: Bus) -> AsyncIterator[Replies]:
    async with _running(replies.run(bus), "replies"):
        yield replies


@asynccontextmanager
async def _running(job: Coroutine[None, None, None], name: str) -> AsyncIterator[None]:
    """A task that runs for ever, until the context ends."""
    task = asyncio.create_task(job, name=name)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@contextmanager
def _calm_gc() -> Iterator[None]:
    """Take what the start allocated out of the collector's sight: p99 falls from 28 to 11 ms."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD, before[1], before[2])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
