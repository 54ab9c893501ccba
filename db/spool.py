"""The spool: where a host accepts orders while PostgreSQL is away, and how it goes over and comes back.

A SQLite file beside the other data, with the same tables and statements. All processes of a host share it, and
its mode log says for all of them where new orders go: acceptance checks it in its own transaction. Only with
DATABASE_URL set; without, SQLite is the store and there is nothing to fall back from.
"""

import asyncio
import fcntl
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from db.engine import CONNECT_TIMEOUT_S, Database, sqlite_engine
from db.key_journal import KeyJournal
from db.migrate import migrate
from db.records import Accepted, NewOrder
from db.replay import Replay
from db.statements.modes import (
    Mode,
    ModeRow,
    begin_return,
    cancel_return,
    hold_gate,
    newest_mode,
    newest_modes,
    write_mode,
)
from db.statements.spooling import accept_locally, count_orders, has_open_orders, look, try_to_return
from nexus.clock import Clock, SystemClock
from nexus.errors import ConfigurationError, StoreUnavailable
from nexus.logs import get_logger
from nexus.settings import CommonSettings

log = get_logger(__name__)

FILE = "spool.db"
LOOK_S = 1.0  # between probes, and between looks at what is to be replayed
PROBE_TIMEOUT_S = 2.0
PROBES = 3
SILENCE_S = 5.0
SLOWEST_PER_S = 100  # orders that the replay moves in a second, even on a slow disk
GATED_AT_MOST_S = 6.0  # well under the time for which a request is held


