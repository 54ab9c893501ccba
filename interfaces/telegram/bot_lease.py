"""One process per bot: who holds the lease takes its updates, the others stand by. It is our sign of life, too."""

import asyncio
from contextlib import suppress

from db.engine import Database
from db.statements.leases import give_back, take_lease
from nexus.clock import Clock
from nexus.errors import StoreUnavailable
from nexus.logs import get_logger

log = get_logger(__name__)

FOR_S = 30.0
RENEW_S = 10.0
AGAIN_S = 1.0
PREFIX = "telegram:"


class BotLease:
    """The lease of one bot. `held` is set while it is ours."""

    def __init__(self, database: Database, bot_id: int, holder: str, clock: Clock) -> None:
        self.held = asyncio.Event()
        self._database = database
        self._name = f"{PREFIX}{bot_id}"
        self._holder = holder
        self._clock = clock

    async def keep(self) -> None:
        """Take and renew it until cancelled; then it is given back, for another to take at once."""
        try:
            while True:
                if not await self._renewed() and self.held.is_set():
                    log.warning("telegram.lease_lost", lease=self._name)
                    self.held.clear()
                await self._clock.sleep(RENEW_S if self.held.is_set() else AGAIN_S)
        finally:
            self.held.clear()
            with suppress(StoreUnavailable):
                await asyncio.shield(self._database.run(give_back, self._name, self._holder))

    async def _renewed(self) -> bool:
        try:
            lease = await self._database.run_ahead(take_lease, self._name, self._holder, FOR_S)
        except StoreUnavailable as error:
            log.warning("telegram.lease_away", error=str(error))
            return False
        if lease is not None:
            self.held.set()
        return lease is not None
