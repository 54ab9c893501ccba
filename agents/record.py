"""The record as an order's steps write it: what an outage of the database interrupts is written when it is over.

Every step can be written again without harm: its rows have ids that were made before, and a claim that has given
its lease back writes nothing more.
"""

from collections.abc import Callable
from typing import Concatenate

from sqlalchemy.engine import Connection

from db.engine import Database
from db.statements.budget_alerts import tell_used_up
from nexus.budget import BudgetUsedUp
from nexus.clock import Clock
from nexus.errors import StoreUnavailable
from nexus.logs import get_logger
from nexus.observing import happened, span

log = get_logger(__name__)

FIRST_WAIT_S = 0.1
LONGEST_WAIT_S = 2.0
CLAIM_PATIENCE_S = 5.0


class Record:
    """Writes steps into a database, again and again while it does not answer."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def write[**P, T](
        self, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Commit `step`, however long that takes: an answer that was paid for is not dropped for an outage.

        Raises whatever the step raises. `LeaseLost` may mean that an earlier try of this very step was committed.
        """
        name = getattr(step, "__name__", "?")
        with span("commit", step=name) as commit:
            written = await self._write(None, step, *args, **kwargs)
            commit.note_top(outcome=name)
            return written

    async def claim[**P, T](
        self, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Commit a claim. Nothing is lost if it is given up: the order stands in the outbox, or its lease runs out.

        Raises:
            StoreUnavailable: the database has not answered for some seconds.
        """
        with span("claim") as claim:
            claimed = await self._write(CLAIM_PATIENCE_S, step, *args, **kwargs)
            claim.note_top(is_claimed=claimed is not None)
            if claimed is not None:
                log.debug("order.claimed")
            return claimed

    async def try_once[**P, T](
        self, step: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Commit `step` now or not at all.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        return await self._database.run(step, *args, **kwargs)

    async def _write[**P, T](
        self,
        patience_s: float | None,
        step: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        began, wait_s = self._clock.monotonic(), FIRST_WAIT_S
        while True:
            try:
                return await self._database.run(step, *args, **kwargs)
            except BudgetUsedUp as refused:
                await self._alert(refused)
                raise
            except StoreUnavailable as error:
                if patience_s is not None and self._clock.monotonic() - began > patience_s:
                    raise
                log.warning("store.again", step=getattr(step, "__name__", "?"), error=str(error))
                happened("store_again")
            await self._clock.sleep(wait_s)
            wait_s = min(LONGEST_WAIT_S, wait_s * 2)

    async def _alert(self, refused: BudgetUsedUp) -> None:
        """In a transaction of its own, for the step's is rolled back. Fails it now, the next refusal says it."""
        try:
            await self._database.run(tell_used_up, refused, self._clock.now())
        except StoreUnavailable as error:
            log.warning("alert.not_written", kind="budget.used_up", error=str(error))
