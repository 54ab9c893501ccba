"""One order in full, for GET /api/work-orders/{id}: its tries, verdicts, ledger, events and attachments."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, Field

from db.records import AttemptRecord, AttemptStatus, CallStatus, EventRecord
from db.statements.queries import OrderHistory
from db.store import Stored
from gateway.schemas import FromRecord, Money, OrderView, ReceiptView, event_payload
from nexus.work_order import AttachmentKind, Role


class AttemptView(FromRecord):
    """One employee's try."""

    id: str
    n: int
    role: Role
    model: str
    provider: str
    status: AttemptStatus
    feedback: list[str] = Field(description="the failed checks of the try before, as it was given them")
    answer: str | None
    error: str | None
    started_at: datetime
    finished_at: datetime | None


class CheckView(FromRecord):
    """One check with its evidence."""

    name: str
    status: str
    evidence: str


class VerdictView(BaseModel):
    """What QA found about one attempt."""

    attempt: int = Field(description="the attempt's number")
    passed: bool
    checks: list[CheckView]


class UsageView(FromRecord):
    """Tokens of one call."""

    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int


class ModelCallView(FromRecord):
    """A row of the ledger, without the prompt's text."""

    id: str
    attempt_id: str | None
    purpose: str
    role: Role
    provider: str
    model: str
    status: CallStatus
    prompt_hash: str
    finish_reason: str | None
    usage: UsageView
    worst_case_usd: Money | None
    cost_usd: Money | None
    ceo_usd: Money | None = Field(description="what the CEO's model would have charged for the same tokens")
    latency_ms: int | None
    request_id: str | None
    error: str | None
    started_at: datetime
    finished_at: datetime | None


class AttachmentView(BaseModel):
    """Something that came with the message; GET …/attachments/{n} has what is in it."""

    n: int = Field(description="1 for the first")
    kind: AttachmentKind
    name: str | None
    media_type: str
    size: int = Field(description="bytes, as kept")
    sha256: str = Field(description="of what is kept")


class EventView(BaseModel):
    """One event of a session."""

    seq: int
    type: str = Field(examples=["order.delivered"])
    payload: dict[str, Any]
    created_at: datetime

    @classmethod
    def of(cls, record: EventRecord) -> Self:
        """The event as clients see it."""
        return cls(
            seq=record.seq, type=record.type, payload=event_payload(record), created_at=record.created_at
        )


class RouteView(FromRecord):
    """How the order's tier was chosen, by the layers of triage."""

    layer: str = Field(description="the layer that had the last word", examples=["router"])
    chosen: Role = Field(description="who was to try first")
    path: list[Role] = Field(description="who was to try, in order")
    reasons: list[str] = Field(description="in words, one a layer")
    confidence: float = Field(description="in the choice, 0 to 1")
    floor: Role | None = Field(description="no lower tier may do it; null: no floor")
    router_version: str | None = Field(description="the router that was asked; null: none was")
    success: dict[Role, float] = Field(
        description="each tier's chance to get it right at once; empty: no router"
    )
    costs: dict[Role, Money] = Field(description="dollars to be expected if that tier tries first")
    expected_usd: Money | None = Field(description="dollars to be expected of the chosen way")
    explored: bool = Field(description="another tier than the best, in order to learn")
    propensity: float = Field(description="how probable this very choice was, 0 to 1")
    latency_us: int = Field(description="microseconds that deciding took, without any model")


class OrderDetail(BaseModel):
    """Everything that is known of one order."""

    order: OrderView
    route: RouteView | None = Field(
        default=None, description="null: not triaged yet, or by a version that did not store it"
    )
    attempts: list[AttemptView]
    verdicts: list[VerdictView]
    model_calls: list[ModelCallView]
    receipt: ReceiptView | None
    receipt_text: str | None
    events: list[EventView]
    attachments: list[AttachmentView]

    @classmethod
    def of(cls, stored: Stored[OrderHistory]) -> Self:
        """The order with its tries, verdicts, ledger and events."""
        history = stored.value
        receipt = ReceiptView.of(history.order)
        return cls(
            order=OrderView.of(history.order, stored.durability),
            route=RouteView.model_validate(history.route) if history.route is not None else None,
            attempts=[AttemptView.model_validate(attempt) for attempt in history.attempts],
            verdicts=_verdicts(history.attempts),
            model_calls=[ModelCallView.model_validate(call) for call in history.calls],
            receipt=receipt,
            receipt_text=receipt.text() if receipt else None,
            events=[EventView.of(event) for event in history.events],
            attachments=[
                AttachmentView(n=n, **asdict(info)) for n, info in enumerate(history.attachments, 1)
            ],
        )


def _verdicts(attempts: tuple[AttemptRecord, ...]) -> list[VerdictView]:
    return [
        VerdictView(
            attempt=attempt.n,
            passed=attempt.verdict.passed,
            checks=[CheckView.model_validate(check) for check in attempt.verdict.checks],
        )
        for attempt in attempts
        if attempt.verdict is not None
    ]
