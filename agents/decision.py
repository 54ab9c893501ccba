"""What follows a try: deliver, retry, escalate or fail. Pure: facts in, decision out."""

from dataclasses import dataclass

from nexus.work_order import TIERS, Role

TRIES_PER_TIER = 2
MAX_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an order stands after a try: who tried, how often, and what QA says is wrong (nothing: passed).

    `among` are the tiers that can do the order at all.
    """

    role: Role
    attempts: int
    tries_at_role: int
    failed_checks: tuple[str, ...]
    refused: bool = False
    among: tuple[Role, ...] = TIERS


@dataclass(frozen=True, slots=True)
class Deliver:
    """QA passed it."""


@dataclass(frozen=True, slots=True)
class Retry:
    """The same role tries again, told what failed."""


@dataclass(frozen=True, slots=True)
class Escalate:
    """The next tier takes over, told what failed."""

    role: Role


@dataclass(frozen=True, slots=True)
class Fail:
    """Nobody left to try; the owner is told `reason`."""

    reason: str


type Decision = Deliver | Retry | Escalate | Fail


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """No tool of the equipment answers; `why` is what the receipt says of one that could not, empty if none was to."""

    why: str = ""


def decide(standing: Standing) -> Decision:
    """Twice per tier, then the next tier, five tries in all. A refusal is not argued with: next tier at once."""
    if not standing.failed_checks and not standing.refused:
        return Deliver()
    if standing.attempts >= MAX_ATTEMPTS:
        return Fail(_reason(standing))
    if standing.tries_at_role < TRIES_PER_TIER and not standing.refused:
        return Retry()
    higher = [tier for tier in TIERS[TIERS.index(standing.role) + 1 :] if tier in standing.among]
    return Escalate(higher[0]) if higher else Fail(_reason(standing))


def _reason(standing: Standing) -> str:
    tries = "1 attempt" if standing.attempts == 1 else f"{standing.attempts} attempts"
    if standing.refused:
        return f"The {standing.role.value}'s model refused to answer, after {tries}."
    return f"No answer passed quality assurance in {tries}. Last failed checks: {'; '.join(standing.failed_checks)}"
