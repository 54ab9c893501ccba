"""Running a spec's command: no shell, no environment, bounded in time and output, nothing left behind."""

import os
import time
from pathlib import Path

import pytest

from qa.command import MAX_OUTPUT_BYTES, run_command


def test_both_streams_and_the_exit_code_are_kept() -> None:
    run = run_command(
        "python3 -c \"import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)\"", 20
    )
    assert (run.stdout, run.stderr, run.exit_code, run.fault) == ("out\n", "err\n", 3, "")


def test_there_is_no_shell() -> None:
    assert run_command("echo $HOME; echo *", 20).stdout == "$HOME; echo *\n"


def test_the_environment_is_nearly_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "not for children")
    names = {line.split("=")[0] for line in run_command("env", 20).stdout.splitlines()}
    assert names == {"PATH", "LANG"}


def test_nothing_can_be_read_from_standard_input() -> None:
    assert run_command("cat", 20).exit_code == 0


def test_the_whole_group_is_killed_at_the_time_limit(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    started = time.monotonic()
    run = run_command(f"sh -c 'sleep 60 & echo $! > {pid_file}; echo started; wait'", 0.5)
    assert time.monotonic() - started < 10
    assert (run.stdout, run.exit_code, run.fault) == ("started\n", None, "killed after 0.5 s")
    assert_is_gone(int(pid_file.read_text()))


def test_a_child_in_the_background_does_not_keep_the_run_alive() -> None:
    started = time.monotonic()
    run = run_command("sh -c 'sleep 60 & echo $!'", 20)
    assert time.monotonic() - started < 10
    assert run.exit_code == 0
    assert_is_gone(int(run.stdout))


def test_a_command_that_closes_its_output_still_ends_at_the_time_limit() -> None:
    assert run_command("sh -c 'exec >&- 2>&-; sleep 60'", 0.3).fault == "killed after 0.3 s"


def test_endless_output_is_stopped() -> None:
    run = run_command("yes", 20)
    assert run.fault.startswith("killed after more than")
    assert len(run.stdout) == MAX_OUTPUT_BYTES


@pytest.mark.parametrize("command", ["/no/such/program", "/etc/passwd", "/tmp"])  # noqa: S108
def test_a_command_that_cannot_start_is_a_fault(command: str) -> None:
    run = run_command(command, 5)
    assert run.exit_code is None
    assert run.fault.startswith("could not be started: ")


def test_a_signal_is_a_negative_exit_code() -> None:
    assert run_command("sh -c 'kill -9 $$'", 20).exit_code == -9


def assert_is_gone(pid: int) -> None:
    """The process has ended; as an orphan it may still wait for its new parent to collect it."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except (ProcessLookupError, FileNotFoundError):
            return
        if state == "Z":
            return
    pytest.fail(f"process {pid} still runs")
