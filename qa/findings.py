"""What QA saw: the subject that is judged, one result per check, and the verdict over them.

The checks build these, the workers store them, the channels show them. Evidence and feedback are safe to
store and to show: at most 300 characters, one line, printable, and never a secret itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

MAX_EVIDENCE_CHARS = 300


class CheckStatus(StrEnum):
    """How one check ended. NOT_CHECKED is neither for nor against the work; it is shown as it is."""

    PASS = "pass"  # noqa: S105 - not a password
    FAIL = "fail"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True)
class Given:
    """A text that the author of the work was given, such as an attached document: its name and its words."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Subject:
    """The work to judge.

    Attributes:
        text: the answer of a model, or what a command printed to its standard output.
        cut_off: the model's own finish reason says that it ran out of tokens.
        exit_code: of the command; None where there was none or it was killed.
        request: the owner's message that the answer is for; empty where there is none.
        given: what the author could quote from, beside the request.
    """

    text: str
    cut_off: bool = False
    exit_code: int | None = None
    request: str = ""
    given: tuple[Given, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check and what it saw.

    Attributes:
        name: stable and dotted, such as `format.required_keys`.
        status: how it ended.
        evidence: what was seen; made one printable line of at most 300 characters on construction.
        feedback: on FAIL, one imperative sentence to the author of the work; empty otherwise.
    """

    name: str
    status: CheckStatus
    evidence: str
    feedback: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "evidence", _one_line(self.evidence))
        object.__setattr__(self, "feedback", _one_line(self.feedback))


def passed(name: str, evidence: str) -> CheckResult:
    """A check that found the work right."""
    return CheckResult(name, CheckStatus.PASS, evidence)


def failed(name: str, evidence: str, feedback: str) -> CheckResult:
    """A check that found the work wrong; `feedback` tells the author how to mend it."""
    return CheckResult(name, CheckStatus.FAIL, evidence, feedback)


def not_checked(name: str, why: str) -> CheckResult:
    """A check that was asked for and could not be made."""
    return CheckResult(name, CheckStatus.NOT_CHECKED, why)


@dataclass(frozen=True, slots=True)
class Verdict:
    """QA's result for one attempt: every check, in the order in which they ran."""

    checks: tuple[CheckResult, ...]

    @property
    def passed(self) -> bool:
        """Nothing failed and something was really checked: an empty verdict has not passed."""
        return not self.failed and self.passed_count > 0

    @property
    def passed_count(self) -> int:
        """How many checks passed."""
        return sum(check.status is CheckStatus.PASS for check in self.checks)

    @property
    def failed(self) -> tuple[CheckResult, ...]:
        """The checks that failed, in order."""
        return tuple(check for check in self.checks if check.status is CheckStatus.FAIL)

    @property
    def total(self) -> int:
        """How many checks were really made; NOT_CHECKED does not count."""
        return self.passed_count + len(self.failed)

    @property
    def feedback(self) -> list[str]:
        """What the author must mend, one sentence per failed check."""
        return [check.feedback for check in self.failed if check.feedback]

    def to_json(self) -> list[dict[str, str]]:
        """Plain rows for the database and the reports; `from_json` reads them back."""
        return [
            {
                "name": check.name,
                "status": check.status.value,
                "evidence": check.evidence,
                "feedback": check.feedback,
            }
            for check in self.checks
        ]

    @classmethod
    def from_json(cls, rows: Iterable[Mapping[str, object]]) -> Self:
        """Read back what `to_json` wrote.

        Raises:
            KeyError: a row has no name, status or evidence.
            ValueError: a status is unknown.
        """
        return cls(
            tuple(
                CheckResult(
                    name=str(row["name"]),
                    status=CheckStatus(str(row["status"])),
                    evidence=str(row["evidence"]),
                    feedback=str(row.get("feedback", "")),
                )
                for row in rows
            )
        )


def _one_line(text: str) -> str:
    # A database refuses NUL and lone surrogates, and a terminal obeys escape sequences.
    if not text.isprintable():
        text = "".join(char if char.isprintable() else " " for char in text)
    return text if len(text) <= MAX_EVIDENCE_CHARS else text[: MAX_EVIDENCE_CHARS - 1] + "…"
