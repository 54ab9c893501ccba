"""From orders to evidence: what a pass, a failed check or the owner's word says about the tiers. Pure.

How much a verdict weighs does not depend on how it went, or chances would come out wrong; only the owner's own word
weighs more. An owner's cancel says nothing.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from db.statements.verdict_labels import DoneAgain, FirstTry, TriedOrder
from nexus.work_order import TIERS, Role
from routing.hygiene import Evidence

BASICS: Final = ("answer.", "security.")
"""Checks that every answer goes through. Who passes only these has shown little."""
CHECKED, BASICS_ONLY, OWNERS_WORD = 1.0, 0.25, 2.0
AFTER_RETRY: Final = 0.25
"""What an answer was worth that the owner wanted once more from the same tier; wanted from a higher one: nothing."""
MOST_PROPENSITY_WEIGHT: Final = 5.0


def evidence_of(orders: Iterable[TriedOrder]) -> Iterator[Evidence]:
    """One piece of evidence for each order that has something to say, in the order they come.

    An order that does another one again is left out: it was told what was wrong, so its tries are no first ones.
    """
    for order in orders:
        if not order.is_again and order.tries:
            yield _evidence(order)


def _evidence(order: TriedOrder) -> Evidence:
    """Only the tier that was chosen by the words alone counts. Who tried later saw only what had failed below, and was
    told why; and that one who failed makes all below fail would be said of failures and never of passes.
    """
    first = order.tries[0]
    outcome = 1.0 if first.passed else 0.0
    weight = CHECKED if _is_checked(first) else BASICS_ONLY
    worth = _owners_word(order)
    if worth is not None and order.delivered_by is first.role:
        outcome, weight = min(outcome, worth), OWNERS_WORD
    return Evidence(
        id=order.id,
        session=order.session_id,
        at=order.at,
        text=order.content,
        role=first.role,
        outcomes={first.role: outcome},
        weight=weight * _propensity_weight(order, first.role),
    )


def _is_checked(tried: FirstTry) -> bool:
    """More than the basics was checked."""
    return any(not name.startswith(BASICS) for name in tried.checks)


def _owners_word(order: TriedOrder) -> float | None:
    """What the delivered answer was worth to the owner, who wanted it done again; None: he did not say."""
    if order.delivered_by is None:
        return None
    said = [_worth(order.delivered_by, again) for again in order.again]
    return min((worth for worth in said if worth is not None), default=None)


def _worth(delivered_by: Role, again: DoneAgain) -> float | None:
    if again.tier is None or again.tier not in TIERS or again.tier is delivered_by:
        return AFTER_RETRY
    return 0.0 if TIERS.index(again.tier) > TIERS.index(delivered_by) else None  # a cheaper one: no complaint


def _propensity_weight(order: TriedOrder, first: Role) -> float:
    """A choice that was made by a rare chance stands for the many that were not."""
    if order.chosen is not first or not order.propensity or order.propensity <= 0:
        return 1.0
    return min(1 / order.propensity, MOST_PROPENSITY_WEIGHT)
