"""Pieces that must and must not be there."""

from qa.checks.completeness import check_completeness
from qa.findings import Subject
from qa.spec import CompletenessSpec, QaSpec

SPEC = QaSpec(
    name="x",
    completeness=CompletenessSpec(
        required_substrings=("success", "total"), forbidden_substrings=("TODO", "placeholder")
    ),
)


def test_a_complete_text_passes() -> None:
    results = check_completeness(Subject("success, the total is 3"), SPEC)
    assert [check.status.value for check in results] == ["pass", "pass"]


def test_what_is_missing_and_what_is_left_over_are_named() -> None:
    required, forbidden = check_completeness(Subject("success TODO"), SPEC)
    assert required.feedback == 'Include, exactly as written: "total".'
    assert forbidden.feedback == 'Leave out: "TODO".'


def test_a_forbidden_secret_is_not_repeated() -> None:
    secret = "ghp_" + "aZ3kQ9wLx7RtB2nMfY8sHd4JcP6gU1eA5oKi"
    spec = QaSpec(name="x", completeness=CompletenessSpec(forbidden_substrings=(secret,)))
    (result,) = check_completeness(Subject(f"it is {secret}"), spec)
    assert result.status.value == "fail"
    assert secret not in result.evidence + result.feedback


def test_a_spec_that_names_nothing_checks_nothing() -> None:
    assert check_completeness(Subject("x"), QaSpec(name="x", completeness=CompletenessSpec())) == ()
