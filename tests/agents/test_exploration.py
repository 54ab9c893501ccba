"""Exploration: a small share, reproducible, within its money, and never where safety or the owner decides."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.exploration import explored, exploring, lot_of
from db.records import Assignment, RouteDecision
from nexus.ids import new_order_id
from nexus.work_order import Difficulty, Role

COSTS = {Role.INTERN: Decimal("0.001"), Role.DIRECTOR: Decimal("0.004"), Role.CEO: Decimal("0.02")}
WAYS: dict[Role, tuple[Role, ...]] = {
    Role.INTERN: (Role.INTERN, Role.DIRECTOR, Role.CEO),
    Role.DIRECTOR: (Role.DIRECTOR, Role.CEO),
    Role.CEO: (Role.CEO,),
}
DECISION = RouteDecision(
    layer="router",
    chosen=Role.DIRECTOR,
    path=(Role.DIRECTOR, Role.CEO),
    reasons=("r",),
    confidence=0.9,
    costs=COSTS,
)


def an_assignment(
    order_id: str, share: float = 0.05, most: str = "1", decision: RouteDecision = DECISION
) -> Assignment:
    return Assignment(
        decision.chosen,
        Difficulty.NORMAL,
        "r",
        decision.layer,
        "{}",
        (),
        route=decision,
        exploring=exploring(order_id, decision, WAYS, share, Decimal(most)),
    )


def drawn(order_id: str, spent: str = "0", **changes: str | float) -> Assignment:
    return explored(an_assignment(order_id, **changes), Decimal(spent))  # type: ignore[arg-type]


def ids(count: int) -> list[str]:
    return [f"WO-{n:026d}" for n in range(count)]


def test_the_share_is_kept_and_both_neighbours_get_their_part() -> None:
    first = Counter(drawn(order_id).role for order_id in ids(20_000))
    assert 0.045 < (first[Role.INTERN] + first[Role.CEO]) / 20_000 < 0.055
    assert 0.4 < first[Role.INTERN] / (first[Role.INTERN] + first[Role.CEO]) < 0.6


def test_the_same_order_draws_the_same() -> None:
    for order_id in ids(200):
        assert drawn(order_id) == drawn(order_id)


@given(st.text(), st.one_of(st.just(0.0), st.floats(0.001, 0.05)), st.integers(0, 3))
def test_every_choice_has_the_probability_that_it_had(name: str, share: float, spent: int) -> None:
    """Over all lots the probabilities of the ways and of the best come to one."""
    found = explored(an_assignment(name, share=share), Decimal(spent))
    route = found.route
    assert route is not None
    assert 0 < route.propensity <= 1
    assert route.chosen is found.role is route.path[0]
    plan = an_assignment(name, share=share).exploring
    if plan is not None:
        open_ways = [way for way in plan.ways if spent + way.more_usd <= plan.most_usd]
        expected = 1.0 if not open_ways else share / len(open_ways) if route.explored else 1 - share
        assert route.propensity == pytest.approx(expected)


def test_what_costs_more_than_is_left_for_the_day_is_not_tried_and_the_rest_is() -> None:
    """The CEO costs 0.016 more, the intern nothing more."""
    found = [drawn(order_id, spent="0.99") for order_id in ids(2_000)]
    assert {one.role for one in found} == {Role.DIRECTOR, Role.INTERN}
    explored_ones = [one.route for one in found if one.role is Role.INTERN]
    assert {route.propensity for route in explored_ones if route} == {0.05}
    assert all(route.explore_usd == 0 for route in explored_ones if route)


@pytest.mark.parametrize(
    "changes",
    [
        {"layer": "safety", "floor": Role.DIRECTOR},
        {"floor": Role.DIRECTOR},
        {"layer": "owner_wish"},
        {"layer": "conversation"},
        {"layer": "small_talk"},
        {"layer": "rules"},
        {"layer": "background_call"},
    ],
    ids=" ".join,
)
def test_nothing_but_the_routers_own_free_choice_is_explored(changes: dict[str, object]) -> None:
    decision = replace(DECISION, **changes)  # type: ignore[arg-type]
    assert exploring("WO-1", decision, WAYS, 0.05, Decimal(1)) is None


def test_switched_off_it_never_happens_and_the_propensity_is_one() -> None:
    found = [drawn(order_id, share=0.0) for order_id in ids(500)]
    assert {(one.role, one.route.propensity) for one in found if one.route} == {(Role.DIRECTOR, 1.0)}


def test_lots_are_spread_evenly() -> None:
    tenths = Counter(int(10 * lot_of(new_order_id())) for _ in range(5_000))
    assert len(tenths) == 10
    assert all(380 < count < 620 for count in tenths.values())
