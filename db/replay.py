"""The replay: what a spool holds goes to PostgreSQL, in batches, and nothing comes twice.

Copy first, delete afterwards: an order is always in one of the two stores, for a moment in both, and a crash in
between does no harm, because a second copy finds the rows of the first.
"""

import time
from collections.abc import Awaitable, Callable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.engine import Database
from db.key_journal import KeyJournal
from db.statements.arrival import copy_batch, copy_logs, secure
from db.statements.departure import Batch, pick_batch, pick_logs, remove_batch, remove_logs
from db.statements.spooling import orders_at_work
from nexus.clock import Clock
from nexus.errors import StoreUnavailable
from nexus.logs import get_logger

log = get_logger(__name__)

COPY_WITHIN_S = 10.0  # half of the lease under which a batch is picked
SECURED_S = 60.0
REFUSED = (sa.exc.DataError, sa.exc.IntegrityError)  # by a fault of the rows, not of the server


async def _no_beat() -> None:
    """Nobody needs to know that the replay lives."""


class Replay:
    """Moves orders from one spool to one primary. One at a time per host: the caller sees to that."""

    def __init__(
        self, spool: Database, primary: Database, keys: KeyJournal, *, host: str, clock: Clock
    ) -> None:
        self._spool = spool
        self._primary = primary
        self._keys = keys
        self._clock = clock
        self._host = host
        self._marker = f"spool:{host}"[:128]
        self.stuck: set[str] = set()  # sessions that PostgreSQL refuses; they stay, and are told

    async def run(
        self, *, within_s: float | None = None, beat: Callable[[], Awaitable[object]] = _no_beat
    ) -> int:
        """Move everything that may move; returns how many orders that was.

        `within_s` ends it sooner, for more may come than can be moved. `beat` is awaited before each batch.

        Orders that this host's workers are at are left to them, and move when they have ended.

        Raises:
            StoreUnavailable: a store does not answer. What is not known to have moved moves again later.
        """
        await self._secure_what_is_worked_on()
        moved, began = 0, time.monotonic()
        while (batch := await self._pick()) is not None:
            await beat()
            try:
                moved += await self._move(batch)
            except REFUSED as error:
                moved += await self._move_one_by_one(batch, error)
            if within_s is not None and time.monotonic() - began > within_s:
                break
        return moved

    async def move_logs(self) -> None:
        """Move audit rows, alerts, and metrics that belong to no order of the spool, and copy the mode log.

        Raises:
            StoreUnavailable: a store does not answer.
        """
        logs = await self._spool.read(pick_logs)
        await self._primary.run(copy_logs, logs)
        await self._spool.run(remove_logs, logs)

    async def _secure_what_is_worked_on(self) -> None:
        at_work = await self._spool.read(orders_at_work)
        if at_work:
            await self._primary.run(secure, at_work, marker=self._marker, lease_s=SECURED_S)

    async def _pick(self, only: set[str] | None = None) -> Batch | None:
        return await self._spool.run(pick_batch, self._host, stuck=frozenset(self.stuck), only=only)

    async def _move(self, batch: Batch) -> int:
        now, latest = self._clock.now(), time.monotonic() + COPY_WITHIN_S
        for note in await self._primary.run(_copy_in_time, batch, self._marker, now, latest):
            log.warning("replay.conflict", what=note)
        for key in batch.key_notes():
            self._keys.moved(*key)
        return await self._spool.run(remove_batch, batch)

    async def _move_one_by_one(self, batch: Batch, error: Exception) -> int:
        """One session that PostgreSQL refuses must not hold up the others."""
        log.warning("replay.refused", orders=len(batch.orders), error=str(error).splitlines()[0])
        moved = 0
        for session_id in batch.session_ids:
            single = await self._pick({session_id})
            if single is None:
                continue
            try:
                moved += await self._move(single)
            except REFUSED as refused:
                self.stuck.add(session_id)
                log.error("replay.stuck", orders=single.order_ids, error=str(refused).splitlines()[0])
        return moved


def _copy_in_time(
    connection: Connection, batch: Batch, marker: str, now: datetime, latest: float
) -> list[str]:
    """Copy, unless it took so long that the spool's workers may have the orders again: then roll back."""
    notes = copy_batch(connection, batch, marker=marker, now=now)
    if time.monotonic() > latest:
        raise StoreUnavailable("the replay's transaction took too long and was rolled back")
    return notes
