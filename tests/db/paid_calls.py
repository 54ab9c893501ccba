"""Paid calls for tests of the budget: what they may cost, and what they came to."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal

from db.engine import Database, open_database
from db.records import AttemptRecord, CallRecord, CallStatus, Settlement
from db.statements.alerts import AlertRow, alerts_after
from db.statements.attempts import open_attempt
from db.statements.budget import windows_at
from db.statements.limits import set_limit
from nexus.budget import LimitChange, Limits, PeriodKind, Place, Window
from nexus.settings import CommonSettings
from nexus.usage import Price, Usage
from nexus.work_order import Role, WorkOrder
from tests.builders import a_try, assigned, claimed, now

CENT = Decimal("0.01")
PRICE = Price(CENT, CENT, CENT, CENT)
WORST = 10 * CENT


def limits(usd: str = "1.00", **roles: str) -> Limits:
    by_role: dict[Place, Decimal] = {(role, "day"): Decimal(amount) for role, amount in roles.items()}
    return Limits({("company", "day"): Decimal(usd), ("company", "month"): Decimal(50), **by_role})


def a_paid_try(order: WorkOrder, worst: Decimal = WORST) -> tuple[AttemptRecord, CallRecord]:
    attempt, call = a_try(order)
    day = Limits({}).day_of(now())
    return attempt, replace(call, price=PRICE, worst_case_usd=worst, budget_day=day)


def a_claim(database: Database) -> WorkOrder:
    """An order that the intern holds."""
    order = claimed(database, assigned(database).id, Role.INTERN)
    assert order is not None
    return order


def begun(database: Database, allowed: Limits | None = None, worst: Decimal = WORST) -> CallRecord:
    """A claimed order with a paid call that runs."""
    order = a_claim(database)
    attempt, call = a_paid_try(order, worst)
    database.run_sync(open_attempt, order, attempt, call, now(), limits=allowed or limits("1000"))
    return call


def paid(cost: Decimal, status: CallStatus = CallStatus.RECORDED) -> Settlement:
    return Settlement(status, usage=Usage(1, 1), cost_usd=cost, answer="Paris.")


def windows(database: Database) -> dict[tuple[str, str], Window]:
    """By scope and kind of period, with the limits that hold above `limits()`."""
    found = database.read_sync(windows_at, limits(), now())
    return {(window.scope, "day" if len(window.period) > 7 else "month"): window for window in found}


def a_change(
    usd: str | None,
    *,
    scope: str = "company",
    kind: PeriodKind = "day",
    is_set: bool = True,
    by: str = "owner",
) -> LimitChange:
    return LimitChange(scope, kind, is_set, None if usd is None else Decimal(usd), now(), by)


def change(database: Database, wish: LimitChange, settings: Limits | None = None) -> LimitChange:
    return database.run_sync(set_limit, wish, settings or limits())


def alerts_in(database: Database, kind: str | None = None) -> list[AlertRow]:
    """Oldest first."""
    found = database.read_sync(alerts_after, "", 1000)
    return [alert for alert in found if kind in (None, alert.kind)]


@contextmanager
def other_processes(database: Database, count: int) -> Iterator[list[Database]]:
    """More engines on the same store, as other processes have them."""
    if database.is_sqlite:
        settings = CommonSettings(database_url=None)
    else:
        url = database.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
        settings = CommonSettings(database_url=url)
    others = [open_database(settings) for _ in range(count)]
    try:
        yield others
    finally:
        for other in others:
            other.close()
