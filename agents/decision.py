"""What follows a try: deliver, retry, escalate or fail. Pure: facts in, decision out."""

from dataclasses import dataclass

from nexus.work_order import TIERS, Role

TRIES_PER_TIER = 2
MAX_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an order stands after a try: who tried, how often, and what QA says is wrong (nothing: passed).

    `among` are the tiers that can do the order at all, `path` those that triage has planned, in order.
    """

    role: Role
    attempts: int
    tries_at_role: int
    failed_checks: tuple[str, ...]
    refused: bool = False
    among: tuple[Role, ...] = TIERS
    path: tuple[Role, ...] = ()


@dataclass(frozen=True, slots=True)
class Deliver:
    """QA passed it."""


@dataclass(frozen=True, slots=True)
class Retry:
    """The same role tries again, told what failed."""


@dataclass(frozen=True, slots=True)
class Escalate:
    """A higher tier takes over, told what failed."""

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
    """Twice per tier, then the next of the path, five tries in all. A refusal is not argued with: next tier at once.

    Beyond the path's end, and without one, it is the next tier of all: nobody is left out while something fails.
    """
    if not standing.failed_checks and not standing.refused:
        return Deliver()
    if standing.attempts >= MAX_ATTEMPTS:
        return Fail(_reason(standing))
    if standing.tries_at_role < TRIES_PER_TIER and not standing.refused:
        return Retry()
    higher = [tier for tier in TIERS[TIERS.index(standing.role) + 1 :] if tier in standing.among]
    planned = [tier for tier in higher if tier in standing.path]
    return Escalate((planned or higher)[0]) if higher else Fail(_reason(standing))


def _reason(standing: Standing) -> str:
    tries = "1 attempt" if standing.attempts == 1 else f"{standing.attempts} attempts"
    if standing.refused:
        return f"The {standing.role.value}'s model refused to answer, after {tries}."
    return f"No answer passed quality assurance in {tries}. Last failed checks: {'; '.join(standing.failed_checks)}"
