"""`qa/runner.py --log-to-db`, as the brief prints it."""

import subprocess
import sys
from pathlib import Path

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
