"""/api/sessions: the conversations, and what was said in one."""

import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from db.conversations import Recent, Sessions, conversation, recent_sessions, sessions_of
from db.statements.conversations import Conversation, Moved, Part
from gateway.bodies import json_response
from gateway.errors import FieldError, Kind, Problem
from gateway.ownership import owned_by, user_of
from gateway.principals import principal_of
from gateway.schemas import SESSION_ID, FromRecord, order_url
from gateway.services import services_of
from nexus.work_order import Channel

router = APIRouter(tags=["sessions"])

MESSAGE_ID = r"^[0-9A-HJKMNP-TV-Z]{26}$"
CURSOR = r"^[A-Za-z0-9._:~-]{1,96}$"

_PLACE = re.compile(r"([0-9]{1,17})~([A-Za-z0-9._:-]{1,64})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class SessionOrder(StrEnum):
    """What comes first."""

    BEGUN = "begun"
    RECENT = "recent"


class SessionView(FromRecord):
    """A conversation."""

    id: str = Field(examples=["sess-01JD0Z7M2TB4W1S6E8R9P2C3DF"])
    channel: Channel = Field(description="the door its first message came in by")
    title: str = Field(description="the beginning of its first message")
    orders: int
    created_at: datetime
    updated_at: datetime


class SessionPage(BaseModel):
    """Conversations, in the order that was asked for."""

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

    @classmethod
    def of_recent(cls, found: Recent) -> Self:
        """A page by the newest activity."""
        return cls(
            items=[SessionView.model_validate(session) for session in found.sessions],
            next_cursor=_written(found.behind) if found.behind else None,
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
    earlier_cursor: str | None = Field(
        description="pass as `before` for what was said before; null at the beginning"
    )

    @classmethod
    def of(cls, found: Conversation, part: Part, limit: int) -> Self:
        """`limit` messages; one more, before or behind them, says that there is another page."""
        has_more = len(found.messages) > limit
        page = found.messages[-limit:] if part.is_backwards else found.messages[:limit]
        has_earlier = has_more if part.is_backwards else bool(part.after)
        has_later = part.before is not None if part.is_backwards else has_more
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
            next_cursor=page[-1].id if page and has_later else None,
            earlier_cursor=page[0].id if page and has_earlier else None,
        )


@router.get(
    "/api/sessions", operation_id="list_sessions", summary="List conversations", response_model=SessionPage
)
async def list_sessions(
    request: Request,
    order: Annotated[
        SessionOrder,
        Query(description="`begun`: the newest conversation first; `recent`: the newest activity"),
    ] = SessionOrder.BEGUN,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[
        str | None, Query(pattern=CURSOR, description="`next_cursor` of a page of the same order")
    ] = None,
) -> Response:
    """Conversations, the one that began last first. A request to /v1 is a conversation of its own.

    With `order=recent` the one where something happened last is first; one that moves while you read pages is then
    on the first page, and on no later one. Such a page may be shorter than `limit` in an outage.
    """
    store, user_id = services_of(request).store, user_of(principal_of(request))
    if order is SessionOrder.RECENT:
        recent = await recent_sessions(store, user_id, before=_place_of(cursor), limit=limit)
        return json_response(SessionPage.of_recent(recent))
    if cursor is not None and not re.fullmatch(SESSION_ID, cursor):
        raise _wrong("cursor", "is not a cursor of this order")
    found = await sessions_of(store, user_id, before=cursor, limit=limit + 1)
    return json_response(SessionPage.of(found, limit))


def _place_of(cursor: str | None) -> Moved | None:
    """Where the page begins.

    Raises:
        Problem: 422, it is not a cursor of `order=recent`.
    """
    if cursor is None:
        return None
    place = _PLACE.fullmatch(cursor)
    if place is None:
        raise _wrong("cursor", "is not a cursor of this order")
    return Moved(_EPOCH + timedelta(microseconds=int(place[1])), place[2])


def _written(place: Moved) -> str:
    return f"{(place.updated_at - _EPOCH) // timedelta(microseconds=1)}~{place.session_id}"


def _wrong(field: str, message: str) -> Problem:
    return Problem(Kind.INVALID, f"{field}: {message}", errors=[FieldError(field, message)])


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
    before: Annotated[str | None, Query(pattern=MESSAGE_ID, description="`earlier_cursor` of a page")] = None,
    end: Annotated[bool, Query(description="the newest messages instead of the first")] = False,
) -> Response:
    """What was said, oldest first: from the beginning, or with `end` the last `limit` messages, and from there back.

    Give one of `cursor`, `before` and `end`. 503 with Retry-After while PostgreSQL is away and it may be there.
    """
    if (cursor is not None) + (before is not None) + end > 1:
        raise _wrong("before" if before else "end", "give one of cursor, before and end")
    part = Part(cursor or "", before, from_end=end)
    found = None
    if "\x00" not in session_id:
        store = services_of(request).store
        found = await conversation(store, session_id, part, limit=limit + 1)
    if found is None or not owned_by(principal_of(request), found.session.user_id):
        raise Problem(Kind.NOT_FOUND, "There is no session with this id.")
    return json_response(SessionDetail.of(found, part, limit))
