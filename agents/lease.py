"""Leases: as long as a worker lives, its orders are its own; when it stops, they run out and others take over."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import Connection

from db.engine import Database
from db.statements.orders import renew_lease
from nexus.clock import Clock
from nexus.errors import LeaseLost, StoreUnavailable
from nexus.logs import get_logger
from nexus.work_order import WorkOrder

log = get_logger(__name__)


class LeaseKeeper:
    """Renews every lease this process holds at a third of its length, all in one transaction.

    An order that is done sooner, which is nearly every one, costs no renewal at all.
    """

    def __init__(self, database: Database, clock: Clock, lease_s: float) -> None:
        self._database = database
        self._clock = clock
        self._lease_s = lease_s
        self._held: dict[str, tuple[WorkOrder, asyncio.Task[object]]] = {}
        self._lost: set[str] = set()

    @property
    def busy(self) -> int:
        """How many orders this process holds now."""
        return len(self._held)

    @contextmanager
    def hold(self, order: WorkOrder) -> Iterator[None]:
        """Keep `order`'s lease alive while the block runs in the current task.

        Raises:
            LeaseLost: another worker claimed the order; the block was cancelled.
        """
        task = asyncio.current_task()
        assert task is not None, "a lease is held by a task"  # noqa: S101 - a caller's bug, not a condition
        self._held[order.id] = (order, task)
        try:
            yield
        except asyncio.CancelledError:
            if order.id not in self._lost:
                raise
            task.uncancel()
            raise LeaseLost(f"{order.id}: the lease ran out and another worker has the order") from None
        finally:
            self._held.pop(order.id, None)
            self._lost.discard(order.id)

    async def run(self) -> None:
        """Renew for ever. A database that does not answer renews nothing; the leases then run out, as they should."""
        while True:
            await self._clock.sleep(self._lease_s / 3)
            if self._held:
                await self._renew_all()

    async def _renew_all(self) -> None:
        orders = [order for order, _ in self._held.values()]
        try:
            lost = await self._database.run(_renew, orders, self._lease_s)
        except StoreUnavailable as error:
            log.warning("lease.not_renewed", orders=len(orders), error=str(error))
            return
        for order_id in lost:
            held = self._held.get(order_id)
            if held is not None:
                log.warning("lease.lost", order=order_id)
                self._lost.add(order_id)
                held[1].cancel()


def _renew(connection: Connection, orders: list[WorkOrder], lease_s: float) -> list[str]:
    """Renew each; returns the ids that are no longer ours."""
    return [order.id for order in orders if not renew_lease(connection, order.id, order.fence, lease_s)]
