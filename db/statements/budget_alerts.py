"""What the owner is told of windows that run short of money, and of those that have none left.

Money in the details is exact text in dollars; `reserved_usd` is the worst case of calls that run.
"""

from datetime import datetime
from decimal import Decimal

from sqlalchemy.engine import Connection

from db.statements.alerts import Alert, Severity, raise_alert
from db.statements.logs import AuditEvent, insert_audit_event
from nexus.budget import BudgetUsedUp, Window, exact, kind_of
from nexus.usage import dollars

NOTHING = Decimal(0)


def tell_running_short(connection: Connection, window: Window, now: datetime) -> None:
    """Four fifths of it are spent or reserved: an audit row and an alert, in the reservation's transaction."""
    details = _details(window)
    insert_audit_event(
        connection, AuditEvent("budget", "budget.warning", "warning", None, None, details), now
    )
    taken = window.spent_usd + window.reserved_usd
    text = (
        f"{window.used:.0%} of {window.name} is used: {dollars(taken)} of {dollars(window.limit_usd or NOTHING)}"
        f" are spent or reserved. It resets at {window.resets_at:%Y-%m-%d %H:%M} UTC."
    )
    alert = Alert(_key("warning", window), "budget.warning", Severity.WARNING, text, details)
    raise_alert(connection, alert, now)


def tell_used_up(connection: Connection, refused: BudgetUsedUp, now: datetime) -> bool:
    """A limit stops paid calls: an alert once a window and limit; False when that was told before.

    In a transaction of its own: the one that was refused is rolled back.
    """
    window = refused.window
    spent = f"{dollars(window.spent_usd)} of {dollars(window.limit_usd or NOTHING)}"
    text = (
        f"{window.name.capitalize()} has no room left: {spent} are spent, and a call that may cost"
        f" {dollars(refused.needs_usd)} was refused. It resets at {window.resets_at:%Y-%m-%d %H:%M} UTC."
    )
    reserved = exact(window.reserved_usd - refused.needs_usd)
    details = {**_details(window), "reserved_usd": reserved, "needs_usd": exact(refused.needs_usd)}
    alert = Alert(_key("used_up", window), "budget.used_up", Severity.CRITICAL, text, details)
    return raise_alert(connection, alert, now)


def _key(what: str, window: Window) -> str:
    return f"budget.{what}:{window.scope}:{window.period}:{exact(window.limit_usd)}"


def _details(window: Window) -> dict[str, object]:
    return {
        "scope": window.scope,
        "kind": kind_of(window.period),
        "period": window.period,
        "spent_usd": exact(window.spent_usd),
        "reserved_usd": exact(window.reserved_usd),
        "limit_usd": exact(window.limit_usd),
        "limit_from": window.limit_source,
        "resets_at": window.resets_at.isoformat(),
    }
