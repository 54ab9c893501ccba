"""Alerts: what the owner is told without having asked, on every channel that can.

An alert is raised in the transaction in which happens what it tells of, as the transaction's last act, and once a
key. Ids rise in the order of the commits, whatever the hosts' clocks say: who has read as far as one id misses none.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from ulid import ULID

from db.statements.locks import lock
from db.tables import alerts
from nexus.ids import new_id
from nexus.redaction import redact, redact_details
from nexus.work_order import WorkOrder

LOCK = "alerts"


class Severity(StrEnum):
    """How much it matters: to know, to look at, or to do something about now."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Alert:
    """Something to tell. `key` names the happening: with the same key it is told once.

    `text` is one English line. `details` is for readers in other languages; money in it is exact text in dollars,
    like `"0.042"`, a limit that there is not is null, a moment is ISO 8601.
    """

    key: str
    kind: str
    severity: Severity
    text: str
    details: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert as it is stored; `details` is JSON text."""

    id: str
    at: datetime
    key: str
    kind: str
    severity: Severity
    text: str
    details: str


# Built once: constructing a statement costs several times its execution.
_KNOWN = sa.select(alerts.c.id).where(alerts.c.key == sa.bindparam("key"))
_NEWEST = sa.select(sa.func.max(alerts.c.id))
_PUT = {
    "postgresql": postgresql.insert(alerts).on_conflict_do_nothing().returning(alerts.c.id),
    "sqlite": sqlite.insert(alerts).on_conflict_do_nothing().returning(alerts.c.id),
}


def raise_alert(connection: Connection, alert: Alert, now: datetime) -> bool:
    """Write it down, without secrets; False when its key is known.

    The transaction holds the alerts' lock from here on, so nothing that others may hold is taken afterwards.
    """
    values: dict[str, object] = {
        "created_at": now,
        "key": alert.key,
        "kind": alert.kind,
        "severity": alert.severity.value,
        "text": " ".join(redact(alert.text).split()),
        "details": json.dumps(redact_details(alert.details), ensure_ascii=False, default=str),
    }
    return _put(connection, values)


def receive_alerts(connection: Connection, rows: Iterable[Mapping[str, object]]) -> None:
    """Write down what a spool has raised, under new ids: those that read along are past the old ones.

    What is known by its key is left alone, so a second time does no harm.
    """
    for row in sorted(rows, key=lambda row: str(row["id"])):
        _put(connection, row)


def _put(connection: Connection, values: Mapping[str, object]) -> bool:
    if connection.execute(_KNOWN, {"key": values["key"]}).first() is not None:
        return False
    lock(connection, LOCK)
    row = {**values, "id": _next_id(connection.execute(_NEWEST).scalar())}
    return connection.execute(_PUT[connection.dialect.name], row).first() is not None


def _next_id(newest: str | None) -> str:
    """A new id, or the next one after `newest` where another clock was ahead."""
    mine = new_id()
    return mine if newest is None or mine > newest else str(ULID.from_int(int(ULID.from_str(newest)) + 1))


def alerts_after(connection: Connection, after_id: str, limit: int) -> list[AlertRow]:
    """Alerts behind `after_id` (`""`: from the first on), oldest first, at most `limit`."""
    c = alerts.c
    found = connection.execute(sa.select(alerts).where(c.id > after_id).order_by(c.id).limit(limit))
    return [_row(row) for row in found]


def alerts_page(
    connection: Connection, *, after: str | None, cursor: str | None, limit: int
) -> list[AlertRow]:
    """Alerts, newest first, at most `limit`: newer than the one whose id `after` is, older than `cursor`."""
    c = alerts.c
    tests = [c.id > after] if after is not None else []
    tests += [c.id < cursor] if cursor is not None else []
    found = connection.execute(sa.select(alerts).where(*tests).order_by(c.id.desc()).limit(limit))
    return [_row(row) for row in found]


def newest_alert(connection: Connection) -> str:
    """The newest alert's id, `""` when there is none: where to begin for who wants to hear of new ones only."""
    return connection.execute(_NEWEST).scalar() or ""


def prune_alerts(connection: Connection, cutoff: datetime, *, limit: int = 5000) -> int:
    """Delete alerts that were raised before `cutoff`; returns how many, `limit` at most. Their keys are free again."""
    some = sa.select(alerts.c.id).where(alerts.c.created_at < cutoff).limit(limit)
    return connection.execute(sa.delete(alerts).where(alerts.c.id.in_(some))).rowcount


def tell_dead(connection: Connection, order: WorkOrder, reason: str, now: datetime) -> bool:
    """Alert the owner that an order is dead."""
    text = f"{order.id} is dead: {reason}"
    details = {"order_id": order.id, "session_id": order.session_id, "reason": reason}
    return raise_alert(
        connection, Alert(f"order.dead:{order.id}", "order.dead", Severity.CRITICAL, text, details), now
    )


def _row(row: sa.Row[tuple[object, ...]]) -> AlertRow:
    return AlertRow(row.id, row.created_at, row.key, row.kind, Severity(row.severity), row.text, row.details)
