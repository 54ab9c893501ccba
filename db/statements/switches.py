"""Switches: what the owner turns on and off for the whole company: `frozen`, and `paused.<role>` for each role.

The newest change wins, also between a host's spool and PostgreSQL, so a freeze that was asked for during an outage
holds afterwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from db.statements.alerts import Alert, Severity, raise_alert
from db.statements.logs import AuditEvent, insert_audit_event
from db.statements.pausing import ring_after_change
from db.tables import switches
from nexus.budget import FROZEN


@dataclass(frozen=True, slots=True)
class Switch:
    """One switch as it was last set: by whom, when and why."""

    name: str
    is_on: bool
    changed_at: datetime
    changed_by: str
    reason: str


def _upsert(insert: postgresql.Insert | sqlite.Insert) -> sa.Executable:
    new = insert.excluded
    return insert.on_conflict_do_update(
        index_elements=["name"],
        set_={column: new[column] for column in ("is_on", "changed_at", "changed_by", "reason")},
        where=switches.c.changed_at < new.changed_at,
    ).returning(switches.c.name)


_PUT = {"postgresql": _upsert(postgresql.insert(switches)), "sqlite": _upsert(sqlite.insert(switches))}
_GET = sa.select(switches).where(switches.c.name == sa.bindparam("switch"))


def get_switch(connection: Connection, name: str) -> Switch | None:
    """The switch, or None when nobody has ever set it, which means off."""
    row = connection.execute(_GET, {"switch": name}).first()
    return _switch(row) if row else None


def all_switches(connection: Connection) -> list[Switch]:
    """Every switch that was ever set."""
    return [_switch(row) for row in connection.execute(sa.select(switches).order_by(switches.c.name))]


def set_switch(connection: Connection, switch: Switch) -> bool:
    """Set it, with an audit row; False, and no change, when it was set later than `switch.changed_at`.

    A freeze that begins or ends is an alert.
    """
    before = get_switch(connection, switch.name)
    if not _put(connection, switch):
        return False
    word = "on" if switch.is_on else "off"
    details = {"reason": switch.reason} if switch.reason else {}
    audit = AuditEvent(switch.changed_by, f"switch.{switch.name}", word, None, None, details)
    insert_audit_event(connection, audit, switch.changed_at)
    if switch.name == FROZEN and switch.is_on is not (before is not None and before.is_on):
        raise_alert(connection, _alert(switch, before), switch.changed_at)
    return True


def _alert(switch: Switch, before: Switch | None) -> Alert:
    """Its key is what was before: who freezes at the same time as another freezes once."""
    since = before.changed_at.isoformat() if before is not None else "first"
    kind = "budget.frozen" if switch.is_on else "budget.thawed"
    text = (
        f"Paid calls are frozen by {switch.changed_by}"
        if switch.is_on
        else (f"Paid calls may begin again, says {switch.changed_by}")
    )
    text += f": {switch.reason}" if switch.reason else "."
    details = {"by": switch.changed_by, "reason": switch.reason}
    severity = Severity.WARNING if switch.is_on else Severity.INFO
    return Alert(f"{kind}:{since}", kind, severity, text, details)


def take_over_switches(connection: Connection, others: Sequence[Switch]) -> None:
    """Set those of another store that were changed later than here. Their audit rows come by themselves."""
    for switch in others:
        _put(connection, switch)


def _put(connection: Connection, switch: Switch) -> bool:
    values = {
        "name": switch.name,
        "is_on": switch.is_on,
        "changed_at": switch.changed_at,
        "changed_by": switch.changed_by,
        "reason": switch.reason,
    }
    if connection.execute(_PUT[connection.dialect.name], values).first() is None:
        return False
    ring_after_change(connection, switch.name, switch.changed_at)
    return True


def _switch(row: sa.Row[tuple[object, ...]]) -> Switch:
    return Switch(row.name, row.is_on, row.changed_at, row.changed_by, row.reason)
