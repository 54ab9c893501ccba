"""/api/sessions: the conversations, and what was said in one."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from db.conversations import Sessions, conversation, sessions_of
from db.statements.conversations import Conversation
from gateway.bodies import json_response
from gateway.errors import Kind, Problem
from gateway.ownership import owned_by, user_of
from gateway.principals import principal_of
from gateway.schemas import SESSION_ID, FromRecord, order_url
from gateway.services import services_of
from nexus.work_order import Channel

router = APIRouter(tags=["sessions"])

MESSAGE_ID = r"^[0-9A-HJKMNP-TV-Z]{26}$"


class SessionView(FromRecord):
    """A conversation."""

    id: str = Field(examples=["sess-01JD0Z7M2TB4W1S6E8R9P2C3DF"])
    channel: Channel = Field(description="the door its first message came in by")
    title: str = Field(description="the beginning of its first message")
    orders: int
    created_at: datetime
    updated_at: datetime


class SessionPage(BaseModel):
    """Conversations, newest first."""

    items: list[SessionView]
    next_cursor: str | None = Field(description="pass as `cursor` for the next page; null on the last")
    partial: bool = Field(
        default=False, description="True while PostgreSQL is away: only what this host took in the meantime."
    )

    @classmethod
    def of(cls, found: Sessions, limit: int) -> Self:
        """The first `limit`; one more says that there is another page."""
        page = found.sessions[:limit]
        return cls(
            items=[SessionView.model_validate(session) for session in page],
            next_cursor=page[-1].id if len(found.sessions) > limit else None,
            partial=found.partial,
        )


class MessageView(FromRecord):
    """One message."""

    id: str
    role: str = Field(description="user or assistant")
    content: str
    order_id: str
    created_at: datetime
    url: str = Field(description="where its order is read")


class SessionDetail(BaseModel):
    """A conversation with its messages, oldest first."""

    session: SessionView
    messages: list[MessageView]
    next_cursor: str | None = Field(description="pass as `cursor` for what was said next; null at the end")

    @classmethod
    def of(cls, found: Conversation, limit: int) -> Self:
        """The first `limit` messages; one more says that there is another page."""
        page = found.messages[:limit]
        return cls(
            session=SessionView.model_validate(found.session),
            messages=[
                MessageView(
                    id=said.id,
                    role=said.role,
                    content=said.content,
                    order_id=said.order_id,
                    created_at=said.created_at,
                    url=order_url(said.order_id),
                )
                for said in page
            ],
            next_cursor=page[-1].id if len(found.messages) > limit else None,
        )


@router.get(
    "/api/sessions", operation_id="list_sessions", summary="List conversations", response_model=SessionPage
)
async def list_sessions(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(pattern=SESSION_ID, description="`next_cursor` of a page")] = None,
) -> Response:
    """Conversations, the one that began last first. A request to /v1 is a conversation of its own."""
    user_id = user_of(principal_of(request))
    found = await sessions_of(services_of(request).store, user_id, before=cursor, limit=limit + 1)
    return json_response(SessionPage.of(found, limit))


@router.get(
    "/api/sessions/{session_id}",
    operation_id="get_session",
    summary="Read a conversation",
    response_model=SessionDetail,
)
async def get_session(
    request: Request,
    session_id: Annotated[str, Path(examples=["sess-01JD0Z7M2TB4W1S6E8R9P2C3DF"])],
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
    cursor: Annotated[str | None, Query(pattern=MESSAGE_ID, description="`next_cursor` of a page")] = None,
) -> Response:
    """What was said, oldest first. 503 with Retry-After while PostgreSQL is away and it may be there."""
    found = None
    if "\x00" not in session_id:
        store = services_of(request).store
        found = await conversation(store, session_id, after=cursor or "", limit=limit + 1)
    if found is None or not owned_by(principal_of(request), found.session.user_id):
        raise Problem(Kind.NOT_FOUND, "There is no session with this id.")
    return json_response(SessionDetail.of(found, limit))
