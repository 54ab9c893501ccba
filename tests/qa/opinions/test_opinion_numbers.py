"""Numbers that contradict each other are found, and nothing else is: on own snippets, half of them with an error."""

import time
from collections import Counter
from fractions import Fraction

import pytest

from qa.findings import CheckStatus, Subject
from qa.opinions.evaluation import MAX_DEPTH, CannotTell, Value, evaluate
from qa.opinions.numbers import find_claims
from qa.spec import OpinionsSpec, QaSpec
from qa.validator import validate
from tests.qa.opinions.samples import pairs, traps

SPEC = QaSpec(name="numbers", opinions=OpinionsSpec())


def is_alarm(text: str) -> bool:
    return any(not claim.holds for claim in find_claims(text))


@pytest.mark.parametrize("name", ["pairs.tsv", "unseen.tsv"])
def test_planted_errors_are_found_and_right_statements_left_alone(name: str) -> None:
    sample = pairs(name)
    alarms = [pair.right for pair in sample if is_alarm(pair.right)]
    assert alarms == []
    found = [pair for pair in sample if is_alarm(pair.wrong)]
    assert len(found) / len(sample) >= 0.95, [pair.wrong for pair in sample if pair not in found]


def test_the_sample_is_large_enough_and_half_of_it_is_wrong() -> None:
    sample = [*pairs("pairs.tsv"), *pairs("unseen.tsv")]
    assert len(sample) * 2 + len(traps()) >= 400
    assert min(Counter(pair.kind for pair in sample).values()) >= 15
    assert all(pair.right != pair.wrong for pair in sample)


def test_nothing_that_only_looks_wrong_is_an_alarm() -> None:
    assert [text for text in traps() if is_alarm(text)] == []


def test_the_feedback_says_what_is_wrong_and_what_is_right() -> None:
    (check,) = validate(Subject("Each of 3 boxes holds 12, so 3 x 12 = 38 eggs."), SPEC).checks
    assert check.status is CheckStatus.FAIL
    assert check.evidence == '1 of 1 wrong: "3 x 12 = 38 eggs", but 3 x 12 is 36'
    assert check.feedback == 'Correct the numbers: "3 x 12 = 38 eggs", but 3 x 12 is 36.'


def test_right_numbers_are_evidence_and_no_numbers_are_no_check() -> None:
    (check,) = validate(Subject("3 x 12 = 36, and 45 of 60 is 75%."), SPEC).checks
    assert (check.status, check.evidence) == (
        CheckStatus.PASS,
        "worked out again, and right: 1 arithmetic, 1 share",
    )
    assert validate(Subject("Paris has 2 million people."), SPEC).checks == ()


def test_an_error_of_the_request_may_be_talked_about() -> None:
    answer = "You wrote 3 x 12 = 38, which I corrected."
    assert not validate(Subject(answer, request="Check this: 3 x 12 = 38"), SPEC).failed
    assert validate(Subject(answer, request="How many eggs are in 3 boxes?"), SPEC).failed


def test_who_asks_for_wrong_numbers_gets_them() -> None:
    assert not validate(Subject("A) 7 × 8 = 54", request="Write a quiz for children"), SPEC).failed
    assert validate(Subject("A) 7 × 8 = 54", request="Write it for children"), SPEC).failed


def test_a_secret_in_a_claim_does_not_show() -> None:
    secret = "sk-" + "ant-api03-Zk3vQ9wLx7RtB2nMfY8sHd4JcP6gU1eA5oKi0TqW"
    verdict = validate(Subject(f"{secret} 3 x 12 = 38 {secret}\n- {secret}: 3\n- b: 4\nTotal: 8"), SPEC)
    assert secret[8:24] not in str(verdict.to_json())


PIECES = [
    "1",
    "1 ",
    "1+",
    "1+1=",
    "(",
    "((1",
    "1,",
    "1 000 ",
    "3 x ",
    "= ",
    "1/2 ",
    "% of 3 ",
    "5% of 3 is ",
    "5 km = ",
]
PIECES += [
    "| 1 |\n",
    "- a: 1\n",
    "Total: 1\n",
    "\\frac{1}{",
    "$1=",
    "**",
    "√",
    "from 3 to 4, ",
    "100°F (",
    "9:00 - ",
]


@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("end", ["", "\n"], ids=["one_line", "lines"])
def test_a_megabyte_takes_no_longer_than_seconds(piece: str, end: str) -> None:
    text = (piece + end) * (1_000_000 // len(piece + end))
    began = time.process_time()
    find_claims(text)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "parts",
    [
        ["("] * (MAX_DEPTH * 3),
        [],
        ["+"],
        [Value.of(Fraction(1)), "^", Value.of(Fraction(10**6))],
        [Value.of(Fraction(1)), "/", Value.of(Fraction(0))],
    ],
)
def test_what_is_no_ordinary_expression_has_no_value(parts: list[Value | str]) -> None:
    with pytest.raises(CannotTell):
        evaluate(parts)
