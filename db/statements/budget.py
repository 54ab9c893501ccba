"""The budget's counters: reserved before a call, settled after it, summed per scope and period.

`budget_windows` holds what the ledger's paid calls come to, changed in the transaction that changes the call; so a
restart loses nothing and two processes cannot spend the same dollar. A call counts by its row alone: as reserved at
its worst case while it is `started`, as spent at its cost from then on (`Charge`).

Every window is a row that many transactions write, so it is written last in each of them: locks are then taken in
one order (order, session, windows, the limits' lock, the alerts' lock), and held for a moment.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from db.records import CallRecord, CallStatus
from db.statements.budget_alerts import tell_running_short
from db.statements.limits import limits_in_force
from db.statements.switches import get_switch
from db.tables import budget_windows, model_calls
from db.types import UtcDateTime
from nexus.budget import (
    FROZEN,
    BudgetBusy,
    BudgetRefused,
    Limits,
    PaidCallsFrozen,
    Window,
    kind_of,
    refusal,
    windows_of,
)
from nexus.usage import dollars
from nexus.work_order import Role

NOTHING = Decimal(0)
WARN_AT = Decimal("0.8")

type AnyRow = sa.Row[tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Charge:
    """A change of what one call counts for. `elsewhere`: it counts in another store from now on."""

    role: Role
    day: str
    spent_usd: Decimal = NOTHING
    reserved_usd: Decimal = NOTHING
    elsewhere_usd: Decimal = NOTHING


def _upsert(insert: postgresql.Insert | sqlite.Insert) -> sa.Executable:
    new, old = insert.excluded, budget_windows.c
    return insert.on_conflict_do_update(
        index_elements=["scope", "period"],
        set_={
            "spent_usd": old.spent_usd + new.spent_usd,
            "reserved_usd": old.reserved_usd + new.reserved_usd,
            "elsewhere_usd": old.elsewhere_usd + new.elsewhere_usd,
        },
    ).returning(*old)


# Built once: constructing a statement costs several times its execution.
_ADD = {
    "postgresql": _upsert(postgresql.insert(budget_windows)),
    "sqlite": _upsert(sqlite.insert(budget_windows)),
}
_WARN = (
    sa.update(budget_windows)
    .where(
        budget_windows.c.scope == sa.bindparam("in_scope"),
        budget_windows.c.period == sa.bindparam("in_period"),
        # Another limit is another warning.
        sa.or_(
            budget_windows.c.warned_at.is_(None),
            budget_windows.c.warned_at < sa.bindparam("changed_at", type_=UtcDateTime),
        ),
    )
    .values(warned_at=sa.bindparam("at"))
)


def reserve(connection: Connection, call: CallRecord, limits: Limits, now: datetime) -> None:
    """Set the call's worst case aside in every window it counts in, or raise: then the transaction must roll back.

    `limits` are the settings'; what the owner has changed since stands above them. To be called as the transaction's
    last act.

    Raises:
        PaidCallsFrozen: the owner has frozen all paid calls.
        BudgetRefused: a limit would be passed even if nothing else ran, or nobody knows the price.
        BudgetBusy: it is only the worst case of calls that run now that leaves no room.
    """
    if call.budget_day is None:
        return
    frozen = get_switch(connection, FROZEN)
    if frozen is not None and frozen.is_on:
        raise PaidCallsFrozen(
            f"Paid calls are frozen since {frozen.changed_at:%Y-%m-%d %H:%M} UTC by {frozen.changed_by}"
            f"{f' ({frozen.reason})' if frozen.reason else ''}: `nexus thaw` lets them go on."
        )
    if call.worst_case_usd is None:
        if limits.allow_unpriced:
            return
        raise BudgetRefused(
            f"{call.provider}/{call.model} has no known price, so no budget can hold it: set MODEL_PRICES, "
            "or UNPRICED_MODELS=allow to spend without a limit."
        )
    rows = _change(connection, [Charge(call.role, call.budget_day, reserved_usd=call.worst_case_usd)])
    in_force = limits_in_force(connection, limits, until_the_end=True)
    windows = [_window(row, in_force) for row in rows]
    for window in windows:
        _check(window, call.worst_case_usd)
    for window in windows:
        _warn_once(connection, window, in_force, now)


def _check(window: Window, needs_usd: Decimal) -> None:
    """`window` is as it would be with the call reserved."""
    if window.limit_usd is None or window.spent_usd + window.reserved_usd <= window.limit_usd:
        return
    if window.spent_usd + needs_usd > window.limit_usd:
        raise refusal(window, needs_usd)
    others = window.reserved_usd - needs_usd
    raise BudgetBusy(
        f"{window.name} has {dollars(window.limit_usd - window.spent_usd)} left, of which calls that run may take"
        f" {dollars(others)}: waiting for them"
    )


def _warn_once(connection: Connection, window: Window, limits: Limits, now: datetime) -> None:
    taken = window.spent_usd + window.reserved_usd
    if window.limit_usd is None or taken < WARN_AT * window.limit_usd:
        return
    change = limits.changes.get(window.place)
    place = {"in_scope": window.scope, "in_period": window.period, "at": now}
    if connection.execute(_WARN, {**place, "changed_at": change and change.changed_at}).rowcount != 1:
        return
    tell_running_short(connection, window, now)


def charge_of(
    role: Role, day: str | None, before: "CallState | None", after: "CallState | None"
) -> Charge | None:
    """What changes when a call's row changes from `before` to `after`; None stands for no row, and for no change."""
    if day is None:
        return None
    was, becomes = before or NO_CALL, after or NO_CALL
    charge = Charge(
        role,
        day,
        spent_usd=becomes.spent_usd - was.spent_usd,
        reserved_usd=becomes.reserved_usd - was.reserved_usd,
    )
    return charge if charge.spent_usd or charge.reserved_usd else None


