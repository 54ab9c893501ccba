"""The one judgement of the company: a subject and a spec in, a verdict out. Called for every answer.

Pure and deterministic: no clock, no file, no network, nothing remembered, and no text makes it raise. It
costs well under a millisecond for a chat answer, so workers call it in line; a spec with patterns of its own
may take `qa.patterns.PATTERN_TIMEOUT_S` for each, so call it in a thread for those.
"""

from collections.abc import Callable
from dataclasses import replace

from qa.checks.answer import check_answer
from qa.checks.code_execution import check_code_execution
from qa.checks.completeness import check_completeness
from qa.checks.format import check_format
from qa.checks.security import check_security, redaction_of
from qa.demands.checking import check_demands
from qa.findings import CheckResult, Subject, Verdict, failed, not_checked, passed
from qa.opinions.checking import check_opinions
from qa.spec import QaSpec

__all__ = ["CHECKS", "JUDGE", "Subject", "judge", "validate"]

JUDGE = "judge.criteria"


def check_exit_code(subject: Subject, spec: QaSpec) -> tuple[CheckResult, ...]:
    """The exit code of the command, where there was one."""
    if subject.exit_code is None:
        return ()
    evidence = f"exit code {subject.exit_code}, expected {spec.expected_exit_code}"
    if subject.exit_code == spec.expected_exit_code:
        return (passed("exit_code", evidence),)
    return (failed("exit_code", evidence, f"Make the command exit with {spec.expected_exit_code}."),)


def check_judge(_: Subject, spec: QaSpec) -> tuple[CheckResult, ...]:
    """A place for the word of a model. Nothing here asks one: `agents.judge_desk` does, when all else has passed."""
    return () if spec.judge is None else (not_checked(JUDGE, "no model was asked"),)


type Check = Callable[[Subject, QaSpec], tuple[CheckResult, ...]]

CHECKS: tuple[Check, ...] = (
    check_exit_code,
    check_answer,
    check_format,
    check_completeness,
    check_demands,
    check_opinions,
    check_security,
    check_code_execution,
    check_judge,
)
"""Every family of checks, in the order of the verdict. A new family is one function and one line here."""


def validate(subject: Subject, spec: QaSpec) -> Verdict:
    """Run every check that the spec asks for, in a fixed order; a failed one does not stop the others."""
    return judge(subject, spec)[0]


def judge(subject: Subject, spec: QaSpec) -> tuple[Verdict, str]:
    """The verdict, and the text as it may be delivered and stored: without secrets, where the spec looks for them.

    Security sees the work as it came, every other check as it will be delivered.
    """
    seen = redaction_of(subject, spec)
    safe = replace(subject, text=seen.text) if seen is not None else subject
    results: list[CheckResult] = []
    for check in CHECKS:
        results += check_security(subject, spec, seen) if check is check_security else check(safe, spec)
    return Verdict(tuple(results)), safe.text
