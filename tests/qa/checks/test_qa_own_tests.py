"""Answers that bring tests with their code: they are found, run in the sandbox, and believed only when they ran."""

import pytest

from nexus.sandbox.probe import sandbox_level
from qa.checks.own_tests import code_with_tests, has_tests
from qa.findings import CheckStatus, Subject, Verdict
from qa.spec import CodeExecutionSpec, QaSpec, SpecError, parse_spec
from qa.validator import validate

SPEC = QaSpec(name="tests", code_execution=CodeExecutionSpec(own_tests=True))
CODE = "```python\ndef double(n):\n    return n * 2\n```\n"
BROKEN = "```python\ndef double(n):\n    return n + 2\n```\n"
UNITTEST = """```python
import unittest
from double import double

class DoubleTest(unittest.TestCase):
    def test_it(self):
        self.assertEqual(double(3), 6)

if __name__ == "__main__":
    unittest.main()
```"""
PLAIN = "```python\ndef test_double():\n    assert double(3) == 6\n```"
PYTEST = """```python
import pytest
from my_module import double

@pytest.fixture
def three():
    return 3

@pytest.mark.parametrize("n, wanted", [(1, 2), (3, 6)])
def test_double(n, wanted):
    assert double(n) == wanted

def test_three(three):
    assert double(three) == pytest.approx(6.0)

class TestMore:
    def test_raises(self):
        with pytest.raises(TypeError, match="unsupported|can"):
            double(None)
```"""
ASYNC = "```python\nasync def test_double():\n    assert double(3) == 6\n```"
MODULE = "```python\nimport double as d\n\ndef test_double():\n    assert d.double(3) == 6\n```"
ALL = {"unittest": UNITTEST, "plain": PLAIN, "pytest": PYTEST, "async": ASYNC, "module": MODULE}


def judged(answer: str) -> Verdict:
    if (level := sandbox_level()).startswith("none"):
        pytest.skip(f"no sandbox here: {level}")
    return validate(Subject(answer), SPEC)


@pytest.mark.parametrize("style", ALL)
def test_tests_of_every_usual_style_are_run_and_pass(style: str) -> None:
    verdict = judged(CODE + ALL[style])
    assert [check.name for check in verdict.checks if check.status is CheckStatus.PASS] == [
        "code_execution.python_syntax",
        "code_execution.own_tests",
        "code_execution.tests",
    ]


@pytest.mark.parametrize("style", ALL)
def test_tests_of_every_usual_style_fail_where_the_code_is_wrong(style: str) -> None:
    (failed,) = judged(BROKEN + ALL[style]).failed
    assert failed.name == "code_execution.tests"


@pytest.mark.parametrize(
    "answer",
    [
        CODE,
        CODE + "```python\ndef test_nothing():\n    pass\n```",
        CODE + "```python\nprint(double(3))\n```",
        "```python\ndef test_double_of(n):\n    return n\n```",
    ],
    ids=["none", "empty", "print", "only_a_name"],
)
def test_code_without_tests_that_check_something_fails_and_is_not_run(answer: str) -> None:
    verdict = validate(Subject(answer), SPEC)
    assert [check.name for check in verdict.failed] == ["code_execution.own_tests"]
    assert verdict.checks[-1].name == "code_execution.own_tests"


def test_code_that_ends_before_its_tests_has_not_passed() -> None:
    (failed,) = judged(CODE + PLAIN.replace("def test_double", "raise SystemExit(0)\ndef test_double")).failed
    assert failed.evidence == "the code ended the program before its tests"


def test_tests_that_are_all_skipped_have_not_passed() -> None:
    skipped = UNITTEST.replace("    def test_it", "    @unittest.skip('later')\n    def test_it")
    (failed,) = judged(CODE + skipped).failed
    assert "no test ran" in failed.evidence


def test_only_what_stands_in_the_answer_is_its_own_module() -> None:
    program = code_with_tests(
        ["import numpy as np\nfrom requests import get\nfrom mine import double\ndef double(n): ..."]
    )
    assert "_OWN_NAMES = ['mine', 'pytest']" in program
    assert has_tests(["def test_a():\n    assert 1"])


@pytest.mark.parametrize(
    "rules", ['{"own_tests": true, "tests": "assert 1"}', '{"own_tests": true, "language": "perl"}']
)
def test_a_spec_tests_in_one_way(rules: str) -> None:
    with pytest.raises(SpecError, match="code_execution: own_tests: for Python"):
        parse_spec(f'{{"name": "x", "code_execution": {rules}}}', "x")
