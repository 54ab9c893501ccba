"""A store of the first release, and of the one before this, is brought to the newest schema and loses nothing."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.operations import Operations

from db.engine import Database, open_database, sqlite_engine
from db.migrate import migrate, newest_revision, present_revision, require_newest
from db.restore import restore_backup
from db.tables import metadata, work_orders
from nexus.errors import ConfigurationError
from nexus.settings import CommonSettings
from tests.db.released_stores import FOLDER, REVISIONS, Rows, fill, kept, rows_of


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty store of each kind, without any table."""
    if request.param == "sqlite":
        database = Database(sqlite_engine(tmp_path / "empty.db"))
    else:
        database = open_database(CommonSettings(database_url=request.getfixturevalue("postgres_url")))
    yield database
    database.close()


def lost(database: Database, rows: Rows) -> list[str]:
    """The rows that are not there, or not as they were."""
    with database.engine.connect() as connection:
        return [
            f"{table}: {row}"
            for table, some in rows.items()
            for row in some
            if not kept(connection, table, row)
        ]


@pytest.mark.parametrize("revision", REVISIONS)
def test_an_upgrade_keeps_every_row_and_every_value(store: Database, revision: str) -> None:
    rows = fill(store, revision)
    assert store.read_sync(present_revision) == revision
    assert migrate(store) == newest_revision()
    assert lost(store, rows) == []


def test_the_comparison_finds_a_row_that_changed(store: Database) -> None:
    rows = fill(store, "0001")
    migrate(store)
    with store.engine.begin() as connection:
        changed = connection.execute(sa.select(work_orders.c.id).limit(1)).scalar_one()
        connection.execute(work_orders.update().where(work_orders.c.id == changed).values(content="another"))
    assert [one.partition(":")[0] for one in lost(store, rows)] == ["work_orders"]


def test_an_upgraded_store_has_the_schema_of_a_new_one(store: Database, sqlite: Database) -> None:
    fill(store, "0001")
    migrate(store)
    assert columns(store) == columns(sqlite)


def columns(database: Database) -> set[tuple[str, str, bool]]:
    """Every column of every table, and whether it may be null."""
    look = sa.inspect(database.engine)
    return {
        (table, str(column["name"]), bool(column["nullable"]))
        for table in look.get_table_names()
        for column in look.get_columns(table)
    }


def test_processes_that_upgrade_at_the_same_time_do_it_once(store: Database) -> None:
    rows = fill(store, "0001")
    others = [Database(store.engine) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(migrate, others)) == {newest_revision()}
    assert lost(store, rows) == []


def test_an_upgrade_that_breaks_in_the_middle_leaves_the_old_store(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = fill(store, "0001")
    tables = sa.inspect(store.engine).get_table_names()

    really: Callable[..., sa.Table] = Operations.create_table

    def breaks(self: Operations, name: str, *args: Any, **more: Any) -> sa.Table:
        # What 0002 to 0007 made is there by then, in the same transaction.
        if name == "equipment_runs":
            raise RuntimeError("the power went")
        return really(self, name, *args, **more)

    with monkeypatch.context() as patched:
        patched.setattr(Operations, "create_table", breaks)
        with pytest.raises(RuntimeError, match="the power went"):
            migrate(store)
    assert store.read_sync(present_revision) == "0001"
    assert sa.inspect(store.engine).get_table_names() == tables
    assert lost(store, rows) == []
    assert migrate(store) == newest_revision()


def test_a_backup_of_the_release_before_comes_back_whole(store: Database) -> None:
    header = restore_backup(store, FOLDER / "0008.backup")
    assert header.revision == "0008"
    assert store.read_sync(present_revision) == newest_revision()
    assert lost(store, rows_of("0008")) == []
    assert header.rows.keys() <= metadata.tables.keys() | {"alembic_version"}


def test_a_reader_says_whether_the_store_is_older_or_newer_than_it(store: Database) -> None:
    fill(store, "0008")
    with pytest.raises(ConfigurationError, match=r"has schema 0008, not \d{4}: start the company once"):
        store.read_sync(require_newest)
    migrate(store)
    store.read_sync(require_newest)
    with store.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(
        ConfigurationError, match="schema 9999, which this NEXUS does not know: upgrade NEXUS"
    ):
        store.read_sync(require_newest)
