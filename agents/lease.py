"""Leases: as long as a worker lives, its orders are its own; when it stops, they run out and others take over."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import Connection

from db.engine import Database
from db.statements.cancel import cancels_among
from db.statements.orders import renew_lease
from nexus.clock import Clock
from nexus.errors import LeaseLost, OrderCancelled, StoreUnavailable
from nexus.logs import get_logger
from nexus.observing import happened
from nexus.work_order import WorkOrder

log = get_logger(__name__)

type Claim = tuple[str, int]
"""An order's id and the fence it was claimed with: the next step of the same order is another claim."""

CANCEL_LOOK_S = 0.4  # an owner who stops an order waits no longer than this and the writing of its end


class LeaseKeeper:
    """Renews every lease this process holds at a third of its length, all in one transaction.

    An order that is done sooner, which is nearly every one, costs no renewal at all. Beside that it looks whether
    the owner has cancelled what is held, and stops it.
    """

    def __init__(self, database: Database, clock: Clock, lease_s: float) -> None:
        self._database = database
        self._clock = clock
        self._lease_s = lease_s
        self._held: dict[Claim, asyncio.Task[object]] = {}
        self._lost: set[Claim] = set()
        self._cancelled: set[Claim] = set()

    @property
    def busy(self) -> int:
        """How many orders this process holds now."""
        return len(self._held)

    @contextmanager
    def hold(self, order: WorkOrder) -> Iterator[None]:
        """Keep `order`'s lease alive while the block runs in the current task.

        Raises:
            LeaseLost: another worker claimed the order; the block was cancelled.
            OrderCancelled: the owner cancelled the order, and so the block.
        """
        task = asyncio.current_task()
        assert task is not None, "a lease is held by a task"  # noqa: S101 - a caller's bug, not a condition
        claim = (order.id, order.fence)
        self._held[claim] = task
        try:
            yield
        except asyncio.CancelledError:
            if claim not in self._lost | self._cancelled:
                raise
            task.uncancel()
            if claim in self._cancelled:
                raise OrderCancelled(f"{order.id}: cancelled by the owner") from None
            raise LeaseLost(f"{order.id}: the lease ran out and another worker has the order") from None
        finally:
            self._held.pop(claim, None)
            self._lost.discard(claim)
            self._cancelled.discard(claim)

    async def run(self) -> None:
        """Keep leases and look for cancels, for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_renewing())
            tasks.create_task(self._keep_looking())

    async def _keep_renewing(self) -> None:
        """Renew for ever. A database that does not answer renews nothing; the leases then run out, as they should."""
        while True:
            await self._clock.sleep(self._lease_s / 3)
            if self._held:
                await self._renew_all()

    async def _renew_all(self) -> None:
        claims = list(self._held)
        try:
            lost = await self._database.run_ahead(_renew, claims, self._lease_s)
        except StoreUnavailable as error:
            log.warning("lease.not_renewed", orders=len(claims), error=str(error))
            return
        for claim in lost:
            log.warning("lease.lost", order=claim[0])
            happened("leases_lost")
            self._stop(claim, self._lost)

    async def _keep_looking(self) -> None:
        while True:
            await self._clock.sleep(CANCEL_LOOK_S)
            if self._held:
                await self._stop_cancelled()

    async def _stop_cancelled(self) -> None:
        claims = list(self._held)
        try:
            cancelled = await self._database.read(cancels_among, [order_id for order_id, _ in claims])
        except StoreUnavailable:
            return  # whoever asked for it is told, and asks again
        for claim in claims:
            if claim[0] in cancelled and claim not in self._cancelled:
                self._stop(claim, self._cancelled)

    def _stop(self, claim: Claim, why: set[Claim]) -> None:
        task = self._held.get(claim)
        if task is not None:
            why.add(claim)
            task.cancel()


def _renew(connection: Connection, claims: list[Claim], lease_s: float) -> list[Claim]:
    """Renew each; returns those that are no longer ours."""
    return [claim for claim in claims if not renew_lease(connection, *claim, lease_s)]
