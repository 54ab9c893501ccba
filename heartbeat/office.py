"""One heartbeat: looks, decides what is told, recovers, and says that it lives. `heartbeat.service` runs it.

Any number may run; the one that holds the lease `heartbeat` tells and keeps the health's history, the others stand by
and see to their own hosts only.
"""

import asyncio
import os
import socket
from dataclasses import dataclass

import psutil

from db.engine import Database, open_database
from db.health_watch import SETTLE_S, HealthWatch
from db.health_watch import Finding as Noted
from db.statements.leases import HEARTBEAT, give_back, leases_of, take_lease
from db.statements.telegram_people import Person, PersonStatus
from heartbeat.alerts import AlertBook, Notice, Throttle
from heartbeat.checks.doorbell import redis_check, workers_check
from heartbeat.checks.front import gateway_check
from heartbeat.checks.machine import disk_check, gpu_check, model_server_checks
from heartbeat.checks.parts import judge_parts
from heartbeat.checks.records import Records, SpoolView, database_check
from heartbeat.checks.schedules import schedules_check
from heartbeat.config import HeartbeatSettings
from heartbeat.finding import Findings
from heartbeat.memory_file import Kept, KnownOwner, read_kept, write_kept
from heartbeat.monitor import Monitor
from heartbeat.recovery import Recovery
from heartbeat.telling import Telegram, Teller
from nexus.clock import Clock
from nexus.errors import StoreUnavailable
from nexus.heartbeat_file import LATE_AFTER, SignOfLife, forget_sign, write_sign
from nexus.ids import new_id
from nexus.logs import get_logger
from nexus.parts_file import read_parts
from nexus.redis_client import make_redis
from nexus.roster import Roster

log = get_logger(__name__)

