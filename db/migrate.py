"""Bring a database to the newest schema. Run by every process at start; safe to run at the same time."""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.engine import Database
from nexus.errors import ConfigurationError

SCRIPTS = Path(__file__).parent / "migrations"
LOCK_KEY = 0x6E657875  # "nexu": PostgreSQL's advisory lock for migrations


def migrate(database: Database) -> str:
    """Upgrade to the newest revision and return its id. SQLite's write lock or an advisory lock serialises it.

    Raises:
        StoreUnavailable: the database does not answer.
        ConfigurationError: the database was made by a newer NEXUS than this one.
    """
    return database.run_sync(_upgrade)


def _upgrade(connection: Connection) -> str:
    from alembic import command  # noqa: PLC0415 - 10 MB that only a start needs
    from alembic.config import Config  # noqa: PLC0415
    from alembic.migration import MigrationContext  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    script = ScriptDirectory.from_config(config)
    newest = script.get_current_head() or ""
    present = MigrationContext.configure(connection).get_current_revision()
    if present == newest:
        return newest
    if present is not None and present not in {revision.revision for revision in script.walk_revisions()}:
        raise ConfigurationError(
            f"the database has schema {present}, which this NEXUS does not know: upgrade NEXUS, or restore a backup."
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    return newest
