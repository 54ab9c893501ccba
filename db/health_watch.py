"""The observer of the company's health: turns looks at it into a history of changes.

Called by `gateway.health_watch` every `HEALTH_LOOK_S` seconds. The heartbeat process, while it lives, takes that over:
it calls `note` with what it finds itself, as the gateway does. One process at a time looks, by a lease.
"""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from db.engine import Database
from db.statements.health_history import (
    HEALTH_KEPT,
    HealthChange,
    newest_health,
    note_health,
    prune_health,
)
from db.statements.leases import HEARTBEAT, Lease, give_back, leases_of, seize_lease, take_lease
from nexus.clock import Clock
from nexus.errors import StoreUnavailable
from nexus.ids import new_id
from nexus.logs import get_logger

log = get_logger(__name__)

SETTLE_S = 15.0
"""So long after the start of a watch only what is healthy is noted: workers have not been heard yet."""

LEASE = "health"
TIMEOUT_S = 10.0
AWAY = (StoreUnavailable, DBAPIError, TimeoutError)
MOST_KEPT_BACK = 500
HEALTHY, UNKNOWN = "healthy", "unknown"
GONE = "it is not there any more"


@dataclass(frozen=True, slots=True)
class Finding:
    """How a part was found: `status` as in `nexus.model_status.ModelStatus`, `reason` one line."""

    status: str
    reason: str


class HealthWatch:
    """Writes down what has changed since the last look, by whatever process that was."""

    def __init__(
        self,
        database: Database,
        holder: str,
        host: str,
        clock: Clock,
        look_s: float,
        *,
        goes_first: bool = False,
    ) -> None:
        """`holder` is this process and no other; `host` is kept with the rows; it looks every `look_s` seconds.

        `goes_first`: it is the heartbeat, which others make room for.
        """
        self._database = database
        self._holder = holder
        self._host = host[:128]
        self._clock = clock
        self._goes_first = goes_first
        self._lease_s = 2 * look_s + 15  # one look may fail
        self._settled_at = clock.monotonic() + SETTLE_S
        self._kept_back: list[HealthChange] = []

    async def is_mine(self) -> bool:
        """False while another process looks. True too while the database cannot say: then each host looks."""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                lease = await self._database.run(self._take)
        except AWAY:
            return True
        if lease is None:
            self._kept_back.clear()  # who looks has seen it too
        return lease is not None

    def _take(self, connection: Connection) -> Lease | None:
        """The lease; None while another has it, and for a gateway while a heartbeat lives."""
        if self._goes_first:
            return seize_lease(connection, LEASE, self._holder, self._lease_s)
        if any(holds for _, holds in leases_of(connection, HEARTBEAT)):
            give_back(connection, LEASE, self._holder)
            return None
        return take_lease(connection, LEASE, self._holder, self._lease_s)

    async def note(self, found: Mapping[str, Finding]) -> list[HealthChange]:
        """Write the changes among `found`, which are all parts that there are; returns them.

        While the database does not answer nothing is written: changes are kept back, at most 500, and written with
        their own times when it does.
        """
        seen = self._changes(found)
        try:
            async with asyncio.timeout(TIMEOUT_S):
                noted = await self._database.run(self._write, [*self._kept_back, *seen], found.keys())
        except AWAY:
            self._keep_back(seen)
            return []
        self._kept_back.clear()
        for change in noted:
            log.info("health.changed", part=change.component, status=change.status, reason=change.reason)
        return noted

    async def leave(self) -> None:
        """Let another process look at once."""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await self._database.run(give_back, LEASE, self._holder)
        except AWAY:
            log.debug("health.lease_left_behind")

    def _changes(self, found: Mapping[str, Finding]) -> list[HealthChange]:
        """Everything as it is now; only what is well, as long as the company may still be starting."""
        now, is_settled = self._clock.now(), self._is_settled()
        return [
            HealthChange(new_id(), now, name[:64], finding.status, finding.reason, self._host)
            for name, finding in found.items()
            if is_settled or finding.status == HEALTHY
        ]

    def _write(
        self, connection: Connection, seen: list[HealthChange], here: Collection[str]
    ) -> list[HealthChange]:
        """In one transaction: what was seen, what is gone, and what is too old."""
        noted = note_health(connection, [*seen, *self._gone(connection, here)])
        if noted:
            prune_health(connection, self._clock.now() - HEALTH_KEPT)
        return noted

    def _gone(self, connection: Connection, here: Collection[str]) -> list[HealthChange]:
        """Parts that were there and are not: a bot that was stopped, for one."""
        if not self._is_settled():
            return []
        now = self._clock.now()
        gone = sorted(newest_health(connection).keys() - set(here))
        return [HealthChange(new_id(), now, name, UNKNOWN, GONE, self._host) for name in gone]

    def _is_settled(self) -> bool:
        return self._clock.monotonic() >= self._settled_at

    def _keep_back(self, seen: list[HealthChange]) -> None:
        """Of each part only what is another status than the one before."""
        last = {change.component: change.status for change in self._kept_back}
        new = [change for change in seen if last.get(change.component) != change.status]
        self._kept_back = [*self._kept_back, *new][-MOST_KEPT_BACK:]
