"""Results and verdicts: what counts as passed, what is safe to store."""

from qa.findings import MAX_EVIDENCE_CHARS, CheckResult, CheckStatus, Verdict, failed, not_checked, passed


def test_a_verdict_with_no_check_has_not_passed() -> None:
    assert not Verdict(()).passed
    assert not Verdict((not_checked("a", "no sandbox"),)).passed


def test_one_failure_fails_the_verdict_and_gives_its_feedback() -> None:
    verdict = Verdict((passed("a", "fine"), failed("b", "bad", "Mend it."), not_checked("c", "unknown")))
    assert not verdict.passed
    assert (verdict.passed_count, verdict.total) == (1, 2)
    assert [check.name for check in verdict.failed] == ["b"]
    assert verdict.feedback == ["Mend it."]


def test_what_was_not_checked_does_not_fail_the_verdict() -> None:
    assert Verdict((passed("a", "fine"), not_checked("c", "unknown"))).passed


def test_a_verdict_survives_the_way_through_json() -> None:
    verdict = Verdict((passed("a", "fine"), failed("b", "bad", "Mend it.")))
    assert Verdict.from_json(verdict.to_json()) == verdict


def test_evidence_is_one_short_printable_line() -> None:
    result = CheckResult("a", CheckStatus.PASS, "x\x00\ud800\n\x1b[31m" + "y" * 1000)
    assert len(result.evidence) == MAX_EVIDENCE_CHARS
    assert result.evidence.isprintable()
