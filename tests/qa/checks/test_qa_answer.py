"""An answer must be there, whole, not endless."""

import pytest

from qa.checks.answer import check_answer
from qa.findings import CheckStatus, Subject
from qa.spec import AnswerSpec, QaSpec

SPEC = QaSpec(name="chat", answer=AnswerSpec(max_chars=100))


def status_of(name: str, subject: Subject) -> CheckStatus:
    return {check.name: check.status for check in check_answer(subject, SPEC)}[f"answer.{name}"]


@pytest.mark.parametrize(
    "text", ["", " \n\t", "\u200b\ufeff", "<think></think>", "<think>\nhm, Paris?\n</think>\n", "<think>hm"]
)
def test_an_answer_that_says_nothing_is_failed(text: str) -> None:
    assert status_of("not_empty", Subject(text)) is CheckStatus.FAIL


@pytest.mark.parametrize("text", ["4", "。", "<think>hm</think>Paris", "👍"])
def test_a_short_answer_is_an_answer(text: str) -> None:
    assert status_of("not_empty", Subject(text)) is CheckStatus.PASS


def test_an_answer_that_the_model_did_not_end_is_failed() -> None:
    # A real answer of the starter model, which ran into its limit.
    text = "Nexus is an AI-powered, AI-driven, and AI-assisted, AI-optimized, AI-e"
    assert status_of("complete", Subject(text, cut_off=True)) is CheckStatus.FAIL
    assert status_of("complete", Subject("Nexus is a company.")) is CheckStatus.PASS


def test_an_open_code_block_is_a_cut_off_answer() -> None:
    assert status_of("complete", Subject("Here:\n```python\nprint(1)")) is CheckStatus.FAIL
    assert status_of("complete", Subject("Here:\n```python\nprint(1)\n```")) is CheckStatus.PASS


def test_an_answer_longer_than_asked_is_failed() -> None:
    assert status_of("max_chars", Subject("x " * 51)) is CheckStatus.FAIL
    assert status_of("max_chars", Subject("x " * 50)) is CheckStatus.PASS


def test_rules_that_are_switched_off_are_not_checked() -> None:
    off = AnswerSpec(not_empty=False, complete=False, no_loops=False)
    assert check_answer(Subject(""), QaSpec(name="x", answer=off)) == ()
    assert check_answer(Subject(""), QaSpec(name="x")) == ()
