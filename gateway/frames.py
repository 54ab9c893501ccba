"""The WebSocket's frames, as product.md draws them."""

import json
from datetime import datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from db.statements.spooling import PROVISIONAL
from gateway.bodies import parse_json
from gateway.company_news import Changes
from gateway.errors import FieldError, Problem
from gateway.schemas import ORDER_ID, SESSION_ID, Limits, Tier
from nexus.work_order import Status


class RequestFrame(BaseModel):
    """What a client sends."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    type: Literal["req"]
    id: str | int = Field(description="the client's own; the response carries it")
    method: str = Field(max_length=64)
    params: dict[str, Any] = {}


class SubscribeParams(BaseModel):
    """Parameters of `session.subscribe`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    session_id: str = Field(pattern=SESSION_ID)
    after_seq: int | None = Field(
        default=None,
        ge=0,
        strict=True,
        description="the last event you saw; 0 for all, absent for new ones only",
    )


class CompanyParams(BaseModel):
    """Parameters of `company.subscribe`: none. Asked again it changes nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CancelParams(BaseModel):
    """Parameters of `order.cancel`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    order_id: str = Field(pattern=ORDER_ID)


class ApproveParams(BaseModel):
    """Parameters of `order.approve`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    order_id: str = Field(pattern=ORDER_ID)
    tier: Tier | None = Field(default=None, description="another of the tiers that were offered")


def parse_params[M: BaseModel](request: RequestFrame, model: type[M], limits: Limits) -> M:
    """The request's parameters as `model`.

    Raises:
        Problem: they are wrong; each field is named.
    """
    return parse_json(json.dumps(request.params), model, limits)


class ErrorBody(BaseModel):
    """Why a request was not served. `code` is the slug of the problem that HTTP would report."""

    code: str
    message: str
    errors: list[FieldError] = []

    @classmethod
    def of(cls, problem: Problem) -> Self:
        """The problem as a frame's error."""
        return cls(code=problem.kind.slug, message=problem.detail, errors=list(problem.errors))

    @classmethod
    def bad_frame(cls, problem: Problem) -> Self:
        """What arrived is no request frame."""
        return cls(code="bad-frame", message=problem.detail, errors=list(problem.errors))


class ResponseFrame(BaseModel):
    """The answer to one request."""

    type: Literal["res"] = "res"
    id: str | int | None
    ok: bool
    payload: dict[str, Any] | None = None
    error: ErrorBody | None = None


class EventFrame(BaseModel):
    """Something that happened in a followed session."""

    type: Literal["event"] = "event"
    event: str
    payload: dict[str, Any]
    seq: int | None = Field(
        description="the event's number in its session; null: a preview, the event comes again with its number"
    )


class CompanyChange(BaseModel):
    """The newest thing that happened to an order, without its content."""

    order_id: str
    session_id: str
    status: Status = Field(description="where the order stands now")
    event: str = Field(description="what happened", examples=["order.delivered"])
    seq: int | None = Field(description="the event's number in its session; null: it has none yet")
    at: datetime


class CompanyChanges(BaseModel):
    """What changed since the frame before. It says where to look again; what was missed is not sent again."""

    changes: list[CompanyChange] = Field(description="200 at most, the oldest first, one an order")
    more: bool = Field(
        description="True: more has changed than stands here, so read everything that is shown again"
    )


class CompanyFrame(BaseModel):
    """Something happened in the company, in any session; one each 250 ms at most, after `company.subscribe`."""

    type: Literal["event"] = "event"
    event: Literal["company.changed"] = "company.changed"
    payload: CompanyChanges
    seq: None = None

    @classmethod
    def of(cls, found: Changes) -> Self:
        """The changes as a frame."""
        changes = [
            CompanyChange(
                order_id=change.order_id,
                session_id=change.session_id,
                status=change.status,
                event=change.event,
                seq=change.seq if change.seq <= PROVISIONAL else None,
                at=change.at,
            )
            for change in found.changes
        ]
        return cls(payload=CompanyChanges(changes=changes, more=found.more))
