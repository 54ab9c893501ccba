"""The ledger of facts: what was said before the turns that are sent, in the speakers' own sentences, under a budget.

Of facts about the same subject the later one holds. Where that is certain the earlier one is left out; where it is
not, both stand there and the earlier one names the turn of the later one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from memory.facts import Fact, facts_in
from memory.turns import Said

SAME: Final = 0.75
"""Facts whose subjects share this much of their terms are surely of one subject."""
PERHAPS: Final = 0.5
LINE_TOKENS: Final = 5  # "[123 client] " and the line's end


def ledger_of(turns: Sequence[Said], budget_tokens: int) -> tuple[Fact, ...]:
    """The weightiest facts of `turns` that fit, oldest first; of two alike the newer."""
    ranked = sorted(all_facts(turns), key=lambda fact: (fact.weight, fact.n), reverse=True)
    candidates = fitting(ranked, 2 * budget_tokens)
    return fitting(settled(candidates), budget_tokens)


def all_facts(turns: Iterable[Said]) -> list[Fact]:
    """Every fact of `turns`, in order; one that is said twice in the same words stands where it was said last."""
    found = {fact.text: fact for said in turns for fact in facts_in(said)}
    return sorted(found.values(), key=lambda fact: fact.n)


def fitting(ranked: Iterable[Fact], budget_tokens: int) -> tuple[Fact, ...]:
    """The first ones that fit, oldest first."""
    kept, left = [], budget_tokens
    for fact in ranked:
        if fact.tokens + LINE_TOKENS <= left:
            kept.append(fact)
            left -= fact.tokens + LINE_TOKENS
        if left < 2 * LINE_TOKENS:
            break
    return tuple(sorted(kept, key=lambda fact: fact.n))


def settled(facts: Sequence[Fact]) -> list[Fact]:
    """Without those a later one surely replaces, the weightiest first; one that may be replaced names the later."""
    kept: list[Fact] = []
    for place, fact in enumerate(facts):
        later = [other for other in facts[place + 1 :] if _replaces(other, fact) >= PERHAPS]
        if any(_replaces(other, fact) >= SAME for other in later):
            continue
        kept.append(replace(fact, newer=later[-1].n) if later else fact)
    return sorted(kept, key=lambda fact: (fact.weight, fact.n), reverse=True)


def _replaces(later: Fact, earlier: Fact) -> float:
    """How surely the later of two says the same kind of thing, otherwise: the share of common terms, or 0."""
    if not later.values or later.values == earlier.values or len(earlier.subject) < 2 or later.n == earlier.n:
        return 0.0
    common = len(later.subject & earlier.subject)
    return common / max(1, len(later.subject | earlier.subject))
