"""The database as the rest of the company sees it: run a function inside one transaction.

Statements are plain synchronous functions over a SQLAlchemy Core connection; a whole transaction runs in one
worker thread, which costs one hop instead of one per statement (docs/decisions/0002). On SQLite one thread
does all writing, so writers queue in this process instead of fighting over the file's lock.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.pool import QueuePool

from nexus.errors import ConfigurationError, StoreUnavailable
from nexus.settings import CommonSettings

POSTGRES_THREADS = 8
SQLITE_READERS = 2
BUSY_TIMEOUT_S = 10
CONNECT_TIMEOUT_S = 3
BUSY_RETRIES = 3
# Without these a cable that was pulled blocks a thread for minutes. Milliseconds, then seconds.
NOTICE_A_DEAD_NETWORK = {
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}


class Database:
    """An engine and the threads its transactions run in."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._kept = threading.local()
        self._opened: list[Connection] = []
        self._generation = 0  # rises when the server has dropped a connection: the others are dead too
        writers = 1 if self.is_sqlite else POSTGRES_THREADS
        self._writers = ThreadPoolExecutor(writers, thread_name_prefix="db-write")
        self._readers = (
            ThreadPoolExecutor(SQLITE_READERS, thread_name_prefix="db-read")
            if self.is_sqlite
            else self._writers
        )
        self._ahead = ThreadPoolExecutor(1, thread_name_prefix="db-ahead")

    async def run[**P, T](
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `work(connection, …)` in a transaction; commits when it returns, rolls back when it raises.

        Raises:
            StoreUnavailable: the database did not answer or the connection broke. Whether the transaction
                was committed is then unknown; statements are written so that a repeat does no harm.
        """
        return await self._in(self._writers, work, False, *args, **kwargs)

    async def run_ahead[**P, T](
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """`run` past the queue of other transactions, on a thread and connection of its own: leases cannot wait.

        Raises:
            StoreUnavailable: as `run`.
        """
        return await self._in(self._ahead, work, False, *args, **kwargs)

    async def read[**P, T](
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a read-only `work(connection, …)`. On SQLite it does not queue behind the writer.

        Raises:
            StoreUnavailable: as `run`.
        """
        return await self._in(self._readers, work, True, *args, **kwargs)

    async def _in[**P, T](
        self,
        threads: ThreadPoolExecutor,
        work: Callable[Concatenate[Connection, P], T],
        read_only: bool,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            threads, lambda: self._in_this_thread(work, read_only, *args, **kwargs)
        )

    def run_sync[**P, T](
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """`run` for callers that have no event loop."""
        with _translated_errors(), self.engine.begin() as connection:
            return work(connection, *args, **kwargs)

    def read_sync[**P, T](
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """`read` for callers that have no event loop."""
        with _translated_errors(), self.engine.connect() as connection:
            return work(connection.execution_options(nexus_read_only=True), *args, **kwargs)

    def _in_this_thread[**P, T](
        self,
        work: Callable[Concatenate[Connection, P], T],
        read_only: bool,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run `work` on the connection that this thread keeps: taking one from the pool costs three statements."""
        with _translated_errors():
            connection = self._kept_connection()
            connection.execution_options(nexus_read_only=read_only)
            try:
                with connection.begin():
                    return work(connection, *args, **kwargs)
            except (sa.exc.OperationalError, sa.exc.InterfaceError) as error:
                self._let_go(connection)
                if error.connection_invalidated:
                    self._generation += 1
                raise

    def _kept_connection(self) -> Connection:
        kept: Connection | None = getattr(self._kept, "connection", None)
        if kept is not None and self._kept.generation != self._generation:
            self._let_go(kept)
            kept = None
        if kept is None:
            self._kept.generation = self._generation
            kept = self.engine.connect()
            self._kept.connection = kept
            self._opened.append(kept)
        return kept

    def _let_go(self, connection: Connection) -> None:
        """Close a connection that may be broken; the thread's next transaction opens a new one."""
        self._kept.connection = None
        self._opened.remove(connection)
        connection.invalidate()
        connection.close()

    def close(self) -> None:
        """Finish what runs and close every connection."""
        self._writers.shutdown()
        self._readers.shutdown()
        self._ahead.shutdown()
        for connection in self._opened:
            connection.close()
        self._opened.clear()
        self._kept = threading.local()
        self.engine.dispose()


class _translated_errors:  # noqa: N801 - reads as the context it is
    """Turn the drivers' "not there" into ours, in one place."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, __: object) -> None:
        if isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError | sa.exc.TimeoutError):
            raise StoreUnavailable(f"the database does not answer: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return str(error.__cause__ or error).strip().splitlines()[0]


def open_database(settings: CommonSettings, *, must_exist: bool = False) -> Database:
    """The database the settings name: PostgreSQL when `DATABASE_URL` is set, else the SQLite file.

    Nothing connects yet. The SQLite file's folder is made, readable by its owner only; with `must_exist` nothing is
    made, and a file that is not there does not answer.

    Raises:
        ConfigurationError: `DATABASE_URL` cannot be understood or names another kind of database.
    """
    if settings.database_url:
        return Database(_postgres_engine(settings.database_url))
    if not must_exist:
        settings.sqlite_path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Database(sqlite_engine(settings.sqlite_path, must_exist=must_exist))


def _postgres_engine(raw_url: str) -> Engine:
    try:
        url = make_url(raw_url)
    except (sa.exc.ArgumentError, ValueError):  # ValueError: the port is no number
        raise ConfigurationError(
            "DATABASE_URL is not a URL: write postgresql://user:password@host:5432/nexus, or leave it empty."
        ) from None
    if url.get_backend_name() not in ("postgresql", "postgres"):
        raise ConfigurationError(
            f"DATABASE_URL names {url.get_backend_name()}; it must be postgresql://…, or empty for SQLite."
        )
    return sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=POSTGRES_THREADS + 1,
        max_overflow=4,
        pool_pre_ping=False,
        pool_timeout=CONNECT_TIMEOUT_S,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT_S,
            "options": "-c timezone=utc",
            **NOTICE_A_DEAD_NETWORK,
        },
    )


def sqlite_engine(path: Path, *, must_exist: bool = False) -> Engine:
    """SQLite in WAL with real durability: a commit is on the disk before anybody is told."""
    url = URL.create("sqlite+pysqlite", database=str(path))
    if must_exist:
        url = url.set(database=path.absolute().as_uri(), query={"mode": "rw", "uri": "true"})
    engine = sa.create_engine(
        url,
        connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False, "isolation_level": None},
        poolclass=QueuePool,
        pool_size=2 + SQLITE_READERS,
        max_overflow=8,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: object, _record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]  # the DB-API object, whatever the driver
    for pragma in ("foreign_keys=ON", "synchronous=FULL", f"busy_timeout={BUSY_TIMEOUT_S * 1000}"):
        cursor.execute(f"PRAGMA {pragma}")
    _switch_to_wal(cursor)
    cursor.close()


def _switch_to_wal(cursor: object) -> None:
    """Changing the journal mode ignores busy_timeout while another process recovers the file, so try again."""
    for remaining in reversed(range(BUSY_RETRIES)):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")  # type: ignore[attr-defined]
        except Exception as error:
            if "locked" not in str(error) or not remaining:
                raise
            time.sleep(0.1)  # in a database thread, never in the event loop
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at once: a read that later writes would otherwise fail with SQLITE_BUSY."""
    read_only = connection.get_execution_options().get("nexus_read_only")
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
