"""GET /api/alerts: what the company told its owner without being asked."""

import json
from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from db.statements.alerts import AlertRow, Severity, alerts_page
from gateway.bodies import json_response
from gateway.services import services_of

router = APIRouter(tags=["alerts"])

_ALERT = r"^[0-7][0-9A-HJKMNP-TV-Z]{25}$"


class AlertView(BaseModel):
    """One thing to know."""

    id: str
    at: datetime
    key: str = Field(
        description="what it tells of; the same is told once",
        examples=["budget.warning:company:2026-11-22:10"],
    )
    kind: str = Field(examples=["budget.warning"])
    severity: Severity
    text: str = Field(description="one line, in English")
    details: dict[str, Any] = Field(
        description="by kind; dollars are exact text like `0.042`, null for a limit that there is not"
    )

    @classmethod
    def of(cls, row: AlertRow) -> Self:
        """The row as clients see it."""
        return cls(
            id=row.id,
            at=row.at,
            key=row.key,
            kind=row.kind,
            severity=row.severity,
            text=row.text,
            details={name: value for name, value in json.loads(row.details).items() if name != "told"},
        )


class AlertPage(BaseModel):
    """Alerts, newest first."""

    items: list[AlertView]
    next_cursor: str | None = Field(description="pass as `cursor` for the next page; null on the last")
    partial: bool = Field(
        default=False,
        description="True while PostgreSQL is away: only what this host raised in the meantime.",
    )


@router.get("/api/alerts", operation_id="list_alerts", summary="What to know", response_model=AlertPage)
async def list_alerts(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[str | None, Query(pattern=_ALERT, description="only newer ones than this alert")] = None,
    cursor: Annotated[str | None, Query(pattern=_ALERT, description="`next_cursor` of a page")] = None,
) -> Response:
    """Money that runs short or is used up, limits and freezes that were changed, orders that are dead; newest first.

    Ids rise in the order in which alerts become visible here: with the newest id you have seen as `after` you miss
    none. What a host raised while PostgreSQL was away comes with a new id, when it is back, and its own `at`.
    """
    store = services_of(request).store
    database = store.spool.database if store.spool is not None and store.is_local else store.primary
    rows = await database.read(alerts_page, after=after, cursor=cursor, limit=limit + 1)
    page = AlertPage(
        items=[AlertView.of(row) for row in rows[:limit]],
        next_cursor=rows[limit - 1].id if len(rows) > limit else None,
        partial=store.is_local,
    )
    return json_response(page)
