"""The equipment's tables come and go on both stores, and leave the rest alone."""

import importlib

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.engine import Connection

from db.engine import Database
from tests.builders import accepted

v0008 = importlib.import_module("db.migrations.versions.v0008_equipment")


def tables(connection: Connection) -> set[str]:
    return set(sa.inspect(connection).get_table_names())


def in_alembic(connection: Connection, step: str) -> None:
    with Operations.context(MigrationContext.configure(connection)):
        getattr(v0008, step)()


def test_down_and_up_again(database: Database) -> None:
    order = accepted(database)
    whole = database.read_sync(tables)

    database.run_sync(in_alembic, "downgrade")
    assert whole - database.read_sync(tables) == {"equipment_runs", "equipment_schedules"}
    database.run_sync(in_alembic, "upgrade")

    assert database.read_sync(tables) == whole
    assert database.read_sync(lambda c: c.execute(sa.text("SELECT id FROM work_orders")).scalar()) == order.id
