"""Each check against the real thing, well and ill."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from redis.asyncio import Redis

from db.engine import Database, open_database
from db.migrate import newest_revision
from db.spool import Spool
from db.statements.leases import take_lease
from db.statements.model_health import ModelHealth, put_model_health
from db.statements.modes import Mode, write_mode
from heartbeat.alerts import AlertBook
from heartbeat.checks.doorbell import redis_check, workers_check
from heartbeat.checks.front import gateway_check
from heartbeat.checks.machine import gpu_check, judge_disk, model_server_checks
from heartbeat.checks.records import Records, SpoolView, database_check, newest_schema
from heartbeat.config import HeartbeatSettings
from heartbeat.finding import Found
from nexus.clock import ManualClock, SystemClock
from nexus.messages import stream_of
from nexus.model_status import ModelStatus
from nexus.redis_client import make_redis
from nexus.roster import WORKERS, Roster
from nexus.work_order import Role
from tests.gateway.test_gateway_health import beat

HEALTHY, UNKNOWN, DEGRADED, CRITICAL = ModelStatus


@asynccontextmanager
async def a_server(settings: HeartbeatSettings, *answers: bytes) -> AsyncIterator[list[str]]:
    """Somebody at the gateway's address who gives these answers, one a connection; yields what was asked."""
    left, asked = list(answers), list[str]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(left.pop(0))
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", settings.port)
    async with server:
        yield asked


def answer(status: int) -> bytes:
    return f"HTTP/1.1 {status} X\r\n\r\n".encode()


@pytest.mark.parametrize(
    ("answers", "status", "word"),
    [
        ((answer(200), answer(101)), HEALTHY, "WebSocket"),
        ((answer(503),), CRITICAL, "no message"),
        ((answer(404),), CRITICAL, "something else"),
        ((answer(200), answer(401)), DEGRADED, "API_SECRET"),
        ((answer(200), answer(500)), CRITICAL, "does not open"),
        ((b"SSH-2.0\r\n",), CRITICAL, "does not answer"),
    ],
)
async def test_the_gateway_is_what_its_clients_meet(
    settings: HeartbeatSettings, answers: tuple[bytes, ...], status: ModelStatus, word: str
) -> None:
    settings = HeartbeatSettings(**settings.model_dump(exclude={"api_secret"}), api_secret="s" * 40)
    async with a_server(settings, *answers) as asked:
        found = (await gateway_check(settings).look())["gateway"]
    assert (found.status, word in found.reason) == (status, True), found
    assert "Authorization" not in asked[0]
    assert all("Authorization: Bearer ssss" in one for one in asked[1:])


async def test_a_gateway_that_is_not_there_hangs(settings: HeartbeatSettings) -> None:
    found = (await gateway_check(settings).look())["gateway"]
    assert (found.status, found.hangs) == (CRITICAL, True)


async def redis_found(redis: Redis, clock: ManualClock | SystemClock | None = None) -> Found:
    return (await redis_check(redis, clock or SystemClock()).look())["redis"]


async def test_redis_is_well_and_knows_its_memory(redis: Redis) -> None:
    assert (await redis_found(redis)).status is HEALTHY
    try:
        for most, status in ((used := await used_memory(redis)) * 10, HEALTHY), (used, CRITICAL):
            await redis.config_set("maxmemory", most)
            assert (await redis_found(redis)).status is status
    finally:
        await redis.config_set("maxmemory", 0)


async def used_memory(redis: Redis) -> int:
    return int((await redis.info("memory"))["used_memory"])


