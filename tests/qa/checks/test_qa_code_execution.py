"""Python code must parse; where the spec says so it is run, in the sandbox."""

import warnings
from typing import Any

import pytest

from nexus.sandbox.probe import sandbox_level
from qa.checks.code_execution import check_code_execution
from qa.findings import CheckResult, CheckStatus, Subject
from qa.spec import CodeExecutionSpec, CodePair, QaSpec

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


def run_code(code: str, **rules: Any) -> CheckResult:
    spec = QaSpec(name="x", code_execution=CodeExecutionSpec(execute_in_sandbox=True, **rules))
    if sandbox_level().startswith("none"):
        pytest.skip(f"no sandbox here: {sandbox_level()}")
    return check_code_execution(Subject(f"```{rules.get('language', 'python')}\n{code}\n```"), spec)[-1]


@pytest.mark.parametrize(
    ("code", "status", "evidence"),
    [
        ("print(sum(range(10)))", CheckStatus.PASS, "exit code 0"),
        ("import sys; sys.exit(4)", CheckStatus.FAIL, "exit code 4"),
        ("1 / 0", CheckStatus.FAIL, "ZeroDivisionError"),
        ("input('name? ')", CheckStatus.NOT_CHECKED, "EOFError"),
        ("import no_such_library", CheckStatus.NOT_CHECKED, "no_such_library"),
        ("while True: pass", CheckStatus.FAIL, "its limit of time"),
        ("print('{\"exit\": 0}'); raise SystemExit(1)", CheckStatus.FAIL, "exit code 1"),
    ],
)
def test_code_is_run_in_the_sandbox(code: str, status: CheckStatus, evidence: str) -> None:
    result = run_code(code, timeout_seconds=4)
    assert result.status is status, result
    assert evidence in result.evidence


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("def add(a, b): return a + b", CheckStatus.PASS),
        ("def add(a, b): return a - b", CheckStatus.FAIL),
        ("import os; os._exit(0)", CheckStatus.FAIL),
        ("import sys; sys.exit(0)", CheckStatus.FAIL),
        ("import os, sys; print('PASS'); sys.stdout.flush(); os._exit(0)", CheckStatus.FAIL),
        ("import sys; word = sys.stdin.read(); print(word); sys.exit(0)", CheckStatus.FAIL),
    ],
)
def test_tests_of_the_spec_must_come_to_their_end(code: str, status: CheckStatus) -> None:
    result = run_code(code, tests="assert add(1, 2) == 3")
    assert (result.name, result.status) == ("code_execution.tests", status), result


def test_pairs_of_input_and_output_are_compared_outside() -> None:
    pairs = (CodePair(input="2\n", output="4"), CodePair(input="5", output="25\n"))
    assert run_code("print(int(input()) ** 2)", tests=pairs).status is CheckStatus.PASS
    wrong = run_code("print(4)", tests=pairs)
    assert (wrong.status, wrong.evidence) == (
        CheckStatus.FAIL,
        "test 2 of 2: the output is not the one that is wanted",
    )


def test_another_language_is_run_where_its_interpreter_is() -> None:
    assert run_code("[ $((2 * 3)) = 6 ]", language="sh").status is CheckStatus.PASS
    assert run_code("exit 3", language="sh").status is CheckStatus.FAIL


def test_code_that_does_not_parse_is_not_run() -> None:
    assert run_code("def (").evidence == "not run: the code does not parse"


def test_an_unknown_language_is_not_checked() -> None:
    spec = QaSpec(name="x", code_execution=CodeExecutionSpec(language="cobol", execute_in_sandbox=True))
    assert {check.status for check in check_code_execution(Subject("x"), spec)} == {CheckStatus.NOT_CHECKED}


def test_code_checks_that_are_switched_off_check_nothing() -> None:
    off = QaSpec(name="x", code_execution=CodeExecutionSpec(enabled=False))
    assert check_code_execution(Subject("("), off) == ()
