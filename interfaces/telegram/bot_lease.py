"""One process per bot: who holds the lease does the bot's work, the others stand by. It is our sign of life, too."""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress

import psutil

from db.engine import Database
from db.statements.leases import TELEGRAM, Lease, give_back, leases_of, take_lease
from nexus.clock import Clock
from nexus.errors import LeaseLost, StoreUnavailable
from nexus.ids import new_id
from nexus.logs import get_logger

log = get_logger(__name__)

FOR_S = 30.0
RENEW_S = 10.0
AGAIN_S = 1.0


def this_process() -> str:
    """A holder's name that no other process has."""
    return f"{socket.gethostname()[:64]}:{os.getpid()}:{new_id()}"


class BotLease:
    """The lease of one bot. `held` is set once it is ours."""

    def __init__(self, database: Database, bot_id: int, holder: str, clock: Clock) -> None:
        self.held = asyncio.Event()
        self._database = database
        self._name = f"{TELEGRAM}{bot_id}"
        self._holder = holder
        self._clock = clock

    async def keep(self) -> None:
        """Take and renew it until cancelled; then it is given back, for another to take at once.

        While the database is away nobody can take it either, so we go on.

        Raises:
            LeaseLost: another process has it now: whatever we do from here on is done twice.
        """
        try:
            while True:
                try:
                    await self._renew()
                except StoreUnavailable as error:
                    log.warning("telegram.lease_away", error=str(error))
                await self._clock.sleep(RENEW_S if self.held.is_set() else AGAIN_S)
        finally:
            self.held.clear()
            with suppress(StoreUnavailable):
                await asyncio.shield(self._database.run(give_back, self._name, self._holder))

    async def _renew(self) -> None:
        if await self._took():
            return
        if self.held.is_set():
            raise LeaseLost("another process has taken over this bot's work")
        for lease, _ in await self._database.read(leases_of, self._name):
            if _holder_is_dead(lease):
                await self._database.run(give_back, lease.name, lease.holder)
                await self._took()

    async def _took(self) -> bool:
        lease = await self._database.run_ahead(take_lease, self._name, self._holder, FOR_S)
        if lease is not None:
            self.held.set()
        return lease is not None


async def once_held(lease: BotLease, job: Callable[[], Awaitable[None]]) -> None:
    """Begin `job` when the lease is ours; until then this process only stands by."""
    await lease.held.wait()
    await job()


def _holder_is_dead(lease: Lease) -> bool:
    """True for a process of this host that is not there any more: it was killed, and its lease need not run out."""
    host, _, rest = lease.holder.partition(":")
    pid = rest.partition(":")[0]
    return host == socket.gethostname()[:64] and pid.isdigit() and not psutil.pid_exists(int(pid))
