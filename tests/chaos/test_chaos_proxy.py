"""The proxy between psycopg and a real PostgreSQL: what it does to a connection is what it says it does."""

import random
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from tests.chaos.postgres import SOCKET_NAME
from tests.chaos.proxy import COMMIT, CommitWatch, Proxy

STARTUP = b"\x00\x00\x00\x08\x00\x03\x00\x00"
BEGIN = b"Q\x00\x00\x00\x0aBEGIN\x00"

type Connection = psycopg.AsyncConnection[tuple[object, ...]]


@pytest.fixture
async def proxy(postgres_server: str) -> AsyncIterator[Proxy]:
    folder = str(conninfo_to_dict(postgres_server)["host"])
    proxy = Proxy(Path(folder) / SOCKET_NAME)
    await proxy.listen()
    yield proxy
    await proxy.close()


async def connect(proxy: Proxy, database: str = "postgres") -> Connection:
    place = f"host=127.0.0.1 port={proxy.port} user=postgres dbname={database}"
    return await psycopg.AsyncConnection.connect(f"{place} sslmode=disable gssencmode=disable")


@pytest.fixture
async def database(postgres_url: str) -> str:
    """The name of a database with an empty table `t`."""
    async with await psycopg.AsyncConnection.connect(postgres_url) as direct:
        await direct.execute("CREATE TABLE t (n int)")
    return str(conninfo_to_dict(postgres_url)["dbname"])


async def rows(postgres_url: str) -> int:
    async with await psycopg.AsyncConnection.connect(postgres_url) as direct:
        found = await (await direct.execute("SELECT count(*) FROM t")).fetchone()
        assert found is not None
        return int(found[0])


async def test_it_passes_everything_on(proxy: Proxy, database: str, postgres_url: str) -> None:
    async with await connect(proxy, database) as connection:
        await connection.execute("INSERT INTO t SELECT generate_series(1, 20000)")
        fetched = await (await connection.execute("SELECT n, repeat('x', 100) FROM t")).fetchall()

    assert len(fetched) == await rows(postgres_url) == 20_000


async def test_a_lost_commit_reply_breaks_the_connection_although_the_commit_happened(
    proxy: Proxy, database: str, postgres_url: str
) -> None:
    connection = await connect(proxy, database)
    await connection.execute("INSERT INTO t VALUES (1)")
    proxy.lose_commit_replies(1)

    with pytest.raises(psycopg.OperationalError):
        await connection.commit()
    assert await rows(postgres_url) == 1
    assert proxy.commits_lost == 1


async def test_only_as_many_commit_replies_are_lost_as_were_asked_for(proxy: Proxy, database: str) -> None:
    proxy.lose_commit_replies(1)
    first, second = await connect(proxy, database), await connect(proxy, database)
    await first.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError):
        await first.commit()
    await second.execute("SELECT 1")
    await second.commit()
    await second.close()


async def test_a_reset_breaks_open_connections_and_new_ones_work(proxy: Proxy) -> None:
    connection = await connect(proxy)

    assert proxy.reset(1.0, random.Random(1)) == 1
    with pytest.raises(psycopg.OperationalError):
        await connection.execute("SELECT 1")
    async with await connect(proxy) as again:
        await again.execute("SELECT 1")


async def test_an_outage_refuses_connections_until_it_is_over_and_the_port_stays(proxy: Proxy) -> None:
    port = proxy.port
    connection = await connect(proxy)
    proxy.refuse()

    with pytest.raises(psycopg.OperationalError):
        await connection.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError):
        await connect(proxy)
    await proxy.listen()
    async with await connect(proxy) as again:
        await again.execute("SELECT 1")
    assert proxy.port == port


async def test_latency_is_added_to_every_round_trip(proxy: Proxy) -> None:
    async with await connect(proxy) as connection:
        proxy.latency_s = 0.1
        began = monotonic()
        await connection.execute("SELECT 1")  # BEGIN and SELECT
        proxy.latency_s = 0.0

    assert monotonic() - began >= 0.2


async def test_a_server_that_is_away_breaks_the_connection(tmp_path: Path) -> None:
    proxy = Proxy(tmp_path / "nobody")
    await proxy.listen()
    with pytest.raises(psycopg.OperationalError):
        await connect(proxy)
    await proxy.close()


@pytest.mark.parametrize("piece", [1, 3, 7, 1000])
def test_a_commit_is_seen_over_any_cut_of_the_bytes(piece: int) -> None:
    data, watch = STARTUP + BEGIN + COMMIT + BEGIN, CommitWatch()
    pieces = [data[i : i + piece] for i in range(0, len(data), piece)]

    assert sum(watch.sees_commit(one) for one in pieces) == 1


def test_the_word_in_a_statement_is_no_commit() -> None:
    watch = CommitWatch()
    statement = b"SELECT 'COMMIT\x00'\x00"

    assert not watch.sees_commit(STARTUP + b"Q" + (len(statement) + 4).to_bytes(4) + statement)
