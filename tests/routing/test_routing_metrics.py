"""The exam's numbers on cases whose answer is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.evaluation import Pair, choices_at, cost_share, lead_over, share_of_gap, standing
from routing.metrics import apgr, brier, calibration_error, calls_for, gap_recovered

WEAK = np.array([1.0, 0.0, 1.0, 0.0])
STRONG = np.array([1.0, 1.0, 1.0, 1.0])


def test_the_best_order_closes_the_gap_with_the_calls_that_matter() -> None:
    curve = gap_recovered(STRONG - WEAK, WEAK, STRONG)
    assert curve.tolist() == [0.0, 0.5, 1.0, 1.0, 1.0]
    assert calls_for(curve, 0.5) == 0.25
    assert calls_for(curve, 0.8) == pytest.approx(0.4)
    assert apgr(curve) == pytest.approx(0.75)


def test_the_worst_order_is_the_mirror_of_the_best() -> None:
    best, worst = (gap_recovered(sign * (STRONG - WEAK), WEAK, STRONG) for sign in (1.0, -1.0))
    assert apgr(best) + apgr(worst) == pytest.approx(1)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=60))
def test_requests_of_one_rank_give_what_chance_gives(rows: list[tuple[bool, bool]]) -> None:
    weak, strong = (np.array([float(row[side]) for row in rows]) for side in (0, 1))
    if strong.sum() == weak.sum():
        return
    curve = gap_recovered(np.zeros(len(rows)), weak, strong)
    assert np.allclose(curve, np.linspace(0, 1, len(rows) + 1))
    assert apgr(curve) == pytest.approx(0.5)
    assert calls_for(curve, 0.5) == pytest.approx(0.5)


def test_calls_are_none_where_nothing_is_asked_for() -> None:
    assert calls_for(np.array([0.0, 0.5, 1.0]), 0.0) == 0.0


def test_a_well_calibrated_chance_has_little_error_and_a_bold_one_much() -> None:
    random = np.random.default_rng(0)
    chance = random.random(20_000)
    truth = (random.random(20_000) < chance).astype(float)
    assert calibration_error(chance, truth) < 0.02
    assert calibration_error(np.round(chance), truth) > 0.2
    assert brier(chance, truth) < brier(np.round(chance), truth)
    assert calibration_error(np.array([0.3]), np.array([1.0])) == pytest.approx(0.7)


def test_a_standing_has_an_interval_around_it_and_its_cost_lies_between_the_tiers() -> None:
    random = np.random.default_rng(1)
    weak, strong = ((random.random(400) < share).astype(float) for share in (0.5, 0.8))
    pair = Pair(weak, strong, np.full(400, 1.0), np.full(400, 5.0))
    found = standing(strong - weak + random.normal(0, 1, 400), pair)
    assert found.low < found.apgr < found.high
    assert found.apgr > 0.5
    assert pair.weak_cost.sum() / pair.strong_cost.sum() <= found.cost_at[0.95] <= found.cost_at[0.99] <= 1
    assert cost_share(strong - weak, 0, pair) == pytest.approx(0.2)
    assert cost_share(strong - weak, 1, pair) == 1
    assert set(found.to_json()) == {
        "apgr",
        "apgr_95ci",
        "cpt50",
        "cpt80",
        "calls95",
        "calls99",
        "cost95",
        "cost99",
    }
    low, high = lead_over(strong - weak, np.zeros(400), pair)
    assert 0 < low < high


def test_the_share_of_the_gap_and_the_choices_there() -> None:
    pair = Pair(WEAK, STRONG, WEAK, STRONG)
    assert share_of_gap(0.95, pair) == pytest.approx(0.9)
    assert share_of_gap(0.4, pair) == 0
    assert choices_at(STRONG - WEAK, 0.5, pair) == {
        "tier_accuracy": 1.0,
        "under_routing": 0.0,
        "over_routing": 0.0,
    }
    assert choices_at(WEAK - STRONG, 0.5, pair) == {
        "tier_accuracy": 0.0,
        "under_routing": 0.5,
        "over_routing": 0.5,
    }
