"""Limits of money that the owner has changed while the company runs. They stand above the settings.

The newest change wins, also between a host's spool and PostgreSQL, so a limit that was changed during an outage holds
afterwards (docs/decisions/0010-limits-at-run-time.md).
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from db.statements.alerts import Alert, Severity, raise_alert
from db.statements.locks import lock, lock_shared
from db.statements.logs import AuditEvent, insert_audit_event
from db.tables import budget_limits
from nexus.budget import LimitChange, Limits, exact, limit_text, name_of, setting_of

LOCK = "budget_limits"
_WAIT = sa.text("SET LOCAL lock_timeout = '5s'")
_TICK = timedelta(microseconds=1)
_CHANGED = ("is_set", "limit_usd", "changed_at", "changed_by")


def _upsert(insert: postgresql.Insert | sqlite.Insert) -> sa.Executable:
    new = insert.excluded
    return insert.on_conflict_do_update(
        index_elements=["scope", "kind"],
        set_={column: new[column] for column in _CHANGED},
        where=budget_limits.c.changed_at < new.changed_at,
    )


# Built once: constructing a statement costs several times its execution.
_PUT = {
    "postgresql": _upsert(postgresql.insert(budget_limits)),
    "sqlite": _upsert(sqlite.insert(budget_limits)),
}
_ALL = sa.select(budget_limits).order_by(budget_limits.c.scope, budget_limits.c.kind)


def all_limit_changes(connection: Connection) -> list[LimitChange]:
    """The newest change of every limit that was ever changed, also of those that are the settings' again."""
    return [
        LimitChange(row.scope, row.kind, row.is_set, row.limit_usd, row.changed_at, row.changed_by)
        for row in connection.execute(_ALL)
    ]


def limits_in_force(connection: Connection, settings: Limits, *, until_the_end: bool = False) -> Limits:
    """The settings' limits with what the owner has changed since.

    `until_the_end`: no limit is changed before this transaction ends, so what it decides by them holds.
    """
    if until_the_end:
        lock_shared(connection, LOCK)
    return settings.with_changes(all_limit_changes(connection))


def set_limit(connection: Connection, wish: LimitChange, settings: Limits) -> LimitChange:
    """Change a limit, with an audit row and an alert; returns the change as it is stored.

    When this has been committed, no reservation by the old limit is committed any more. The newest commit wins in one
    store: where another host's clock was ahead of `wish.changed_at`, a moment after its change is stored.

    Raises:
        OperationalError: a reservation hangs for 5 s; nothing was changed.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_WAIT)
    lock(connection, LOCK)
    before = settings.with_changes(all_limit_changes(connection))
    known = before.changes.get(wish.place)
    change = wish
    if known is not None and known.changed_at >= wish.changed_at:
        change = replace(wish, changed_at=known.changed_at + _TICK)
    _put(connection, change)
    _tell(connection, change, before, settings, wish.changed_at)
    return change


def take_over_limits(connection: Connection, others: Iterable[LimitChange]) -> None:
    """Take those of another store that were changed later than here. Their audit rows and alerts come by themselves.

    Raises:
        OperationalError: as `set_limit`.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_WAIT)
    lock(connection, LOCK)
    for change in others:
        _put(connection, change)


def _put(connection: Connection, change: LimitChange) -> None:
    values = {name: getattr(change, name) for name in LimitChange.__dataclass_fields__}
    connection.execute(_PUT[connection.dialect.name], values)


def _tell(
    connection: Connection, change: LimitChange, before: Limits, settings: Limits, now: datetime
) -> None:
    was, becomes = before.at(change.place), change.limit_usd if change.is_set else settings.at(change.place)
    had_set, source = before.set_at(change.place) is not None, setting_of(change.place)
    details: dict[str, object] = {
        "scope": change.scope,
        "kind": change.kind,
        "limit_usd": exact(becomes),
        "was_usd": exact(was),
        "limit_from": "set" if change.is_set else source,
        "by": change.changed_by,
    }
    status = "setting" if not change.is_set else "none" if becomes is None else "set"
    audit = AuditEvent(change.changed_by, "budget.limit_changed", status, None, None, details)
    insert_audit_event(connection, audit, now)
    if (was, had_set) == (becomes, change.is_set):
        return  # said again
    again = "" if change.is_set else f" again, as {source} says"
    text = (
        f"The limit of {name_of(change.place)} is {limit_text(becomes)}{again}; it was {limit_text(was)}."
        f" Changed by {change.changed_by}."
    )
    key = f"budget.limit_changed:{change.scope}:{change.kind}:{change.changed_at.isoformat()}"
    raise_alert(connection, Alert(key, "budget.limit_changed", Severity.INFO, text, details), now)
