"""GET /api/audit: who did what, and when."""

import json
from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from db.statements.logs import AuditFilter, AuditRow, audit_page
from gateway.bodies import json_response
from gateway.schemas import ORDER_ID, Moment
from gateway.services import services_of

router = APIRouter(tags=["audit"])

_WORD = r"^[^\x00]{1,128}$"
_ROW = r"^[0-9A-HJKMNP-TV-Z]{26}$"


class AuditView(BaseModel):
    """One thing that somebody did."""

    id: str
    at: datetime
    actor: str = Field(examples=["owner"], description="a sender, or a part of the company")
    action: str = Field(examples=["order.cancelled"])
    status: str = Field(examples=["done"])
    order_id: str | None
    session_id: str | None
    details: dict[str, Any]

    @classmethod
    def of(cls, row: AuditRow) -> Self:
        """The row as clients see it."""
        return cls(
            id=row.id,
            at=row.at,
            actor=row.actor,
            action=row.action,
            status=row.status,
            order_id=row.work_order_id,
            session_id=row.session_id,
            details=json.loads(row.details),
        )


class AuditPage(BaseModel):
    """What was done, newest first."""

    items: list[AuditView]
    next_cursor: str | None = Field(description="pass as `cursor` for the next page; null on the last")
    partial: bool = Field(
        default=False, description="True while PostgreSQL is away: only what this host noted in the meantime."
    )


def wanted_rows(
    actor: Annotated[str | None, Query(pattern=_WORD, description="only what this one did")] = None,
    action: Annotated[str | None, Query(pattern=_WORD, examples=["order.cancelled"])] = None,
    order_id: Annotated[str | None, Query(pattern=ORDER_ID, description="only about this order")] = None,
    after: Annotated[Moment | None, Query(description="only what was done then or later")] = None,
    before: Annotated[Moment | None, Query(description="only what was done earlier")] = None,
) -> AuditFilter:
    """The filters of the list."""
    return AuditFilter(actor, action, order_id, after, before)


@router.get("/api/audit", operation_id="list_audit", summary="Who did what", response_model=AuditPage)
async def list_audit(
    request: Request,
    wanted: Annotated[AuditFilter, Depends(wanted_rows)],
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(pattern=_ROW, description="`next_cursor` of a page")] = None,
) -> Response:
    """Changes of state with who made them, newest first; all filters hold together. Rows are never changed."""
    store = services_of(request).store
    database = store.spool.database if store.spool is not None and store.is_local else store.primary
    rows = await database.read(audit_page, wanted, cursor=cursor, limit=limit + 1)
    page = AuditPage(
        items=[AuditView.of(row) for row in rows[:limit]],
        next_cursor=rows[limit - 1].id if len(rows) > limit else None,
        partial=store.is_local,
    )
    return json_response(page)