class Spool:
    """One process's view of its host's spool."""

    def __init__(self, path: Path, clock: Clock | None = None) -> None:
        self.database = Database(sqlite_engine(path))
        self.host = socket.gethostname()
        self.keys = KeyJournal(path.with_suffix(".keys"))
        self.primary_answers = True  # as far as is known; only then is PostgreSQL asked while in local mode
        self._lock_path = path.with_suffix(".lock")
        self._clock = clock or SystemClock()
        self._mode: Mode | None = None
        self._since: datetime | None = None
        self._holds_orders = False
        self.accepted_here = 0  # by this process, since the host went over
        self._failing_since: float | None = None
        self._failed_probes = 0
        self._trouble = asyncio.Event()
        self._migrated = False
        self._probe: asyncio.Task[None] | None = None
        self._replay: Replay | None = None

    @classmethod
    def open(cls, settings: CommonSettings, clock: Clock | None = None) -> "Spool | None":
        """This host's spool, made if it is not there; None without DATABASE_URL.

        Raises:
            StoreUnavailable: the file cannot be opened.
            ConfigurationError: the file was made by a newer NEXUS.
        """
        if not settings.database_url:
            return None
        settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        spool = cls(settings.home / FILE, clock)
        try:
            migrate(spool.database)
            spool._see(*_seen(spool.database))
        except BaseException:
            spool.database.close()
            raise
        return spool

    @property
    def is_local(self) -> bool:
        """True while this host accepts into the spool, as far as this process knows."""
        return self._mode in (Mode.LOCAL, Mode.RETURNING)

    @property
    def local_since(self) -> datetime | None:
        """Since when PostgreSQL is away; None in primary mode."""
        return self._since if self.is_local else None

    @property
    def holds_orders(self) -> bool:
        """True while something is to be replayed, as of the last look."""
        return self._holds_orders

    @property
    def refused_sessions(self) -> int:
        """How many sessions PostgreSQL refuses to take, by a fault of their rows; the log names their orders."""
        return len(self._replay.stuck) if self._replay is not None else 0

    async def has_open_orders(self) -> bool:
        """True while there is work for this host's workers in the spool."""
        return await self.database.read(has_open_orders)

    async def count_orders(self) -> int:
        """How many orders are still to be replayed."""
        return await self.database.read(count_orders)

    async def modes(self, limit: int = 10) -> list[ModeRow]:
        """The host's mode log, newest first."""
        return await self.database.read(newest_modes, limit)

    async def start(self, primary: Database) -> None:
        """Bring PostgreSQL up to date; or, where this host has worked with it before, start without it.

        A host that never has refuses to start, so that a typo in DATABASE_URL does not go unnoticed.

        Raises:
            StoreUnavailable: PostgreSQL does not answer, and the spool's mode log is empty.
            ConfigurationError: PostgreSQL was made by a newer NEXUS.
        """
        try:
            await asyncio.to_thread(migrate, primary)
        except StoreUnavailable as error:
            if self._mode is None:
                raise
            await self._go_over(f"PostgreSQL does not answer at start: {error}")
            return
        self._migrated = True
        if self._mode is None:
            await self.database.run(write_mode, Mode.PRIMARY, self.host, "first start", self._clock.now())
            self._mode = Mode.PRIMARY
        with self._alone() as alone:
            if alone:
                await self._replay_to(primary).move_logs()

    async def accept(self, new: NewOrder, now: datetime, *, born_here: bool) -> Accepted | None:
        """Accept into the spool; None when the host is in primary mode, or goes back to it at this moment.

        `born_here`: PostgreSQL cannot know the order's session.

        Raises:
            StoreUnavailable: the spool cannot be written.
        """
        outcome = await self.database.run(accept_locally, new, now, born_here=born_here)
        if isinstance(outcome, Accepted):
            self._holds_orders = True
            self.accepted_here += outcome.is_new
            return outcome
        if outcome is Mode.PRIMARY:
            self._mode = Mode.PRIMARY
        return None

    def doubt(self) -> None:
        """A statement failed, or takes long: look whether PostgreSQL answers. Costs nothing when repeated."""
        if self._failing_since is None:
            self._failing_since = time.monotonic()
        self._trouble.set()

    def trust(self) -> None:
        """A statement succeeded."""
        self._failing_since = None
        self._failed_probes = 0

    async def keep(self, primary: Database) -> None:
        """Run for ever: probe when something failed, go over, come back, and replay.

        Nothing is asked of PostgreSQL while all is well; the file is looked at once a second, because another
        process of this host may have gone over.
        """
        prober = sa.create_engine(
            primary.engine.url, poolclass=NullPool, connect_args={"connect_timeout": CONNECT_TIMEOUT_S}
        )
        try:
            while True:
                try:
                    await self._tend(primary, prober)
                except StoreUnavailable as error:
                    log.warning("spool.postponed", error=str(error))
                except (ConfigurationError, sa.exc.SQLAlchemyError) as error:
                    log.error("spool.cannot_go_on", error=str(error).splitlines()[0])
                await self._pause()
        finally:
            prober.dispose()

    async def _pause(self) -> None:
        """Until the next look; a new failure while all was well shortens it."""
        if self._failing_since is not None or self.is_local:
            self._trouble.clear()
            await asyncio.sleep(LOOK_S)
            return
        try:
            async with asyncio.timeout(LOOK_S):
                await self._trouble.wait()
        except TimeoutError:
            pass
        self._trouble.clear()

    async def _tend(self, primary: Database, prober: sa.Engine) -> None:
        held = await self.database.read(look)
        self._see(held.mode, held.holds_orders)
        if self._failing_since is not None or self.is_local:
            answers = await self._probe_once(prober)
            self.primary_answers = answers
            if not answers:
                await self._count_failure()
                return
            self.trust()
        if self.is_local or self._holds_orders:
            await self._bring_home(primary)

    async def _count_failure(self) -> None:
        """Go over after three failed probes, or five seconds without a good statement."""
        if self.is_local:
            return
        self._failed_probes += 1
        silent_s = time.monotonic() - self._failing_since if self._failing_since is not None else 0.0
        if self._failed_probes >= PROBES or silent_s >= SILENCE_S:
            await self._go_over(f"{self._failed_probes} probes failed within {silent_s:.1f} s")

    async def _go_over(self, reason: str) -> None:
        now = self._clock.now()
        if await self.database.run(write_mode, Mode.LOCAL, self.host, reason, now):
            log.error("store.local", reason=reason, spool=str(self.database.engine.url.database))
        self._see(await self.database.read(newest_mode), self._holds_orders)
        self.primary_answers = False

    async def _probe_once(self, prober: sa.Engine) -> bool:
        """Ask on a connection of its own. A probe that hangs is left to hang, and counts as failed."""
        if self._probe is None or self._probe.done():
            self._probe = asyncio.create_task(asyncio.to_thread(_ask, prober))
        await asyncio.wait({self._probe}, timeout=PROBE_TIMEOUT_S)
        return self._probe.done() and self._probe.exception() is None

    async def drain(self, primary: Database) -> int:
        """Replay what may move; returns the number of orders. Does nothing while another process is at it.

        Raises:
            StoreUnavailable: a store does not answer.
        """
        with self._alone() as alone:
            return await self._replay_to(primary).run() if alone else 0

    async def _bring_home(self, primary: Database) -> None:
        """Replay; in local mode also go back, unless another process of this host is at it."""
        with self._alone() as alone:
            if not alone:
                return
            if not self._migrated:
                await asyncio.to_thread(migrate, primary)
                self._migrated = True
            moved = await self._replay_most(self._replay_to(primary))
            if self.is_local:
                await self._go_back(self._replay_to(primary), moved)
            elif moved:
                log.info("spool.replayed", orders=moved)

    async def _replay_most(self, replay: Replay) -> int:
        """All but what comes in meanwhile."""
        within_s = None if not self.is_local else 1 + await self.count_orders() / SLOWEST_PER_S
        try:
            return await replay.run(within_s=within_s)
        except StoreUnavailable as error:
            # The connections from before the outage are dead, which the first use finds out.
            log.info("spool.again", error=str(error))
            return await replay.run(within_s=within_s)

    async def _go_back(self, replay: Replay, moved: int) -> None:
        """Close the gate for a moment, move the last orders, and be in primary mode."""
        gate_at = self._clock.now()
        if not await self.database.run(begin_return, self.host, gate_at):
            return
        back, ends_at = False, time.monotonic() + GATED_AT_MOST_S
        try:
            while not back and (left_s := ends_at - time.monotonic()) > 0:
                moved += await replay.run(within_s=left_s, beat=self._hold_gate)
                reason = f"PostgreSQL answers again, {moved} orders replayed at last"
                stuck = frozenset(replay.stuck)
                now = self._clock.now()
                back = await self.database.run(try_to_return, reason, now, gate_at=gate_at, stuck=stuck)
        finally:
            if not back:
                await self.database.run(cancel_return)
        if back:
            self._see(await self.database.read(newest_mode), self._holds_orders)
            log.warning("store.primary", replayed=moved)
            await replay.move_logs()

    async def _hold_gate(self) -> None:
        await self.database.run(hold_gate, self._clock.now())

    def _replay_to(self, primary: Database) -> Replay:
        if self._replay is None:
            self._replay = Replay(self.database, primary, self.keys, host=self.host, clock=self._clock)
        return self._replay

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        """True when no other process of this host replays; the kernel frees the lock of one that dies."""
        with self._lock_path.open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True

    def _see(self, newest: ModeRow | None, holds_orders: bool) -> None:
        if newest is None or newest.mode is Mode.PRIMARY:
            self.accepted_here = 0
            self.keys.forget()
        self._mode = newest.mode if newest is not None else None
        self._since = newest.at if newest is not None else None
        self._holds_orders = holds_orders

    def close(self) -> None:
        """Close the files."""
        self.database.close()
        self.keys.close()


def has_worked_before(settings: CommonSettings) -> bool:
    """True when this host has worked with PostgreSQL before, so that it may start without it.

    Raises:
        StoreUnavailable: the spool's file cannot be opened.
    """
    spool = Spool.open(settings) if (settings.home / FILE).exists() else None
    if spool is None:
        return False
    spool.close()
    return spool._mode is not None


def _seen(database: Database) -> tuple[ModeRow | None, bool]:
    held = database.read_sync(look)
    return held.mode, held.holds_orders


def _ask(prober: sa.Engine) -> None:
    """One question on a new connection. A server that cannot be written, like a standby, does not count."""
    with prober.connect() as connection:
        if connection.execute(sa.text("SELECT current_setting('transaction_read_only')")).scalar() == "on":
            raise StoreUnavailable("PostgreSQL is read-only")
