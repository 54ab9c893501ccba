"""The path with the least expected cost: exact, never below the floor, and true to what chance would do."""

import random
from collections.abc import Mapping
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexus.usage import FREE_PRICE, Price
from nexus.work_order import TIERS, Role
from routing.economy import CHECKED, UNCHECKED, Checking, TierPrice, outcome_of, plan, tries_of

PATHS = [path for length in (1, 2, 3) for path in combinations(TIERS, length)]
CHANCES = st.lists(st.floats(0, 1), min_size=3, max_size=3).map(
    lambda some: dict(zip(TIERS, sorted(some), strict=True))
)
DOLLARS = st.integers(0, 10**6).map(lambda micros: Decimal(micros) / 10**12)


def price(
    dollars_in: float, dollars_out: float, *, tokens: int = 1_000, cacheable: int = 0, warm: bool = False
) -> TierPrice:
    fresh, out = (Decimal(str(dollars)) / 10**6 for dollars in (dollars_in, dollars_out))
    return TierPrice(Price(fresh, out, fresh / 10, fresh * Decimal("1.25")), tokens, 500, cacheable, warm)


TODAY = {Role.INTERN: price(1, 5), Role.DIRECTOR: price(3, 15), Role.CEO: price(5, 25)}


def chances(intern: float, director: float, ceo: float) -> dict[Role, float]:
    return dict(zip(TIERS, (intern, director, ceo), strict=True))


@st.composite
def price_lists(draw: st.DrawFn) -> dict[Role, TierPrice]:
    some = draw(st.sets(st.sampled_from(TIERS), min_size=1))
    return {
        tier: TierPrice(
            Price(draw(DOLLARS), draw(DOLLARS), draw(DOLLARS), draw(DOLLARS)),
            draw(st.integers(0, 10_000)),
            draw(st.integers(0, 5_000)),
            draw(st.integers(0, 12_000)),
            draw(st.booleans()),
        )
        for tier in TIERS
        if tier in some
    }


@given(CHANCES, price_lists(), st.sampled_from(TIERS), st.sampled_from(TIERS), st.booleans())
def test_nothing_below_the_floor_above_the_ceiling_or_without_a_model_is_ever_on_the_path(
    success: dict[Role, float], prices: dict[Role, TierPrice], floor: Role, ceiling: Role, checkable: bool
) -> None:
    allowed = [tier for tier in TIERS[TIERS.index(floor) : TIERS.index(ceiling) + 1] if tier in prices]
    if not allowed:
        with pytest.raises(ValueError, match="has a model"):
            plan(success, prices, floor=floor, ceiling=ceiling, checkable=checkable)
        return
    made = plan(success, prices, floor=floor, ceiling=ceiling, checkable=checkable)
    assert made.first == made.path[0]
    assert set(made.path) <= set(allowed)
    assert list(made.path) == sorted(made.path, key=TIERS.index)
    assert set(made.by_first) == set(allowed)
    assert made.by_first[made.first] == made.expected_usd
    assert made == plan(success, prices, floor=floor, ceiling=ceiling, checkable=checkable)


@given(st.floats(0, 1), st.booleans())
def test_of_tiers_that_are_equally_good_the_cheapest_tries_first(chance: float, checkable: bool) -> None:
    made = plan(chances(chance, chance, chance), TODAY, checkable=checkable)
    assert made.first is Role.INTERN


@given(CHANCES, st.sampled_from(PATHS), st.integers(0, 20), st.integers(0, 20))
def test_what_is_expected_is_what_chance_does(
    success: dict[Role, float], path: tuple[Role, ...], caught: int, alarms: int
) -> None:
    """The exact expectation against the same walk by summing over all its ends."""
    check = Checking(Decimal(caught) / 20, Decimal(alarms) / 20)
    usd, right = _all_ends(list(tries_of(path, success, TODAY, check)), check)
    found = outcome_of(path, success, TODAY, check)
    assert abs(found.expected_usd - usd) <= Decimal("1e-9")
    assert abs(found.success - right) <= Decimal("1e-9")


