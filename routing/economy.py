"""Which tier should try first, and where a failed answer goes: the path with the least expected cost.

Pure arithmetic in exact dollars. What it counts: a price per token by tier, up to two tries at each tier, how often
QA catches a wrong answer and fails a right one, whether the start of the prompt is in the vendor's cache, and what
a wrong answer costs the owner. Every rising path is priced, so that the middle is left out where it does not pay.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Final

from nexus.usage import NANO, Price, Usage
from nexus.work_order import TIERS, Role

TRIES: Final = 2
"""Answers that one tier may give before the next one is asked."""

ALIKE: Final = Decimal("0.6")
"""How alike the failures of two tries are. 0: the next tier knows nothing of the failure; 1: it gets right what the
weaker one gets right, and of the rest only what its own rate leaves. Measured as 0.56 to 0.71 on seven
pairs of models in public labels (docs/decisions/0017-router-as-an-artefact.md)."""

SAME_AGAIN: Final = Decimal("0.3")
"""Of its own rate, what a tier gets right at its second try after a wrong first one. Assumed, not measured."""

WORTH: Final = 4
"""Where nobody says what a wrong answer costs: so many times the dearest tier's single try. The front desk does say
(agents/planning.py)."""

_ONE: Final = Decimal(1)
_ZERO: Final = Decimal(0)
_MILLIONTH: Final = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class TierPrice:
    """What one try at a tier takes: dollars per token, and how many tokens are expected.

    `cacheable_tokens` of the prompt are a stable beginning that the vendor may cache; `warm` tells that it has.
    """

    price: Price
    prompt_tokens: int
    output_tokens: int
    cacheable_tokens: int = 0
    warm: bool = False

    def cost_of_try(self, number: int) -> Decimal:
        """Dollars for the first (0) or a later try. A later one finds the prefix in the cache."""
        cached = min(self.cacheable_tokens, self.prompt_tokens)
        fresh = self.prompt_tokens - cached
        if self.warm or number > 0:
            return self.price.cost_of(Usage(fresh, self.output_tokens, cache_read_tokens=cached))
        return self.price.cost_of(Usage(fresh, self.output_tokens, cache_write_tokens=cached))


@dataclass(frozen=True, slots=True)
class Checking:
    """How good the check of an answer is: shares of the wrong ones it fails, and of the right ones."""

    catches: Decimal
    false_alarms: Decimal


CHECKED: Final = Checking(Decimal("0.9"), Decimal("0.02"))
"""QA where the request can be checked, as measured by `nexus exam qa`."""

UNCHECKED: Final = Checking(_ZERO, _ZERO)


@dataclass(frozen=True, slots=True)
class Try:
    """One possible answer on a path: who gives it, what it costs, and how likely it is right when it comes to it."""

    role: Role
    cost_usd: Decimal
    success: Decimal


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is expected of a path: dollars for models, and the chance that a right answer is delivered."""

    path: tuple[Role, ...]
    expected_usd: Decimal
    success: Decimal

    def loss_usd(self, value_usd: Decimal) -> Decimal:
        """Dollars for models and for the answers that are not right."""
        return self.expected_usd + value_usd * (_ONE - self.success)


@dataclass(frozen=True, slots=True)
class Plan:
    """Who tries first and who follows. `by_first` has the best path's dollars for each possible first."""

    first: Role
    path: tuple[Role, ...]
    expected_usd: Decimal
    success: Decimal
    by_first: Mapping[Role, Decimal]
    reasons: tuple[str, ...]


def plan(
    success: Mapping[Role, float],
    prices: Mapping[Role, TierPrice],
    *,
    checkable: bool,
    floor: Role = Role.INTERN,
    ceiling: Role = Role.CEO,
    value_usd: Decimal | None = None,
    checking: Checking = CHECKED,
) -> Plan:
    """The path with the least expected dollars for models and for wrong answers; of equal ones the cheaper, shorter.

    Args:
        success: how likely the first answer of each tier is right.
        prices: the tiers that can be used.
        checkable: whether QA can tell a wrong answer; where it cannot, nothing is ever escalated.
        floor: the lowest tier that may answer.
        ceiling: the highest.
        value_usd: what a wrong answer costs the owner; None: `WORTH` times the dearest tier's try.
        checking: how good QA is where it can tell.

    Raises:
        ValueError: no tier between floor and ceiling has a price.
    """
    usable = tuple(tier for tier in _between(floor, ceiling) if tier in prices)
    if not usable:
        raise ValueError(f"no tier from {floor.value} to {ceiling.value} has a model")
    check = checking if checkable else UNCHECKED
    value = _worth({tier: prices[tier] for tier in usable}) if value_usd is None else value_usd
    outcomes = [outcome_of(path, success, prices, check) for path in _rising_paths(usable)]
    ranked = sorted(outcomes, key=lambda outcome: _order(outcome, value))
    best = ranked[0]
    by_first: dict[Role, Decimal] = {}
    for outcome in ranked:
        by_first.setdefault(outcome.path[0], outcome.expected_usd)
    reasons = _reasons(best, by_first, success, checkable=checkable)
    return Plan(best.path[0], best.path, best.expected_usd, best.success, by_first, reasons)


