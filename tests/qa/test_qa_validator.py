"""The whole judgement: order, determinism, and that no text makes it raise or leak."""

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qa.findings import MAX_EVIDENCE_CHARS, CheckStatus, Verdict
from qa.spec import (
    AnswerSpec,
    CodeExecutionSpec,
    CompletenessSpec,
    FormatSpec,
    QaSpec,
    SecuritySpec,
)
from qa.validator import Subject, validate

# Put together here, so that no scanner takes this file for a leak.
SECRET = "sk-" + "ant-api03-Zk3vQ9wLx7RtB2nMfY8sHd4JcP6gU1eA5oKi0TqW"


def a_spec(kind: str) -> QaSpec:
    """Every family at once, for one type of format."""
    return QaSpec.model_validate(
        {
            "name": "everything",
            "format": {
                "type": kind,
                "required_keys": ("a",),
                "json_schema": {"required": ["b"]},
                "pattern": "^x",
            },
            "completeness": CompletenessSpec(
                required_substrings=("need",), forbidden_substrings=("TODO", SECRET)
            ),
            "security": SecuritySpec(
                check_placeholders=True, forbidden_patterns=("sk-[a-z]+", "(?i)todo"), on_secret="fail"
            ),
            "code_execution": CodeExecutionSpec(execute_in_sandbox=True),
            "answer": AnswerSpec(max_chars=50),
        }
    )


def without_times(verdict: Verdict) -> str:
    """A text that happens to be a program is run: all but how long that took is the same each time."""
    return re.sub(r"\d+ ms", "", str(verdict.to_json()))


PIECES = st.sampled_from(
    [
        "```python\n",
        "```json\n",
        "```\n",
        "{",
        "[",
        '"a": ',
        "1",
        "\n",
        "(",
        "'",
        "la Femme, ",
        "<think>",
        "f'{",
        "-----BEGIN PRIVATE KEY-----",
        "eyJ",
        "password = ",
        "| a | b |\n",
        "\x00",
        "\ud800",
        "\ufeff",
        "def f(",
        "\\",
    ]
)
TEXTS = st.one_of(
    st.text(max_size=300),
    st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=60).map("".join),
    st.tuples(PIECES, st.integers(1, 3000)).map(lambda pair: pair[0] * pair[1]),
)


@given(TEXTS, st.sampled_from(["text", "json", "code", "markdown"]))
@example("[" * 200_000, "json")
@example("9" * 10_000, "json")
@example("-" * 60_000 + "1", "code")
@example("a" + ".b" * 30_000, "code")
@example('{"' + SECRET + '": ' + "1" * 5000, "json")
def test_no_text_makes_it_raise_and_evidence_stays_short(text: str, kind: str) -> None:
    verdict = validate(Subject(text), a_spec(kind))
    assert without_times(verdict) == without_times(validate(Subject(text), a_spec(kind)))
    for check in verdict.checks:
        assert len(check.evidence) <= MAX_EVIDENCE_CHARS
        assert check.evidence.isprintable()
        assert bool(check.feedback) == (check.status is CheckStatus.FAIL)


@given(TEXTS, TEXTS, st.sampled_from(["text", "json", "code", "markdown"]), st.integers(1, 30))
def test_a_planted_secret_never_shows_in_a_report(before: str, after: str, kind: str, times: int) -> None:
    verdict = validate(Subject(f"{before} {(SECRET + ' ') * times}{after}"), a_spec(kind))
    said = " ".join(check.evidence + check.feedback for check in verdict.checks)
    assert SECRET not in said
    assert SECRET[8:24] not in said
    assert "security.secrets" in [check.name for check in verdict.failed]


@pytest.mark.parametrize(
    "text",
    [
        f'{{"{SECRET}": 1}}',
        f'{{"b": "{SECRET}"',
        f"```python\n{SECRET} = '\n```",
        f"```python\nf('{SECRET}' 1 2)\n```",
        f"{SECRET} " * 60,
        f"password = '{SECRET}'",
    ],
)
def test_a_secret_inside_a_fault_does_not_show_either(text: str) -> None:
    for kind in ("json", "code"):
        verdict = validate(Subject(text), a_spec(kind))
        assert verdict.failed
        assert SECRET[8:24] not in str(verdict.to_json())


def test_the_exit_code_is_checked_where_there_was_one() -> None:
    spec = QaSpec(name="x", expected_exit_code=3)
    assert validate(Subject("", exit_code=3), spec).passed
    assert validate(Subject("", exit_code=0), spec).feedback == ["Make the command exit with 3."]
    assert validate(Subject(""), spec).checks == ()


def test_the_order_of_the_checks_is_stable() -> None:
    names = [check.name for check in validate(Subject('need {"a": 1}', exit_code=0), a_spec("json")).checks]
    assert names == [
        "exit_code",
        "answer.not_empty",
        "answer.complete",
        "answer.no_loops",
        "answer.max_chars",
        "format.json",
        "format.pattern",
        "completeness.required_substrings",
        "completeness.forbidden_substrings",
        "security.secrets",
        "security.placeholders",
        "security.forbidden_patterns",
        "code_execution.python_syntax",
        "code_execution.sandbox",
    ]


def test_a_good_answer_passes() -> None:
    spec = QaSpec(name="x", format=FormatSpec(type="text"), answer=AnswerSpec(), security=SecuritySpec())
    verdict = validate(Subject("Paris is the capital of France."), spec)
    assert verdict.passed
    assert verdict.passed_count == verdict.total == 5


HOSTILE = [
    "-",
    "- ",
    "~",
    "a(",
    "\n",
    " ",
    "[a](",
    "[",
    "**a",
    "; ",
    "=",
    "{",
    "a,",
    "| ",
    "# ",
    "<think>",
    "``` `\n",
    "\\",
]


@pytest.mark.parametrize("kind", ["json", "code", "markdown"])
@pytest.mark.parametrize("piece", HOSTILE)
def test_a_megabyte_is_judged_in_linear_time(piece: str, kind: str) -> None:
    spec = QaSpec(
        name="x",
        format=FormatSpec.model_validate({"type": kind}),
        answer=AnswerSpec(),
        security=SecuritySpec(check_placeholders=True),
        code_execution=CodeExecutionSpec(),
    )
    started = time.process_time()
    validate(Subject(piece * (1_000_000 // len(piece)) + "`"), spec)
    assert time.process_time() - started < 5