@dataclass(frozen=True, slots=True)
class CallState:
    """What a call counts for at one moment."""

    status: CallStatus
    worst_case_usd: Decimal | None
    cost_usd: Decimal | None

    @property
    def reserved_usd(self) -> Decimal:
        """Its worst case while it runs."""
        return (self.worst_case_usd or NOTHING) if self.status is CallStatus.STARTED else NOTHING

    @property
    def spent_usd(self) -> Decimal:
        """Its cost once it is settled."""
        return NOTHING if self.status is CallStatus.STARTED else (self.cost_usd or NOTHING)


NO_CALL = CallState(CallStatus.FAILED, None, None)


def apply_charges(connection: Connection, charges: Iterable[Charge]) -> None:
    """Add up `charges` and change their windows, as the last act of a transaction."""
    _change(connection, charges)


def _change(connection: Connection, charges: Iterable[Charge]) -> list[AnyRow]:
    """The windows that change, in the order they are locked, as they are afterwards."""
    sums: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [NOTHING, NOTHING, NOTHING])
    for charge in charges:
        for place in windows_of(charge.role, charge.day):
            total = sums[place]
            for column, amount in enumerate((charge.spent_usd, charge.reserved_usd, charge.elsewhere_usd)):
                total[column] += amount
    return [_add(connection, place, sums[place]) for place in sorted(sums) if any(sums[place])]


def _add(connection: Connection, place: tuple[str, str], amounts: list[Decimal]) -> AnyRow:
    return connection.execute(
        _ADD[connection.dialect.name],
        {
            "scope": place[0],
            "period": place[1],
            "spent_usd": amounts[0],
            "reserved_usd": amounts[1],
            "elsewhere_usd": amounts[2],
        },
    ).one()


def _window(row: AnyRow, limits: Limits) -> Window:
    return Window(
        scope=row.scope,
        period=row.period,
        spent_usd=row.spent_usd + row.elsewhere_usd,
        reserved_usd=row.reserved_usd,
        limit_usd=limits.of(row.scope, row.period),
        resets_at=limits.resets_at(row.period),
        set_by=limits.set_at((row.scope, kind_of(row.period))),
    )


def windows_at(connection: Connection, limits: Limits, now: datetime) -> list[Window]:
    """Every window of the day and the month that `now` is in: those with a limit, and those that were used.

    `limits` are the settings'; the windows have the limits that hold, with what the owner has changed since.
    """
    limits = limits_in_force(connection, limits)
    day = limits.day_of(now)
    c = budget_windows.c
    rows = connection.execute(sa.select(budget_windows).where(c.period.in_([day, day[:7]])))
    found = {(row.scope, row.period): _window(row, limits) for row in rows}
    for scope, kind in limits.places:
        period = day if kind == "day" else day[:7]
        found.setdefault((scope, period), _unused(scope, period, limits))
    return [found[place] for place in sorted(found)]


def _unused(scope: str, period: str, limits: Limits) -> Window:
    limit, set_by = limits.of(scope, period), limits.set_at((scope, kind_of(period)))
    return Window(scope, period, NOTHING, NOTHING, limit, limits.resets_at(period), set_by)


def windows_known(connection: Connection, periods: Collection[str]) -> dict[tuple[str, str], Decimal]:
    """What each window of these periods has spent and reserved: what a host's spool goes on from."""
    c = budget_windows.c
    rows = connection.execute(sa.select(budget_windows).where(c.period.in_(periods)))
    return {(row.scope, row.period): row.spent_usd + row.reserved_usd for row in rows}


def windows_elsewhere(connection: Connection, periods: Collection[str]) -> dict[tuple[str, str], Decimal]:
    """In a spool: what it knows of PostgreSQL's windows."""
    c = budget_windows.c
    rows = connection.execute(sa.select(budget_windows).where(c.period.in_(periods)))
    return {(row.scope, row.period): row.elsewhere_usd for row in rows}


def note_elsewhere(connection: Connection, known: Mapping[tuple[str, str], Decimal]) -> None:
    """In a spool: what PostgreSQL's windows came to at the last look."""
    for (scope, period), amount in known.items():
        values = {"scope": scope, "period": period, "spent_usd": NOTHING, "reserved_usd": NOTHING}
        insert = sqlite.insert(budget_windows).values(**values, elsewhere_usd=amount)
        connection.execute(
            insert.on_conflict_do_update(
                index_elements=["scope", "period"],
                set_={"elsewhere_usd": insert.excluded.elsewhere_usd},
            )
        )


def call_states(connection: Connection, order_ids: Collection[str]) -> dict[str, tuple[Role, str, CallState]]:
    """Every paid call of these orders by id, with what it counts for: for `charges_between` two moments."""
    c = model_calls.c
    rows = connection.execute(
        sa.select(c.id, c.role, c.budget_day, c.status, c.worst_case_usd, c.cost_usd).where(
            c.order_id.in_(order_ids), c.budget_day.is_not(None)
        )
    )
    return {
        row.id: (
            Role(row.role),
            row.budget_day,
            CallState(CallStatus(row.status), row.worst_case_usd, row.cost_usd),
        )
        for row in rows
    }


def charges_between(
    before: Mapping[str, tuple[Role, str, CallState]], after: Mapping[str, tuple[Role, str, CallState]]
) -> list[Charge]:
    """What changed between two readings of `call_states`."""
    charges = []
    for call_id in before.keys() | after.keys():
        role, day, _ = before.get(call_id) or after[call_id]
        was, becomes = (states[call_id][2] if call_id in states else None for states in (before, after))
        if charge := charge_of(role, day, was, becomes):
            charges.append(charge)
    return charges