def outcome_of(
    path: tuple[Role, ...], success: Mapping[Role, float], prices: Mapping[Role, TierPrice], check: Checking
) -> Outcome:
    """What one path costs and delivers, exactly. An answer that the last try leaves rejected is not delivered."""
    reached, usd, right = _ONE, _ZERO, _ZERO
    for attempt in tries_of(path, success, prices, check):
        usd += reached * attempt.cost_usd
        right += reached * attempt.success * (_ONE - check.false_alarms)
        reached *= _rejected(attempt.success, check)
    return Outcome(path, usd.quantize(NANO), right.quantize(NANO))


def tries_of(
    path: tuple[Role, ...], success: Mapping[Role, float], prices: Mapping[Role, TierPrice], check: Checking
) -> Iterator[Try]:
    """The tries of a path in order, each with its chance given that all before it were rejected."""
    before: Decimal | None = None  # the chance that the answer rejected last was right all the same
    last = _ZERO
    for role in path:
        rate = _exact(success[role])
        for number in range(TRIES):
            if number > 0:
                chance = _after(before, rate * SAME_AGAIN, rate)
            else:
                chance = (
                    rate if before is None else _after(before, _given_wrong(rate, last), _given_right(rate))
                )
            yield Try(role, prices[role].cost_of_try(number), chance)
            before = _right_though_rejected(chance, check)
        last = rate


def _between(floor: Role, ceiling: Role) -> tuple[Role, ...]:
    return TIERS[TIERS.index(floor) : TIERS.index(ceiling) + 1]


def _rising_paths(tiers: tuple[Role, ...]) -> Iterator[tuple[Role, ...]]:
    for length in range(1, len(tiers) + 1):
        yield from combinations(tiers, length)


def _order(outcome: Outcome, value: Decimal) -> tuple[Decimal, Decimal, int, tuple[int, ...]]:
    places = tuple(TIERS.index(role) for role in outcome.path)
    return outcome.loss_usd(value), outcome.expected_usd, len(places), places


def _worth(prices: Mapping[Role, TierPrice]) -> Decimal:
    """Where all models are free, only success counts, so any value does."""
    return WORTH * max(price.cost_of_try(0) for price in prices.values()) or _ONE


def _exact(probability: float) -> Decimal:
    """A probability to the millionth, so that sums do not depend on the machine."""
    return Decimal(str(min(max(probability, 0.0), 1.0))).quantize(_MILLIONTH)


def _rejected(chance: Decimal, check: Checking) -> Decimal:
    return chance * check.false_alarms + (_ONE - chance) * check.catches


def _right_though_rejected(chance: Decimal, check: Checking) -> Decimal:
    rejected = _rejected(chance, check)
    return chance * check.false_alarms / rejected if rejected else _ZERO


def _after(before: Decimal | None, given_wrong: Decimal, given_right: Decimal) -> Decimal:
    was_right = before or _ZERO
    return (was_right * given_right + (_ONE - was_right) * given_wrong).quantize(_MILLIONTH)


def _given_wrong(rate: Decimal, weaker: Decimal) -> Decimal:
    """The chance of a stronger tier where the weaker one was wrong: between its own rate and what is left of it."""
    left = max(rate - weaker, _ZERO) / (_ONE - weaker) if weaker < 1 else _ZERO
    return ALIKE * left + (_ONE - ALIKE) * rate


def _given_right(rate: Decimal) -> Decimal:
    return ALIKE + (_ONE - ALIKE) * rate


def _reasons(
    best: Outcome, by_first: Mapping[Role, Decimal], success: Mapping[Role, float], *, checkable: bool
) -> tuple[str, ...]:
    first = best.path[0]
    others = [
        f"{role.value} first: {_dollars(usd)}" for role, usd in sorted(by_first.items()) if role is not first
    ]
    return (
        f"{first.value} is right at once with {success[first]:.0%}",
        f"path {' → '.join(role.value for role in best.path)}: {_dollars(best.expected_usd)} expected"
        + (f" ({', '.join(others)})" if others else ""),
        "QA can check the answer"
        if checkable
        else "QA cannot check the answer, so nothing will be escalated",
    )


def _dollars(usd: Decimal) -> str:
    return f"${usd:.4f}" if usd >= Decimal("0.0001") or not usd else f"${usd.normalize():f}"
