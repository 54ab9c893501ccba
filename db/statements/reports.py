"""What the company did and what it cost, summed over a period: for `nexus cost` and `GET /api/metrics`.

Money and tokens come from the ledger, by the moment a call began. Orders are counted by the moment in their id, which
is when they arrived: so a period is a range of the primary key. The sums are exact on both stores. What
`nexus orders prune` has deleted is not in them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from ulid import ULID

from db.records import AttemptStatus, CallStatus
from db.tables import attempts, model_calls, verdicts, work_orders
from db.types import UtcDateTime
from nexus.budget import Limits
from nexus.usage import NOTHING_USED, Usage
from nexus.work_order import Role, Status

NOTHING = Decimal(0)

type Values = dict[str, Any]
"""Parameters of a statement."""


class Span(StrEnum):
    """What a report can be about. Days, weeks (from Monday) and months are those of the budget's time zone."""

    TODAY = "today"
    WEEK = "week"
    MONTH = "month"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Period:
    """Days of the budget, the first and the last included; `starts` and `ends` are moments, `ends` excluded."""

    days: tuple[date, ...]
    starts: datetime
    ends: datetime


@dataclass(slots=True)
class Sums:
    """Calls added up. `cost_usd` is everything that has a price; `in_doubt_usd` is the part of it that is in doubt."""

    calls: int = 0
    cost_usd: Decimal = NOTHING
    in_doubt_usd: Decimal = NOTHING
    reserved_usd: Decimal = NOTHING  # worst case of the calls that run
    ceo_cost_usd: Decimal = NOTHING  # at the CEO's model, for the tokens of the calls of which that is known
    unpriced_calls: int = 0
    usage: Usage = NOTHING_USED
    by_status: dict[CallStatus, int] = field(default_factory=dict)

    def add(self, row: sa.Row[Any]) -> None:
        """One group of the ledger."""
        status = CallStatus(row.status)
        self.calls += row.calls
        self.cost_usd += row.cost_usd or NOTHING
        self.ceo_cost_usd += row.ceo_usd or NOTHING
        if status is CallStatus.IN_DOUBT:
            self.in_doubt_usd += row.cost_usd or NOTHING
        if status is CallStatus.STARTED:
            self.reserved_usd += row.worst_case_usd or NOTHING
        else:
            self.unpriced_calls += row.calls - row.priced
        self.usage += Usage(row.input, row.output, row.cache_read, row.cache_write)
        self.by_status[status] = self.by_status.get(status, 0) + row.calls


@dataclass(frozen=True, slots=True)
class Ledger:
    """The calls of a period. `by_model` is by provider and model; days without a call are left out."""

    total: Sums
    by_role: dict[Role, Sums]
    by_model: dict[tuple[str, str], Sums]
    by_day: dict[date, Sums]

    @property
    def dearest_models(self) -> list[tuple[tuple[str, str], Sums]]:
        """`by_model`, the dearest first, then by name."""
        return sorted(self.by_model.items(), key=lambda item: (-item[1].cost_usd, item[0]))


@dataclass(frozen=True, slots=True)
class Savings:
    """Delivered orders of the period whose calls all have a price, and whose price at the CEO is known."""

    orders: int
    cost_usd: Decimal
    ceo_cost_usd: Decimal

    @property
    def saved_usd(self) -> Decimal:
        """Negative when the work was dearer than it would have been at the CEO."""
        return self.ceo_cost_usd - self.cost_usd


@dataclass(frozen=True, slots=True)
class Quality:
    """How well the period's orders went. `tried` is how many an employee has worked on."""

    verdicts: int
    passed: int
    tried: int
    escalated: int

    @property
    def pass_rate(self) -> float | None:
        """Of all answers that QA judged, those that passed; None when it judged none."""
        return self.passed / self.verdicts if self.verdicts else None

    @property
    def escalation_rate(self) -> float | None:
        """Of the orders that were worked on, those that went to a higher tier; None when there was none."""
        return self.escalated / self.tried if self.tried else None


