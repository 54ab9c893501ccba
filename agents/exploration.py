"""Exploration: a small share of orders goes to another tier than the best, so that the router learns what it would have
come to. Pure; the money is asked for within the assignment's transaction.

An order's lot comes from its id, so one that is triaged again draws the same. Every choice has its propensity stored,
with or without exploration: the probability with which that tier was chosen first.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from db.records import Assignment, Exploring, OtherWay, RouteDecision
from nexus.work_order import TIERS, Role, word_for

NEAR: Final = 1
"""How many tiers up or down are tried: what two tiers away would come to is learned step by step."""

LAYERS: Final = ("router", "local_model")
"""Only the router's own choices are explored: no wish, no floor, no rule, no conversation."""


def lot_of(order_id: str) -> float:
    """The order's lot, in [0, 1), evenly spread and always the same."""
    digest = hashlib.sha256(f"explore/{order_id}".encode()).digest()
    return int.from_bytes(digest[:7]) / 2**56


def exploring(
    order_id: str,
    decision: RouteDecision,
    others: Mapping[Role, tuple[Role, ...]],
    share: float,
    most_usd: Decimal,
) -> Exploring | None:
    """How this decision may be explored; None: not at all. `others` are the ways that begin elsewhere, by tier."""
    if share <= 0 or decision.layer not in LAYERS or decision.floor is not None:
        return None
    at = TIERS.index(decision.chosen)
    ways = tuple(
        OtherWay(role, path, _more(decision, role))
        for role, path in others.items()
        if 0 < abs(TIERS.index(role) - at) <= NEAR
    )
    return Exploring(share, lot_of(order_id), ways, most_usd) if ways else None


def _more(decision: RouteDecision, role: Role) -> Decimal:
    best = decision.costs.get(decision.chosen, Decimal(0))
    return max(Decimal(0), decision.costs.get(role, best) - best)


def explored(assignment: Assignment, spent_usd: Decimal) -> Assignment:
    """The assignment after its lot was drawn, among the ways that `spent_usd` of the last day leaves room for."""
    plan, decision = assignment.exploring, assignment.route
    if plan is None or decision is None:
        return assignment
    open_ways = [way for way in plan.ways if spent_usd + way.more_usd <= plan.most_usd]
    if not open_ways:
        return assignment
    if plan.lot >= plan.share:
        return replace(assignment, route=replace(decision, propensity=1 - plan.share))
    way = open_ways[min(int(plan.lot / plan.share * len(open_ways)), len(open_ways) - 1)]
    reason = f"tried with the {word_for(way.role)}, to learn which tier is enough"
    return replace(
        assignment,
        role=way.role,
        rule="exploration",
        reason=f"{assignment.reason}; {reason}",
        route=replace(
            decision,
            layer="exploration",
            chosen=way.role,
            path=way.path,
            reasons=(*decision.reasons, reason),
            expected_usd=decision.costs.get(way.role),
            explored=True,
            explore_usd=way.more_usd,
            propensity=plan.share / len(open_ways),
        ),
    )
