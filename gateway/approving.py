"""The owner's yes to a held order, for every door."""

import asyncio

from db.records import Durability
from db.store import Stored
from gateway.errors import Kind, Problem
from gateway.principals import Principal
from gateway.schemas import order_url
from gateway.services import Services
from nexus.bus import Ring
from nexus.errors import PermanentError, StoreUnavailable
from nexus.logs import get_logger
from nexus.messages import EVENTS, Doorbell, EventRing, stream_of
from nexus.work_order import Role, WorkOrder

log = get_logger(__name__)

RING_TIMEOUT_S = 0.5


async def approve_order(
    services: Services, principal: Principal, order_id: str, tier: Role | None
) -> Stored[WorkOrder]:
    """Let a held order go on, by the tier that was to do it or by the one that is named; returns it as it stands.

    Raises:
        Problem: 404 there is no such order, 409 it is not held, or does not offer this tier.
        StoreUnavailable: it is not in this host's spool, and PostgreSQL does not answer.
    """
    try:
        found = None
        if "\x00" not in order_id:
            found = await services.store.approve(order_id, tier, actor=principal.id)
    except PermanentError as error:
        raise Problem(
            Kind.NOT_HELD,
            str(error),
            headers={"Location": order_url(order_id)},
            members={"order_id": order_id, "url": order_url(order_id)},
        ) from None
    if found is None:
        raise Problem(Kind.NOT_FOUND, "There is no work order with this id.")
    await _ring(services, found)
    return found


async def _ring(services: Services, approved: Stored[WorkOrder]) -> None:
    """Tell the tier and those who watch; the relay does it otherwise, so nothing here may fail."""
    order = approved.value
    try:
        async with asyncio.timeout(RING_TIMEOUT_S):
            seq = (await services.store.last_seqs([order.session_id])).get(order.session_id, 0)
            ring = EventRing(
                session_id=order.session_id, seq=seq, order_id=order.id, order_status=order.status.value
            )
            services.replies.heard(ring)
            if approved.durability is Durability.PRIMARY:
                await services.bus.ring(
                    [Ring(stream_of(order.owner), Doorbell(order_id=order.id)), Ring(EVENTS, ring)]
                )
    except (StoreUnavailable, TimeoutError):
        log.warning("approve.not_rung", order_id=order.id)
