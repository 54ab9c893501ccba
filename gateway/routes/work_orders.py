"""/api/work-orders: what was asked, who does it, how it went; and the owner's word that it is not wanted any more."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from db.statements.queries import Narrowing
from gateway.approving import approve_order
from gateway.attachments import MAX_ATTACHMENTS
from gateway.bodies import json_response, read_json
from gateway.cancelling import cancel_order
from gateway.errors import Kind, Problem
from gateway.files import file_response
from gateway.history_schemas import OrderDetail
from gateway.openapi import problem_described
from gateway.ownership import own_order, user_of
from gateway.principals import principal_of
from gateway.schemas import ORDER_ID, SESSION_ID, ApproveRequest, Moment, OrderPage, OrderView
from gateway.services import services_of
from nexus.sound import ENDINGS
from nexus.work_order import Channel, Difficulty, Role, Status

router = APIRouter(tags=["work orders"])

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_FILES = {
    **dict.fromkeys(("image/jpeg", "image/png", *ENDINGS), _BINARY),
    "text/plain": {"schema": {"type": "string"}},
}

type OrderId = Annotated[str, Path(examples=["WO-01JD0Z7M2T9V6Q4B8X3N5K1YHR"])]


def narrowing(
    request: Request,
    channel: Annotated[Channel | None, Query(description="only orders that came in by this door")] = None,
    difficulty: Annotated[Difficulty | None, Query(description="only orders judged like this")] = None,
    session_id: Annotated[
        str | None, Query(pattern=SESSION_ID, description="only this conversation's orders")
    ] = None,
    created_after: Annotated[
        Moment | None,
        Query(description="only orders accepted later", examples=["2026-11-22T08:00:00Z"]),
    ] = None,
    created_before: Annotated[Moment | None, Query(description="only orders accepted earlier")] = None,
    q: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=200,
            pattern=r"^[^\x00]+$",
            description="only orders whose message contains this, in any case (on SQLite: ASCII letters in any case)",
        ),
    ] = None,
) -> Narrowing:
    """The filters of a list of orders, those that are not about their work."""
    return Narrowing(
        user_id=user_of(principal_of(request)),
        session_id=session_id,
        channel=channel,
        difficulty=difficulty,
        created_after=created_after,
        created_before=created_before,
        text=q,
    )


@router.get(
    "/api/work-orders", operation_id="list_work_orders", summary="List orders", response_model=OrderPage
)
async def list_work_orders(
    request: Request,
    narrowed: Annotated[Narrowing, Depends(narrowing)],
    status: Annotated[Status | None, Query(description="only orders with this status")] = None,
    owner: Annotated[Role | None, Query(description="only orders this role holds or held last")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(pattern=ORDER_ID, description="`next_cursor` of a page")] = None,
) -> Response:
    """Work orders, newest first; pages stay stable while new orders arrive. All filters hold together."""
    store = services_of(request).store
    listed = await store.orders(status=status, owner=owner, before=cursor, limit=limit + 1, narrowed=narrowed)
    return json_response(OrderPage.of(listed, limit))


@router.get(
    "/api/work-orders/{order_id}",
    operation_id="get_work_order",
    summary="Read one order",
    response_model=OrderDetail,
)
async def get_work_order(request: Request, order_id: OrderId) -> Response:
    """One order with its attempts, verdicts, model calls, receipt and events.

    503 with Retry-After while it cannot be told whether there is one, because PostgreSQL is away.
    """
    await own_order(request, order_id)
    history = await services_of(request).store.history(order_id)
    if history is None:
        raise Problem(Kind.NOT_FOUND, "There is no work order with this id.")
    return json_response(OrderDetail.of(history))


@router.get(
    "/api/work-orders/{order_id}/attachments/{n}",
    operation_id="get_attachment",
    summary="Read what came with an order",
    response_class=Response,
    responses={200: {"description": "The file", "content": _FILES}},
)
async def get_attachment(
    request: Request,
    order_id: OrderId,
    n: Annotated[int, Path(ge=1, le=MAX_ATTACHMENTS, description="1 for the first")],
) -> Response:
    """What came with it as it is kept: pictures and sounds with their type, a document always as plain text.

    To be saved and not to be shown by itself: `Content-Disposition` and `X-Content-Type-Options` say so.
    """
    await own_order(request, order_id)
    found = await services_of(request).store.attachment(order_id, n)
    if found is None:
        raise Problem(Kind.NOT_FOUND, "This work order has no attachment with this number.")
    return file_response(found.value, n)


@router.post(
    "/api/work-orders/{order_id}/cancel",
    operation_id="cancel_work_order",
    summary="Cancel an order",
    response_model=OrderView,
    responses={409: problem_described("The order had ended otherwise; `detail` names its status")},
)
async def post_cancel(request: Request, order_id: OrderId) -> Response:
    """End an order that is not wanted any more. The reply means that no further model call starts.

    A call that runs is cut off and priced at its worst case. Cancelling a cancelled order is 200 again.
    """
    await own_order(request, order_id)
    cancelled = await cancel_order(services_of(request), principal_of(request), order_id)
    return json_response(OrderView.of(cancelled.value, cancelled.durability))


@router.post(
    "/api/work-orders/{order_id}/approve",
    operation_id="approve_work_order",
    summary="Let a held order go on",
    response_model=OrderView,
    responses={409: problem_described("The order is not held, or does not offer this tier")},
)
async def post_approve(request: Request, order_id: OrderId) -> Response:
    """Say yes to an order that is `held` because of what it would cost; without a body, as it was to be done.

    The yes holds for tries that cost at most what the option said.
    """
    await own_order(request, order_id)
    body = await read_json(request, ApproveRequest) if await request.body() else ApproveRequest()
    approved = await approve_order(services_of(request), principal_of(request), order_id, body.tier)
    return json_response(OrderView.of(approved.value, approved.durability))