@dataclass(frozen=True, slots=True)
class Latency:
    """Half were as fast as `p50_ms` or faster, and 95 of 100 as `p95_ms`; None when there is nothing to measure."""

    p50_ms: int | None = None
    p95_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A period in numbers. `orders` counts by status; latencies are of answered calls and of delivered orders."""

    period: Period
    ledger: Ledger
    savings: Savings
    orders: dict[Status, int]
    quality: Quality
    call_latency: Latency
    order_latency: Latency


class milliseconds_between(FunctionElement[float]):  # noqa: N801 - reads as the SQL function it is
    """From the first moment to the second."""

    type = sa.Float()
    inherit_cache = True


@compiles(milliseconds_between, "postgresql")
def _between_on_postgresql(element: milliseconds_between, compiler: SQLCompiler, **kwargs: object) -> str:
    begin, end = (compiler.process(clause) for clause in element.clauses)
    return f"(extract(epoch FROM {end} - {begin}) * 1000)"


@compiles(milliseconds_between, "sqlite")
def _between_on_sqlite(element: milliseconds_between, compiler: SQLCompiler, **kwargs: object) -> str:
    begin, end = (compiler.process(clause) for clause in element.clauses)
    return f"((julianday({end}) - julianday({begin})) * 86400000)"


_START, _END = (sa.bindparam(name, type_=UtcDateTime) for name in ("starts", "ends"))
_FIRST, _NEXT = (sa.bindparam(name, type_=sa.String) for name in ("first_id", "next_id"))
BEGUN = sa.and_(model_calls.c.started_at >= _START, model_calls.c.started_at < _END)


def arrived(order_id: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """The order arrived from `first_id` on and before `next_id`."""
    return sa.and_(order_id >= _FIRST, order_id < _NEXT)


def _sum(column: sa.ColumnElement[Any], label: str) -> sa.ColumnElement[Any]:
    return sa.func.sum(column).label(label)


_C = model_calls.c
_KEYS = (_C.role, _C.provider, _C.model, _C.status)
LEDGER = (
    sa.select(
        *_KEYS,
        sa.func.count().label("calls"),
        sa.func.count(_C.cost_usd).label("priced"),
        _sum(_C.cost_usd, "cost_usd"),
        _sum(_C.worst_case_usd, "worst_case_usd"),
        _sum(_C.ceo_usd, "ceo_usd"),
        _sum(_C.input_tokens, "input"),
        _sum(_C.output_tokens, "output"),
        _sum(_C.cache_read_tokens, "cache_read"),
        _sum(_C.cache_write_tokens, "cache_write"),
    )
    .where(BEGUN)
    .group_by(*_KEYS)
)
_OLDEST = sa.select(
    sa.func.min(_C.started_at, type_=UtcDateTime()),
    sa.select(sa.func.min(work_orders.c.id)).scalar_subquery(),
)
STATUSES = (
    sa.select(work_orders.c.status, sa.func.count().label("orders"))
    .where(arrived(work_orders.c.id))
    .group_by(work_orders.c.status)
)
_ROLES_OF = (
    sa.select(sa.func.count(attempts.c.role.distinct()).label("roles"))
    .where(arrived(attempts.c.order_id))
    .group_by(attempts.c.order_id)
    .subquery()
)
TRIED = sa.select(
    sa.func.count().label("tried"),
    sa.func.coalesce(_sum(sa.case((_ROLES_OF.c.roles > 1, 1), else_=0), "n"), 0).label("escalated"),
).select_from(_ROLES_OF)
_JUDGED = sa.select(
    sa.func.count().label("verdicts"),
    sa.func.coalesce(_sum(sa.case((verdicts.c.passed, 1), else_=0), "n"), 0).label("passed"),
).where(arrived(verdicts.c.order_id))
# What an order cost, and what its deciding answer would have cost at the CEO; one that was delivered has just one.
_BILL = (
    sa.select(
        _sum(_C.cost_usd, "cost_usd"),
        _sum(sa.case((attempts.c.status == AttemptStatus.PASSED.value, _C.ceo_usd)), "ceo_usd"),
    )
    .select_from(
        model_calls.outerjoin(attempts, sa.and_(attempts.c.id == _C.attempt_id, arrived(attempts.c.order_id)))
    )
    .where(arrived(_C.order_id))
    .group_by(_C.order_id)
    .having(sa.func.count() == sa.func.count(_C.cost_usd))
    .subquery()
)
_SAVINGS = sa.select(
    sa.func.count().label("orders"), _sum(_BILL.c.cost_usd, "cost_usd"), _sum(_BILL.c.ceo_usd, "ceo_usd")
).where(_BILL.c.ceo_usd.is_not(None))


def percentiles(values: sa.Select[Any], *keys: str) -> sa.Select[Any]:
    """The smallest `value` that is not passed by half of them, and by 95 of 100 (nearest rank); for each of `keys`."""
    of = values.subquery()
    groups = [of.c[key] for key in keys]
    ranked = sa.select(
        *groups,
        of.c.value,
        sa.func.row_number().over(partition_by=groups or None, order_by=of.c.value).label("place"),
        sa.func.count().over(partition_by=groups or None).label("total"),
    ).subquery()
    p50 = ranked.c.place * 100 >= ranked.c.total * 50
    p95 = ranked.c.place * 100 >= ranked.c.total * 95
    return sa.select(
        *(ranked.c[key] for key in keys),
        sa.func.min(sa.case((p50, ranked.c.value))).label("p50"),
        sa.func.min(sa.case((p95, ranked.c.value))).label("p95"),
    ).group_by(*(ranked.c[key] for key in keys))


_CALL_LATENCY = percentiles(
    sa.select(_C.latency_ms.label("value")).where(BEGUN, _C.status == CallStatus.RECORDED.value)
)
_ORDER_LATENCY = percentiles(
    sa.select(milliseconds_between(work_orders.c.created_at, work_orders.c.finished_at).label("value")).where(
        arrived(work_orders.c.id), work_orders.c.status == Status.DELIVERED.value
    )
)


def make_report(connection: Connection, span: Span, limits: Limits, now: datetime) -> Report:
    """Sum `span` up, as of `now`. Days begin where `limits` says. Read-only."""
    period = period_of(span, limits, now, oldest(connection) if span is Span.ALL else None)
    times, ids = between(period.starts, period.ends), arrived_between(period.starts, period.ends)
    tried = connection.execute(TRIED, ids).one()
    judged = connection.execute(_JUDGED, ids).one()
    return Report(
        period=period,
        ledger=_ledger(connection, period, limits),
        savings=savings_in(connection, ids),
        orders={Status(row.status): row.orders for row in connection.execute(STATUSES, ids)},
        quality=Quality(judged.verdicts, int(judged.passed), tried.tried, int(tried.escalated)),
        call_latency=latency_of(connection.execute(_CALL_LATENCY, times).one()),
        order_latency=latency_of(connection.execute(_ORDER_LATENCY, ids).one()),
    )


def _ledger(connection: Connection, period: Period, limits: Limits) -> Ledger:
    """Day by day, because a day is of the budget's time zone, which not every store knows."""
    ledger = Ledger(Sums(), {}, {}, {})
    for day in period.days:
        starts, ends = day_bounds(day, limits)
        for row in connection.execute(LEDGER, between(starts, ends)):
            ledger.total.add(row)
            ledger.by_role.setdefault(Role(row.role), Sums()).add(row)
            ledger.by_model.setdefault((row.provider, row.model), Sums()).add(row)
            ledger.by_day.setdefault(day, Sums()).add(row)
    return ledger


