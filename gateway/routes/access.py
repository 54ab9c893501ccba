"""POST /api/ws-ticket: what a browser opens the WebSocket with."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from gateway.auth import changes_nothing
from gateway.bodies import json_response
from gateway.principals import principal_of
from gateway.services import services_of

router = APIRouter(tags=["access"])


class TicketView(BaseModel):
    """A ticket for one WebSocket."""

    ticket: str = Field(
        description="for the first frame's `auth`, or the subprotocol `nexus.ticket.<ticket>`; never for a URL",
        examples=["q0s5Z2yJmX0Tn7n5c3vCk0Gd1u5m8kzJ2m3B4c5D6e7"],
    )
    expires_at: datetime = Field(description="30 s after it was made; it opens once")


@router.post(
    "/api/ws-ticket",
    operation_id="create_ws_ticket",
    summary="Get a ticket for the WebSocket",
    response_model=TicketView,
)
@changes_nothing
async def post_ws_ticket(request: Request) -> Response:
    """A one-use ticket with the sender's own role. Needs no body."""
    ticket, expires_at = await services_of(request).access.tickets.issue(principal_of(request))
    return json_response(
        TicketView(ticket=ticket, expires_at=expires_at), headers={"Cache-Control": "no-store"}
    )
