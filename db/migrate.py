"""Bring a database to the newest schema. Run by every process at start; safe to run at the same time.

`python -m db.migrate` does it before the processes start, for compose and systemd.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.engine import Database, open_database
from nexus.errors import ConfigurationError, NexusError
from nexus.settings import CommonSettings, load_settings

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

SCRIPTS = Path(__file__).parent / "migrations"
LOCK_KEY = 0x6E657875  # "nexu": PostgreSQL's advisory lock for migrations


def migrate(database: Database) -> str:
    """Upgrade to the newest revision and return its id. SQLite's write lock or an advisory lock serialises it.

    Raises:
        StoreUnavailable: the database does not answer.
        ConfigurationError: the database was made by a newer NEXUS than this one.
    """
    return database.run_sync(_upgrade)


def newest_revision() -> str:
    """The revision this NEXUS brings."""
    return _script().get_current_head() or ""


def present_revision(connection: Connection) -> str | None:
    """The revision the database has; None for an empty one."""
    from alembic.migration import MigrationContext  # noqa: PLC0415 - 10 MB that only a start needs

    return MigrationContext.configure(connection).get_current_revision()


def require_newest(connection: Connection) -> None:
    """For who reads and does not upgrade.

    Raises:
        ConfigurationError: the database has another schema than this NEXUS; the message says what to do.
    """
    newest, present = newest_revision(), present_revision(connection)
    _require_known(present)
    if present != newest:
        raise ConfigurationError(
            f"the database has schema {present or 'none'}, not {newest}: start the company once with this NEXUS "
            "(`make up`), or use the NEXUS that made it."
        )


def _require_known(present: str | None) -> None:
    if present is not None and present not in {revision.revision for revision in _script().walk_revisions()}:
        raise ConfigurationError(
            f"the database has schema {present}, which this NEXUS does not know: upgrade NEXUS, or restore a backup."
        )


def _upgrade(connection: Connection) -> str:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
    newest, present = newest_revision(), present_revision(connection)
    if present == newest:
        return newest
    _require_known(present)
    _run_scripts(connection)
    return newest


def _script() -> "ScriptDirectory":
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    return ScriptDirectory(str(SCRIPTS))


def _run_scripts(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def main() -> int:
    """Exit 0 and name the schema; 2 when a setting is wrong, 1 when the database does not answer."""
    try:
        database = open_database(load_settings(CommonSettings))
        try:
            sys.stdout.write(f"the database has schema {migrate(database)}\n")
        finally:
            database.close()
    except NexusError as error:
        sys.stderr.write(f"nexus migrate: {error}\n")
        return 2 if isinstance(error, ConfigurationError) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
