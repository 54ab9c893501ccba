"""Small phrases that several reports share: marks, ages, amounts of money."""

from datetime import datetime
from decimal import Decimal
from typing import Final

from interfaces.telegram.words import say
from nexus.model_status import ModelStatus
from nexus.usage import dollars
from nexus.work_order import Role, Status

STATUS_MARKS: Final = {
    Status.QUEUED: "⏳",
    Status.TRIAGED: "🧭",
    Status.WORKING: "✍️",
    Status.HELD: "✋",
    Status.DELIVERED: "✅",
    Status.ASKED: "❓",
    Status.DECLINED: "🚫",
    Status.FAILED: "❌",
    Status.CANCELLED: "🛑",
    Status.DEAD: "❌",
}
HEALTH_MARKS: Final = {
    ModelStatus.HEALTHY: "✅",
    ModelStatus.UNKNOWN: "❔",
    ModelStatus.DEGRADED: "⚠️",
    ModelStatus.CRITICAL: "❌",
}
_AGES: Final = (("ago_d", 86_400), ("ago_h", 3600), ("ago_min", 60))


def age(language: str, since: datetime, now: datetime) -> str:
    """How long ago it was, in its largest whole unit."""
    seconds = max(0, int((now - since).total_seconds()))
    for key, unit_s in _AGES:
        if seconds >= unit_s:
            return say(language, key, n=seconds // unit_s)
    return say(language, "ago_s", n=seconds)


def money(amount_usd: Decimal) -> str:
    """Dollars; nothing at all is `$0`, which no amount that is something reads as."""
    return dollars(amount_usd) if amount_usd else "$0"


def price(language: str, cost_usd: Decimal | None, *, local: bool = False) -> str:
    """What something cost; `local`: it ran on the owner's machine."""
    if cost_usd is None:
        return say(language, "not_priced")
    return say(language, "free") if local and not cost_usd else money(cost_usd)


def title(language: str, role: Role) -> str:
    """A role as a name."""
    return say(language, f"r_{role.value}")
