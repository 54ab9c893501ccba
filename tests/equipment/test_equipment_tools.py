"""The shipped tools do what they say, as processes and on both stores."""

import gzip
import os
import sys
from pathlib import Path

import pytest

from db.backup import list_backups, read_header
from db.engine import Database
from db.statements.equipment import Run, RunStatus
from equipment.config import EquipmentSettings
from equipment.registry import find_tool, load_registry
from equipment.runner import Asked, Runner
from equipment.tools.log_rotate import rotate_log
from nexus.cli.child import start_child
from nexus.clock import SystemClock
from tests.builders import accepted
from tests.conftest import wait_until
from tests.db.old_orders import begin, conclude, cutoff


async def run_it(settings: EquipmentSettings, database: Database, name: str, **given: object) -> Run:
    tool = find_tool(load_registry(settings), name)
    return await Runner(settings, database, SystemClock()).run_now(tool, Asked("tester", given))


async def test_backup_writes_a_whole_backup(settings: EquipmentSettings, database: Database) -> None:
    accepted(database)

    run = await run_it(settings, database, "backup")

    assert run.status is RunStatus.DONE, run.output
    (file,) = list_backups(settings.backup_folder)
    assert str(file) in (run.output or "")
    assert read_header(file).rows["work_orders"] == 1


async def test_backup_keeps_so_many(
    settings: EquipmentSettings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BACKUP_KEEP", "2")
    for _ in range(3):
        run = await run_it(settings, database, "backup")

    assert len(list_backups(settings.backup_folder)) == 2
    assert "1 older deleted" in (run.output or "")


async def test_retention_deletes_old_orders_and_leaves_the_rest(
    settings: EquipmentSettings, database: Database
) -> None:
    old = database.run_sync(begin, cutoff().replace(year=cutoff().year - 1))
    database.run_sync(conclude, old, cutoff().replace(year=cutoff().year - 1))
    accepted(database)

    run = await run_it(settings, database, "retention", older_than_days="90")

    assert run.status is RunStatus.DONE, run.output
    assert "1 orders that ended before" in (run.output or "")


async def test_cost_report_is_a_few_lines(settings: EquipmentSettings, database: Database) -> None:
    run = await run_it(settings, database, "cost_report", period="month")

    assert run.status is RunStatus.DONE, run.output
    assert "This month" in (run.output or "")
    assert "$0.0000" in (run.output or "")


async def test_health_check_says_how_full_the_disk_is_and_what_does_not_answer(
    settings: EquipmentSettings, database: Database
) -> None:
    run = await run_it(settings, database, "health_check")

    output = run.output or ""
    assert "disk: " in output
    assert "% full" in output
    assert "memory: " in output
    assert f"{'SQLite' if database.is_sqlite else 'PostgreSQL'}, schema" in output
    assert "redis: degraded: does not answer" in output


async def test_health_check_sees_redis_and_that_nobody_works(
    settings: EquipmentSettings,
    database: Database,
    valkey_server: str,
    redis: object,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REDIS_URL", valkey_server)

    run = await run_it(settings, database, "health_check")

    assert "redis: healthy" in (run.output or "")
    assert "workers: critical: nobody serves admin" in (run.output or "")
    assert (run.status, run.exit_code) == (RunStatus.FAILED, 1)


async def test_health_check_without_a_database_is_critical(
    settings: EquipmentSettings, sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")

    run = await run_it(settings, sqlite, "health_check")

    assert "database: critical: PostgreSQL" in (run.output or "")
    assert run.exit_code == 1


WRITER = "import sys, time\nn = 0\nwhile True:\n    n += 1\n    print(n, 'x' * 100, flush=True)\n    time.sleep(0.001)"


async def test_a_part_goes_on_writing_its_log_while_it_is_rotated(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    child = await start_child((sys.executable, "-c", WRITER), os.environ, log)
    for _ in range(3):
        await wait_until(lambda: log.stat().st_size > 20_000)
        rotate_log(log, keep=9)
    await wait_until(lambda: log.stat().st_size > 1_000)
    child.kill()
    await child.ended()

    texts = [gzip.decompress((tmp_path / f"part.log.{n}.gz").read_bytes()).decode() for n in (3, 2, 1)]
    whole = "".join(texts) + log.read_text()
    numbers = [int(line.split()[0]) for line in whole.splitlines()[:-1]]
    missing = set(range(1, numbers[-1])) - set(numbers)
    assert "\0" not in whole, "the writer did not go on at the log's new end"
    assert numbers == sorted(set(numbers)), "lines are there twice"
    assert len(missing) <= 3, f"more than a line a rotation is lost: {missing}"


def test_earlier_logs_are_numbered_on_and_the_oldest_goes(tmp_path: Path) -> None:
    log = tmp_path / "part.log"
    (tmp_path / "part.log.1").write_text("from `nexus up`")
    for text in ("one", "two", "three"):
        log.write_text(text)
        rotate_log(log, keep=3)

    kept = {path.name: path for path in tmp_path.iterdir()}
    assert kept.keys() == {"part.log", "part.log.1.gz", "part.log.2.gz", "part.log.3.gz"}
    assert gzip.decompress(kept["part.log.3.gz"].read_bytes()) == b"one"
    assert log.read_bytes() == b""
    assert kept["part.log.1.gz"].stat().st_mode & 0o077 == 0


async def test_log_rotate_looks_at_the_large_logs_of_this_host(
    settings: EquipmentSettings, sqlite: Database
) -> None:
    logs = settings.home / "logs"
    logs.mkdir()
    (logs / "worker.log").write_text("x" * 5000)
    (logs / "gateway.log").write_text("x" * 100)

    run = await run_it(settings, sqlite, "log_rotate", larger_than_kib="1")

    assert run.output == "worker.log: 5,000 bytes, now in worker.log.1.gz\n"
    assert run.place != ""
    assert (logs / "gateway.log").stat().st_size == 100
