"""What a try at each tier would cost today, as the planning of a path needs it.

The payroll's first models and their prices; tokens as far as they can be told before. Where no tier costs anything the
prices of the shipped payroll stand in: on one's own machine a larger model costs time in about that proportion, and
else everything would go to the largest.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from agents.budget import BYTES_PER_TOKEN
from agents.config import ANTHROPIC_MODELS, ModelChoice, Payroll, Provider
from agents.price_sheet import price_of
from agents.triage import Planned, Planner, up_from
from nexus.usage import FREE_PRICE, Price
from nexus.work_order import TIERS, Role, word_for
from routing.economy import TierPrice, plan

OUTPUT_TOKENS: Final = 500
"""Of an answer, whoever gives it: the question decides how long it is, not the tier."""

WORTH: Final = 1.0
HARDER: Final = 5.0
"""What a wrong answer costs, in tries of the dearest tier: 1 where the intern is sure to get it right, and up to 6 the
less likely that is, for what is hard is relied on more. Chosen on the shipped requests: one value for all sends either
hard questions too low or easy ones too high (docs/routing.md)."""

OWN_TOKENS: Final = 400
"""Of the employee's instructions."""


def tier_prices(
    payroll: Payroll, staffed: Sequence[Role], prompt_chars: int, warm: Mapping[Role, int]
) -> dict[Role, TierPrice]:
    """By tier. `warm`: of the conversation, how many characters a tier's vendor has in its cache at this moment."""
    prices = _prices(payroll, staffed)
    tokens = OWN_TOKENS + prompt_chars // BYTES_PER_TOKEN
    return {
        role: TierPrice(
            price,
            tokens,
            OUTPUT_TOKENS,
            cacheable_tokens=warm.get(role, 0) // BYTES_PER_TOKEN,
            warm=role in warm,
        )
        for role, price in prices.items()
    }


def _prices(payroll: Payroll, staffed: Sequence[Role]) -> dict[Role, Price]:
    known = {role: _price(payroll[role].choice) for role in staffed}
    paid = any(price is not None and not price.is_free for price in known.values())
    return {role: price if paid and price is not None else _nominal(role) for role, price in known.items()}


def _price(choice: ModelChoice | None) -> Price | None:
    return price_of(choice) if choice is not None else None


def _nominal(role: Role) -> Price:
    listed = price_of(ModelChoice(Provider.ANTHROPIC, ANTHROPIC_MODELS[role]))
    return listed if listed is not None else FREE_PRICE


def planner_of(prices: Mapping[Role, TierPrice], *, foretells: bool = True) -> Planner:
    """A planner with these prices. Where no tier at or above the floor has a model, it plans with those below.

    `foretells`: the chances are those of the models that will be asked, so the reason names them.
    """

    dearest = max(price.cost_of_try(0) for price in prices.values())

    def planned(success: Mapping[Role, float], *, floor: Role, checkable: bool) -> Planned:
        highest = max(prices, key=TIERS.index)
        least = min(floor, highest, key=TIERS.index)
        worth = Decimal(str(round(WORTH + HARDER * (1 - success[Role.INTERN]), 4)))
        best = plan(success, prices, floor=least, checkable=checkable, value_usd=worth * dearest)
        who = word_for(best.first)
        expected = f"the router expects the {who} to get it right with {success[best.first]:.0%}"
        reason = expected if foretells else f"the router takes it for the {who}'s work"
        path = best.path if len(best.path) > 1 else _on_from(best.first, prices)
        return Planned(path, best.by_first, success, reason)

    return planned


def _on_from(first: Role, prices: Mapping[Role, TierPrice]) -> tuple[Role, ...]:
    """An answer of which nothing can be checked fails all the same when it is empty or cut off: then a tier up."""
    return tuple(role for role in up_from(first) if role in prices)