@pytest.mark.parametrize("path", PATHS, ids="-".join)
def test_the_expectation_is_the_mean_of_many_orders(path: tuple[Role, ...]) -> None:
    success = chances(0.6, 0.75, 0.9)
    steps = list(tries_of(path, success, TODAY, CHECKED))
    dice = random.Random(1)
    spent, right, orders = 0.0, 0, 20_000
    for _ in range(orders):
        for step in steps:
            spent += float(step.cost_usd)
            is_right = dice.random() < step.success
            if dice.random() >= (CHECKED.false_alarms if is_right else CHECKED.catches):
                right += is_right
                break
    expected = outcome_of(path, success, TODAY, CHECKED)
    assert spent / orders == pytest.approx(float(expected.expected_usd), rel=0.03)
    assert right / orders == pytest.approx(float(expected.success), abs=0.015)


def test_where_qa_cannot_tell_nothing_is_escalated() -> None:
    success = chances(0.5, 0.7, 0.9)
    for path in PATHS:
        assert outcome_of(path, success, TODAY, UNCHECKED).expected_usd == TODAY[path[0]].cost_of_try(0)


def test_the_middle_is_left_out_where_it_hardly_helps() -> None:
    made = plan(chances(0.7, 0.72, 0.97), TODAY, checkable=True)
    assert made.path == (Role.INTERN, Role.CEO)


def test_a_hard_request_goes_straight_to_the_strongest() -> None:
    assert plan(chances(0.03, 0.1, 0.9), TODAY, checkable=False).path == (Role.CEO,)


def test_an_easy_one_goes_to_the_cheapest() -> None:
    assert plan(chances(0.97, 0.98, 0.99), TODAY, checkable=False).first is Role.INTERN


def test_a_warm_cache_makes_a_tier_cheaper_and_may_turn_the_choice() -> None:
    cold = {
        **TODAY,
        Role.DIRECTOR: price(3, 15, tokens=20_000, cacheable=19_500),
        Role.INTERN: price(1, 5, tokens=20_000),
    }
    warm = {**cold, Role.DIRECTOR: price(3, 15, tokens=20_000, cacheable=19_500, warm=True)}
    assert warm[Role.DIRECTOR].cost_of_try(0) < cold[Role.DIRECTOR].cost_of_try(0) / 3
    assert cold[Role.DIRECTOR].cost_of_try(1) == warm[Role.DIRECTOR].cost_of_try(0)
    success = chances(0.8, 0.85, 0.86)
    assert plan(success, cold, checkable=False, ceiling=Role.DIRECTOR).first is Role.INTERN
    assert plan(success, warm, checkable=False, ceiling=Role.DIRECTOR).first is Role.DIRECTOR


def test_where_all_models_are_free_the_best_one_tries_and_ties_go_down() -> None:
    free = {tier: TierPrice(FREE_PRICE, 100, 100) for tier in TIERS}
    assert plan(chances(0.5, 0.6, 0.9), free, checkable=False).first is Role.CEO
    assert plan(chances(0.9, 0.9, 0.9), free, checkable=False).first is Role.INTERN


def test_money_is_exact() -> None:
    made = plan(chances(0.9, 0.95, 0.99), TODAY, checkable=True)
    assert made.expected_usd == made.expected_usd.quantize(Decimal("1e-9"))
    assert TODAY[Role.CEO].cost_of_try(0) == Decimal("0.0175")


def test_the_reasons_are_in_words() -> None:
    reasons = plan(chances(0.9, 0.95, 0.99), TODAY, checkable=True).reasons
    assert reasons[0] == "intern is right at once with 90%"
    assert "intern" in reasons[1]
    assert "$" in reasons[1]


@given(CHANCES)
def test_a_dearer_wrong_answer_never_lowers_what_is_delivered_right(success: dict[Role, float]) -> None:
    delivered = [
        plan(success, TODAY, checkable=True, value_usd=Decimal(value)).success
        for value in ("0", "0.01", "0.1", "1", "100")
    ]
    assert delivered == sorted(delivered)


def _all_ends(steps: list, check: Checking) -> tuple[Decimal, Decimal]:  # type: ignore[type-arg]
    if not steps:
        return Decimal(0), Decimal(0)
    step, rest = steps[0], _all_ends(steps[1:], check)
    rejected = step.success * check.false_alarms + (1 - step.success) * check.catches
    usd = step.cost_usd + rejected * rest[0]
    return usd, step.success * (1 - check.false_alarms) + rejected * rest[1]


def test_the_types_of_a_plan_are_plain() -> None:
    made = plan(chances(0.9, 0.95, 0.99), TODAY, checkable=True)
    assert isinstance(made.by_first, Mapping)
    assert all(isinstance(dollars, Decimal) for dollars in made.by_first.values())
