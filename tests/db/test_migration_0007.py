"""Migration 0007 goes down and up again on both stores, and keeps what is there."""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Connection

from db.engine import Database
from db.migrate import SCRIPTS, migrate, newest_revision, present_revision
from db.statements.orders import accept_order
from db.tables import sessions
from tests.builders import an_order, now


def scripted(run: Callable[[Config, str], None], revision: str) -> Callable[[Connection], None]:
    def go(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(SCRIPTS))
        config.attributes["connection"] = connection
        run(config, revision)

    return go


def shape(database: Database) -> tuple[set[str], set[str | None]]:
    found = sa.inspect(database.engine)
    return set(found.get_table_names()), {index["name"] for index in found.get_indexes("sessions")}


def test_down_and_up_again_leaves_the_record_and_the_newest_schema(database: Database) -> None:
    database.run_sync(accept_order, an_order(), now())
    before = shape(database)
    assert "health_changes" in before[0]
    assert "ix_sessions_user_id_updated_at_id" in before[1]

    database.run_sync(scripted(command.downgrade, "0006"))
    tables, indexes = shape(database)
    assert database.read_sync(present_revision) == "0006"
    assert "health_changes" not in tables
    assert "ix_sessions_user_id_updated_at_id" not in indexes
    assert "model_health" in tables

    assert migrate(database) == newest_revision()
    assert shape(database) == before
    with database.engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(sessions)).scalar_one() == 1
