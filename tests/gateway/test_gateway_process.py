"""The gateway as a process: what it loads, how it starts, how it stops."""

import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from gateway.config import GatewaySettings
from gateway.main import main
from tests.gateway.company import running_gateway, services_in, wait_until


def test_importing_the_gateway_loads_no_model_library_reads_no_setting_and_opens_nothing(
    tmp_path: Path,
) -> None:
    code = (
        "import socket, sys; socket.socket.connect = None; import gateway.main;"
        "print([name for name in ('litellm', 'agents.model_router', 'alembic') if name in sys.modules])"
    )
    environment = {**os.environ, "DATABASE_URL": "nonsense", "PORT": "nonsense"}
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.strip() == "[]", done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("HOST", "0.0.0.0", 2),  # noqa: S104
        ("PORT", "x", 2),
        ("MAX_WAIT_S", "-1", 2),
        ("DATABASE_URL", "mysql://x", 2),
        ("REDIS_URL", "nonsense", 2),
        ("DATABASE_URL", "postgresql://nexus@127.0.0.1:1/nexus", 1),
    ],
)
def test_what_keeps_it_from_starting_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str, status: int
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == status
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("nexus gateway: ")
    assert name in line or status == 1


def a_free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


def test_sigterm_answers_who_waits_and_exits_0(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{(port := a_free_port())}"
    environment = {**os.environ, "PORT": str(port), "NEXUS_HOME": str(tmp_path), "HOST": "127.0.0.1"}
    command = [sys.executable, "-m", "gateway.main"]
    with (
        subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process,
        httpx.Client(base_url=url, trust_env=False, timeout=60) as client,
        ThreadPoolExecutor(1) as threads,
    ):
        wait_until(lambda: is_up(client), timeout_s=60)
        call = threads.submit(client.post, "/api/chat", json={"content": "Hi", "wait": 100})
        wait_until(lambda: "1 calls wait" in client.get("/api/health/detailed").text)
        process.send_signal(signal.SIGTERM)
        assert process.wait(25) == 0
        assert (call.result().status_code, call.result().json()["status"]) == (202, "queued")


def is_up(client: httpx.Client) -> bool:
    try:
        return client.get("/health").status_code == 200
    except httpx.TransportError:
        return False


def test_every_setting_says_what_it_is_for() -> None:
    for name, field in GatewaySettings.model_fields.items():
        assert field.description, name


async def test_nothing_is_polled_while_nobody_waits(app: FastAPI) -> None:
    replies = services_in(app).replies
    assert (replies.waiting_calls, replies.followed_sessions) == (0, 0)
    assert not replies.polls


def test_who_asks_while_the_gateway_stops_is_told_when_to_come_back(settings: GatewaySettings) -> None:
    with running_gateway(settings) as gateway, httpx.Client(trust_env=False) as client:
        url = f"http://127.0.0.1:{gateway.port}/api/chat"
        assert client.post(url, json={"content": "Hi"}).status_code == 202
        gateway.server.should_exit = True
        seen: list[httpx.Response] = []
        try:
            while gateway.thread.is_alive():
                seen.append(client.post(url, json={"content": "Hi"}))
        except httpx.ConnectError:
            pass  # nobody listens any more: nothing was begun
        assert {reply.status_code for reply in seen} <= {202, 503}
        refused = [reply for reply in seen if reply.status_code == 503]
        assert refused
        for reply in refused:
            assert reply.headers["retry-after"] == "1"
            assert reply.json()["type"] == "urn:nexus:problem:stopping"
