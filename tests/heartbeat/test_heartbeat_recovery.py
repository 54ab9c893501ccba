"""A process that hangs is ended, and only such a process: ours, on this host, not too often."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa
from redis.asyncio import Redis

import heartbeat.recovery
from db.engine import Database
from db.tables import audit_logs
from heartbeat.alerts import Notice
from heartbeat.finding import Findings, Found
from heartbeat.recovery import Recovery
from nexus.clock import ManualClock, SystemClock
from nexus.model_status import ModelStatus
from nexus.parts_file import PartsFile, PartsJournal, read_parts
from nexus.roster import WORKERS, Roster
from tests.conftest import wait_until
from tests.gateway.test_gateway_health import beat

HANGS: Findings = {"gateway": Found(ModelStatus.CRITICAL, "no answer", hangs=True)}
WELL: Findings = {"gateway": Found(ModelStatus.HEALTHY, "fine")}
type Starter = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start() -> Iterator[Starter]:
    """Starts processes that look like parts, and ends them."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(name: str = "gateway.main", *, deaf: bool = False) -> subprocess.Popen[bytes]:
        code = "import signal, sys\n"
        code += "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" if deaf else ""
        code += "print('up', flush=True)\nwhile True: signal.pause()\n"
        command = [sys.executable, "-IS", "-c", code, "-m", name]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def parts_with(folder: Path, pid: int) -> PartsFile:
    journal = PartsJournal(folder, SystemClock())
    journal.started("gateway", pid)
    journal.ready("gateway")
    found = read_parts(folder)
    assert found is not None
    return found


@pytest.fixture
def recovery(sqlite: Database, redis: Redis, tmp_path: Path) -> Recovery:
    return Recovery(tmp_path, sqlite, Roster(redis, SystemClock()), SystemClock())


def audits(database: Database) -> list[str]:
    return list(database.read_sync(lambda c: c.execute(sa.select(audit_logs.c.action)).scalars().all()))


def kinds(notices: list[Notice]) -> list[str]:
    return [notice.kind for notice in notices]


async def test_what_hangs_in_two_looks_is_ended_and_audited(
    recovery: Recovery, sqlite: Database, tmp_path: Path, start: Starter
) -> None:
    process = start()
    parts = parts_with(tmp_path, process.pid)
    assert kinds(await recovery.act(HANGS, parts)) == []
    assert kinds(await recovery.act(WELL, parts)) == []
    assert kinds(await recovery.act(HANGS, parts)) == []
    assert kinds(await recovery.act(HANGS, parts)) == ["health.recovery_ended"]
    await wait_until(lambda: process.poll() is not None)
    await recovery.finish()
    assert process.returncode == -signal.SIGTERM
    assert audits(sqlite) == ["heartbeat.ended_part"]
    assert kinds(await recovery.act(HANGS, parts)) == [], "it lives no more"


async def test_a_process_that_does_not_hear_is_killed(
    recovery: Recovery, tmp_path: Path, start: Starter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat.recovery, "TERM_S", 0.2)
    process = start(deaf=True)
    for _ in range(2):
        await recovery.act(HANGS, parts_with(tmp_path, process.pid))
    await recovery.finish()
    await wait_until(lambda: process.poll() is not None)
    assert process.returncode == -signal.SIGKILL


async def test_one_that_is_being_ended_is_not_ended_twice(
    recovery: Recovery, sqlite: Database, tmp_path: Path, start: Starter
) -> None:
    process = start(deaf=True)
    parts = parts_with(tmp_path, process.pid)
    told = [kinds(await recovery.act(HANGS, parts)) for _ in range(6)]
    assert told == [[], ["health.recovery_ended"], [], [], [], []]
    assert audits(sqlite) == ["heartbeat.ended_part"]
    process.kill()
    process.wait()
    await recovery.finish()


