"""Every shipped spec, by the runner as a person would call it: a good answer passes, a bad one fails for its reason."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from nexus.sandbox.probe import sandbox_level
from tests.qa.test_qa_runner import ROOT, SPECS

GOOD_CODE = "```python\ndef double(n):\n    return n * 2\n```\n"
TESTS = "```python\ndef test_double():\n    assert double(3) == 6\n```"
INVOICE = {"invoice": "A-1", "lines": [{"item": "ink", "euro": 3}], "total": 3}
ORDER = {"work_order_id": "WO-1", "status": "declined", "answer": "No."}

ANSWERS: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "example_json_output": (
        '{"status": "success", "result": {"items": 1}}',
        [
            ("not json", "format.json"),
            ('{"status": "success"}', "format.required_keys"),
            ('{"status": "late", "result": {"items": 1}}', "format.json_schema"),
            ('{"status": "failure", "result": {"items": 1}}', "completeness.required_substrings"),
            ('{"status": "success", "result": {"items": "TODO"}}', "completeness.forbidden_substrings"),
        ],
    ),
    "example_python_code": (
        "```python\ndef fibonacci(n):\n    return n\n```",
        [
            ("It is a famous row of numbers.", "format.code"),
            ("```python\ndef fibonacci(n)\n    return n\n```", "code_execution.python_syntax"),
            ("```python\ndef fib(n):\n    return n\n```", "completeness.required_substrings"),
        ],
    ),
    "json_to_schema": (
        json.dumps(INVOICE),
        [
            (json.dumps(INVOICE | {"total": "3"}), "format.json_schema"),
            (json.dumps(INVOICE | {"lines": []}), "format.json_schema"),
            (json.dumps(INVOICE | {"more": 1}), "format.json_schema"),
        ],
    ),
    "markdown_report": (
        "# Sales\n\n- North: 1\n- South: 2\n- East: 3\n",
        [
            ("# Sales\n\n- North: 1\n- South: 2\n", "demand.bullets"),
            ("Sales grew.", "format.markdown"),
            ("# Sales\n\n- a\n- b\n- TODO\n", "security.placeholders"),
            ("# Sales\n\n- a\n- b\n- c\n" + "word " * 401, "demand.words"),
        ],
    ),
    "python_with_tests": (
        GOOD_CODE + TESTS,
        [
            (GOOD_CODE, "code_execution.own_tests"),
            (GOOD_CODE.replace("n * 2", "n + 2") + TESTS, "code_execution.tests"),
            ("Call double(3) and look.", "format.code"),
        ],
    ),
    "security_check": (
        "Deployed build 7.",
        [
            ("password: hunter2", "security.forbidden_patterns"),
            ("Write to ada@example.org.", "security.forbidden_patterns"),
            ("The placeholder stays.", "security.placeholders"),
            ("key ghp_" + "aZ3kQ9wLx7RtB2nMfY8sHd4JcP6gU1eA5oKi", "security.secrets"),
        ],
    ),
    "sql_query": (
        "WITH a AS (SELECT name FROM orders) SELECT name FROM a;",
        [
            ("SELECT * FROM orders;", "completeness.forbidden_substrings"),
            ("DELETE FROM orders;", "security.forbidden_patterns"),
            ("SELECT name FROM people;", "completeness.required_substrings"),
            ("Select the name from the table orders", "format.pattern"),
        ],
    ),
    "summary_length": (
        "The firm grew in spring and hired four people for the new office.",
        [
            ("It grew.", "demand.words"),
            ("word " * 61, "demand.words"),
            ("It grew a lot. It hired. It moved. It built. It sold. And then it closed again.", "demand.sentences"),
        ],
    ),
    "translation_german": (
        "Der Vertrag endet am 31. Dezember, und die Miete ist auf das Konto zu zahlen.",
        [
            ("The contract ends on 31 December, and the rent is to be paid to the account.", "demand.language"),
            ("Der Vertrag endet im Dezember, die Miete geht auf das Konto.", "completeness.required_substrings"),
        ],
    ),
    "work_order_response": (
        json.dumps(ORDER),
        [
            (json.dumps(ORDER | {"status": "done"}), "format.json_schema"),
            (json.dumps(ORDER | {"answer": ""}), "format.json_schema"),
            (json.dumps(ORDER | {"answer": "FIXME"}), "completeness.forbidden_substrings"),
            (json.dumps(ORDER | {"work_order_id": "7"}), "format.json_schema"),
        ],
    ),
}  # fmt: skip
BAD = [
    pytest.param(name, answer, check, id=f"{name}-{n}")
    for name, (_, bad) in ANSWERS.items()
    for n, (answer, check) in enumerate(bad)
]


@pytest.fixture(autouse=True)
def _with_a_sandbox() -> None:
    if (level := sandbox_level()).startswith("none"):
        pytest.skip(f"no sandbox here: {level}")


def run(folder: Path, name: str, answer: str) -> tuple[int, dict[str, str]]:
    """The spec with a command that prints `answer`; the exit code, and the statuses by the checks' names."""
    spec = json.loads((SPECS / f"{name}.json").read_text()) | {"command": f"printf %s {shlex.quote(answer)}"}
    (folder / "spec.json").write_text(json.dumps(spec))
    done = subprocess.run(
        [
            sys.executable,
            str(ROOT / "qa" / "runner.py"),
            "--spec",
            "spec.json",
            "--report-json",
            "report.json",
        ],
        cwd=folder,
        env={"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stderr == ""
    checks = json.loads((folder / "report.json").read_text())["checks"]
    return done.returncode, {check["name"]: check["status"] for check in checks}


def test_every_shipped_spec_has_its_answers_here() -> None:
    assert sorted(ANSWERS) == sorted(path.stem for path in SPECS.glob("*.json"))


@pytest.mark.parametrize("name", ANSWERS)
def test_a_good_answer_passes_every_check(name: str, tmp_path: Path) -> None:
    code, statuses = run(tmp_path, name, ANSWERS[name][0])
    assert set(statuses.values()) == {"pass"}
    assert code == 0


@pytest.mark.parametrize(("name", "answer", "check"), BAD)
def test_a_bad_answer_fails_for_its_reason(name: str, answer: str, check: str, tmp_path: Path) -> None:
    code, statuses = run(tmp_path, name, answer)
    failed = [each for each, status in statuses.items() if status == "fail"]
    assert any(each.startswith(check) for each in failed), statuses
    assert code == 1
