"""The work order: one unit of work, and the words that describe it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Role(StrEnum):
    """Who may hold an order. The admin triages; the three tiers do the work."""

    ADMIN = "admin"
    INTERN = "intern"
    DIRECTOR = "director"
    CEO = "ceo"


TIERS = (Role.INTERN, Role.DIRECTOR, Role.CEO)


def word_for(role: Role) -> str:
    """The role within a sentence: `CEO`, `intern`."""
    return "CEO" if role is Role.CEO else role.value


def title_of(role: Role) -> str:
    """The role as people write it where it begins or stands alone: `CEO`, `Intern`."""
    word = word_for(role)
    return word[0].upper() + word[1:]


class Difficulty(StrEnum):
    """How hard the Admin judges a message to be."""

    TRIVIAL = "trivial"
    NORMAL = "normal"
    COMPLEX = "complex"


TIER_OF = {
    Difficulty.TRIVIAL: Role.INTERN,
    Difficulty.NORMAL: Role.DIRECTOR,
    Difficulty.COMPLEX: Role.CEO,
}


class Status(StrEnum):
    """Where an order stands.

    queued → triaged → working → delivered | failed
      │         ↑ ↑       │
      │         │ └───────┘   retry, escalate, or a worker that died
      │         └→ held       it would cost too much: waits for the owner's yes
      └→ asked | declined     and from any open status: cancelled | dead
    """

    QUEUED = "queued"
    TRIAGED = "triaged"
    WORKING = "working"
    HELD = "held"
    DELIVERED = "delivered"
    ASKED = "asked"
    DECLINED = "declined"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DEAD = "dead"


OPEN = (Status.QUEUED, Status.TRIAGED, Status.WORKING, Status.HELD)
TERMINAL = tuple(status for status in Status if status not in OPEN)


class Channel(StrEnum):
    """The door a message came in by."""

    REST = "rest"
    WEBSOCKET = "websocket"
    CLI = "cli"
    OPENAI = "openai"
    TELEGRAM = "telegram"


OWNER = "owner"
"""The one person for whom the company works, in the tables; there are no others yet."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation, as models see it."""

    role: str  # "user" or "assistant"
    content: str


class AttachmentKind(StrEnum):
    """What came with a message besides its words."""

    IMAGE = "image"
    AUDIO = "audio"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class AttachmentInfo:
    """An attachment without what is in it. `size` is in bytes and `sha256` in hex, both of what is kept."""

    kind: AttachmentKind
    name: str | None
    media_type: str
    size: int
    sha256: str

    @property
    def words(self) -> str:
        """How a conversation speaks of it, e.g. `[picture]` or `[document notes.txt]`."""
        if self.kind is AttachmentKind.IMAGE:
            return "[picture]"
        what = "document" if self.kind is AttachmentKind.DOCUMENT else "voice message"
        return f"[{what} {self.name}]" if self.name else f"[{what}]"


@dataclass(frozen=True, slots=True)
class Attachment(AttachmentInfo):
    """An attachment: a picture or a voice message has `data`, a document its `text`."""

    data: bytes | None = field(default=None, repr=False)
    text: str | None = field(default=None, repr=False)


def with_attachments(content: str, attachments: Iterable[AttachmentInfo]) -> str:
    """A message as the conversation keeps it: its words, and what came with it in words."""
    return "\n".join((content, *(attachment.words for attachment in attachments)))


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """A work order as the database holds it. Times are UTC; `spec_json` is the acceptance spec as stored."""

    id: str
    session_id: str
    channel: Channel
    content: str
    status: Status
    owner: Role
    difficulty: Difficulty | None
    requested_tier: Role | None
    tier_reason: str | None
    tier_rule: str | None
    spec_json: str | None
    context: tuple[Turn, ...]
    brings_context: bool  # not triaged yet, and `context` is the sender's own: the session is not read
    fence: int
    claims: int
    attempts: int
    lease_owner: str | None
    lease_until: datetime | None
    available_at: datetime
    cancel_requested_at: datetime | None
    retry_of: str | None
    budget_usd: Decimal | None
    approved_usd: Decimal | None
    hold_json: str | None
    deadline_at: datetime
    result: str | None
    failure_reason: str | None
    receipt_json: str | None
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None
    left_out_json: str | None = None  # which earlier turns the models are not given, and why

    @property
    def is_open(self) -> bool:
        """True until the order has reached a terminal status."""
        return self.status in OPEN
