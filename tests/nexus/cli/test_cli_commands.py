"""The commands from outside: exit codes, one line for what is wrong, and a quick help."""

import os
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from nexus.cli.ports import free_port

HEAVY = ("litellm", "sqlalchemy", "redis", "rich", "httpx", "pydantic")


def nexus(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nexus.cli.main", *arguments]
    return subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=60
    )


def test_the_help_names_every_command_and_loads_nothing_heavy() -> None:
    script = (
        "import sys; from typer.testing import CliRunner; from nexus.cli.main import app\n"
        f"loaded = [name for name in {HEAVY} if name in sys.modules]\n"
        "print(loaded, CliRunner().invoke(app, ['--help']).output)"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ended.stdout.startswith("[] ")
    money = ("cost", "budget", "freeze", "thaw", "approve", "cancel", "why", "replay")
    for command in ("up", "chat", "doctor", "status", "agents", "orders", "version", *money):
        assert f"  {command} " in ended.stdout


@pytest.mark.parametrize("arguments", [("chat", "hello"), ("status",)])
def test_without_a_company_it_says_how_to_start_one(arguments: tuple[str, ...]) -> None:
    ended = nexus(*arguments, PORT=str(free_port()))
    assert ended.returncode == 2
    assert ended.stderr.startswith("nexus: no company answers at http://127.0.0.1:")
    assert "make up" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["up", "status"])
def test_a_wrong_setting_is_one_line_that_names_it(command: str) -> None:
    ended = nexus(command, PORT="eighty")
    assert ended.returncode == 2
    assert "PORT" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_a_port_in_use_names_port_and_another_one() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        ended = nexus("up", PORT=str(port))
    assert ended.returncode == 2
    assert f"PORT={port} is in use" in ended.stderr
    assert f"PORT={port + 1} make up" in ended.stderr


def test_an_open_door_without_a_secret_is_refused() -> None:
    ended = nexus("up", HOST="::", PORT=str(free_port()))
    assert ended.returncode == 2
    assert "API_SECRET" in ended.stderr


@pytest.mark.parametrize(
    ("variable", "url"),
    [
        ("DATABASE_URL", "postgresql://owner:hush@127.0.0.1:{port}/nexus"),
        ("DATABASE_URL", "mysql://owner:hush@127.0.0.1:{port}/nexus"),
        ("REDIS_URL", "redis://owner:hush@127.0.0.1:{port}/0"),
    ],
)
def test_a_store_that_cannot_be_used_ends_the_start_with_its_setting_named(
    tmp_path: Path, variable: str, url: str
) -> None:
    url = url.format(port=free_port())
    ended = nexus("up", PORT=str(free_port()), **{variable: url})
    assert ended.returncode in (1, 2)
    assert variable in ended.stderr
    assert "hush" not in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr
    assert list((tmp_path / "home").rglob("*.sock")) == []


def test_a_model_of_no_provider_ends_the_start_with_its_setting_named() -> None:
    ended = nexus("up", PORT=str(free_port()), NEXUS_MODEL_CEO="nobody-9000")
    assert ended.returncode == 2
    assert "NEXUS_MODEL_CEO" in ended.stderr
