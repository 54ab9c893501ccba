"""Backups: the whole store in one file, taken while orders run, and read back into an empty store of either kind.

What is kept is always a SQLite store with the same tables: of SQLite a copy by its online backup interface, of
PostgreSQL every row as one REPEATABLE READ transaction sees them. So a backup moves between the two kinds, needs no
PostgreSQL program of the right version, and can be opened and looked at.

A file is a header of 4096 bytes, one line of JSON, and the store, packed with gzip: `tail -c +4097 FILE | gunzip`.
The header is written last and names the length and the SHA-256 of what follows: half a backup is never a whole one.
"""

import gzip
import hashlib
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Literal

import sqlalchemy as sa
from pydantic import BaseModel, ValidationError
from sqlalchemy.engine import Connection

from db.engine import Database, sqlite_engine
from db.migrate import migrate, require_newest
from db.tables import metadata
from nexus.errors import ConfigurationError, PermanentError
from nexus.ids import new_id

HEADER_BYTES = 4096
PIECE_BYTES = 1024 * 1024
ROWS_AT_ONCE = 1000
PARTIAL = ".partial"
FILE_NAME = re.compile(r"nexus-\d{4}-\d\d-\d\dT\d{6}Z-[0-9A-Z]{6}\.backup")
ABANDONED = timedelta(days=1)


class BackupHeader(BaseModel):
    """What a backup says of itself. `rows` by table; `size` and `sha256` are of the packed store behind it."""

    nexus_backup: Literal[1] = 1
    taken_at: datetime
    store: Literal["sqlite", "postgresql"]
    revision: str
    rows: dict[str, int]
    size: int
    sha256: str


