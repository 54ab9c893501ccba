"""What the gateway's health report and the heartbeat say of models, money, the bot and the heartbeat itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from db.statements.leases import Lease
from db.statements.model_health import ModelHealth
from db.statements.switches import Switch
from nexus.budget import Window
from nexus.model_status import ModelStatus
from nexus.roster import Beat
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
    limit = dollars(tightest.limit_usd)
    if tightest.set_by is not None:
        limit += f", {tightest.limit_source}"
    spent = f"{tightest.used:.0%} of {tightest.name} is used ({limit})"
    if tightest.used >= 1:
        return Vital(
            ModelStatus.CRITICAL, f"{spent}: paid calls stop until {tightest.resets_at:%Y-%m-%d %H:%M} UTC"
        )
    return Vital(ModelStatus.DEGRADED if tightest.used >= WARN_AT else ModelStatus.HEALTHY, spent)


def telegram_vital(leases: Sequence[tuple[Lease, bool]]) -> Vital | None:
    """How the Telegram bot is, by the lease it renews; None when none runs, or it was stopped as it should be."""
    if not leases:
        return None
    for lease, holds in leases:
        if not holds:
            since = f"{lease.until:%Y-%m-%d %H:%M} UTC"
            return Vital(
                ModelStatus.CRITICAL, f"no sign of life of {lease.holder.rpartition(':')[0]} since {since}"
            )
    return Vital(ModelStatus.HEALTHY, f"takes messages, process {leases[0][0].holder.rpartition(':')[0]}")


def heartbeat_vital(leases: Sequence[tuple[Lease, bool]]) -> Vital | None:
    """How the heartbeat is, by the lease it renews at each look; None when none ran, or it was stopped in order."""
    if not leases:
        return None
    lease, holds = leases[0]
    who = lease.holder.rpartition(":")[0]
    if not holds:
        since = f"{lease.until:%Y-%m-%d %H:%M} UTC"
        return Vital(
            ModelStatus.CRITICAL, f"nobody looks after the company: no sign of life of {who} since {since}"
        )
    return Vital(ModelStatus.HEALTHY, f"looks after the company, process {who}")


def sandbox_vital(beats: Sequence[Beat] | None, now: datetime) -> Vital | None:
    """Where code of others is run, as the worst off of the workers that live says; None while none has said.

    Never worse than degraded: without it answers are judged by everything else, and the check says NOT CHECKED.
    """
    told = [(beat.sandbox, beat.host) for beat in beats or () if beat.sandbox and not beat.is_stale(now)]
    if not told:
        return None
    worst, host = min(told, key=lambda one: one[0].is_there)
    where = f"{host}: " if len({host for _, host in told}) > 1 and not worst.is_there else ""
    status = ModelStatus.HEALTHY if worst.is_there else ModelStatus.DEGRADED
    return Vital(status, f"{where}{worst.reason}")


def router_vital(beats: Sequence[Beat] | None, now: datetime) -> Vital | None:
    """Which router chooses tiers, as the worst off of the workers that live says; None where none does.

    Never worse than degraded: without it the rules choose, and no order is lost.
    """
    told = [beat.router for beat in beats or () if beat.router and not beat.is_stale(now)]
    if not told:
        return None
    noted = [router for router in told if router.note]
    if noted:
        return Vital(ModelStatus.DEGRADED, noted[0].note or "")
    versions = sorted({router.version for router in told})
    return Vital(ModelStatus.HEALTHY, f"{' and '.join(versions)} chooses tiers")
