"""`qa/runner.py --log-to-db`, as the brief prints it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from db.client import get_db_client
from tests.conftest import REPOSITORY


@pytest.fixture
def run_qa(tmp_path: Path) -> "RunQa":
    (tmp_path / "qa").symlink_to(REPOSITORY / "qa")  # the brief's paths, without the developer's .env
    return RunQa(tmp_path)


class RunQa:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "qa/runner.py", *arguments.split()],
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )


def test_a_run_with_log_to_db_writes_an_audit_row(configured_store: str, run_qa: RunQa) -> None:
    ended = run_qa("--spec qa/specs/work_order_response.json --log-to-db --work-order-id wo-123")

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert get_db_client().backend == configured_store
    (row,) = get_db_client().query_audit(work_order_id="wo-123")
    assert (row["actor"], row["action"], row["status"]) == ("qa_runner", "qa_run", "success")
    details = row["details"]
    assert isinstance(details, dict)
    assert details["spec"] == "Work order response"
    assert details["passed_count"] == details["total"] == len(details["checks"])


def details_of(row: dict[str, object]) -> dict[str, Any]:
    details = row["details"]
    assert isinstance(details, dict)
    return details


PRINTED = {
    "--spec qa/specs/example_json_output.json": "Example JSON output",
    "--spec qa/specs/work_order_response.json --work-order-id wo-123": "Work order response",
    "--spec qa/specs/security_check.json --report-json reports/security_check.json": "Security check",
    "--spec qa/specs/example_python_code.json": "Example Python code",
}


def test_every_command_that_the_brief_prints_leaves_its_row_and_its_report(
    configured_store: str, run_qa: RunQa, tmp_path: Path
) -> None:
    for command in PRINTED:
        ended = run_qa(f"{command} --log-to-db")
        assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout

    rows = [row for row in get_db_client().query_audit(limit=50) if row["action"] == "qa_run"]
    details = [details_of(row) for row in rows]
    assert sorted(each["spec"] for each in details) == sorted(PRINTED.values())
    assert {(row["actor"], row["status"]) for row in rows} == {("qa_runner", "success")}
    assert [row["work_order_id"] for row in rows if row["work_order_id"]] == ["wo-123"]
    for each in details:
        assert {check["status"] for check in each["checks"]} == {"pass"}
    report = json.loads((tmp_path / "reports" / "security_check.json").read_text())
    (security,) = (each for each in details if each["spec"] == "Security check")
    assert [check["name"] for check in report["checks"]] == [check["name"] for check in security["checks"]]


def test_a_run_that_fails_is_logged_as_one_and_without_the_secret(
    configured_store: str, run_qa: RunQa, tmp_path: Path
) -> None:
    secret = "ghp_" + "aZ3kQ9wLx7RtB2nMfY8sHd4JcP6gU1eA5oKi"
    spec = {"name": "leak", "command": f"echo {secret}", "security": {"enabled": True}}
    (tmp_path / "leak.json").write_text(json.dumps(spec))

    ended = run_qa("--spec leak.json --log-to-db --work-order-id wo-9")

    assert ended.returncode == 1
    (row,) = get_db_client().query_audit(work_order_id="wo-9")
    assert row["status"] == "failure"
    assert "security.secrets" in str(row["details"])
    assert secret[8:20] not in str(row)


def test_a_run_without_the_flag_needs_no_database(run_qa: RunQa, tmp_path: Path) -> None:
    ended = run_qa("--spec qa/specs/work_order_response.json --work-order-id wo-123")

    assert ended.returncode == 0
    assert not (tmp_path / "home").exists()


def test_a_wrong_database_url_is_one_line_and_exit_2(run_qa: RunQa, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://localhost/nexus")

    ended = run_qa("--spec qa/specs/work_order_response.json --log-to-db")

    assert ended.returncode == 2
    assert ended.stderr.startswith("qa: DATABASE_URL names mysql")
    assert "Traceback" not in ended.stderr
