"""The company's health over time: a row where a part's status changed, never one for a look that found nothing new."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.health_tables import health_changes

HEALTH_KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class HealthChange:
    """A part was found in another status than before. Ids rise with the time of the finding."""

    id: str
    at: datetime
    component: str
    status: str
    reason: str
    host: str


_C = health_changes.c
# The newest id of each part: one probe of the index a part on PostgreSQL too, for there are few rows of each.
_NEWEST_IDS = sa.select(sa.func.max(_C.id)).group_by(_C.component)
_NEWEST = sa.select(health_changes).where(_C.id.in_(_NEWEST_IDS)).order_by(_C.component)
_BEGAN = sa.select(sa.func.min(_C.at))


def newest_health(connection: Connection) -> dict[str, HealthChange]:
    """The row that holds for each part that was ever seen."""
    return {row.component: _change(row) for row in connection.execute(_NEWEST)}


def note_health(connection: Connection, found: Sequence[HealthChange]) -> list[HealthChange]:
    """Write those findings that are a change; returns them.

    `found` is in the order of time. What is older than the newest row of its part was told by somebody else.
    """
    newest, noted = newest_health(connection), []
    for change in found:
        before = newest.get(change.component)
        if before is not None and (before.id >= change.id or before.status == change.status):
            continue
        newest[change.component] = change
        noted.append(change)
        row = {name: getattr(change, name) for name in HealthChange.__dataclass_fields__}
        connection.execute(sa.insert(health_changes), row)
    return noted


def health_page(
    connection: Connection, *, component: str | None, cursor: str | None, limit: int
) -> list[HealthChange]:
    """Changes, newest first, at most `limit`, older than the one whose id `cursor` is."""
    query = sa.select(health_changes).order_by(_C.id.desc()).limit(limit)
    if component is not None:
        query = query.where(_C.component == component)
    if cursor is not None:
        query = query.where(_C.id < cursor)
    return [_change(row) for row in connection.execute(query)]


def health_since(connection: Connection) -> datetime | None:
    """From when on the history is known; None while nobody has looked."""
    began: datetime | None = connection.execute(_BEGAN).scalar()
    return began


def prune_health(connection: Connection, cutoff: datetime) -> int:
    """Delete changes from before `cutoff`, but of no part the row that holds; returns how many."""
    newest = list(connection.execute(_NEWEST_IDS).scalars())
    old = sa.delete(health_changes).where(_C.at < cutoff, _C.id.not_in(newest))
    return connection.execute(old).rowcount


def _change(row: sa.Row[tuple[object, ...]]) -> HealthChange:
    return HealthChange(row.id, row.at, row.component, row.status, row.reason, row.host)
