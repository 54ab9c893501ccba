"""The server around a fake, and the command that starts one."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from agents.fakes.__main__ import main
from agents.fakes.server import FakeServer
from tests.agents.fakes.vendors import OPENAI, VENDORS, Vendor
from tests.conftest import REPOSITORY


def test_it_is_a_plain_context_manager_too(vendor: Vendor) -> None:
    with vendor.server("Hello") as server:
        response = httpx.post(server.base_url + vendor.path, json=vendor.request(), headers=vendor.headers)
        assert vendor.text_of(response.json()) == "Hello"


def test_it_listens_on_loopback_only_and_not_after_its_end() -> None:
    with OPENAI.server() as server:
        port = server.port
        assert server.base_url == f"http://127.0.0.1:{port}"
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
    with pytest.raises(RuntimeError, match="not running"):
        _ = server.base_url


def test_it_closes_connections_that_came_while_it_was_stopping() -> None:
    for _ in range(100):
        with OPENAI.server() as server:
            clients = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(3)]
        for client in clients:
            client.close()


def test_its_script_can_be_replaced_and_starts_from_its_beginning() -> None:
    with OPENAI.server("one", "two") as server:
        for wanted in ("one", "one"):
            response = httpx.post(
                server.base_url + OPENAI.path, json=OPENAI.request(), headers=OPENAI.headers
            )
            assert OPENAI.text_of(response.json()) == wanted
            server.script = server.script


def test_it_serves_nothing_but_fakes() -> None:
    with pytest.raises(TypeError, match="not a fake"):
        FakeServer(Starlette())


@pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
def test_the_command_prints_its_url_serves_and_ends_on_sigterm(vendor: Vendor, tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text('{"default": {"text": "from the file"}}')
    command = [sys.executable, "-m", "agents.fakes", vendor.name, "--port", "0", "--api-key", "test-key"]
    command += ["--script", str(script), "--model", vendor.model]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        response = httpx.post(url + vendor.path, json=vendor.request(), headers=vendor.headers)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert vendor.text_of(response.json()) == "from the file"


def test_the_command_says_what_is_wrong_with_a_script(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "script.json"
    script.write_text('{"default": {"kind": "explode"}}')
    assert main(["openai", "--script", str(script)]) == 2
    assert "default.fault.kind" in capsys.readouterr().err
