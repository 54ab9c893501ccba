"""`nexus restore FILE`: a backup into the store that the settings name, which must be empty."""

from contextlib import closing
from pathlib import Path

import typer

from db.engine import open_database
from db.restore import restore_backup
from nexus.cli.lock import company_url
from nexus.errors import PermanentError
from nexus.settings import CommonSettings, load_settings


def restore_file(file: Path) -> None:
    """Restore it and say what came back.

    Raises:
        PermanentError: it is no whole backup, the store is not empty, or a company works on it.
        ConfigurationError: the backup was made by a newer NEXUS.
        StoreUnavailable: the database does not answer.
    """
    settings = load_settings(CommonSettings)
    if url := company_url(settings.home):
        raise PermanentError(f"a company works on {settings.home} ({url}): stop it first.")
    with closing(open_database(settings)) as database:
        header = restore_backup(database, file)
    typer.echo(
        f"Restored from {header.taken_at:%Y-%m-%d %H:%M:%S} UTC: {header.rows.get('work_orders', 0):,} orders, "
        f"{sum(header.rows.values()):,} rows."
    )
