"""The one judgement of the company: a subject and a spec in, a verdict out. Called for every answer.

Pure and deterministic: no clock, no file, no network, nothing remembered, and no text makes it raise. It
costs well under a millisecond for a chat answer, so workers call it in line; a spec with patterns of its own
may take `qa.patterns.PATTERN_TIMEOUT_S` for each, so call it in a thread for those.
"""

from collections.abc import Callable

from qa.checks.answer import check_answer
from qa.checks.code_execution import check_code_execution
from qa.checks.completeness import check_completeness
from qa.checks.format import check_format
from qa.checks.security import check_security
from qa.findings import CheckResult, Subject, Verdict, failed, passed
from qa.spec import QaSpec

__all__ = ["CHECKS", "Subject", "validate"]


def check_exit_code(subject: Subject, spec: QaSpec) -> tuple[CheckResult, ...]:
    """The exit code of the command, where there was one."""
    if subject.exit_code is None:
        return ()
    evidence = f"exit code {subject.exit_code}, expected {spec.expected_exit_code}"
    if subject.exit_code == spec.expected_exit_code:
        return (passed("exit_code", evidence),)
    return (failed("exit_code", evidence, f"Make the command exit with {spec.expected_exit_code}."),)


type Check = Callable[[Subject, QaSpec], tuple[CheckResult, ...]]

CHECKS: tuple[Check, ...] = (
    check_exit_code,
    check_answer,
    check_format,
    check_completeness,
    check_security,
    check_code_execution,
)
"""Every family of checks, in the order of the verdict. A new family is one function and one line here."""


def validate(subject: Subject, spec: QaSpec) -> Verdict:
    """Run every check that the spec asks for, in a fixed order; a failed one does not stop the others."""
    return Verdict(tuple(result for check in CHECKS for result in check(subject, spec)))
