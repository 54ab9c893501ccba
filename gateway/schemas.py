"""What goes in and out over HTTP and the WebSocket, with examples for the API's documentation."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AliasChoices,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    PlainSerializer,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from db.records import Durability, EventRecord
from db.store import Listed, Stored
from gateway.attachment_schemas import WithAttachments
from nexus.hold import Hold
from nexus.receipt import Receipt
from nexus.work_order import Channel, Difficulty, Role, Status, WorkOrder
from qa.spec import SpecError, spec_from_mapping

SESSION_ID = r"^[A-Za-z0-9._:-]{1,64}$"
ORDER_ID = r"^WO-[0-9A-HJKMNP-TV-Z]{26}$"

type Tier = Literal[Role.INTERN, Role.DIRECTOR, Role.CEO]
Money = Annotated[
    Decimal,
    PlainSerializer(float, return_type=float, when_used="json"),
    Field(description="US dollars; null means not priced"),
]


StoredIn = Annotated[
    Durability,
    Field(
        description="`primary`: in the database. `local`: PostgreSQL is away, so it is on the disk of the host that "
        "took it, is worked on there, and moves to PostgreSQL when that is back."
    ),
]


_WRITTEN_OUT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:")


def _is_written_out(value: object) -> object:
    """Pydantic would take a bare number for seconds since 1970."""
    if isinstance(value, str) and not _WRITTEN_OUT.match(value):
        raise PydanticCustomError(
            "moment", "must be a date and time with its zone, like 2026-11-22T10:00:00Z"
        )
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_is_written_out)]
"""A moment in a query."""

SSE_EVENT: dict[str, Any] = {
    "type": "object",
    "required": ["data"],
    "properties": {name: {"type": "string"} for name in ("data", "event", "id")},
}
"""One server-sent event, for the API's documentation."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that come from the settings; the context of every validation here."""

    max_content_chars: int
    max_wait_s: float


def _limits(info: ValidationInfo) -> Limits:
    if not isinstance(info.context, Limits):
        raise TypeError("validate messages with context=Limits(…)")
    return info.context


class Message(BaseModel):
    """A message from the owner; the parameters of the WebSocket's `chat.send`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    content: str = Field(
        validation_alias=AliasChoices("content", "message"),
        description="What you want done. `message` is accepted as another name of this field.",
        examples=["What is the capital of France?"],
    )
    session_id: str | None = Field(
        default=None,
        pattern=SESSION_ID,
        description="The conversation this belongs to, from an earlier reply; absent starts a new one.",
    )
    tier: Tier | None = Field(
        default=None, description="Your explicit wish for who does it; absent lets the Admin decide."
    )
    qa: dict[str, JsonValue] | None = Field(
        default=None,
        description="Your own acceptance spec, as in qa/specs, without `command`. The answer must pass it, and "
        "the basics (not empty, complete, no leaked secret), before you see it.",
        examples=[{"name": "short", "completeness": {"required_substrings": ["Paris"]}}],
    )

    budget_usd: Decimal | None = Field(
        default=None,
        ge=0,
        le=10_000,
        description="Most that this order may cost before it asks, in US dollars; absent: BUDGET_ORDER_USD.",
        examples=[0.25],
    )

    @property
    def spec_json(self) -> str | None:
        """The sender's own spec as the order keeps it."""
        return None if self.qa is None else json.dumps(self.qa, ensure_ascii=False)

    @field_validator("qa")
    @classmethod
    def _is_a_spec(cls, spec: dict[str, JsonValue] | None) -> dict[str, JsonValue] | None:
        if spec is not None:
            try:
                if spec_from_mapping(spec, "qa").command is not None:
                    raise SpecError("qa: command: a message cannot run commands; use qa/runner.py for that")
            except SpecError as error:
                raise PydanticCustomError("spec", "{reason}", {"reason": str(error)}) from None
        return spec

    @field_validator("content")
    @classmethod
    def _says_something(cls, content: str, info: ValidationInfo) -> str:
        limit = _limits(info).max_content_chars
        if len(content) > limit:
            raise PydanticCustomError("too_long", "must have {limit} characters at most", {"limit": limit})
        if "\x00" in content:
            raise PydanticCustomError("nul", "must not contain NUL characters")
        stripped = content.strip()
        if not stripped:
            raise PydanticCustomError("empty", "must not be empty")
        return stripped


class ChatRequest(WithAttachments, Message):
    """The body of POST /api/chat."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"content": "What is the capital of France?", "wait": 60}],
            "anyOf": [{"required": ["content"]}, {"required": ["attachments"]}],
        }
    )

    content: str = Field(
        default="",
        validate_default=True,
        validation_alias=AliasChoices("content", "message"),
        description="What you want done. `message` is accepted as another name of this field. May be left out or empty "
        "when there are attachments.",
        examples=["What is the capital of France?"],
    )
    wait: float = Field(
        default=0,
        ge=0,
        strict=True,
        allow_inf_nan=False,
        description="Seconds to wait for the answer; 0 answers at once with 202.",
    )
    channel: Literal[Channel.REST, Channel.TELEGRAM] = Field(
        default=Channel.REST, description="The door it really came in by; for NEXUS's own interfaces."
    )

    @field_validator("wait")
    @classmethod
    def _not_for_ever(cls, wait: float, info: ValidationInfo) -> float:
        limit = _limits(info).max_wait_s
        if wait > limit:
            raise PydanticCustomError("too_long", "must be {limit} seconds at most", {"limit": limit})
        return wait


class ApproveRequest(BaseModel):
    """The body of POST /api/work-orders/{id}/approve; it may be left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tier: Tier | None = Field(
        default=None, description="Another of the tiers that were offered; absent: the one that was to do it."
    )


