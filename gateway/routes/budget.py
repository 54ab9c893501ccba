"""/api/budget: what may be spent, what is spent, and the switch that stops every paid call."""

from datetime import datetime
from typing import Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from db.statements.switches import Switch
from gateway.bodies import json_response, read_json
from gateway.principals import principal_of
from gateway.schemas import Money
from gateway.services import services_of
from nexus.budget import Window

router = APIRouter(tags=["budget"])


class WindowView(BaseModel):
    """One scope in one day or month."""

    scope: str = Field(description="`company`, or a role", examples=["company"])
    period: str = Field(description="a day or a month", examples=["2026-11-22", "2026-11"])
    spent_usd: Money
    reserved_usd: Money = Field(description="worst case of the calls that run now")
    limit_usd: Money | None = Field(description="US dollars; null means no limit")
    used: float = Field(description="share of the limit that is spent or reserved; 0 without a limit")
    resets_at: datetime

    @classmethod
    def of(cls, window: Window) -> Self:
        """The window as clients see it."""
        return cls(
            scope=window.scope,
            period=window.period,
            spent_usd=window.spent_usd,
            reserved_usd=window.reserved_usd,
            limit_usd=window.limit_usd,
            used=round(window.used, 4),
            resets_at=window.resets_at,
        )


class FreezeView(BaseModel):
    """Whether paid calls are frozen, and who said so."""

    frozen: bool
    since: datetime | None = None
    by: str | None = None
    reason: str | None = None

    @classmethod
    def of(cls, switch: Switch | None) -> Self:
        """The switch as clients see it."""
        if switch is None:
            return cls(frozen=False)
        return cls(
            frozen=switch.is_on, since=switch.changed_at, by=switch.changed_by, reason=switch.reason or None
        )


class BudgetView(BaseModel):
    """The budget as it stands."""

    freeze: FreezeView
    windows: list[WindowView]
    order_limit_usd: Money | None = Field(description="most that one order may cost before it asks")
    ask_above_usd: Money | None = Field(description="a try that will cost more than about this asks first")


class FreezeRequest(BaseModel):
    """The body of POST /api/budget/freeze and /thaw; it may be left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: str = Field(default="", max_length=500, description="for the audit, and for who is refused")


@router.get(
    "/api/budget", operation_id="get_budget", summary="What may be spent, and is", response_model=BudgetView
)
async def get_budget(request: Request) -> Response:
    """Spent, reserved and limit of the company and its roles, today and this month; and whether it is frozen."""
    services = services_of(request)
    view = BudgetView(
        freeze=FreezeView.of(await services.budget.frozen()),
        windows=[WindowView.of(window) for window in await services.budget.windows()],
        order_limit_usd=services.settings.budget_order_usd,
        ask_above_usd=services.settings.ask_above_usd,
    )
    return json_response(view)


@router.post(
    "/api/budget/freeze",
    operation_id="freeze_paid_calls",
    summary="Stop every paid call",
    response_model=FreezeView,
)
async def post_freeze(request: Request) -> Response:
    """No paid call begins after this, whatever waits; those that run end as they will. Local models go on."""
    return await _switch(request, is_on=True)


@router.post(
    "/api/budget/thaw",
    operation_id="thaw_paid_calls",
    summary="Let paid calls go on",
    response_model=FreezeView,
)
async def post_thaw(request: Request) -> Response:
    """The end of a freeze."""
    return await _switch(request, is_on=False)


async def _switch(request: Request, *, is_on: bool) -> Response:
    body = await read_json(request, FreezeRequest) if await request.body() else FreezeRequest()
    switch = await services_of(request).budget.set_frozen(
        is_on=is_on, by=principal_of(request).id, reason=body.reason
    )
    return json_response(FreezeView.of(switch))
