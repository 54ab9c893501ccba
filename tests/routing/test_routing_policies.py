"""Router and cascade in dollars, on made-up requests where what is best is known."""

import numpy as np
import pytest

from nexus.static_vectors import load_vectors
from nexus.work_order import TIERS
from routing.economy import ALIKE, CHECKED
from routing.policies import Check, Table, compare, expect, fixed, simulated
from routing.training import Example, lesson_of
from tests.routing.lessons import some_examples


def table_of(examples: list[Example]) -> Table:
    right = np.array([[each.outcomes[tier] for tier in TIERS] for each in examples])
    return Table(right, np.tile([0.2, 0.6, 1.0], (len(examples), 1)))


def test_a_mixture_of_tiers_reaches_exactly_what_is_asked() -> None:
    table = Table(np.array([[0.0, 1.0]] * 10 + [[1.0, 1.0]] * 10), np.tile([0.2, 1.0], (20, 1)))
    nothing = Check("", np.zeros((20, 2)))
    found = fixed([(0,), (1,)], [table, table], [nothing, nothing], [0.75, 1.0])
    assert found[0.75] == pytest.approx((0.75, 0.6, True))
    assert found[1.0] == pytest.approx((1.0, 1.0, True))


def test_a_goal_that_nothing_reaches_is_said_so() -> None:
    table = Table(np.array([[0.5, 0.5]] * 4), np.tile([0.2, 1.0], (4, 1)))
    nothing = Check("", np.zeros((4, 2)))
    quality, _, met = fixed([(0,)], [table, table], [nothing, nothing], [1.5])[1.5]
    assert quality == pytest.approx(1.0)
    assert not met


def test_a_perfect_check_delivers_whatever_any_tier_gets_right() -> None:
    table = Table(np.array([[1.0, 0.0], [0.0, 1.0]]), np.tile([0.2, 1.0], (2, 1)))
    oracle = simulated("oracle", table, 1, 0)
    found = fixed([(0, 1)], [table, table], [oracle, oracle], [1.0])[1.0]
    assert found[0] == pytest.approx(2)  # twice what the strong one alone gets right
    assert found[1] == pytest.approx((0.2 + (0.2 + 1)) / 2)


def test_the_exam_expects_of_a_path_what_the_economy_does() -> None:
    """Without a second try and with the last answer unchecked, which is how the exam's rows are."""
    chance, usd = np.array([[0.6, 0.8, 0.9]]), np.array([0.2, 0.6, 1.0])
    catches, alarms = float(CHECKED.catches), float(CHECKED.false_alarms)
    right, spent = expect((0, 2), chance, usd, np.tile([catches, alarms], (3, 1)))
    rejected = 0.6 * alarms + 0.4 * catches
    was_right = 0.6 * alarms / rejected
    alike = float(ALIKE)
    after = was_right * (alike + (1 - alike) * 0.9) + (1 - was_right) * (
        alike * 0.3 / 0.4 + (1 - alike) * 0.9
    )
    assert spent[0] == pytest.approx(0.2 + rejected * 1.0)
    assert right[0] == pytest.approx(0.6 * (1 - alarms) + rejected * after)


def test_a_router_beats_a_mixture_and_both_together_beat_a_cascade_where_requests_tell_what_they_need() -> (
    None
):
    examples = some_examples(400, seed=5)
    table = table_of(examples)
    found = compare(
        lesson_of(examples, load_vectors()), table, [simulated("QA", table, 0.9, 0.02)], [0.95], seeds=2
    )
    cost = {name: results[0.95].cost for name, results in found.items()}
    assert set(cost) == {"mixture", "router", "cascade (QA)", "router + cascade (QA)"}
    assert cost["router"] < cost["mixture"]
    assert cost["router + cascade (QA)"] < cost["cascade (QA)"] + 0.02
    assert all(results[0.95].quality > 0.85 for results in found.values())


def test_a_simulated_check_rejects_as_many_as_it_says() -> None:
    table = Table(np.array([[1.0], [0.0]]), np.ones((2, 1)))
    assert simulated("QA", table, 0.9, 0.02).rejects.tolist() == [[0.02], [0.9]]
