"""`backup`: the whole store into one file in BACKUP_DIR; the BACKUP_KEEP newest stay."""

from contextlib import closing

from db.backup import prune_backups, take_backup
from db.engine import open_database
from equipment.config import EquipmentSettings
from equipment.tool import Parameters
from nexus.clock import SystemClock


def run(settings: EquipmentSettings, _parameters: Parameters) -> str:
    """Take one, check it, and delete those that are too many.

    Raises:
        NexusError: it could not be taken; those that there are stay.
    """
    now = SystemClock().now()
    with closing(open_database(settings)) as database:
        file, header = take_backup(database, settings.backup_folder, now)
    gone = prune_backups(settings.backup_folder, settings.backup_keep, now)
    deleted = f"; {len(gone)} older deleted" if gone else ""
    return (
        f"{file}: {file.stat().st_size:,} bytes, {header.rows['work_orders']:,} orders, "
        f"{sum(header.rows.values()):,} rows, schema {header.revision}, sha256 {header.sha256[:16]}…{deleted}."
    )
