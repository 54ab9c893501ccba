"""GET /api/health/history: when which part of the company got better or worse."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from db.statements.health_history import HealthChange, health_page, health_since
from gateway.bodies import json_response
from gateway.routes.health import Health
from gateway.services import services_of

router = APIRouter(tags=["health"])

_PART = r"^[a-z][a-z._-]{0,63}$"
_ROW = r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$"


class HealthChangeView(BaseModel):
    """A part of the company was found in another status than before."""

    id: str
    at: datetime
    component: str = Field(description="as GET /api/health/detailed names it", examples=["workers.ceo"])
    status: Health = Field(
        description="from then on; `unknown` also for a part that is not there any more, like a bot that was stopped"
    )
    reason: str = Field(description="as it was then", examples=["nobody works in this role: its orders wait"])
    host: str = Field(description="the host whose process saw it")

    @classmethod
    def of(cls, row: HealthChange) -> Self:
        """The row as clients see it."""
        status = Health(row.status)
        return cls(
            id=row.id, at=row.at, component=row.component, status=status, reason=row.reason, host=row.host
        )


class HealthHistory(BaseModel):
    """Changes, newest first."""

    since: datetime | None = Field(description="the history begins here; null while nobody has looked yet")
    items: list[HealthChangeView]
    next_cursor: str | None = Field(description="pass as `cursor` for the next page; null on the last")


@router.get(
    "/api/health/history",
    operation_id="health_history",
    summary="How was every part?",
    response_model=HealthHistory,
)
async def health_history(
    request: Request,
    component: Annotated[
        str | None, Query(pattern=_PART, description="only this part", examples=["database"])
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(pattern=_ROW, description="`next_cursor` of a page")] = None,
) -> Response:
    """Where a part's status changed, newest first, for 90 days; a look that finds nothing new leaves no row.

    One gateway looks every 30 s. What was found while PostgreSQL was away comes when it is back, with its own `at`.
    The newest row of a part holds until now, however old it is.
    """
    database = services_of(request).database
    rows = await database.read(health_page, component=component, cursor=cursor, limit=limit + 1)
    history = HealthHistory(
        since=await database.read(health_since),
        items=[HealthChangeView.of(row) for row in rows[:limit]],
        next_cursor=rows[limit - 1].id if len(rows) > limit else None,
    )
    return json_response(history)
