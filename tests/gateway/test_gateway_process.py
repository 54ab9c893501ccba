"""The gateway as a process: what it loads, how it starts, how it stops."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from gateway.config import GatewaySettings
from tests.gateway.company import Running, services_in, wait_until


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_importing_the_gateway_loads_no_model_library_and_connects_nowhere(tmp_path: Path) -> None:
    code = (
        "import sys, socket; socket.socket.connect = None; import gateway.main;"
        "print([m for m in ('litellm', 'agents.model_router', 'alembic') if m in sys.modules])"
    )
    done = python("-W", "error", "-c", code, DATABASE_URL="nonsense", PORT="nonsense")
    assert done.stdout.strip() == "[]", done.stderr
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("environment", "names"),
    [
        ({"HOST": "0.0.0.0"}, "API_SECRET"),
        ({"PORT": "x"}, "PORT"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL"),
        ({"REDIS_URL": "nonsense"}, "REDIS_URL"),
    ],
)
def test_a_wrong_setting_is_one_line_and_exit_2(environment: dict[str, str], names: str) -> None:
    done = python("-m", "gateway.main", **environment)
    assert done.returncode == 2
    [line] = done.stderr.strip().splitlines()
    assert names in line


def test_sigterm_answers_who_waits_and_exits_0(tmp_path: Path, gateway: Running) -> None:
    """The server in the thread lends its free port; the process is its own."""
    port = str(gateway.port)
    gateway.stop()
    environment = {**os.environ, "PORT": port, "NEXUS_HOME": str(tmp_path / "own")}
    with subprocess.Popen([sys.executable, "-m", "gateway.main"], env=environment, stderr=-3) as process:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: _is_up(url))
        with subprocess.Popen(
            [sys.executable, "-c", _CALL, f"{url}/api/chat"], stdout=subprocess.PIPE, text=True
        ) as call:
            wait_until(lambda: "1 calls" in httpx.get(f"{url}/api/health/detailed").text)
            process.send_signal(signal.SIGTERM)
            assert process.wait(25) == 0
            assert call.communicate(timeout=10)[0].strip() == "202 queued"


_CALL = """
import httpx, sys
reply = httpx.post(sys.argv[1], json={"content": "Hi", "wait": 100}, timeout=120, trust_env=False)
print(reply.status_code, reply.json()["status"])
"""


def _is_up(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def test_every_setting_says_what_it_is_for() -> None:
    for name, field in GatewaySettings.model_fields.items():
        assert field.description, name


async def test_an_idle_gateway_asks_the_database_nothing(
    gateway: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    replies = services_in(gateway.server._app).replies
    assert (replies.waiting_calls, replies.followed_sessions) == (0, 0)
    assert not replies._somebody_waits.is_set()
