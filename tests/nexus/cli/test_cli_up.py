"""`nexus up` as the owner runs it: the real parts, with a scripted model in place of LiteLLM's."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.running import SCRIPTED, Up


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    script = tmp_path / "script.json"
    script.write_text(json.dumps({"rules": [{"match": "capital", "answers": ["Paris is the capital."]}]}))
    company = Up(tmp_path, **SCRIPTED, NEXUS_SCRIPT=str(script))
    yield company
    company.kill()


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
