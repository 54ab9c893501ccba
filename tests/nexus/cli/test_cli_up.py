"""`nexus up` as the owner runs it: the real parts, with a scripted model in place of LiteLLM's."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from nexus.cli.ports import free_port

READY_S = 120
NEXUS = (sys.executable, "-m", "nexus.cli.main")


class Up:
    """A running `nexus up`."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        script = folder / "script.json"
        script.write_text(json.dumps({"rules": [{"match": "capital", "answers": ["Paris is the capital."]}]}))
        models = {f"NEXUS_MODEL_{role}": "scripted/tester" for role in ("CEO", "DIRECTOR", "INTERN", "ADMIN")}
        ollama = {"OLLAMA_BASE_URL": f"http://127.0.0.1:{free_port()}"}
        self.environment = (
            os.environ | models | ollama | {"PORT": str(self.port), "NEXUS_SCRIPT": str(script)}
        )
        self.output = folder / "up.out"
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [*NEXUS, "up"], env=self.environment, stdout=output, stderr=subprocess.STDOUT
            )

    @property
    def said(self) -> str:
        """Everything it printed so far."""
        return self.output.read_text()

    def wait_for(self, pattern: str) -> None:
        """Until it has printed that."""
        deadline = time.monotonic() + READY_S
        while not re.search(pattern, self.said):
            assert self.process.poll() is None, self.said
            assert time.monotonic() < deadline, self.said
            threading.Event().wait(0.05)

    def nexus(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another command in the same environment."""
        return subprocess.run(
            [*NEXUS, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def part(self, word: str) -> psutil.Process:
        """The process of the part whose command line holds `word`."""
        children = psutil.Process(self.process.pid).children()
        return next(child for child in children if word in " ".join(child.cmdline()))


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    company = Up(tmp_path)
    yield company
    company.process.kill()
    company.process.wait()


@pytest.mark.e2e
def test_the_company_starts_answers_heals_and_stops(up: Up, tmp_path: Path) -> None:
    up.wait_for("Ctrl-C stops it")
    assert f"http://127.0.0.1:{up.port}/docs" in up.said
    assert "Valkey" in up.said
    assert "SQLite" in up.said
    assert "tester (scripted answers, no model)" in up.said

    chat = up.nexus("chat", "What is the capital of France?")
    assert chat.returncode == 0, chat.stderr
    assert chat.stdout.startswith("Paris is the capital.\n— Intern (tester) · ")
    assert "triaged: intern, because" in chat.stderr

    second = up.nexus("up")
    assert second.returncode == 1
    assert f"already running: pid {up.process.pid}, http://127.0.0.1:{up.port}" in second.stderr

    status = up.nexus("status")
    assert status.returncode == 0
    assert "workers.ceo" in status.stdout
    assert up.nexus("doctor").returncode == 0

    up.part("agents.worker").kill()
    up.wait_for("(?s)worker ended .SIGKILL.*worker ready")

    parts = psutil.Process(up.process.pid).children()
    up.process.send_signal(signal.SIGINT)
    assert up.process.wait(40) == 0
    assert not [part for part in parts if part.is_running()]
    assert up.said.rstrip().endswith("everything is stopped")
    assert "ERROR" not in (tmp_path / "home" / "logs" / "gateway.log").read_text()
