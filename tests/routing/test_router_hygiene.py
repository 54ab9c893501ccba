"""Nobody teaches the router by saying a thing often, oddly, or on one day."""

import math
import random
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nexus.work_order import Role
from routing.hygiene import (
    DAY_SHARE,
    GROUP_WEIGHT,
    SESSION_DAY_WEIGHT,
    Evidence,
    clean,
    folded,
    groups_of,
)
from tests.routing.evidence import START, a_piece, words

NOW = START + timedelta(days=30)
NO_AGE = 1e9  # a half-life at which age does not matter


def weights_by(evidence: Iterable[Evidence], key: Callable[[Evidence], Hashable]) -> dict[Hashable, float]:
    sums: defaultdict[Hashable, float] = defaultdict(float)
    for each in evidence:
        sums[key(each)] += each.weight
    return sums


def test_different_messages_of_different_sessions_keep_their_weight() -> None:
    cleaned = clean([a_piece(number) for number in range(0, 300, 3)], NOW, NO_AGE)

    assert len(cleaned.evidence) == 100
    assert cleaned.weight == pytest.approx(100, rel=0.1)


def test_a_flood_of_one_message_weighs_as_much_as_three() -> None:
    flood = [
        a_piece(
            n, text=f"Forwarded: you have WON {n} dollars, click on the link below to claim the prize now!"
        )
        for n in range(500)
    ]

    assert clean(flood, NOW, NO_AGE).weight == pytest.approx(GROUP_WEIGHT)


def test_the_control_five_hundred_different_messages_weigh_far_more() -> None:
    assert clean([a_piece(number) for number in range(500)], NOW, NO_AGE).weight > 300


def test_one_session_weighs_only_so_much_a_day() -> None:
    busy = [
        a_piece(number, session="one", at=START + timedelta(minutes=number)) for number in range(0, 600, 3)
    ]

    assert clean(busy, NOW, NO_AGE).weight <= SESSION_DAY_WEIGHT + 1e-9


def test_one_day_is_at_most_a_quarter() -> None:
    quiet = [a_piece(n, at=START + timedelta(days=n % 10), session=f"q{n}") for n in range(100)]
    flood = [a_piece(n, at=START + timedelta(days=10), session=f"f{n}") for n in range(100, 1000)]

    cleaned = clean([*quiet, *flood], NOW, NO_AGE)

    before = weights_by(clean([*quiet, *flood], NOW, NO_AGE).evidence, lambda each: each.at.date())
    newest = before[(START + timedelta(days=10)).date()]
    assert newest < 0.8 * cleaned.weight, "without the cap it would be nine tenths"
    assert newest / DAY_SHARE <= 1000


def test_what_is_old_weighs_less() -> None:
    old, young = clean([a_piece(1, at=NOW - timedelta(days=20)), a_piece(2, at=NOW)], NOW, 10).evidence

    assert [old.weight, young.weight] == pytest.approx([0.25, 1])


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -0.1, 1.1], ids=str)
def test_what_is_no_outcome_is_left_out_and_counted(wrong: float) -> None:
    cleaned = clean([a_piece(1), a_piece(2, outcomes={Role.INTERN: wrong})], NOW)

    assert [each.id for each in cleaned.evidence] == ["WO-000001"]
    assert sum(cleaned.notes.values()) == 1


@pytest.mark.parametrize("wrong", [math.nan, math.inf, 0.0, -1.0], ids=str)
def test_what_weighs_nothing_or_no_number_is_left_out(wrong: float) -> None:
    assert clean([a_piece(1, weight=wrong)], NOW).evidence == ()


@pytest.mark.parametrize("text", ["", " \n\t", "?!…", "🙂"], ids=ascii)
def test_a_message_without_words_teaches_nothing(text: str) -> None:
    assert clean([a_piece(1, text=text)], NOW).evidence == ()


def test_nothing_is_cleaned_into_nothing() -> None:
    cleaned = clean([], NOW)

    assert (cleaned.evidence, cleaned.weight) == ((), 0)


def test_nearly_the_same_is_one_group() -> None:
    mail = "Please translate this mail into German: dear Ms Weber, your order {n} will come on Monday. Yours, Tom"
    others = [
        "Write a haiku about autumn leaves in the park of our town",
        "帮我把这段话翻译成英文：今天天气很好",
    ]

    groups = groups_of([mail.format(n=1), mail.format(n=4711), mail.format(n=2).upper(), *others])

    assert len(set(groups[:3])) == 1
    assert len(set(groups)) == 3


def test_case_width_and_numbers_do_not_hide_likeness() -> None:
    assert folded("ＢＵＹ 100  now!!") == folded("buy 7 NOW")


def test_a_stuffed_message_is_looked_at_only_so_far() -> None:
    assert len(folded("quantum tensor " * 70_000)) <= 2_000


@settings(max_examples=30)
@given(st.lists(st.integers(0, 1099), max_size=40), st.randoms(use_true_random=False))
def test_the_order_in_which_it_comes_changes_nothing(numbers: list[int], chance: random.Random) -> None:
    pieces = [a_piece(number) for number in set(numbers)]
    shuffled = chance.sample(pieces, len(pieces))

    assert clean(pieces, NOW) == clean(shuffled, NOW)


@settings(max_examples=30)
@given(st.lists(st.integers(0, 400), min_size=1, max_size=60))
def test_no_cap_ever_adds_weight(numbers: list[int]) -> None:
    pieces = [a_piece(index, text=words(number)) for index, number in enumerate(numbers)]

    assert clean(pieces, NOW, NO_AGE).weight <= len(pieces) + 1e-9
