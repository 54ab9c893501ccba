"""Who is paused, in whichever store holds the orders now; set in every store that answers, as a freeze is."""

from dataclasses import dataclass

from db.engine import Database
from db.spool import Spool
from db.statements.pauses import all_pauses, set_pause
from db.statements.pausing import paused_switch
from db.statements.switches import Switch, take_over_switches
from nexus.clock import Clock
from nexus.logs import get_logger
from nexus.work_order import Role

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Pauses:
    """Pauses and resumes roles. `spool` None: there is one store only."""

    primary: Database
    spool: Spool | None
    clock: Clock

    @property
    def here(self) -> Database:
        """The store that this host's orders are in now."""
        return self.spool.database if self.spool is not None and self.spool.is_local else self.primary

    async def held(self) -> dict[Role, Switch]:
        """The roles that are paused.

        Raises:
            StoreUnavailable: the store does not answer.
        """
        return await self.here.read(all_pauses)

    async def set(self, role: Role, *, is_on: bool, by: str, reason: str = "") -> Switch | None:
        """Pause or resume `role` in every store that answers; returns what holds, None when it was never paused.

        No worker begins a step of a paused role once this has returned. What is so already stays as it is.

        Raises:
            StoreUnavailable: no store answers.
        """
        wish = Switch(paused_switch(role), is_on, self.clock.now(), by, reason)
        holds = await self.here.run(set_pause, wish)
        if holds == wish:
            log.warning("agents.paused" if is_on else "agents.resumed", role=role.value, by=by, reason=reason)
            if self.spool is not None and not self.spool.is_local:
                await self.spool.database.run(take_over_switches, [wish])
        return holds
