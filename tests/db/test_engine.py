"""Running functions in transactions, and what is said when the database is not there."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.engine import POSTGRES_THREADS, Database, open_database
from db.migrate import migrate, newest_revision, present_revision
from db.statements.orders import accept_order
from db.statements.queries import count_open
from nexus.cli.ports import free_port
from nexus.errors import ConfigurationError, NexusError, StoreUnavailable
from nexus.settings import CommonSettings
from tests.builders import an_order, now

MIGRATE = """
import sys
from db.engine import open_database
from db.migrate import migrate
from nexus.settings import CommonSettings
sys.stdin.readline()
database = open_database(CommonSettings())
print(migrate(database))
database.close()
"""


def a_database(url: str | None) -> Database:
    return open_database(CommonSettings(database_url=url))


def select_1(connection: Connection) -> int:
    return int(connection.execute(sa.text("SELECT 1")).scalar_one())


def accept_and_fail(connection: Connection, error: Exception) -> None:
    accept_order(connection, an_order(), now())
    raise error


@pytest.fixture
def nobodys_database() -> Iterator[Database]:
    """Where no PostgreSQL listens."""
    database = a_database(f"postgresql://nexus:secret@127.0.0.1:{free_port()}/nexus")
    yield database
    database.close()


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Database]:
    database = a_database(postgres_url)
    yield database
    database.close()


@pytest.mark.parametrize("way", ["run_sync", "read_sync"])
def test_a_postgresql_that_is_not_there_is_unavailable(nobodys_database: Database, way: str) -> None:
    with pytest.raises(StoreUnavailable, match="the database does not answer") as away:
        getattr(nobodys_database, way)(select_1)

    assert "secret" not in str(away.value)
    assert "\n" not in str(away.value)


@pytest.mark.parametrize("way", ["run", "read"])
async def test_a_postgresql_that_is_not_there_is_unavailable_to_coroutines_too(
    nobodys_database: Database, way: str
) -> None:
    with pytest.raises(StoreUnavailable, match="the database does not answer"):
        await getattr(nobodys_database, way)(select_1)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nonsense", "DATABASE_URL is not a URL: write postgresql://"),
        ("mysql://u:secret@host/nexus", "DATABASE_URL names mysql; it must be postgresql://"),
        ("sqlite:///nexus.db", "DATABASE_URL names sqlite; it must be postgresql://"),
        ("postgresql://u:secret@host:port/nexus", "DATABASE_URL"),
    ],
)
def test_a_database_url_that_is_none_says_how_to_write_it(url: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says) as wrong:
        a_database(url)

    assert "secret" not in str(wrong.value)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg", "postgresql+asyncpg"])
def test_every_way_to_write_postgresql_means_the_same_driver(scheme: str) -> None:
    database = a_database(f"{scheme}://u@host/nexus")

    assert database.engine.url.drivername == "postgresql+psycopg"
    database.close()


def test_without_a_url_the_store_is_a_file_for_its_owner_only(tmp_path: Path) -> None:
    database = a_database(None)

    assert database.run_sync(select_1) == 1
    assert (tmp_path / "home" / "nexus.db").exists()
    assert (tmp_path / "home").stat().st_mode & 0o077 == 0
    database.close()


@pytest.mark.parametrize("error", [RuntimeError("a bug"), NexusError("on purpose")])
async def test_a_transaction_that_raises_leaves_nothing(database: Database, error: Exception) -> None:
    with pytest.raises(type(error)):
        await database.run(accept_and_fail, error)
    with pytest.raises(type(error)):
        database.run_sync(accept_and_fail, error)

    assert await database.read(count_open) == 0
    await database.run(accept_order, an_order(), now())
    assert await database.read(count_open) == 1, "and the connection is good for the next one"


async def test_what_one_thread_has_committed_every_reader_sees(database: Database) -> None:
    for number in range(1, 6):
        await database.run(accept_order, an_order(), now())
        assert await database.read(count_open) == number
        assert database.read_sync(count_open) == number


async def test_a_server_that_was_restarted_fails_one_transaction_and_not_one_for_each_connection(
    postgres: Database, postgres_server: str
) -> None:
    def wait_for_the_others(connection: Connection) -> int:
        everybody.wait()
        return int(connection.execute(sa.text("SELECT pg_backend_pid()")).scalar_one())

    everybody = threading.Barrier(POSTGRES_THREADS)
    backends = await asyncio.gather(*(postgres.run(wait_for_the_others) for _ in range(POSTGRES_THREADS)))
    assert len(set(backends)) == POSTGRES_THREADS
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s::int[]) AS pid", [backends])

    with pytest.raises(StoreUnavailable):
        await postgres.run(select_1)

    assert [await postgres.run(select_1) for _ in range(3 * POSTGRES_THREADS)] == [1] * 3 * POSTGRES_THREADS


async def test_a_connection_that_was_killed_costs_one_failure_at_most(
    postgres: Database, postgres_server: str
) -> None:
    failures = 0
    for _ in range(3):
        backend = await postgres.run(lambda c: c.execute(sa.text("SELECT pg_backend_pid()")).scalar_one())
        with psycopg.connect(postgres_server, autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])
        for _ in range(20):
            try:
                assert await postgres.run(select_1) == 1
            except StoreUnavailable:
                failures += 1

    assert failures <= 3


async def test_a_connection_that_is_killed_in_the_middle_commits_nothing(
    postgres: Database, postgres_server: str
) -> None:
    migrate(postgres)

    def accept_and_be_killed(connection: Connection) -> None:
        accept_order(connection, an_order(), now())
        backend = connection.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
        with psycopg.connect(postgres_server, autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])
        connection.execute(sa.text("SELECT 1"))

    with pytest.raises(StoreUnavailable):
        await postgres.run(accept_and_be_killed)

    assert await postgres.read(count_open) == 0


def test_migrating_again_changes_nothing(postgres: Database) -> None:
    assert migrate(postgres) == migrate(postgres) == newest_revision()
    assert postgres.read_sync(present_revision) == newest_revision()


def test_a_database_of_a_newer_nexus_is_left_alone(database: Database) -> None:
    database.run_sync(lambda c: c.execute(sa.text("UPDATE alembic_version SET version_num = '9999'")))

    with pytest.raises(ConfigurationError, match=r"9999.*upgrade NEXUS"):
        migrate(database)


@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
def test_processes_that_migrate_at_the_same_moment_all_end_well(
    store: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if store == "postgresql":
        monkeypatch.setenv("DATABASE_URL", request.getfixturevalue("postgres_url"))
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", MIGRATE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]

    for process in processes:
        assert process.stdin is not None
        process.stdin.write("now\n")
        process.stdin.flush()
    outputs = [process.communicate(timeout=60) for process in processes]

    assert [process.returncode for process in processes] == [0, 0, 0], outputs
    assert {out.strip() for out, _ in outputs} == {newest_revision()}