def take_backup(database: Database, folder: Path, now: datetime) -> tuple[Path, BackupHeader]:
    """Write the store into a new file in `folder`, readable by its owner only, and return it with its header.

    Writers go on meanwhile; what they commit after the beginning is not in it. `folder` needs room for the store
    twice over. Interrupted, it leaves a file whose name ends in `.partial`.

    Raises:
        ConfigurationError: there is no database, or a PostgreSQL that has not the schema of this NEXUS.
        PermanentError: the database is damaged.
        StoreUnavailable: the database does not answer.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"nexus-{now.astimezone(UTC):%Y-%m-%dT%H%M%SZ}-{new_id()[-6:]}.backup"
    partial = folder / f"{name}{PARTIAL}"
    with _scratch(folder) as scratch:
        store = scratch / "store.db"
        if database.is_sqlite:
            _copy_sqlite(database, store)
        else:
            _copy_postgresql(database, store)
        revision, rows = _looked_over(store)
        kind: Literal["sqlite", "postgresql"] = "sqlite" if database.is_sqlite else "postgresql"
        header = BackupHeader(taken_at=now, store=kind, revision=revision, rows=rows, size=0, sha256="")
        header = _write(store, partial, header)
    read_header(partial)  # as a restore would
    whole = partial.rename(folder / name)
    _sync_folder(folder)
    return whole, header


def read_header(file: Path) -> BackupHeader:
    """The header of a whole backup: its length and checksum are right.

    Raises:
        PermanentError: there is no such file, it is no backup, half a one, or damaged.
    """
    try:
        with file.open("rb") as source:
            header = BackupHeader.model_validate_json(source.read(HEADER_BYTES).strip())
            size, sha256 = _measured(source)
    except OSError as error:
        raise PermanentError(f"{file}: {error.strerror}.") from None
    except ValidationError:
        raise PermanentError(f"{file} is no whole backup of NEXUS: it has no header.") from None
    if (size, sha256) != (header.size, header.sha256):
        raise PermanentError(
            f"{file} is damaged or cut off: its length or checksum is not what its header says."
        )
    return header


def list_backups(folder: Path) -> list[Path]:
    """The backups in `folder`, newest first, by their names; they are not read."""
    if not folder.is_dir():
        return []
    return sorted((path for path in folder.iterdir() if FILE_NAME.fullmatch(path.name)), reverse=True)


def prune_backups(folder: Path, keep: int, now: datetime) -> list[Path]:
    """Delete all but the `keep` newest, and what was begun more than a day ago and never finished; returns them."""
    going = list_backups(folder)[keep:]
    for partial in folder.glob(f"nexus-*.backup{PARTIAL}"):
        if datetime.fromtimestamp(partial.stat().st_mtime, UTC) < now - ABANDONED:
            going.append(partial)
    for path in going:
        path.unlink(missing_ok=True)
    return going


@contextmanager
def opened_backup(file: Path) -> Iterator[tuple[BackupHeader, Database]]:
    """The backup's store, unpacked beside the file and brought to the newest schema; gone afterwards.

    Raises:
        PermanentError: it is no whole backup.
        ConfigurationError: it was made by a newer NEXUS than this one.
    """
    header = read_header(file)
    with _scratch(file.parent) as scratch:
        store = scratch / "store.db"
        with file.open("rb") as source, store.open("wb") as target:
            source.seek(HEADER_BYTES)
            with gzip.GzipFile(fileobj=source) as packed:
                shutil.copyfileobj(packed, target, PIECE_BYTES)
        database = Database(sqlite_engine(store))
        try:
            _bring_up(database, file, header)
            yield header, database
        finally:
            database.close()


def _bring_up(store: Database, file: Path, header: BackupHeader) -> None:
    try:
        migrate(store)
    except ConfigurationError:
        raise ConfigurationError(
            f"{file} has schema {header.revision}, which this NEXUS does not know: it was made by a newer one. "
            "Upgrade NEXUS first."
        ) from None


def _copy_sqlite(database: Database, target: Path) -> None:
    """One step, so one moment: in WAL mode a reader holds up no writer, and no writer makes it begin again."""
    path = Path(str(database.engine.url.database))
    if not path.exists():
        raise ConfigurationError(
            f"there is no database at {path}: set NEXUS_HOME or DATABASE_URL to the company's."
        )
    with closing(sqlite3.connect(path, timeout=10)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
    _make_one_file(target)


def _make_one_file(store: Path) -> None:
    """No `-wal` beside it."""
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def _copy_postgresql(database: Database, target: Path) -> None:
    copy = Database(sqlite_engine(target))
    try:
        migrate(copy)
        with database.engine.connect().execution_options(isolation_level="REPEATABLE READ") as source:
            require_newest(source)
            copy.run_sync(copy_rows, source)
    finally:
        copy.close()
    _make_one_file(target)


def copy_rows(target: Connection, source: Connection) -> dict[str, int]:
    """Every row of every table from one store into another, those first that others point to; counts by table."""
    counts: dict[str, int] = {}
    for table in metadata.sorted_tables:
        found = source.execution_options(stream_results=True, yield_per=ROWS_AT_ONCE).execute(
            sa.select(table)
        )
        counts[table.name] = 0
        for rows in found.mappings().partitions(ROWS_AT_ONCE):
            target.execute(sa.insert(table), [dict(row) for row in rows])
            counts[table.name] += len(rows)
    return counts


def _looked_over(store: Path) -> tuple[str, dict[str, int]]:
    """The copy's revision and its rows by table, once SQLite has found nothing wrong with it.

    Raises:
        PermanentError: the copy is damaged, which means that the store is.
    """
    with closing(sqlite3.connect(store)) as copy:
        (word,) = copy.execute("PRAGMA quick_check(1)").fetchone()
        if word != "ok":
            raise PermanentError(f"the database is damaged: {word}.")
        names = [name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {
            name: copy.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - the store's own names
            for name in names
            if name in metadata.tables
        }
        found = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(found[0]), rows


def _write(store: Path, file: Path, header: BackupHeader) -> BackupHeader:
    """Pack `store` into `file`; the header comes last, when everything else is on the disk."""
    with os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as target:
        target.write(b" " * HEADER_BYTES)
        with store.open("rb") as source, gzip.GzipFile(fileobj=target, mode="wb", compresslevel=1) as packed:
            shutil.copyfileobj(source, packed, PIECE_BYTES)
        target.flush()
        os.fsync(target.fileno())
        target.seek(HEADER_BYTES)
        size, sha256 = _measured(target)
        header = header.model_copy(update={"size": size, "sha256": sha256})
        target.seek(0)
        target.write(header.model_dump_json().encode().ljust(HEADER_BYTES - 1) + b"\n")
        target.flush()
        os.fsync(target.fileno())
    return header


def _measured(source: BinaryIO) -> tuple[int, str]:
    """Length and SHA-256 of what is left of it."""
    digest, size = hashlib.sha256(), 0
    while piece := source.read(PIECE_BYTES):
        digest.update(piece)
        size += len(piece)
    return size, digest.hexdigest()


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=".nexus-backup-", dir=folder) as scratch:
        yield Path(scratch)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
