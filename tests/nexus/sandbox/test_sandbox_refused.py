"""Where no mechanism keeps its promise nothing is run: twelve such machines."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nexus.sandbox import mechanism, probe
from nexus.sandbox.job import Job, Limits, SandboxRefused
from nexus.sandbox.run import run
from qa.checks.code_execution import check_code_execution
from qa.command import run_command
from qa.findings import CheckStatus, Subject
from qa.spec import CodeExecutionSpec, QaSpec
from tests.conftest import REPOSITORY

# Programs that call themselves bubblewrap, as a shell script's body.
FALSE_BUBBLEWRAPS = {
    "not installed": None,
    "fails": "exit 1",
    "hangs": "exec sleep 600",
    "is killed": "kill -9 $$",
    "says that all went well": "echo '{\"exit\": 37}' >&3; exit 37",
    "says nothing and succeeds": "exit 0",
    "runs the program as it is": 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"',
    "shares the network": 'for a do shift; [ "$a" = --unshare-net ] || set -- "$@" "$a"; done; exec {bwrap} "$@"',
    "prints lies": "echo reads-a-file; echo '{\"exit\": 37}'; exit 37",
}
BROKEN_PYTHONS = {"there is no Python": "/nowhere/python3", "Python is another program": "/bin/true"}


@pytest.fixture(autouse=True)
def _fresh_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "_found", [])
    monkeypatch.setattr(probe, "PROBE", Limits(wall_s=1.5, cpu_s=5))
    monkeypatch.setattr(probe, "TRIES", 1)


def without_landlock(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on an older kernel: what runs inside finds too old an ABI."""
    old = mechanism.START.replace("import main", "import main,kernel;kernel.LEAST_ABI=99")
    monkeypatch.setattr(mechanism, "START", old)


@pytest.mark.parametrize("kind", FALSE_BUBBLEWRAPS)
def test_a_bubblewrap_that_does_not_keep_in_is_refused(
    kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real, body = shutil.which("bwrap"), FALSE_BUBBLEWRAPS[kind]
    if body is not None:
        if "{bwrap}" in body and real is None:
            pytest.skip("bubblewrap is not installed here")
        (tmp_path / "bwrap").write_text(
            f"#!/bin/sh\n{body.format(bwrap=real) if '{bwrap}' in body else body}\n"
        )
        (tmp_path / "bwrap").chmod(0o755)
    found = str(tmp_path / "bwrap") if body is not None else None
    monkeypatch.setattr(probe, "find_bubblewrap", lambda: found)
    without_landlock(monkeypatch)
    everything_is_refused(tmp_path)


@pytest.mark.parametrize("kind", BROKEN_PYTHONS)
def test_a_machine_on_which_no_program_runs_is_refused(
    kind: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", BROKEN_PYTHONS[kind])
    everything_is_refused(tmp_path)


def test_another_system_than_linux_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    everything_is_refused(tmp_path)


def everything_is_refused(tmp_path: Path) -> None:
    """Every way to run something says so, with the fix, and does not run it."""
    trace = tmp_path / "trace"
    level = probe.sandbox_level()
    assert level.startswith("none: ")
    with pytest.raises(SandboxRefused, match="install bubblewrap"):
        run(Job(("sh", "-c", f"echo ran > {trace}")))
    refused = run_command(f"touch {trace}", 5)
    assert (refused.exit_code, refused.fault) == (None, "")
    assert "install bubblewrap" in refused.refused
    spec = QaSpec(name="x", code_execution=CodeExecutionSpec(language="bash", execute_in_sandbox=True))
    *_, ran = check_code_execution(Subject(f"```bash\ntouch {trace}\n```"), spec)
    assert ran.status is CheckStatus.NOT_CHECKED
    assert "REFUSED" in ran.evidence
    assert not trace.exists()


def test_the_runner_says_not_checked_with_the_fix(tmp_path: Path) -> None:
    """As a command, on a machine where both are missing."""
    code = (
        "import sys\nfrom nexus.sandbox import mechanism, probe\n"
        "mechanism.START = mechanism.START.replace('import main', 'import main,kernel;kernel.LEAST_ABI=99')\n"
        "probe.find_bubblewrap = lambda: None\n"
        "from qa.runner import main\nsys.exit(main(sys.argv[1:]))"
    )
    spec = REPOSITORY / "qa" / "specs" / "example_json_output.json"
    done = subprocess.run(
        [sys.executable, "-c", code, "--spec", str(spec)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "NOT CHECKED  command  REFUSED: no sandbox on this machine" in done.stdout
    assert "apt install bubblewrap" in done.stdout
