"""Who would try first by a router's chances: for comparing two routers, at prices that stay the same."""

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Final

from agents.planning import planner_of
from nexus.usage import Price
from nexus.work_order import TIERS, Role
from routing.economy import TierPrice

_MILLION: Final = Decimal(1_000_000)
PROMPT_TOKENS, OUTPUT_TOKENS = 800, 400


def _priced(input_usd: str, output_usd: str) -> TierPrice:
    fresh, said = Decimal(input_usd) / _MILLION, Decimal(output_usd) / _MILLION
    price = Price(fresh, said, fresh / 10, fresh * Decimal("1.25"))
    return TierPrice(price, PROMPT_TOKENS, OUTPUT_TOKENS)


NOMINAL: Final = {
    Role.INTERN: _priced("1", "5"),
    Role.DIRECTOR: _priced("3", "15"),
    Role.CEO: _priced("5", "25"),
}
"""Of the brief's payroll, dollars per million tokens (Claude Haiku 4.5, Sonnet 4.6, Opus 4.6; November 2026). The
payroll's own prices would do as well; these make the verdict on a candidate independent of which model is away."""


def first_tier(chances: Mapping[Role, float]) -> Role:
    """The tier that tries first, by the front desk's own planning, where QA can check the answer and no floor holds."""
    return path_of(chances, checkable=True)[0]


def path_of(chances: Mapping[Role, float], *, checkable: bool) -> tuple[Role, ...]:
    """Who tries, in order, at these prices; chances count to the hundredth."""
    return _path(tuple(round(chances[tier], 2) for tier in TIERS), checkable)


@lru_cache(maxsize=50_000)
def _path(chances: tuple[float, ...], checkable: bool) -> tuple[Role, ...]:
    known = dict(zip(TIERS, chances, strict=True))
    return planner_of(NOMINAL)(known, floor=TIERS[0], checkable=checkable).path
