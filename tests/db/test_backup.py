"""A backup taken under load is whole, and comes back into an empty store of either kind."""

import asyncio
import gzip
import importlib
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.engine import Connection

from db.backup import (
    HEADER_BYTES,
    BackupHeader,
    list_backups,
    opened_backup,
    prune_backups,
    read_header,
    take_backup,
)
from db.engine import Database, open_database, sqlite_engine
from db.migrate import migrate, newest_revision, present_revision
from db.restore import restore_backup
from db.statements.logs import AuditEvent, insert_audit_event
from db.tables import audit_logs, events, messages, metadata, model_calls, outbox, sessions, work_orders
from nexus.errors import ConfigurationError, PermanentError
from nexus.settings import CommonSettings
from tests.builders import accepted, now
from tests.db.old_orders import begin, conclude

BEFORE_IT = 12


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty store of each kind, without any table."""
    if request.param == "sqlite":
        database = Database(sqlite_engine(tmp_path / "empty.db"))
    else:
        database = open_database(CommonSettings(database_url=request.getfixturevalue("postgres_url")))
    yield database
    database.close()


def everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, in the order of the keys."""
    with database.engine.connect() as connection:
        return {
            table.name: [
                tuple(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key))
            ]
            for table in metadata.sorted_tables
        }


def ledger_and_all(database: Database, orders: int = BEFORE_IT) -> None:
    """Orders with tries, calls, verdicts, metrics, events, messages and audit rows."""
    for n in range(orders):
        at = now() - timedelta(minutes=orders - n)
        order_id = database.run_sync(begin, at)
        database.run_sync(conclude, order_id, at)
        audit = AuditEvent("tester", "probe", "done", order_id, None, {"n": n, "text": "你好 ✓"})
        database.run_sync(insert_audit_event, audit, at)


@contextmanager
def orders_coming_in(database: Database) -> Iterator[Callable[[], int]]:
    """Orders are accepted as fast as the store takes them; what is yielded counts them."""
    stop, count = threading.Event(), [0]

    def keep_on() -> None:
        while not stop.is_set():
            accepted(database)
            database.run_sync(insert_audit_event, AuditEvent("load", "x", "done", None, None, {}), now())
            count[0] += 1

    threads = [threading.Thread(target=keep_on) for _ in range(2)]
    for thread in threads:
        thread.start()
    yield lambda: count[0]
    stop.set()
    for thread in threads:
        thread.join()


def wait_for_more(counted: Callable[[], int], more: int = 5) -> None:
    goal = counted() + more
    while counted() < goal:
        threading.Event().wait(0.01)


def test_a_backup_under_load_comes_back_whole_into_either_kind_of_store(
    database: Database, empty: Database, tmp_path: Path
) -> None:
    ledger_and_all(database)
    before = everything(database)
    with orders_coming_in(database) as counted:
        wait_for_more(counted)
        file, header = take_backup(database, tmp_path / "backups", now())
        during = counted()
        wait_for_more(counted)
    after = everything(database)

    restore_backup(empty, file)

    back = everything(empty)
    for table in (work_orders, model_calls, audit_logs, events, messages):
        name = table.name
        assert set(before[name]) <= set(back[name]) <= set(after[name]), f"{name} differs"
        assert header.rows[name] == len(back[name])
    assert len(before[model_calls.name]) == BEFORE_IT
    assert len(back[work_orders.name]) < len(after[work_orders.name]), "nothing came in after the backup"
    assert during > 0
    assert_one_moment(back)


def assert_one_moment(back: dict[str, list[tuple[object, ...]]]) -> None:
    """What is written in one transaction is there together: an order, its session, its message and its outbox row."""
    orders = {row[0] for row in back[work_orders.name]}
    place = list(messages.c.keys()).index("order_id")
    assert {row[1] for row in back[work_orders.name]} <= {row[0] for row in back[sessions.name]}
    assert orders == {row[place] for row in back[messages.name]}
    status = list(work_orders.c.keys()).index("status")
    queued = {row[0] for row in back[work_orders.name] if row[status] == "queued"}
    assert queued == {row[0] for row in back[outbox.name]} & queued


def test_of_a_quiet_store_every_row_of_every_table_comes_back(
    database: Database, empty: Database, tmp_path: Path
) -> None:
    ledger_and_all(database)
    file, _ = take_backup(database, tmp_path / "backups", now())

    restore_backup(empty, file)

    assert everything(empty) == everything(database)


def test_control_a_changed_row_is_seen(database: Database, tmp_path: Path) -> None:
    ledger_and_all(database, orders=1)
    file, _ = take_backup(database, tmp_path / "backups", now())
    with opened_backup(file) as (_, backup):
        assert everything(backup) == everything(database)
        backup.run_sync(
            lambda connection: connection.execute(sa.update(model_calls).values(output_tokens=7777))
        )

        assert everything(backup) != everything(database)