async def test_after_an_outage_of_redis_workers_have_time_to_beat(
    sqlite: Database, redis: Redis, tmp_path: Path, start: Starter
) -> None:
    clock = ManualClock(datetime.now(UTC))
    recovery = Recovery(tmp_path, sqlite, Roster(redis, clock), clock)
    worker = start("agents.worker")
    await beat(redis, "w1", silent_s=30, pid=worker.pid, host=os.uname().nodename)
    away: Findings = {"redis": Found(ModelStatus.DEGRADED, "no answer", hangs=True)}
    well: Findings = {"redis": Found(ModelStatus.HEALTHY, "answers")}
    for found in (away, well, well, well):
        assert await recovery.act(found, None) == []
    clock.advance(16)
    told = [kinds(await recovery.act(well, None)) for _ in range(2)]
    assert told == [[], ["health.recovery_ended"]]
    await redis.delete(WORKERS)
    worker.kill()
    worker.wait()
    await recovery.finish()


async def test_a_process_of_somebody_else_is_left_alone(
    recovery: Recovery, tmp_path: Path, start: Starter
) -> None:
    process = start("editor")
    for _ in range(4):
        assert await recovery.act(HANGS, parts_with(tmp_path, process.pid)) == []
    assert process.poll() is None


async def test_what_is_ill_and_answers_or_suffers_with_another_is_left_alone(
    recovery: Recovery, tmp_path: Path, start: Starter
) -> None:
    process = start()
    answers: Findings = {"gateway": Found(ModelStatus.CRITICAL, "503")}
    caused: Findings = {"gateway": Found(ModelStatus.CRITICAL, "away", because="part.gateway", hangs=True)}
    for found in (answers, answers, caused, caused):
        assert await recovery.act(found, parts_with(tmp_path, process.pid)) == []
    assert process.poll() is None


async def test_after_three_restarts_it_is_left_to_the_owner_who_is_told_once(
    recovery: Recovery, sqlite: Database, tmp_path: Path, start: Starter
) -> None:
    told = list[str]()
    for number in range(5):
        process = start()
        for _ in range(2):
            told += kinds(await recovery.act(HANGS, parts_with(tmp_path, process.pid)))
        await recovery.finish()
        if number < 3:
            process.wait(10)
    assert told == [*["health.recovery_ended"] * 3, "health.gave_up"]
    assert psutil.pid_exists(process.pid)
    assert audits(sqlite) == [*["heartbeat.ended_part"] * 3, "heartbeat.gave_up"]


async def test_a_worker_of_this_host_that_beats_no_more_is_ended(
    recovery: Recovery, redis: Redis, start: Starter
) -> None:
    silent, beating, elsewhere = start("agents.worker"), start("agents.worker"), start("agents.worker")
    host = os.uname().nodename
    await beat(redis, "w1", silent_s=30, pid=silent.pid, host=host)
    await beat(redis, "w2", silent_s=30, pid=beating.pid, host=host)
    await beat(redis, "w3", silent_s=1, pid=beating.pid, host=host)
    await beat(redis, "w4", silent_s=30, pid=elsewhere.pid, host="another")
    well: Findings = {"redis": Found(ModelStatus.HEALTHY, "answers")}
    for _ in range(2):
        await recovery.act(well, None)
    await recovery.finish()
    await wait_until(lambda: silent.poll() is not None)
    assert (beating.poll(), elsewhere.poll()) == (None, None)
    await redis.delete(WORKERS)


async def test_a_bot_without_a_lease_is_known_by_its_file(
    recovery: Recovery, tmp_path: Path, start: Starter
) -> None:
    bot = start("interfaces.telegram.bot")
    (tmp_path / "telegram.json").write_text(json.dumps({"pid": bot.pid}))
    silent: Findings = {"telegram": Found(ModelStatus.CRITICAL, "no sign of life")}
    for _ in range(2):
        await recovery.act(silent, None)
    await recovery.finish()
    await wait_until(lambda: bot.poll() is not None)


async def test_a_full_disk_costs_only_our_own_old_logs(
    recovery: Recovery, sqlite: Database, tmp_path: Path
) -> None:
    logs = tmp_path / "logs"
    logs.mkdir()
    for name in ("worker.log", "worker.log.1", "notes.txt"):
        (logs / name).write_text(str(datetime.now(UTC)))
    for status in (ModelStatus.HEALTHY, ModelStatus.DEGRADED, ModelStatus.CRITICAL):
        await recovery.act({"disk": Found(status, "x")}, None)
    assert sorted(path.name for path in logs.iterdir()) == ["notes.txt", "worker.log"]
    assert audits(sqlite) == ["heartbeat.cleaned"]