def savings_in(connection: Connection, ids: Values) -> Savings:
    """What the orders that arrived between `ids` saved."""
    saved = connection.execute(_SAVINGS, ids).one()
    return Savings(saved.orders, saved.cost_usd or NOTHING, saved.ceo_usd or NOTHING)


def latency_of(row: sa.Row[Any]) -> Latency:
    """A row of `percentiles`, in whole milliseconds."""
    return Latency(*(None if value is None else round(value) for value in (row.p50, row.p95)))


def between(starts: datetime, ends: datetime) -> Values:
    """What `BEGUN` asks for: calls that began from `starts` on and before `ends`."""
    return {"starts": starts, "ends": ends}


def arrived_between(starts: datetime, ends: datetime) -> Values:
    """The same for `arrived`."""
    return {"first_id": first_id(starts), "next_id": first_id(ends)}


def oldest(connection: Connection) -> datetime | None:
    """When the first call began or the first order arrived, whichever was earlier; None when there is nothing."""
    call, order_id = connection.execute(_OLDEST).one()
    moments = [call, moment_of(order_id) if order_id else None]
    return min((moment for moment in moments if moment is not None), default=None)


def period_of(span: Span, limits: Limits, now: datetime, since: datetime | None = None) -> Period:
    """The days of `span` up to today; `since` is where `all` begins."""
    today = date.fromisoformat(limits.day_of(now))
    match span:
        case Span.TODAY:
            first = today
        case Span.WEEK:
            first = today - timedelta(days=today.weekday())
        case Span.MONTH:
            first = today.replace(day=1)
        case Span.ALL:
            first = date.fromisoformat(limits.day_of(since)) if since else today
    days = tuple(_days(min(first, today), today))
    return Period(days, day_bounds(days[0], limits)[0], day_bounds(today, limits)[1])


def _days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


def day_bounds(day: date, limits: Limits) -> tuple[datetime, datetime]:
    """When the day begins and ends in the budget's time zone, in UTC."""
    return limits.resets_at((day - timedelta(days=1)).isoformat()), limits.resets_at(day.isoformat())


def first_id(moment: datetime) -> str:
    """The lowest id of an order that arrived at `moment`."""
    return f"WO-{ULID.from_bytes(ULID.from_datetime(moment).bytes[:6] + bytes(10))}"


def moment_of(order_id: str) -> datetime | None:
    """When the order arrived, by its id; None for an id of another form."""
    try:
        return ULID.from_str(order_id.removeprefix("WO-")).datetime.astimezone(UTC)
    except ValueError:
        return None