def test_a_store_that_is_not_empty_is_left_alone(database: Database, tmp_path: Path) -> None:
    ledger_and_all(database, orders=1)
    file, _ = take_backup(database, tmp_path / "backups", now())
    there = everything(database)

    with pytest.raises(PermanentError, match="not empty"):
        restore_backup(database, file)

    assert everything(database) == there


@pytest.fixture
def backup_file(sqlite: Database, tmp_path: Path) -> Path:
    accepted(sqlite)
    return take_backup(sqlite, tmp_path / "backups", now())[0]


def test_a_backup_of_a_newer_schema_is_refused(backup_file: Path, tmp_path: Path) -> None:
    newer = with_revision(backup_file, tmp_path / "newer.backup", "9999")
    empty = Database(sqlite_engine(tmp_path / "empty.db"))

    with closing(empty), pytest.raises(ConfigurationError, match="newer"):
        restore_backup(empty, newer)


def test_a_backup_of_an_older_schema_is_brought_up(sqlite: Database, empty: Database, tmp_path: Path) -> None:
    ledger_and_all(sqlite, orders=2)
    sqlite.run_sync(go_back_to_0007)
    file, header = take_backup(sqlite, tmp_path / "backups", now())
    assert header.revision == "0007"
    assert "equipment_runs" not in header.rows

    restore_backup(empty, file)

    migrate(sqlite)
    assert empty.read_sync(present_revision) == newest_revision()
    assert everything(empty) == everything(sqlite)


def go_back_to_0007(connection: Connection) -> None:
    with Operations.context(MigrationContext.configure(connection)):
        # 0009 is columns of a table that 0008 takes away.
        for name in ("v0011_memory", "v0010_route_decisions", "v0008_equipment"):
            importlib.import_module(f"db.migrations.versions.{name}").downgrade()
    connection.execute(sa.text("UPDATE alembic_version SET version_num = '0007'"))


def with_revision(file: Path, target: Path, revision: str) -> Path:
    """A whole backup that says that it has another schema."""
    store = target.with_suffix(".db")
    with file.open("rb") as source:
        source.seek(HEADER_BYTES)
        store.write_bytes(gzip.decompress(source.read()))
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", [revision])
        connection.commit()
        connection.execute("PRAGMA journal_mode=DELETE")
    from db.backup import _write  # noqa: PLC0415 - to make what no NEXUS of today makes

    header = BackupHeader(taken_at=now(), store="sqlite", revision=revision, rows={}, size=0, sha256="")
    _write(store, target, header)
    return target


@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.99])
def test_half_a_backup_is_never_taken_for_a_whole_one(part: float, backup_file: Path, tmp_path: Path) -> None:
    half = tmp_path / "half.backup"
    data = backup_file.read_bytes()
    half.write_bytes(data[: int(len(data) * part)])

    with pytest.raises(PermanentError):
        read_header(half)


def test_a_changed_byte_is_noticed(backup_file: Path) -> None:
    data = bytearray(backup_file.read_bytes())
    data[-20] ^= 1
    backup_file.write_bytes(data)

    with pytest.raises(PermanentError, match="damaged"):
        read_header(backup_file)


def test_a_backup_that_is_interrupted_leaves_no_file_that_counts(
    sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", full)

    with pytest.raises(OSError, match="No space"):
        take_backup(sqlite, tmp_path / "backups", now())

    assert list_backups(tmp_path / "backups") == []
    (partial,) = (tmp_path / "backups").iterdir()
    with pytest.raises(PermanentError):
        read_header(partial)


def test_the_newest_stay_and_what_was_abandoned_goes(sqlite: Database, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    made = [take_backup(sqlite, folder, now() + timedelta(hours=n))[0] for n in range(4)]
    (folder / "nexus-2026-01-01T000000Z-ABCDEF.backup.partial").touch()
    (folder / "mine.txt").touch()

    prune_backups(folder, 2, now() + timedelta(days=2))

    assert list_backups(folder) == [made[3], made[2]]
    assert sorted(path.name for path in folder.iterdir() if path not in made) == ["mine.txt"]


def test_only_the_owner_may_read_a_backup(backup_file: Path) -> None:
    assert backup_file.stat().st_mode & 0o077 == 0


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    nothing = Database(sqlite_engine(tmp_path / "nothing.db"))

    with closing(nothing), pytest.raises(ConfigurationError, match="no database"):
        take_backup(nothing, tmp_path / "backups", now())

    assert not (tmp_path / "nothing.db").exists()


async def test_orders_are_accepted_while_a_backup_is_taken(database: Database, tmp_path: Path) -> None:
    ledger_and_all(database, orders=3)

    backup = asyncio.create_task(asyncio.to_thread(take_backup, database, tmp_path / "backups", now()))
    taken = 0
    while not backup.done():
        await asyncio.to_thread(accepted, database)
        taken += 1
    file, header = await backup

    assert taken > 1
    assert read_header(file) == header
    assert header.revision == newest_revision()