LEASE_TIMEOUT_S = 5.0
LAST_WORDS_S = 3.0


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line chose."""

    interval_s: float
    telegram: bool = False
    recovery: bool = False
    once: bool = False


class Heartbeat:
    """Opened by its constructor, which connects nothing; closed by `close`."""

    def __init__(self, settings: HeartbeatSettings, options: Options, clock: Clock) -> None:
        """Raises ConfigurationError when a setting is wrong, or there is no token to tell people with."""
        self._settings, self._options, self._clock = settings, options, clock
        self._holder = f"{socket.gethostname()[:64]}:{os.getpid()}:{new_id()}"
        self._database: Database = open_database(settings, must_exist=True)
        self._spool = SpoolView(settings)
        self._redis = make_redis(settings.effective_redis_url, max_connections=4)
        self._roster = Roster(self._redis, clock)
        self._records = Records(settings, self._database, clock)
        self._monitor = self._make_monitor()
        self._kept = read_kept(settings.home)
        self._written = self._kept.model_copy(deep=True)
        self._book, self._throttle = AlertBook(self._kept.memory), Throttle()
        telegram = Telegram(settings, clock) if options.telegram else None
        self._teller = Teller(self._database, telegram, clock)
        self._recovery = Recovery(settings.home, self._database, self._roster, clock, self._kept.ended)
        host = socket.gethostname()
        self._watch = HealthWatch(
            self._database, self._holder, host, clock, options.interval_s, goes_first=True
        )
        self._untold: asyncio.Queue[list[Notice]] = asyncio.Queue()
        self._began = clock.monotonic()
        self._leads = True

    def _make_monitor(self) -> Monitor:
        settings, clock = self._settings, self._clock
        checks = [
            gateway_check(settings),
            database_check(settings, self._database, self._spool),
            self._records.check(),
            schedules_check(settings, self._database, clock),
            redis_check(self._redis, clock),
            workers_check(self._roster, self._database, clock),
            disk_check(settings.home),
            *model_server_checks(settings),
        ]
        gpu = gpu_check()
        return Monitor([*checks, gpu] if gpu else checks, settings.home, clock, self._options.interval_s)

    async def look_at_parts(self) -> None:
        """For the start: which parts have died, ourselves among them. The first whole look may take seconds."""
        found = judge_parts(await asyncio.to_thread(read_parts, self._settings.home))
        self._leads = await self._may_lead()
        if found and self._leads:
            now = self._clock.now()
            self._untold.put_nowait(self._throttle.let_through(self._book.read_parts(found, now), now))
            self._remember()

    async def look(self) -> Findings:
        """One look, and all that follows from it but the telling, which `keep_telling` does."""
        found = await self._monitor.look()
        self._leads = await self._may_lead()
        if self._leads and not self._options.once:
            await self._note(found)
        notices = await self._recovery.act(found, self._monitor.parts) if self._options.recovery else []
        if self._leads:
            now, settled = self._clock.now(), self._is_settled()
            notices = [*self._book.read(found, now, settled=settled), *notices]
            self._untold.put_nowait(self._throttle.let_through(notices, now))
        self._remember()
        return found

    async def keep_telling(self) -> None:
        """Tell what the looks found, in order, until cancelled."""
        while True:
            await self._tell(await self._untold.get())

    async def tell_now(self) -> None:
        """Tell what is left; for the end."""
        while not self._untold.empty():
            await self._tell(self._untold.get_nowait())
        await self._recovery.finish()

    def say_it_lives(self) -> None:
        """Write the sign of life of this host's heartbeat."""
        sign = SignOfLife(pid=os.getpid(), at=self._clock.now(), interval_s=self._options.interval_s)
        write_sign(self._settings.home, sign)

    async def close(self) -> None:
        """Give everything back; another may lead at once."""
        forget_sign(self._settings.home)
        if self._leads:
            await self._watch.leave()
            try:
                async with asyncio.timeout(LAST_WORDS_S):
                    await self._database.run(give_back, HEARTBEAT, self._holder)
            except (StoreUnavailable, TimeoutError):
                log.debug("heartbeat.lease_left_behind")
        await self._redis.aclose(close_connection_pool=True)
        self._spool.close()
        await asyncio.to_thread(self._database.close)

    async def _tell(self, notices: list[Notice]) -> None:
        await self._teller.tell(notices, self._kept.owners_known())

    async def _note(self, found: Findings) -> None:
        if await self._watch.is_mine():
            await self._watch.note({name: Noted(one.status.value, one.reason) for name, one in found.items()})

    def _is_settled(self) -> bool:
        return self._options.once or self._clock.monotonic() - self._began >= SETTLE_S

    async def _may_lead(self) -> bool:
        """Whether we hold the lease; while the database does not say, whoever led goes on."""
        for_s = LATE_AFTER * self._options.interval_s
        try:
            async with asyncio.timeout(LEASE_TIMEOUT_S):
                if await self._database.run(take_lease, HEARTBEAT, self._holder, for_s):
                    return True
                for lease, _ in await self._database.read(leases_of, HEARTBEAT):
                    if self._is_dead(lease.holder):
                        await self._database.run(give_back, HEARTBEAT, lease.holder)
                return await self._database.run(take_lease, HEARTBEAT, self._holder, for_s) is not None
        except (StoreUnavailable, TimeoutError):
            return self._leads

    def _is_dead(self, holder: str) -> bool:
        """True for a heartbeat of this host that is not there any more; in a container ours has its number again."""
        host, _, rest = holder.partition(":")
        pid = rest.partition(":")[0]
        if host != socket.gethostname()[:64] or not pid.isdigit():
            return False
        return int(pid) == os.getpid() or not psutil.pid_exists(int(pid))

    def _remember(self) -> None:
        """What the next life needs; written only when it has changed."""
        if self._records.people:
            self._kept.owners = [
                KnownOwner(user_id=person.user_id, language=_language(person))
                for person in self._records.people
                if person.status is PersonStatus.PAIRED or person.user_id in self._settings.allowed_ids
            ]
        if _lasting(self._kept) != _lasting(self._written):
            write_kept(self._settings.home, self._kept)
        self._written = self._kept.model_copy(deep=True)


def _lasting(kept: Kept) -> dict[str, object]:
    """Without the number of looks beyond those that count."""
    found = kept.model_dump()
    for bad in found["memory"]["bad"].values():
        bad["looks"] = min(bad["looks"], 2)
    return found


def _language(person: Person) -> str:
    return "zh" if (person.language or "").lower().startswith("zh") else "en"
