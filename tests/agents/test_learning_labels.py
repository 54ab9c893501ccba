"""What a verdict and the owner's word say about the tiers."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from agents.learning.labels import (
    AFTER_RETRY,
    BASICS_ONLY,
    CHECKED,
    MOST_PROPENSITY_WEIGHT,
    OWNERS_WORD,
    evidence_of,
)
from db.statements.verdict_labels import DoneAgain, FirstTry, TriedOrder
from nexus.work_order import Role
from routing.hygiene import Evidence

INTERN, DIRECTOR, CEO = Role.INTERN, Role.DIRECTOR, Role.CEO
DEMANDS = ("answer.not_empty", "demand.words")
PASSED = FirstTry(INTERN, True, DEMANDS)
ORDER = TriedOrder(
    "WO-1", "sess-1", datetime(2026, 11, 1, tzinfo=UTC), "Sum these up.", False, (PASSED,), INTERN, ()
)


def of(order: TriedOrder) -> Evidence:
    (piece,) = evidence_of([order])
    return piece


def test_the_first_tiers_try_is_what_counts() -> None:
    assert of(ORDER).outcomes == {INTERN: 1.0}
    assert (of(ORDER).role, of(ORDER).weight) == (INTERN, CHECKED)


def test_of_the_other_tiers_nothing_is_known() -> None:
    """Neither by inference nor from a try after a failure: both would be said of hard messages only."""
    both = replace(
        ORDER, tries=(replace(PASSED, passed=False), FirstTry(CEO, True, DEMANDS)), delivered_by=CEO
    )

    assert of(both).outcomes == {INTERN: 0.0}


def test_a_complaint_about_the_ceos_answer_is_none_about_the_interns() -> None:
    both = replace(
        ORDER, tries=(replace(PASSED, passed=False), FirstTry(CEO, True, DEMANDS)), delivered_by=CEO
    )

    assert of(replace(both, again=(DoneAgain(CEO),))) == of(both)


def test_what_only_the_basics_checked_is_weak_evidence_however_it_went() -> None:
    for passed in (True, False):
        basics = FirstTry(INTERN, passed, ("answer.not_empty", "answer.complete", "security.secrets"))

        assert of(replace(ORDER, tries=(basics,))).weight == BASICS_ONLY


def test_the_owners_escalate_is_strong_evidence_against_a_passed_answer() -> None:
    piece = of(replace(ORDER, again=(DoneAgain(DIRECTOR),)))

    assert piece.outcomes == {INTERN: 0.0}
    assert piece.weight == OWNERS_WORD


def test_a_retry_is_milder_than_an_escalate() -> None:
    assert of(replace(ORDER, again=(DoneAgain(INTERN),))).outcomes[INTERN] == AFTER_RETRY


def test_the_worst_word_counts() -> None:
    again = (DoneAgain(INTERN), DoneAgain(CEO), DoneAgain(None))

    assert of(replace(ORDER, again=again)).outcomes[INTERN] == 0.0


def test_a_wish_for_a_cheaper_tier_is_no_complaint() -> None:
    order = replace(
        ORDER, tries=(FirstTry(CEO, True, DEMANDS),), delivered_by=CEO, again=(DoneAgain(INTERN),)
    )

    assert of(order).outcomes == {CEO: 1.0}
    assert of(order).weight == CHECKED


def test_a_word_about_an_order_that_failed_adds_nothing() -> None:
    failed = replace(ORDER, tries=(replace(PASSED, passed=False),), delivered_by=None)

    assert of(replace(failed, again=(DoneAgain(CEO),))) == of(failed)


def test_an_order_that_does_another_again_is_left_out() -> None:
    assert list(evidence_of([replace(ORDER, is_again=True), ORDER])) == [of(ORDER)]


@pytest.mark.parametrize(
    ("propensity", "weight"),
    [(None, 1.0), (1.0, 1.0), (0.5, 2.0), (0.01, MOST_PROPENSITY_WEIGHT), (0.0, 1.0)],
    ids=str,
)
def test_a_rare_choice_stands_for_many_and_is_clipped(propensity: float | None, weight: float) -> None:
    assert of(replace(ORDER, chosen=INTERN, propensity=propensity)).weight == pytest.approx(weight)


def test_a_choice_that_was_overruled_before_the_try_has_no_propensity() -> None:
    assert of(replace(ORDER, chosen=CEO, propensity=0.01)).weight == CHECKED
