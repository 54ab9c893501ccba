"""What goes into and comes out of the statements: frozen rows, no SQL."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from nexus.usage import NOTHING_USED, Price, Usage
from nexus.work_order import Attachment, AttachmentKind, Channel, Difficulty, Role, Status, Turn, WorkOrder

EQUIPMENT: Final = "equipment"
"""The provider of a try that a tool made, whose name is then the model's; no model was asked."""


class AttemptStatus(StrEnum):
    """How one try ended."""

    RUNNING = "running"
    PASSED = "passed"
    REJECTED = "rejected"
    ERROR = "error"
    ABANDONED = "abandoned"


class CallStatus(StrEnum):
    """What is known of one model call. `in_doubt` may have been paid: its worst case counts as its cost."""

    STARTED = "started"
    RECORDED = "recorded"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"


class Durability(StrEnum):
    """Which store holds an order: the one for all hosts, or, while PostgreSQL is away, this host's spool."""

    PRIMARY = "primary"
    LOCAL = "local"


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A sender's own name for a message, so that sending twice is harmless."""

    scope: str
    key: str
    fingerprint: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class NewOrder:
    """A message as it was accepted. The id is made before the first write is tried."""

    id: str
    session_id: str
    user_id: str
    channel: Channel
    content: str
    requested_tier: Role | None
    spec_json: str | None
    deadline_at: datetime
    idempotency: IdempotencyKey | None = None
    retry_of: str | None = None
    budget_usd: Decimal | None = None
    context: tuple[Turn, ...] | None = None  # the sender's own; None: the session's history
    session_is_new: bool = False  # the session's id was made for this very message
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Accepted:
    """The outcome of accepting: a new order, or the one an earlier send of the same key made."""

    order_id: str
    session_id: str
    seq: int
    is_new: bool
    same_request: bool = True
    durability: Durability = Durability.PRIMARY


@dataclass(frozen=True, slots=True)
class RouteDecision:
    """How the tier of an order was chosen. `success` and `costs` are empty where no router was asked.

    `propensity` is the probability with which this very tier was chosen first; `latency_us` is without any model.
    """

    layer: str
    chosen: Role
    path: tuple[Role, ...]
    reasons: tuple[str, ...]
    confidence: float
    floor: Role | None = None
    router_version: str | None = None
    success: Mapping[Role, float] = field(default_factory=dict)
    costs: Mapping[Role, Decimal] = field(default_factory=dict)
    expected_usd: Decimal | None = None
    explored: bool = False
    explore_usd: Decimal | None = None
    propensity: float = 1.0
    latency_us: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class PastOrder:
    """An earlier order of a conversation: who held it last, and the layer or rule that had chosen."""

    role: Role
    rule: str
    content: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class OtherWay:
    """A tier that may be tried in place of the best one, in order to learn, and what that costs more, as expected."""

    role: Role
    path: tuple[Role, ...]
    more_usd: Decimal


@dataclass(frozen=True, slots=True)
class Exploring:
    """How an order may be explored: the share of orders that are, this order's lot in [0, 1), and the other ways."""

    share: float
    lot: float
    ways: tuple[OtherWay, ...]
    most_usd: Decimal  # for all that is explored in 24 hours


@dataclass(frozen=True, slots=True)
class Assignment:
    """The Admin's decision: who, why, by which rule, with which spec and context.

    `route` is what is stored of the decision; `exploring` is None where nothing is explored.
    """

    role: Role
    difficulty: Difficulty
    reason: str
    rule: str
    spec_json: str
    context: tuple[Turn, ...]
    route: RouteDecision | None = None
    exploring: Exploring | None = None
    left_out_json: str | None = None  # earlier turns that `context` does without, and why


@dataclass(frozen=True, slots=True)
class CheckRecord:
    """One check of a stored verdict."""

    name: str
    status: str
    evidence: str
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class VerdictRecord:
    """QA's stored result for one attempt."""

    passed: bool
    checks: tuple[CheckRecord, ...]


@dataclass(frozen=True, slots=True)
class CallRecord:
    """A row of the ledger."""

    id: str
    order_id: str
    attempt_id: str | None
    purpose: str
    role: Role
    provider: str
    model: str
    status: CallStatus
    prompt_hash: str
    prompt: str
    answer: str | None
    finish_reason: str | None
    usage: Usage
    price: Price | None
    worst_case_usd: Decimal | None
    cost_usd: Decimal | None
    latency_ms: int | None
    request_id: str | None
    error: str | None
    started_at: datetime
    finished_at: datetime | None
    trouble: str | None = None  # what went wrong, in one word
    ceo_usd: Decimal | None = None  # what the CEO's model would have charged for the same tokens
    budget_day: str | None = None  # the day it is charged to; None: it is free


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """One try, with its calls and its verdict."""

    id: str
    order_id: str
    n: int
    fence: int
    role: Role
    model: str
    provider: str
    status: AttemptStatus
    feedback: tuple[str, ...]
    answer: str | None
    error: str | None
    started_at: datetime
    finished_at: datetime | None
    verdict: VerdictRecord | None = None
    calls: tuple[CallRecord, ...] = ()

    @property
    def recorded_call(self) -> CallRecord | None:
        """The paid-for answer of this try, if one was recorded; it is never asked for again."""
        return next((call for call in self.calls if call.status is CallStatus.RECORDED), None)


@dataclass(frozen=True, slots=True)
class Work:
    """A claimed order, what has been tried so far, and what came with its message."""

    order: WorkOrder
    attempts: tuple[AttemptRecord, ...]
    attachments: tuple[Attachment, ...] = ()
    path: tuple[Role, ...] = ()  # who is to try, in order, as triage has planned it
    floor: Role | None = None  # no lower tier may do it, whatever the budget

    @property
    def pictures(self) -> tuple[Attachment, ...]:
        """Those of its attachments that a model must see."""
        return tuple(each for each in self.attachments if each.kind is AttachmentKind.IMAGE)


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of a started call."""

    status: CallStatus
    usage: Usage = NOTHING_USED
    cost_usd: Decimal | None = None
    answer: str | None = None
    finish_reason: str | None = None
    latency_ms: int = 0
    request_id: str | None = None
    error: str | None = None
    trouble: str | None = None
    ceo_usd: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """How an order ends: its terminal status, what the owner reads, and the receipt."""

    status: Status
    result: str | None
    failure_reason: str | None
    receipt_json: str


@dataclass(frozen=True, slots=True)
class EventRecord:
    """One event of a session."""

    session_id: str
    seq: int
    order_id: str
    type: str
    payload: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DueRing:
    """An outbox row that is due."""

    order_id: str
    role: Role
