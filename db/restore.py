"""Restoring: a backup of either kind into an empty store of either kind, whole or not at all."""

from functools import partial
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.backup import BackupHeader, copy_rows, opened_backup
from db.engine import Database
from db.migrate import migrate, newest_revision
from db.tables import metadata
from nexus.errors import PermanentError


def restore_backup(database: Database, file: Path) -> BackupHeader:
    """Put every row of `file` into `database`, which is empty, in one transaction; returns the backup's header.

    The store gets its tables if it has none, and has the newest schema afterwards, also when the backup is older.
    Interrupted, the store is empty as before. No company may work on it meanwhile.

    Raises:
        PermanentError: the file is no whole backup, or the store is not empty; nothing was changed.
        ConfigurationError: the backup, or the store, was made by a newer NEXUS than this one.
        StoreUnavailable: the database does not answer.
    """
    with opened_backup(file) as (header, backup):
        database.read_sync(_require_empty)
        migrate(database)
        with backup.engine.connect().execution_options(nexus_read_only=True) as source:
            database.run_sync(partial(_restore, source=source, header=header))
    return header


def _restore(connection: Connection, source: Connection, header: BackupHeader) -> None:
    _require_empty(connection)
    if connection.dialect.name == "postgresql":
        for table in metadata.sorted_tables:
            connection.execute(sa.text(f'LOCK TABLE "{table.name}" IN EXCLUSIVE MODE'))
        _require_empty(connection)
    counts = copy_rows(connection, source)
    if header.revision != newest_revision():
        return  # bringing an older one up may have moved rows
    wrong = [name for name, rows in header.rows.items() if counts.get(name) != rows]
    if wrong:
        raise PermanentError(f"the backup does not hold what its header says: {', '.join(wrong)}.")


def _require_empty(connection: Connection) -> None:
    present = set(sa.inspect(connection).get_table_names())
    for table in metadata.sorted_tables:
        if table.name in present and connection.execute(sa.select(1).select_from(table).limit(1)).first():
            raise PermanentError(
                f"the store is not empty: it has rows in {table.name}. Restore into an empty one; to go back to a "
                "backup, put the present store aside first."
            )
