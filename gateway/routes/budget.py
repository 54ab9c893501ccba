"""/api/budget: what may be spent, what is spent, the limits, and the switch that stops every paid call."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError
from starlette.requests import Request
from starlette.responses import Response

from db.statements.switches import Switch
from gateway.bodies import json_response, read_json
from gateway.principals import principal_of
from gateway.schemas import Money
from gateway.services import services_of
from nexus.budget import MOST_USD, LimitChange, Limits, PeriodKind, Place, Window, checked_limit
from nexus.work_order import Role

router = APIRouter(tags=["budget"])

SETTING = "setting"


class LimitSource(BaseModel):
    """Who says what the limit is: the setting, or somebody who changed it while the company runs."""

    kind: Literal["setting", "set"]
    by: str | None = Field(description="who set it; null for the setting", examples=["owner"])
    at: datetime | None = Field(description="when; null for the setting")

    @classmethod
    def of(cls, change: LimitChange | None) -> Self:
        """None: the setting."""
        if change is None:
            return cls(kind="setting", by=None, at=None)
        return cls(kind="set", by=change.changed_by, at=change.changed_at)


class WindowView(BaseModel):
    """One scope in one day or month."""

    scope: str = Field(description="`company`, or a role", examples=["company"])
    period: str = Field(description="a day or a month", examples=["2026-11-22", "2026-11"])
    spent_usd: Money
    reserved_usd: Money = Field(description="worst case of the calls that run now")
    limit_usd: Money | None = Field(description="US dollars; null means no limit")
    limit_from: LimitSource
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
            limit_from=LimitSource.of(window.set_by),
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


class LimitView(BaseModel):
    """A limit as it holds from now on."""

    scope: str = Field(description="`company`, or a role", examples=["company"])
    kind: PeriodKind
    limit_usd: Money | None = Field(description="US dollars; null means no limit")
    limit_from: LimitSource

    @classmethod
    def of(cls, limits: Limits, place: Place) -> Self:
        """The limit that holds there."""
        return cls(
            scope=place[0],
            kind=place[1],
            limit_usd=limits.at(place),
            limit_from=LimitSource.of(limits.set_at(place)),
        )


def _limit(value: object) -> Decimal | str | None:
    if value is None or value == SETTING:
        return SETTING if value == SETTING else None
    try:
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            raise ValueError("must be a number")
        return checked_limit(Decimal(str(value)))
    except ValueError as error:
        wrong = f'{error}, null for no limit, or "{SETTING}"'
        raise PydanticCustomError("limit", "{wrong}", {"wrong": wrong}) from None


class LimitRequest(BaseModel):
    """The body of PUT /api/budget/limits."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scope: Literal["company", Role.ADMIN, Role.INTERN, Role.DIRECTOR, Role.CEO] = Field(
        description="`company`, or a role", examples=["company"]
    )
    kind: PeriodKind = Field(examples=["day"])
    limit_usd: Annotated[
        Decimal | str | None,
        PlainValidator(_limit),
        WithJsonSchema(
            {
                "anyOf": [
                    {"type": "number", "minimum": 0, "maximum": int(MOST_USD)},
                    {"type": "string", "enum": [SETTING]},
                    {"type": "null"},
                ]
            }
        ),
    ] = Field(
        description="US dollars; null for no limit; `setting` to go back to what the setting says",
        examples=[5],
    )

    def wish(self, *, by: str, at: datetime) -> LimitChange:
        """As the budget takes it."""
        limit = self.limit_usd if isinstance(self.limit_usd, Decimal) else None
        return LimitChange(str(self.scope), self.kind, self.limit_usd != SETTING, limit, at, by)


_LIMIT_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": LimitRequest.model_json_schema()}},
    }
}


class FreezeRequest(BaseModel):
    """The body of POST /api/budget/freeze and /thaw; it may be left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: str = Field(default="", max_length=500, description="for the audit, and for who is refused")


@router.get(
    "/api/budget", operation_id="get_budget", summary="What may be spent, and is", response_model=BudgetView
)
async def get_budget(request: Request) -> Response:
    """Spent, reserved and limit of the company and its roles, today and this month; and whether it is frozen.

    Limits are those that hold now, with who has set them.
    """
    services = services_of(request)
    view = BudgetView(
        freeze=FreezeView.of(await services.budget.frozen()),
        windows=[WindowView.of(window) for window in await services.budget.windows()],
        order_limit_usd=services.settings.budget_order_usd,
        ask_above_usd=services.settings.ask_above_usd,
    )
    return json_response(view)


@router.put(
    "/api/budget/limits",
    operation_id="set_budget_limit",
    summary="Change a limit",
    response_model=LimitView,
    openapi_extra=_LIMIT_BODY,
)
async def put_limit(request: Request) -> Response:
    """The limit of the company or of a role, for a day or a month, from the next paid call on, in every worker.

    It stands above the setting until it is changed again. When this has been answered, no call begins any more that
    only the old limit had room for; calls that run end as they will.
    """
    services = services_of(request)
    body = await read_json(request, LimitRequest)
    wish = body.wish(by=principal_of(request).id, at=services.clock.now())
    return json_response(LimitView.of(await services.budget.set_limit(wish), wish.place))


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
