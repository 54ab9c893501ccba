"""Running a spec's command: in the sandbox, bounded in time and output, nothing left behind."""

import time
from pathlib import Path

import psutil
import pytest

from nexus.sandbox.probe import sandbox_level
from qa.command import MAX_OUTPUT_BYTES, run_command


@pytest.fixture(autouse=True)
def _needs_a_sandbox() -> None:
    if sandbox_level().startswith("none"):
        pytest.skip(f"no sandbox here: {sandbox_level()}")


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
    assert names == {"PATH", "LANG", "HOME", "TMPDIR"}


def test_a_shell_runs_only_when_it_is_asked_for_and_inside_the_sandbox(tmp_path: Path) -> None:
    run = run_command(f"echo $((1 + 1)); echo x > {tmp_path}/out", 20, use_shell=True)
    assert run.stdout == "2\n"
    assert run.exit_code != 0
    assert list(tmp_path.iterdir()) == []


def test_the_project_is_seen_read_only_and_without_the_companys_folder(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "home").mkdir()  # NEXUS_HOME of this test
    (tmp_path / "home" / "nexus.db").write_text("secret")
    (tmp_path / ".env").write_text("secret")
    (tmp_path / "data.txt").write_text("data")
    run = run_command("sh -c 'cat data.txt .env home/nexus.db; echo x > made'", 20, folder=tmp_path)
    assert run.stdout == "data"
    assert not (tmp_path / "made").exists()


def test_nothing_can_be_read_from_standard_input() -> None:
    assert run_command("cat", 20).exit_code == 0


def test_the_whole_family_is_killed_at_the_time_limit() -> None:
    started = time.monotonic()
    run = run_command("sh -c 'sleep 61.234 & echo started; wait'", 1.5)
    assert time.monotonic() - started < 10
    assert (run.stdout, run.exit_code, run.fault) == ("started\n", None, "killed after 1.5 s")
    assert_is_gone("61.234")


def test_a_child_in_the_background_does_not_keep_the_run_alive() -> None:
    started = time.monotonic()
    run = run_command("sh -c 'sleep 62.345 & echo on'", 20)
    assert time.monotonic() - started < 10
    assert (run.exit_code, run.stdout) == (0, "on\n")
    assert_is_gone("62.345")


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


def assert_is_gone(argument: str) -> None:
    """No process with this argument is left."""
    left = [p.pid for p in psutil.process_iter(["cmdline"]) if argument in (p.info["cmdline"] or [])]
    assert left == []
