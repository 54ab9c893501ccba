"""The database for scripts: `get_db_client()`, synchronous, with automatic fallback to SQLite.

from db.client import get_db_client
total = sum(m["cost_usd"] for m in get_db_client().query_metrics(agent_name="ceo_agent"))
"""

import json
import math
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypedDict

from db.engine import Database, open_database
from db.migrate import migrate
from db.statements.logs import (
    AuditEvent,
    Execution,
    insert_audit_event,
    insert_execution,
    select_audit_events,
    select_metrics,
)
from nexus.errors import StoreUnavailable
from nexus.logs import get_logger
from nexus.settings import CommonSettings, load_settings

log = get_logger(__name__)


class Metric(TypedDict):
    """One execution of one agent. `cost_usd` is dollars; NaN when the model's price is not known, never 0."""

    id: str
    created_at: datetime
    work_order_id: str
    session_id: str | None
    agent_name: str
    role: str
    model: str
    provider: str
    success: bool
    latency_ms: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float


class DatabaseClient:
    """Metrics and audit for scripts and tools. Safe to use from several threads.

    When PostgreSQL does not answer, at the first call or at any later one, the client goes over to the SQLite
    file for good, says so once in the log, and does the call there.
    """

    def __init__(self, settings: CommonSettings) -> None:
        self._settings = settings
        self._opening = threading.RLock()
        self._database: Database | None = None

    @property
    def backend(self) -> str:
        """`postgresql` or `sqlite`."""
        return self._open().engine.dialect.name

    def query_metrics(
        self,
        start_time: datetime | None = None,
        agent_name: str | None = None,
        limit: int = 100,
        end_time: datetime | None = None,
    ) -> list[Metric]:
        """Executions in [start_time, end_time), newest first, at most `limit`.

        Times without a zone are local time, as `datetime.now()` gives it.
        """
        start, end = _utc(start_time), _utc(end_time)
        rows = self._do(
            lambda database: database.read_sync(
                select_metrics, start_time=start, end_time=end, agent_name=agent_name, limit=limit
            )
        )
        return [_metric(row) for row in rows]

    def query_audit(self, work_order_id: str | None = None, limit: int = 100) -> list[dict[str, object]]:
        """Audit rows, newest first, with `details` as an object."""
        rows = self._do(
            lambda database: database.read_sync(select_audit_events, work_order_id=work_order_id, limit=limit)
        )
        return [{**row, "details": json.loads(str(row["details"]))} for row in rows]

    def log_execution(self, execution: Execution) -> str:
        """Write one execution; returns its id."""
        now = datetime.now(UTC)
        return self._do(lambda database: database.run_sync(insert_execution, execution, now))

    def log_audit(self, audit: AuditEvent) -> str:
        """Write one audit row; returns its id."""
        now = datetime.now(UTC)
        return self._do(lambda database: database.run_sync(insert_audit_event, audit, now))

    def close(self) -> None:
        """Close every connection. `get_db_client` makes a new client afterwards."""
        with _clients_lock:
            for settings in [known for known, client in _clients.items() if client is self]:
                del _clients[settings]
        with self._opening:
            if self._database is not None:
                self._database.close()
            self._database = None

    def _do[T](self, call: Callable[[Database], T]) -> T:
        database = self._open()
        try:
            return call(database)
        except StoreUnavailable as error:
            if database.is_sqlite:
                raise
            return call(self._go_over_to_sqlite(database, error))

    def _open(self) -> Database:
        with self._opening:
            if self._database is None:
                database = open_database(self._settings)
                try:
                    migrate(database)
                except StoreUnavailable as error:
                    if database.is_sqlite:
                        raise
                    return self._go_over_to_sqlite(database, error)
                self._database = database
            return self._database

    def _go_over_to_sqlite(self, broken: Database, error: StoreUnavailable) -> Database:
        with self._opening:
            if self._database is not None and self._database is not broken:
                return self._database  # another thread was first
            log.warning("store.fallback", to="sqlite", path=str(self._settings.sqlite_path), error=str(error))
            broken.close()
            self._database = open_database(self._settings.model_copy(update={"database_url": None}))
            migrate(self._database)
            return self._database


_clients: dict[CommonSettings, DatabaseClient] = {}
_clients_lock = threading.Lock()


def get_db_client() -> DatabaseClient:
    """The client for DATABASE_URL, or for the SQLite file when there is none or it does not answer.

    One client per store and process. What is written after a fallback stays in SQLite.

    Raises:
        ConfigurationError: a setting is wrong.
    """
    settings = load_settings(CommonSettings)
    with _clients_lock:
        client = _clients.setdefault(settings, DatabaseClient(settings))
    client.backend  # noqa: B018 - a wrong setting is told here, not at the first call
    return client


def _utc(time: datetime | None) -> datetime | None:
    return time.astimezone(UTC) if time is not None else None


def _metric(row: Mapping[str, object]) -> Metric:
    cost = row["cost_usd"]
    priced = float(cost) if isinstance(cost, Decimal) else math.nan
    return Metric(**{**row, "cost_usd": priced})  # type: ignore[typeddict-item]  # the table's own columns
