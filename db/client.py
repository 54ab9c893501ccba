"""The database for scripts: `get_db_client()`, synchronous, with automatic fallback to SQLite.

from db.client import get_db_client
total = sum(m["cost_usd"] for m in get_db_client().query_metrics(agent_name="ceo_agent"))
"""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
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
    """Metrics and audit for scripts and tools. Safe to use from several threads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def backend(self) -> str:
        """`postgresql` or `sqlite`."""
        return self._database.engine.dialect.name

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
        rows = self._database.read_sync(
            select_metrics,
            start_time=_utc(start_time),
            end_time=_utc(end_time),
            agent_name=agent_name,
            limit=limit,
        )
        return [_metric(row) for row in rows]

    def query_audit(self, work_order_id: str | None = None, limit: int = 100) -> list[dict[str, object]]:
        """Audit rows, newest first, with `details` as an object."""
        rows = self._database.read_sync(select_audit_events, work_order_id=work_order_id, limit=limit)
        return [{**row, "details": json.loads(str(row["details"]))} for row in rows]

    def log_execution(self, execution: Execution) -> str:
        """Write one execution; returns its id."""
        return self._database.run_sync(insert_execution, execution, datetime.now(UTC))

    def log_audit(self, audit: AuditEvent) -> str:
        """Write one audit row; returns its id."""
        return self._database.run_sync(insert_audit_event, audit, datetime.now(UTC))

    def close(self) -> None:
        """Close every connection. `get_db_client` opens a new client afterwards."""
        self._database.close()
        _open_client.cache_clear()


def get_db_client() -> DatabaseClient:
    """The client for DATABASE_URL, or for the SQLite file when there is none or it does not answer.

    One client per store and process. Falling back is logged as a warning; what is written then stays in SQLite.

    Raises:
        ConfigurationError: a setting is wrong.
    """
    settings = load_settings(CommonSettings)
    return _open_client(settings.database_url, settings)


@lru_cache(maxsize=8)
def _open_client(url: str | None, settings: CommonSettings) -> DatabaseClient:
    database = open_database(settings)
    try:
        migrate(database)
    except StoreUnavailable as error:
        database.close()
        if url is None:
            raise
        log.warning("store.fallback", to="sqlite", path=str(settings.sqlite_path), error=str(error))
        database = open_database(settings.model_copy(update={"database_url": None}))
        migrate(database)
    return DatabaseClient(database)


def _utc(time: datetime | None) -> datetime | None:
    return time.astimezone(UTC) if time is not None else None


def _metric(row: Mapping[str, object]) -> Metric:
    cost = row["cost_usd"]
    priced = float(cost) if isinstance(cost, Decimal) else math.nan
    return Metric(**{**row, "cost_usd": priced})  # type: ignore[typeddict-item]  # the table's own columns
