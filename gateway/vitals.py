"""What `/api/health/detailed` says of models and money: one word and one line each."""

from collections.abc import Sequence
from dataclasses import dataclass

from db.statements.model_health import ModelHealth
from db.statements.switches import Switch
from nexus.budget import Window
from nexus.model_status import ModelStatus
from nexus.usage import dollars

WARN_AT = 0.8


@dataclass(frozen=True, slots=True)
class Vital:
    """How one part is."""

    status: ModelStatus
    reason: str


def models_vital(known: Sequence[ModelHealth]) -> Vital:
    """As bad as the worst model that was looked at; a fallback may stand in for it, so never worse than degraded."""
    worst = max(known, key=lambda model: list(ModelStatus).index(model.status), default=None)
    if worst is None:
        return Vital(ModelStatus.UNKNOWN, "no worker has looked at its models yet")
    if worst.status is ModelStatus.HEALTHY:
        return Vital(ModelStatus.HEALTHY, f"{len(known)} in order")
    status = ModelStatus.DEGRADED if worst.status is ModelStatus.CRITICAL else worst.status
    return Vital(status, f"{worst.provider}/{worst.model}: {worst.detail}")


def budget_vital(windows: Sequence[Window], frozen: Switch | None) -> Vital:
    """Degraded from four fifths of a limit on, and while paid calls are frozen; critical when one is used up."""
    if frozen is not None and frozen.is_on:
        return Vital(ModelStatus.DEGRADED, f"paid calls are frozen by {frozen.changed_by}: `nexus thaw`")
    tightest = max(windows, key=lambda window: window.used, default=None)
    if tightest is None or tightest.limit_usd is None:
        return Vital(ModelStatus.HEALTHY, "no limit is set")
    spent = f"{tightest.used:.0%} of {tightest.name} is used ({dollars(tightest.limit_usd)})"
    if tightest.used >= 1:
        return Vital(
            ModelStatus.CRITICAL, f"{spent}: paid calls stop until {tightest.resets_at:%Y-%m-%d %H:%M} UTC"
        )
    return Vital(ModelStatus.DEGRADED if tightest.used >= WARN_AT else ModelStatus.HEALTHY, spent)