async def test_what_nobody_reads_or_nobody_finishes_is_seen(redis: Redis) -> None:
    stream, clock = stream_of(Role.CEO), ManualClock(datetime.now(UTC))
    await redis.xgroup_create(stream, "ceo", id="0", mkstream=True)
    await redis.xadd(stream, {b"data": b"{}"})
    assert (await redis_found(redis, clock)).status is HEALTHY
    clock.advance(180)
    late = await redis_found(redis, clock)
    assert (late.status, "1 wait for the ceo, the oldest for" in late.reason) == (DEGRADED, True)
    await redis.xreadgroup("ceo", "w", {stream: ">"})
    entry = str((await redis.xinfo_stream(stream))["last-generated-id"].decode())
    assert (await redis_found(redis, clock)).status is HEALTHY
    await redis.xclaim(stream, "ceo", "w", 0, [entry], idle=1_300_000)
    held = await redis_found(redis, clock)
    assert (held.status, "1 read by the ceo and not done" in held.reason) == (DEGRADED, True)


async def test_without_redis_workers_are_unknown_because_of_it(sqlite: Database, tmp_path: Path) -> None:
    nobody = make_redis(f"unix://{tmp_path}/nobody.sock")
    found = await redis_found(nobody)
    assert (found.status, found.hangs) == (DEGRADED, True)
    workers = await workers_check(Roster(nobody, SystemClock()), sqlite, SystemClock()).look()
    assert {(one.status, one.because) for one in workers.values()} == {(UNKNOWN, "redis")}
    await nobody.aclose(close_connection_pool=True)


async def test_workers_are_as_their_newest_beat(sqlite: Database, redis: Redis) -> None:
    await beat(redis, "w1", roles=["admin", "ceo"])
    await beat(redis, "w2", silent_s=60, roles=["intern"])
    await redis.hset(WORKERS, "odd", "{}")
    found = await workers_check(Roster(redis, SystemClock()), sqlite, SystemClock()).look()
    assert {name: one.status for name, one in found.items()} == {
        "workers.admin": HEALTHY,
        "workers.ceo": HEALTHY,
        "workers.intern": CRITICAL,
        "workers.director": CRITICAL,
    }


@pytest.mark.parametrize(("level", "is_told"), [("none", False), ("away", True)])
async def test_a_missing_sandbox_is_degraded_and_only_a_runner_that_is_away_is_told(
    level: str, is_told: bool, sqlite: Database, redis: Redis
) -> None:
    await beat(redis, "w1", sandbox={"level": level, "reason": "why, and the fix"})
    found = (await workers_check(Roster(redis, SystemClock()), sqlite, SystemClock()).look())["sandbox"]
    assert (found.status, found.reason, found.quiet) == (DEGRADED, "why, and the fix", not is_told)

    book, now = AlertBook(), datetime.now(UTC)
    told = [notice for _ in range(20) for notice in book.read({"sandbox": found}, now)]
    assert len(told) == int(is_told), "once, however often one looks"


def a_store(settings: HeartbeatSettings, database: Database) -> HeartbeatSettings:
    if database.is_sqlite:
        return settings
    url = database.engine.url.render_as_string(hide_password=False)
    return settings.model_copy(update={"database_url": url})


async def test_the_database_is_well_old_and_away(database: Database, settings: HeartbeatSettings) -> None:
    settings = a_store(settings, database)
    check = database_check(settings, database, SpoolView(settings))
    assert newest_schema() == newest_revision()
    assert (await check.look())["database"].status is HEALTHY
    database.run_sync(lambda c: c.execute(sa.text("UPDATE alembic_version SET version_num = '0001'")))
    old = (await check.look())["database"]
    assert (old.status, "0001" in old.reason) == (DEGRADED, True)
    database.run_sync(lambda c: c.execute(sa.text("DROP TABLE alembic_version")))
    assert (await check.look())["database"].status is CRITICAL


async def test_a_database_that_is_not_there_is_critical_and_not_made(settings: HeartbeatSettings) -> None:
    database = open_database(settings, must_exist=True)
    assert (await database_check(settings, database, SpoolView(settings)).look())[
        "database"
    ].status is CRITICAL
    records = await Records(settings, database, SystemClock()).check().look()
    assert {(one.status, one.because) for one in records.values()} == {(UNKNOWN, "database")}
    assert not settings.sqlite_path.exists()
    database.close()


