"""What the company did over time: a period in hours or days, by role or by model. For `GET /api/metrics/series`.

The sums are those of `db.statements.reports`, asked for each bucket: calls count by the moment they began; orders,
tries and verdicts by when their order arrived. So the buckets of a period add up to its report.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.records import CallStatus
from db.statements.reports import (
    BEGUN,
    LEDGER,
    STATUSES,
    TRIED,
    Latency,
    Period,
    Savings,
    Span,
    Sums,
    Values,
    arrived,
    arrived_between,
    between,
    day_bounds,
    latency_of,
    percentiles,
    period_of,
    savings_in,
)
from db.tables import attempts, model_calls, verdicts
from nexus.budget import Limits
from nexus.work_order import Role, Status

HOUR = timedelta(hours=1)

type Unit = Literal["hour", "day"]
type Group = tuple[str, ...]
"""A role, or a provider and its model."""


class By(StrEnum):
    """What the figures are told apart by."""

    ROLE = "role"
    MODEL = "model"


@dataclass(slots=True)
class Work:
    """What one group did in one bucket. `tried` is how many orders it worked on, `escalated` those of them that went to
    a higher tier.
    """

    sums: Sums = field(default_factory=Sums)
    latency: Latency = field(default_factory=Latency)
    verdicts: int = 0
    passed: int = 0
    tried: int = 0
    escalated: int = 0


@dataclass(frozen=True, slots=True)
class Orders:
    """What became of the orders that arrived in one bucket."""

    by_status: dict[Status, int]
    escalated: int
    savings: Savings


@dataclass(frozen=True, slots=True)
class Series:
    """Figures over time: `orders`, and each group's list, are as long as `starts`, the buckets' first moments."""

    unit: Unit
    starts: tuple[datetime, ...]
    ends: datetime
    groups: dict[Group, list[Work]]
    orders: list[Orders]


_RANKS = {role.value: rank for rank, role in enumerate((Role.INTERN, Role.DIRECTOR, Role.CEO), start=1)}
_KEYS: dict[By, tuple[str, ...]] = {By.ROLE: ("role",), By.MODEL: ("provider", "model")}


def _latencies(by: By) -> sa.Select[Any]:
    c = model_calls.c
    answered = sa.select(*(c[key] for key in _KEYS[by]), c.latency_ms.label("value")).where(
        BEGUN, c.status == CallStatus.RECORDED.value, c.latency_ms.is_not(None)
    )
    return percentiles(answered, *_KEYS[by])


def _judged(by: By) -> sa.Select[Any]:
    keys = [attempts.c[key] for key in _KEYS[by]]
    return (
        sa.select(
            *keys,
            sa.func.count().label("verdicts"),
            sa.func.sum(sa.case((verdicts.c.passed, 1), else_=0)).label("passed"),
        )
        .select_from(verdicts.join(attempts, attempts.c.id == verdicts.c.attempt_id))
        .where(arrived(verdicts.c.order_id), arrived(attempts.c.order_id))
        .group_by(*keys)
    )


def _tried(by: By) -> sa.Select[Any]:
    """Orders that a group worked on; those of them that a tier above the group's worked on too."""
    keys = [attempts.c[key] for key in _KEYS[by]]
    rank = sa.func.max(sa.case(_RANKS, value=attempts.c.role, else_=0))
    hands = (
        sa.select(
            *keys,
            rank.label("rank"),
            sa.func.max(rank).over(partition_by=attempts.c.order_id).label("highest"),
        )
        .where(arrived(attempts.c.order_id))
        .group_by(attempts.c.order_id, *keys)
        .subquery()
    )
    of = [hands.c[key] for key in _KEYS[by]]
    escalated = sa.case((hands.c.rank < hands.c.highest, 1), else_=0)
    return sa.select(*of, sa.func.count().label("tried"), sa.func.sum(escalated).label("escalated")).group_by(
        *of
    )


_LATENCIES = {by: _latencies(by) for by in By}
_JUDGED = {by: _judged(by) for by in By}
_TRIED_BY = {by: _tried(by) for by in By}


def make_series(connection: Connection, span: Span, by: By, limits: Limits, now: datetime) -> Series:
    """The figures of `span` up to the hour or day of `now`; days and hours are those of `limits`' time zone. Read-only.

    One bucket after the other, because a day is of the budget's time zone, which not every store knows. Every
    statement reads a range of an index.
    """
    buckets = _buckets(span, limits, now)
    worked = [_work(connection, by, starts, ends) for starts, ends in buckets]
    return Series(
        unit="hour" if span is Span.TODAY else "day",
        starts=tuple(starts for starts, _ in buckets),
        ends=buckets[-1][1],
        groups={group: [work.get(group) or Work() for work in worked] for group in _groups(worked)},
        orders=[_orders(connection, arrived_between(starts, ends)) for starts, ends in buckets],
    )


def _buckets(span: Span, limits: Limits, now: datetime) -> Sequence[tuple[datetime, datetime]]:
    """First moment and end of every hour of today, or of every day, the one of `now` included."""
    period = period_of(span, limits, now)
    if span is Span.TODAY:
        return list(_hours(period, now))
    return [day_bounds(day, limits) for day in period.days]


def _hours(period: Period, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Hours that pass: 23 or 25 of them on the day the clocks are changed."""
    starts = period.starts
    while starts < period.ends and starts <= now:
        yield starts, min(starts + HOUR, period.ends)
        starts += HOUR


def _groups(worked: list[dict[Group, Work]]) -> list[Group]:
    """Everybody who did something: roles from the front desk up, models by name."""
    roles = [role.value for role in Role]
    found = {group for work in worked for group in work}
    return sorted(found, key=lambda group: (roles.index(group[0]) if group[0] in roles else 0, group))


def _work(connection: Connection, by: By, starts: datetime, ends: datetime) -> dict[Group, Work]:
    times, ids = between(starts, ends), arrived_between(starts, ends)
    works: dict[Group, Work] = defaultdict(Work)

    def rows(statement: sa.Select[Any], values: Values) -> Iterator[tuple[Work, sa.Row[Any]]]:
        for row in connection.execute(statement, values):
            yield works[tuple(row._mapping[key] for key in _KEYS[by])], row

    for work, row in rows(LEDGER, times):
        work.sums.add(row)
    for work, row in rows(_LATENCIES[by], times):
        work.latency = latency_of(row)
    for work, row in rows(_JUDGED[by], ids):
        work.verdicts, work.passed = row.verdicts, int(row.passed)
    for work, row in rows(_TRIED_BY[by], ids):
        work.tried, work.escalated = row.tried, int(row.escalated)
    return works


def _orders(connection: Connection, ids: Values) -> Orders:
    by_status = {Status(row.status): row.orders for row in connection.execute(STATUSES, ids)}
    escalated = int(connection.execute(TRIED, ids).one().escalated)
    return Orders(by_status, escalated, savings_in(connection, ids))
