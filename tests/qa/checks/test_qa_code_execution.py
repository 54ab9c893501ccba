"""Python code must parse; nothing is run."""

import warnings

import pytest

from qa.checks.code_execution import check_code_execution
from qa.findings import CheckStatus, Subject
from qa.spec import CodeExecutionSpec, QaSpec

SPEC = QaSpec(name="x", code_execution=CodeExecutionSpec())


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    return 1\n",
        "Here:\n```python\nprint(1)\n```\nIt prints:\n```\n1 one\n```",
        "```\nprint(1)\n```\nOutput:\n```\n1 one\n```",
        "1. First\n   ```py\n   x = 1\n   ```\n2. Then\n   ```py\n   y = 2\n   ```",
        "```python\n>>> x = 1\n>>> x\n1 of them\n```",
        "```python\nimport re\nre.compile('\\d')\n```",
        "```python\nx is 1\n```",
    ],
)
def test_code_that_parses_passes_without_a_warning(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (result,) = check_code_execution(Subject(text), SPEC)
    assert result.status is CheckStatus.PASS


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ("```python\ndef f(:\n    pass\n```", "block 1 of 1: line 1: invalid syntax"),
        ("```python\nx = 1\n```\n```python\nx = 1\n y = 2\n```", "block 2 of 2: line 2: unexpected indent"),
        ("Sorry, I cannot write code.", "line 1"),
        ("```bash\nls\n```", "no Python code found"),
        ("", "no Python code found"),
        ("x = '\x00'", "line 1"),
        ("x = '\ud800'", "cannot be parsed"),
        ("-" * 60_000 + "1", "cannot be parsed (MemoryError)"),
        ("a" + ".b" * 30_000, "cannot be parsed (RecursionError)"),
        ("(" * 60_000, "too many nested parentheses"),
        ("x = " + "9" * 60_000, "line 1"),
        ("x = 1\n" * 20_000, "larger than 65536 bytes"),
    ],
)
def test_code_that_does_not_parse_fails_with_its_line(text: str, evidence: str) -> None:
    (result,) = check_code_execution(Subject(text), SPEC)
    assert result.status is CheckStatus.FAIL
    assert evidence in result.evidence
    assert result.feedback


def test_execution_is_honestly_not_checked() -> None:
    spec = QaSpec(name="x", code_execution=CodeExecutionSpec(execute_in_sandbox=True))
    syntax, sandbox = check_code_execution(Subject("raise SystemExit"), spec)
    assert syntax.status is CheckStatus.PASS
    assert sandbox.status is CheckStatus.NOT_CHECKED
    assert sandbox.evidence == "no sandbox on this build; the syntax was checked, nothing was run"


def test_an_unknown_language_is_not_checked() -> None:
    spec = QaSpec(name="x", code_execution=CodeExecutionSpec(language="cobol", execute_in_sandbox=True))
    assert [check.status for check in check_code_execution(Subject("x"), spec)] == [CheckStatus.NOT_CHECKED]


def test_code_checks_that_are_switched_off_check_nothing() -> None:
    off = QaSpec(name="x", code_execution=CodeExecutionSpec(enabled=False))
    assert check_code_execution(Subject("("), off) == ()
