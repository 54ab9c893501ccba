"""POST /api/work-orders/{id}/escalate and …/retry: an ended order once more."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from db.records import Accepted
from gateway.again import Wish, do_again
from gateway.bodies import json_response, read_json
from gateway.idempotency import KEY_PARAMETER, idempotency_key
from gateway.openapi import problem_described
from gateway.ownership import own_order
from gateway.principals import principal_of
from gateway.routes.work_orders import OrderId
from gateway.schemas import ChatReply, Tier, order_url
from gateway.services import services_of
from nexus.work_order import Status

router = APIRouter(tags=["work orders"])

_RESPONSES: dict[int | str, dict[str, Any]] = {
    202: {"model": ChatReply, "description": "Accepted as a new order; `Location` is where to read it"},
    409: problem_described("The order, or another one that does it again, is open; `Location` names it"),
}


class EscalateRequest(BaseModel):
    """The body of POST /api/work-orders/{id}/escalate; it may be left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tier: Tier | None = Field(
        default=None, description="who is to do it, a cheaper tier also; absent: the next higher one"
    )
    reason: Annotated[str, StringConstraints(strip_whitespace=True)] | None = Field(
        default=None,
        min_length=1,
        max_length=500,
        pattern=r"^[^\x00]+$",
        description="what you do not like about the answer; told to whoever does it now",
        examples=["The second table is wrong."],
    )


@router.post(
    "/api/work-orders/{order_id}/escalate",
    operation_id="escalate_work_order",
    summary="Have an ended order done by a higher tier",
    status_code=202,
    response_model=ChatReply,
    responses=_RESPONSES,
    openapi_extra={"parameters": [KEY_PARAMETER]},
)
async def post_escalate(request: Request, order_id: OrderId) -> Response:
    """Do an ended order again as a new one, with the next higher tier or the one that is named.

    Same conversation, message, context, acceptance spec and limit of money. A higher tier is also given the old answer,
    the checks that it failed, and your reason. Its first event names the old order.
    """
    place = await own_order(request, order_id)
    body = await read_json(request, EscalateRequest) if await request.body() else EscalateRequest()
    wish = Wish("escalate", body.tier, idempotency_key(request), body.reason)
    return _accepted(
        await do_again(services_of(request), order_id, place.user_id, wish, principal_of(request))
    )


@router.post(
    "/api/work-orders/{order_id}/retry",
    operation_id="retry_work_order",
    summary="Have an ended order done again",
    status_code=202,
    response_model=ChatReply,
    responses=_RESPONSES,
    openapi_extra={"parameters": [KEY_PARAMETER]},
)
async def post_retry(request: Request, order_id: OrderId) -> Response:
    """Do an ended order again as a new one, with the same tier, which is told that you were not content."""
    place = await own_order(request, order_id)
    wish = Wish("retry", None, idempotency_key(request))
    return _accepted(
        await do_again(services_of(request), order_id, place.user_id, wish, principal_of(request))
    )


def _accepted(accepted: Accepted) -> Response:
    url = order_url(accepted.order_id)
    reply = ChatReply(
        order_id=accepted.order_id,
        session_id=accepted.session_id,
        status=Status.QUEUED,
        url=url,
        durability=accepted.durability,
    )
    return json_response(reply, 202, {"Location": url})
