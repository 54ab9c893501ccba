"""The simulated month: the same luck for everybody, an honest oracle, and a picture that is well made."""

import xml.etree.ElementTree as ET
from statistics import mean

from benchmarks.month_report import page, picture, smoothed
from benchmarks.router_month import Done, planned, play
from benchmarks.router_world import AFTER, BEFORE, DRIFT_DAY, TEMPLATES, World, chances_of
from nexus.work_order import TIERS


def test_the_same_seed_gives_the_same_month() -> None:
    assert list(World(1, 20).day(3)) == list(World(1, 20).day(3))
    assert list(World(1, 20).day(3)) != list(World(2, 20).day(3))


def test_every_kind_has_messages_and_chances_that_never_fall() -> None:
    assert TEMPLATES.keys() == BEFORE.keys() == AFTER.keys()
    for chances in (*BEFORE.values(), *AFTER.values()):
        assert list(chances) == sorted(chances)


def test_the_models_change_on_one_day() -> None:
    assert chances_of("coding", DRIFT_DAY - 1) != chances_of("coding", DRIFT_DAY)
    assert chances_of("chat", DRIFT_DAY - 1) == chances_of("chat", DRIFT_DAY)


def played(way: object) -> list[Done]:
    messages = [message for day in range(1, 31) for message in World(7, 60).day(day)]
    return [
        play(each, way if isinstance(way, tuple) else planned(chances_of(each.kind, each.day), each))
        for each in messages
    ]


def test_who_knows_the_truth_pays_less_than_the_strongest_and_is_right_as_often() -> None:
    oracle, strongest, cheapest = played("oracle"), played(TIERS[2:]), played(TIERS[:1])

    def usd(done: list[Done]) -> float:
        return float(mean(each.usd for each in done))

    def right(done: list[Done]) -> float:
        return mean(each.right for each in done)

    assert usd(cheapest) < usd(oracle) < usd(strongest)
    assert right(cheapest) < right(oracle)
    assert abs(right(oracle) - right(strongest)) < 0.05


def results() -> dict[str, object]:
    names = {"learning": 30, "no learning": 30, "always cheapest": 30, "always strongest": 30, "oracle": 30}
    names["had it been adopted"] = 8
    lesson = {"day": 3, "adopted": True, "suspicious": False, "reason": "0.2 < 0.3 & better", "numbers": {}}
    return {
        "asked": {"orders": 10, "every": 3, "seed": 1, "poisoned": 40},
        "drift_day": 15,
        "poison_day": 22,
        "policies": {
            name: {"usd": [0.001 * n + 0.002] * days, "right": [0.9] * days, "loss": [0.01] * days}
            for n, (name, days) in enumerate(names.items())
        },
        "poisoned_training": {**lesson, "day": 22, "adopted": False},
        "lessons": [lesson, {**lesson, "day": 6, "adopted": False}],
    }


def test_the_picture_is_well_formed_and_has_every_policy() -> None:
    text = picture(results())

    ET.fromstring(text)  # noqa: S314 - our own
    assert all(f">{name} " in text for name in ("learning", "no learning", "oracle", "always cheapest"))
    assert "poisoned: refused" in text
    assert "0.2 &lt; 0.3 &amp; better" in text


def test_the_page_has_every_policy_and_every_training() -> None:
    lines = list(page(results()))

    assert sum("**$" in line for line in lines) == 6
    assert sum("| adopted |" in line or "| refused |" in line for line in lines) == 3


def test_smoothing_keeps_the_length_and_the_level() -> None:
    assert smoothed([2.0] * 5) == [2.0] * 5
    assert smoothed([0.0, 3.0, 0.0]) == [1.5, 1.0, 1.5]
