"""Stores for code that opens its own: the one that DATABASE_URL names."""

from collections.abc import AsyncIterator, Iterator

import pytest

from db.client import get_db_client
from db.engine import Database, open_database
from db.spool import Spool
from nexus.settings import CommonSettings
from tests.db.spooled import Host, a_host, goes_local
from tests.stoppable import StoppablePostgres, stoppable_postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def configured_store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty store of each kind, as the environment names it; its client is closed afterwards."""
    if request.param == "postgresql":
        monkeypatch.setenv("DATABASE_URL", request.getfixturevalue("postgres_url"))
    yield str(request.param)
    get_db_client().close()


@pytest.fixture(scope="module")
def server() -> Iterator[StoppablePostgres]:
    with stoppable_postgres() as server:
        yield server


@pytest.fixture
def settings(server: StoppablePostgres) -> CommonSettings:
    server.start()
    return CommonSettings(database_url=server.new_database())


@pytest.fixture
async def host(settings: CommonSettings) -> AsyncIterator[Host]:
    async with a_host(settings) as host:
        yield host


@pytest.fixture
def primary(migrated_postgres_url: str) -> Iterator[Database]:
    database = open_database(CommonSettings(database_url=migrated_postgres_url))
    yield database
    database.close()


@pytest.fixture
async def spool(primary: Database) -> AsyncIterator[Spool]:
    """A spool in local mode."""
    spool = Spool.open(CommonSettings(database_url="postgresql://nobody@127.0.0.1:1/x"))
    assert spool is not None
    goes_local(spool)
    yield spool
    spool.close()