async def test_a_host_on_its_spool_is_degraded(settings: HeartbeatSettings) -> None:
    settings = settings.model_copy(update={"database_url": "postgresql://nobody@127.0.0.1:1/x"})
    spool = Spool.open(settings)
    assert spool is not None
    view = SpoolView(settings)
    assert await view.look() is None
    spool.database.run_sync(write_mode, Mode.LOCAL, "here", "it is away", datetime.now(UTC))
    found = await view.look()
    assert found is not None
    assert (found.status, "0 orders to be replayed" in found.reason) == (DEGRADED, True)
    view.close()
    spool.close()


async def test_records_tell_of_models_money_the_bot_and_the_rest(
    database: Database, settings: HeartbeatSettings
) -> None:
    token = "123456789:" + "A" * 35
    settings = HeartbeatSettings(
        **settings.model_dump(exclude={"telegram_bot_token"}), telegram_bot_token=token
    )
    check = Records(settings, database, SystemClock()).check()
    first = await check.look()
    assert {name: one.status for name, one in first.items()} == {
        "models": UNKNOWN,
        "budget": HEALTHY,
        "dead_letters": HEALTHY,
        "orders": HEALTHY,
        "equipment": HEALTHY,
        "telegram": DEGRADED,
    }
    assert set(first) == set(check.names)

    now = datetime.now(UTC)
    ends = (now + timedelta(days=3)).date()
    database.run_sync(
        put_model_health, [ModelHealth("anthropic", "m", ModelStatus.HEALTHY, "fine", ends, now, "w")]
    )
    database.run_sync(take_lease, "telegram:123456789", "here:1:x", 30)
    found = await check.look()
    assert (found["models"].status, f"ends on {ends}" in found["models"].reason) == (DEGRADED, True)
    assert found["telegram"].status is HEALTHY
    database.run_sync(take_lease, "telegram:123456789", "here:1:x", -1)
    assert (await check.look())["telegram"].status is CRITICAL


@pytest.mark.parametrize(
    ("free", "usable", "status"),
    [
        (50 * 2**30, 100 * 2**30, HEALTHY),
        (9 * 2**30, 100 * 2**30, DEGRADED),
        (1 * 2**30, 4 * 2**30, DEGRADED),
        (2 * 2**30, 100 * 2**30, CRITICAL),
        (400 * 2**20, 1 * 2**30, CRITICAL),
    ],
)
def test_a_disk_is_as_full_as_it_is(free: int, usable: int, status: ModelStatus) -> None:
    assert judge_disk(free, usable).status is status


async def test_a_gpu_is_looked_at_where_the_library_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert gpu_check() is None
    fake = SimpleNamespace(
        nvmlInit=lambda: None,
        nvmlDeviceGetCount=lambda: 1,
        nvmlDeviceGetHandleByIndex=lambda number: number,
        nvmlDeviceGetMemoryInfo=lambda _: SimpleNamespace(used=40, total=80),
        nvmlDeviceGetTemperature=lambda _device, _kind: 93,
        NVML_TEMPERATURE_GPU=0,
    )
    monkeypatch.setitem(sys.modules, "pynvml", fake)
    check = gpu_check()
    assert check is not None
    assert (await check.look())["gpu"] == Found(DEGRADED, "0: 50% of memory, 93 °C")


async def test_model_servers_are_looked_at_when_they_are_set(settings: HeartbeatSettings) -> None:
    assert model_server_checks(settings) == []
    url = f"http://127.0.0.1:{settings.port}/v1"
    settings = settings.model_copy(update={"ollama_base_url": url, "nexus_starter_url": url})
    ollama, starter = model_server_checks(settings)
    async with a_server(settings, answer(200), answer(503)) as asked:
        assert (await ollama.look())["ollama"].status is HEALTHY
        assert (await starter.look())["starter"] == Found(DEGRADED, "loads its model")
    assert [one.split()[1] for one in asked] == ["/api/tags", "/health"]
    assert (await starter.look())["starter"].hangs
