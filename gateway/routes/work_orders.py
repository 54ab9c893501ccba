"""GET /api/work-orders: what was asked, who does it, and how it went."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from db.statements.queries import get_history, list_orders
from gateway.bodies import json_response
from gateway.errors import Kind, Problem
from gateway.schemas import OrderDetail, OrderPage, OrderView
from gateway.services import services_of
from nexus.work_order import Role, Status

router = APIRouter(tags=["work orders"])

ORDER_ID = r"^WO-[0-9A-HJKMNP-TV-Z]{26}$"


@router.get(
    "/api/work-orders", operation_id="list_work_orders", summary="List orders", response_model=OrderPage
)
async def list_work_orders(
    request: Request,
    status: Annotated[Status | None, Query(description="only orders with this status")] = None,
    owner: Annotated[Role | None, Query(description="only orders this role holds or held last")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(pattern=ORDER_ID, description="`next_cursor` of a page")] = None,
) -> Response:
    """Work orders, newest first; pages stay stable while new orders arrive."""
    database = services_of(request).database
    orders = await database.read(list_orders, status=status, owner=owner, before=cursor, limit=limit + 1)
    page, more = orders[:limit], len(orders) > limit
    return json_response(
        OrderPage(items=[OrderView.of(order) for order in page], next_cursor=page[-1].id if more else None)
    )


@router.get(
    "/api/work-orders/{order_id}",
    operation_id="get_work_order",
    summary="Read one order",
    response_model=OrderDetail,
)
async def get_work_order(
    request: Request, order_id: Annotated[str, Path(examples=["WO-01JD0Z7M2T9V6Q4B8X3N5K1YHR"])]
) -> Response:
    """One order with its attempts, verdicts, model calls, receipt and events."""
    history = None
    if "\x00" not in order_id:  # PostgreSQL takes no NUL, not even to look for one
        history = await services_of(request).database.read(get_history, order_id)
    if history is None:
        raise Problem(Kind.NOT_FOUND, "There is no work order with this id.")
    return json_response(OrderDetail.of(history))
