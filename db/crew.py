"""How the workers of a role are, by their beats and the role's switch: for the gateway's report and the heartbeat's."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from db.statements.switches import Switch
from nexus.model_status import ModelStatus
from nexus.roster import Beat
from nexus.work_order import Role


@dataclass(frozen=True, slots=True)
class Crew:
    """The workers of one role: how they are, and the beats of those that live, newest first."""

    status: ModelStatus
    reason: str
    alive: tuple[Beat, ...]

    @property
    def voice(self) -> str | None:
        """Who turns voice messages into words. Nobody is well too: not everybody wants to speak."""
        return next((beat.voice for beat in self.alive if beat.voice is not None), None)


def crew_of(role: Role, beats: Sequence[Beat] | None, now: datetime) -> Crew:
    """Who works in a role, by `beats`; None when these cannot be read."""
    mine = [beat for beat in beats or () if role in beat.roles]
    alive = tuple(beat for beat in mine if not beat.is_stale(now))
    if beats is None:
        return Crew(ModelStatus.UNKNOWN, "Redis does not answer, so no worker can be heard", ())
    if alive:
        model = alive[0].models.get(role)
        weak = f"; {model.model} is weak" if model is not None and model.weak else ""
        return Crew(ModelStatus.HEALTHY, f"{len(alive)} at work{weak}", alive)
    if mine:
        since = mine[0].at.isoformat(timespec="seconds")
        return Crew(ModelStatus.CRITICAL, f"no sign of life since {since}", ())
    return Crew(ModelStatus.CRITICAL, "nobody works in this role: its orders wait", ())


def paused_reason(role: Role, pause: Switch | None, reason: str) -> str:
    """A role's one line of health, with its pause before it."""
    if pause is None:
        return reason
    waits = ": new orders wait at the front desk" if role is Role.ADMIN else ": its orders wait"
    return f"paused by {pause.changed_by} since {pause.changed_at:%Y-%m-%d %H:%M} UTC{waits}; {reason}"
