"""The systemd units: systemd understands them, they are locked down, and what they start exists."""

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

INTERPRETER = "/opt/nexus/.venv/bin/python"
MOST_EXPOSED = 2.0
UNITS = [
    *sorted((REPOSITORY / "deploy/systemd").iterdir()),
    REPOSITORY / "heartbeat/nexus-heartbeat.service",  # where the brief wants it
]
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]


def systemd_analyze(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Its verdict; skips where there is no systemd."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("no systemd-analyze on this machine")
    return subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The units as on a machine where the interpreter is there."""
    for unit in UNITS:
        (tmp_path / unit.name).write_text(unit.read_text().replace(INTERPRETER, sys.executable))
    return tmp_path


def test_systemd_finds_nothing_to_say(installed: Path) -> None:
    verdict = systemd_analyze("verify", *(unit.name for unit in UNITS), folder=installed)

    assert (verdict.returncode, verdict.stderr) == (0, "")


def test_systemd_would_say_something_of_a_wrong_unit(installed: Path) -> None:
    wrong = installed / SERVICES[0].name
    wrong.write_text(wrong.read_text().replace("Restart=always", "Restart=sometimes"))

    assert "sometimes" in systemd_analyze("verify", wrong.name, folder=installed).stderr


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.stem)
def test_a_service_is_hardly_exposed(unit: Path, installed: Path) -> None:
    verdict = systemd_analyze("security", "--offline=yes", f"./{unit.name}", folder=installed)
    exposure = re.search(r"exposure level for .*: ([0-9.]+)", verdict.stdout)

    assert exposure is not None, verdict.stderr
    assert float(exposure[1]) <= MOST_EXPOSED


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.stem)
def test_what_a_service_starts_exists_and_may_drain(unit: Path) -> None:
    text = unit.read_text()
    started = re.search(rf"^ExecStart={re.escape(INTERPRETER)} -m (\S+)", text, re.MULTILINE)

    assert started is not None
    assert importlib.util.find_spec(started[1]) is not None
    assert "TimeoutStopSec=30" in text
    assert "PartOf=nexus.target" in text
