"""A conversation's tier goes up and not down, while its subject is the same and it does not rest."""

from datetime import UTC, datetime, timedelta

import pytest

from agents.continuing import HORIZON, REST, held_tier
from agents.route_desk import same_subject
from db.records import PastOrder
from nexus.work_order import Role
from tests.agents.subjects import OTHER, SAME

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
BANK = "Design a database architecture for a bank."


def an_order(
    role: Role = Role.CEO, rule: str = "router", content: str = BANK, ago: timedelta = timedelta(minutes=5)
) -> PastOrder:
    return PastOrder(role, rule, content, NOW - ago)


def held(text: str, *past: PastOrder) -> Role | None:
    return held_tier(text, past, NOW, same_subject)


@pytest.mark.parametrize(
    "text",
    [
        "And why?",
        "Now do it for two regions.",
        "Which database would you take?",
        "那怎么证明？",
        "Und warum?",
        "ok",
    ],
)
def test_what_continues_stays_with_who_has_it(text: str) -> None:
    assert held(text, an_order()) is Role.CEO


def test_another_subject_begins_anew() -> None:
    assert held("What is the capital of Australia, please?", an_order()) is None


def test_the_highest_of_those_that_count_holds_and_not_the_last() -> None:
    past = (an_order(Role.INTERN, content="A database?"), an_order(Role.DIRECTOR), an_order(Role.CEO))
    assert held("Which database would you take?", *past) is Role.CEO


@pytest.mark.parametrize("rule", ["small_talk", "background_call", "exploration"])
def test_what_was_no_work_or_an_exploration_does_not_count(rule: str) -> None:
    assert held("And why?", an_order(rule=rule)) is None


def test_a_rest_ends_it_wherever_it_lies() -> None:
    assert held("And why?", an_order(ago=REST + timedelta(seconds=1))) is None
    recent = an_order(Role.DIRECTOR, ago=timedelta(minutes=90))
    before_the_rest = an_order(Role.CEO, ago=timedelta(minutes=100) + REST)
    assert held("And why?", recent, before_the_rest) is Role.DIRECTOR
    assert held("And why?", recent, an_order(Role.CEO, ago=timedelta(minutes=200))) is Role.CEO


def test_only_the_last_few_orders_count() -> None:
    past = [an_order(Role.INTERN) for _ in range(HORIZON)]
    assert held("And why?", *past, an_order(Role.CEO)) is None


def test_the_intern_holds_nobody_down_and_without_vectors_a_conversation_is_kept() -> None:
    assert held("And why?", an_order(Role.INTERN)) is None
    assert held_tier("What is the capital of Australia, please?", (an_order(),), NOW, None) is Role.CEO


def test_the_pairs_are_told_apart_and_in_doubt_the_subject_is_the_same() -> None:
    missed = [pair for pair in SAME if not same_subject(pair[1], [pair[0]])]
    alike = [pair for pair in OTHER if same_subject(pair[1], [pair[0]])]
    assert (len(missed), len(alike)) == (0, 1), (missed, alike)
