"""Stores as earlier releases left them, built with their own schema from `released/*.json`."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Connection

from db.engine import Database
from db.migrate import SCRIPTS

FOLDER = Path(__file__).parent / "released"
REVISIONS = ("0001", "0008")

type Row = Mapping[str, object]
type Rows = Mapping[str, Sequence[Row]]


def rows_of(revision: str) -> Rows:
    """Every row that the release left, by table; alembic's own is not among them."""
    tables: dict[str, list[Row]] = json.loads((FOLDER / f"{revision}.json").read_text())
    assert tables.pop("alembic_version") == [{"version_num": revision}]
    return tables


def fill(database: Database, revision: str) -> Rows:
    """Give an empty store the release's schema and rows; returns the rows."""
    rows = rows_of(revision)
    database.run_sync(_fill, revision, rows)
    return rows


def _fill(connection: Connection, revision: str, rows: Rows) -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
    schema = sa.MetaData()
    schema.reflect(connection)
    for table in schema.sorted_tables:
        for row in rows.get(table.name, ()):
            connection.execute(table.insert(), {name: _given(table, name, row[name]) for name in row})


def kept(connection: Connection, table: str, row: Row) -> bool:
    """True when the store has that row, with the same value in each of its columns."""
    found = sa.Table(table, sa.MetaData(), autoload_with=connection)
    same = [_same(found.c[name], _given(found, name, value)) for name, value in row.items()]
    return connection.execute(sa.select(sa.func.count()).select_from(found).where(*same)).scalar_one() == 1


def _same(column: sa.Column[Any], value: object) -> sa.ColumnElement[bool]:
    if value is None:
        return column.is_(None)
    if isinstance(value, str) and column.name.endswith(("_at", "_until")):
        # SQLite's own clock writes milliseconds, and a copy the same moment in microseconds.
        return sa.func.substr(column, 1, len(value)) == value
    return column == value


def _given(table: sa.Table, name: str, value: object) -> object:
    """SQLite's value as the column of this store takes it."""
    kind = table.c[name].type
    if isinstance(kind, sa.DateTime) and isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return bool(value) if isinstance(kind, sa.Boolean) and value is not None else value
