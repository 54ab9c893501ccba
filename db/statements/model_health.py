"""What is known of each model: the newest word of a probe, or of a worker whose calls failed. One row a model."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from db.health_tables import model_health
from nexus.model_status import ModelStatus


@dataclass(frozen=True, slots=True)
class ModelHealth:
    """One model as it was found at `checked_at` by `checked_by`, a worker or a command. `detail` is one line."""

    provider: str
    model: str
    status: ModelStatus
    detail: str
    ends: date | None
    checked_at: datetime
    checked_by: str


def _upsert(insert: postgresql.Insert | sqlite.Insert) -> sa.Executable:
    new = insert.excluded
    return insert.on_conflict_do_update(
        index_elements=["provider", "model"],
        set_={column: new[column] for column in ("status", "detail", "ends", "checked_at", "checked_by")},
        where=model_health.c.checked_at <= new.checked_at,
    )


# Built once: constructing a statement costs several times its execution.
_PUT = {
    "postgresql": _upsert(postgresql.insert(model_health)),
    "sqlite": _upsert(sqlite.insert(model_health)),
}
_ALL = sa.select(model_health).order_by(model_health.c.provider, model_health.c.model)


def put_model_health(connection: Connection, found: Iterable[ModelHealth]) -> None:
    """Write what was found; of each model the newest finding stays, whoever writes it last."""
    statement = _PUT[connection.dialect.name]
    # In one order everywhere, so that two workers that start together do not wait for each other in a circle.
    for health in sorted(found, key=lambda health: (health.provider, health.model)):
        connection.execute(statement, _row(health))


def all_model_health(connection: Connection) -> list[ModelHealth]:
    """The newest finding of every model that was ever looked at, by provider and name."""
    return [_health(row) for row in connection.execute(_ALL)]


def _row(health: ModelHealth) -> dict[str, object]:
    return {
        "provider": health.provider,
        "model": health.model,
        "status": health.status.value,
        "detail": health.detail,
        "ends": health.ends.isoformat() if health.ends else None,
        "checked_at": health.checked_at,
        "checked_by": health.checked_by,
    }


def _health(row: sa.Row[tuple[object, ...]]) -> ModelHealth:
    return ModelHealth(
        provider=row.provider,
        model=row.model,
        status=ModelStatus(row.status),
        detail=row.detail,
        ends=date.fromisoformat(row.ends) if row.ends else None,
        checked_at=row.checked_at,
        checked_by=row.checked_by,
    )