class HoldOptionView(BaseModel):
    """One way in which a held order can go on."""

    role: Role
    model: str
    about_usd: Money = Field(description="what such a try costs as a rule, in US dollars")
    at_most_usd: Money = Field(description="what it can cost, in US dollars")


class HoldView(BaseModel):
    """Why an order waits for you, and what you can choose: POST …/approve, or …/cancel."""

    question: str
    options: list[HoldOptionView]

    @classmethod
    def of(cls, order: WorkOrder) -> Self | None:
        """The order's question; None unless it is held."""
        if order.hold_json is None:
            return None
        return cls.model_validate(Hold.model_validate_json(order.hold_json).model_dump(exclude={"span_s"}))


class ReceiptView(Receipt):
    """The receipt with its amounts as JSON numbers."""

    cost_usd: Money | None
    priced_usd: Money | None = Field(
        default=None, description="dollars of the calls with a known price; null on older receipts"
    )
    ceo_cost_usd: Money | None = Field(
        default=None, description="dollars that the CEO's model would have charged; null means not known"
    )
    saved_usd: Money | None = Field(
        default=None, description="ceo_cost_usd minus cost_usd, in dollars; null when either is not known"
    )

    @classmethod
    def of(cls, order: WorkOrder) -> Self | None:
        """The order's receipt; None until it has ended."""
        return cls.model_validate_json(order.receipt_json) if order.receipt_json else None


def order_url(order_id: str) -> str:
    """Where an order is read, relative to the gateway."""
    return f"/api/work-orders/{order_id}"


class ChatReply(BaseModel):
    """The state of an order, and the answer once there is one."""

    order_id: str = Field(examples=["WO-01JD0Z7M2T9V6Q4B8X3N5K1YHR"])
    session_id: str = Field(examples=["sess-01JD0Z7M2TB4W1S6E8R9P2C3DF"])
    status: Status
    content: str | None = Field(default=None, description="the answer, or the question asked back")
    reason: str | None = Field(default=None, description="why the order failed or was declined, if it was")
    receipt: ReceiptView | None = None
    receipt_text: str | None = Field(default=None, description="the receipt in one line")
    url: str = Field(description="where the order is read", examples=["/api/work-orders/WO-01JD0Z7M2T…"])
    durability: StoredIn = Durability.PRIMARY
    hold: HoldView | None = Field(default=None, description="the question, while the order is `held`")

    @classmethod
    def of(cls, stored: Stored[WorkOrder]) -> Self:
        """The reply for an order as it stands."""
        order = stored.value
        receipt = ReceiptView.of(order)
        return cls(
            order_id=order.id,
            session_id=order.session_id,
            status=order.status,
            content=order.result,
            reason=order.failure_reason,
            receipt=receipt,
            receipt_text=receipt.text() if receipt else None,
            url=order_url(order.id),
            durability=stored.durability,
            hold=HoldView.of(order),
        )


class FromRecord(BaseModel):
    """Made from a record with the same fields."""

    model_config = ConfigDict(from_attributes=True)


class OrderView(FromRecord):
    """A work order."""

    id: str
    session_id: str
    channel: Channel
    content: str
    status: Status
    owner: Role = Field(description="the role that holds the order, or held it last")
    difficulty: Difficulty | None
    requested_tier: Role | None
    tier_reason: str | None = Field(description="why this tier, in words")
    tier_rule: str | None = Field(description="the triage rule that decided")
    attempts: int = Field(description="employees' tries so far")
    result: str | None
    failure_reason: str | None
    created_at: datetime
    updated_at: datetime
    deadline_at: datetime
    finished_at: datetime | None
    cancel_requested_at: datetime | None
    retry_of: str | None = Field(description="the ended order that this one does again")
    budget_usd: Money | None = Field(description="this order's own limit in US dollars; null: the company's")
    url: str
    durability: StoredIn
    hold: HoldView | None = Field(default=None, description="the question, while the order is `held`")

    @classmethod
    def of(cls, order: WorkOrder, durability: Durability) -> Self:
        """The order as clients see it."""
        own = cls.model_fields.keys() - {"url", "durability", "hold"}
        fields = {name: getattr(order, name) for name in own}
        return cls(**fields, url=order_url(order.id), durability=durability, hold=HoldView.of(order))


class OrderPage(BaseModel):
    """Work orders, newest first."""

    items: list[OrderView]
    next_cursor: str | None = Field(description="pass as `cursor` for the next page; null on the last")
    partial: bool = Field(
        default=False,
        description="True while PostgreSQL is away: the page holds only what this host took in the meantime.",
    )

    @classmethod
    def of(cls, listed: Listed, limit: int) -> Self:
        """The first `limit` of what was found; one more says that there is another page."""
        page = listed.orders[:limit]
        return cls(
            items=[OrderView.of(stored.value, stored.durability) for stored in page],
            next_cursor=page[-1].value.id if len(listed.orders) > limit else None,
            partial=listed.partial,
        )


def event_payload(record: EventRecord) -> dict[str, Any]:
    """An event's payload with the order and session it belongs to; every amount of money as a number."""
    payload: dict[str, Any] = json.loads(record.payload, object_hook=_money_as_numbers)
    return {"order_id": record.order_id, "session_id": record.session_id, **payload}


def _money_as_numbers(fields: dict[str, Any]) -> dict[str, Any]:
    """Amounts are stored as exact text in the fields that are named `…_usd`."""
    money = {
        name: float(value)
        for name, value in fields.items()
        if name.endswith("_usd") and isinstance(value, str)
    }
    return fields | money
