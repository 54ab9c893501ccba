"""Cancelling an order, for every door: the reply is the acknowledgement that no further model call starts.

An order that nobody works on ends at once. A worker that holds it is asked to end it, which takes it a second or
so, because it aborts and prices its call; one that does not answer in time loses the order to a newer fence.
"""

import asyncio

from db.records import Durability
from db.store import Stored
from gateway.auditing import audit
from gateway.errors import Kind, Problem
from gateway.principals import Principal
from gateway.schemas import order_url
from gateway.services import Services
from nexus.bus import Ring
from nexus.errors import StoreUnavailable
from nexus.logs import get_logger
from nexus.messages import EVENTS, EventRing
from nexus.work_order import Status, WorkOrder

log = get_logger(__name__)

WORKER_HAS_S = 3.0
RING_TIMEOUT_S = 0.5


async def cancel_order(services: Services, principal: Principal, order_id: str) -> Stored[WorkOrder]:
    """End the order as cancelled and return it; again and again if you like.

    Raises:
        Problem: 404 there is no such order, 409 it had ended otherwise.
        StoreUnavailable: it is not in this host's spool, and PostgreSQL does not answer.
    """
    began = services.clock.now()
    found = await services.store.cancel(order_id) if "\x00" not in order_id else None
    if found is not None and found.value.is_open:
        found = await services.replies.wait_for_end(order_id, WORKER_HAS_S)
        if found is not None and found.value.is_open:
            log.warning("cancel.forced", order_id=order_id, holder=found.value.lease_owner)
            found = await services.store.cancel(order_id, force=True)
    if found is None:
        raise Problem(Kind.NOT_FOUND, "There is no work order with this id.")
    order = found.value
    if order.status is not Status.CANCELLED:
        raise Problem(
            Kind.HAS_ENDED,
            f"{order.id} has ended: {order.status.value}.",
            headers={"Location": order_url(order.id)},
            members={"order_id": order.id, "session_id": order.session_id, "url": order_url(order.id)},
        )
    if order.finished_at is None or order.finished_at >= began:  # else it was cancelled before
        await audit(services, principal, "order.cancelled", order=order)
    await _tell(services, found)
    return found


async def _tell(services: Services, cancelled: Stored[WorkOrder]) -> None:
    """Ring for those who watch the order. It has ended already, so nothing here may fail."""
    order = cancelled.value
    try:
        async with asyncio.timeout(RING_TIMEOUT_S):
            seq = (await services.store.last_seqs([order.session_id])).get(order.session_id, 0)
            status = order.status.value
            ring = EventRing(session_id=order.session_id, seq=seq, order_id=order.id, order_status=status)
            services.replies.heard(ring)
            if cancelled.durability is Durability.PRIMARY:
                await services.bus.ring([Ring(EVENTS, ring)])
    except (StoreUnavailable, TimeoutError):
        log.warning("cancel.not_rung", order_id=order.id)
