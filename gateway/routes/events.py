"""GET /api/work-orders/{id}/events: what happens to an order, as server-sent events."""

import re
from typing import Annotated

from fastapi import APIRouter, Header
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from gateway.errors import FieldError, Kind, Problem
from gateway.order_events import OrderEvents
from gateway.ownership import own_order
from gateway.routes.work_orders import OrderId
from gateway.schemas import SSE_EVENT
from gateway.services import services_of

router = APIRouter(tags=["work orders"])

_SEQ = re.compile(r"[0-9]{1,15}")
_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


@router.get(
    "/api/work-orders/{order_id}/events",
    operation_id="follow_work_order",
    summary="Follow one order",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "`id` is the event's `seq`, `event` its type, `data` its payload",
            "content": {"text/event-stream": {"schema": SSE_EVENT}},
        }
    },
)
async def follow_work_order(
    request: Request,
    order_id: OrderId,
    last_event_id: Annotated[
        str | None, Header(description="the last `id` you saw: the stream goes on behind it")
    ] = None,
) -> Response:
    """All events of the order from its first one on, as they happen, until the final one, which has the answer.

    A comment comes every 15 s in which nothing happens.
    """
    services = services_of(request)
    seen = _seen(last_event_id)
    place = await own_order(request, order_id)
    found = await services.store.order(order_id)
    ended = found is not None and not found.value.is_open
    events = OrderEvents.after(services, order_id, place, seen)
    return StreamingResponse(events.stream(ended=ended), 200, _HEADERS, "text/event-stream")


def _seen(last_event_id: str | None) -> int | None:
    if not last_event_id:
        return None
    if not _SEQ.fullmatch(last_event_id):
        wrong = FieldError("Last-Event-ID", "must be the id of an event of this order")
        raise Problem(Kind.INVALID, f"{wrong.field} {wrong.message}", errors=[wrong])
    return int(last_event_id)
