"""Figures over time: hours and days of the budget's time zone, groups, and sums that are those of the report."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.engine import Connection

from db.engine import Database
from db.statements.reports import Latency, Span, make_report
from db.statements.series import By, Series, make_series
from nexus.budget import Limits
from nexus.work_order import Role, Status
from tests.db.ledger_rows import NOW, a_call, a_try_of, an_order_at

UTC_DAYS = Limits({})
IN_BERLIN = Limits({}, timezone="Europe/Berlin")
HOUR = timedelta(hours=1)


def series_of(
    database: Database, span: Span, by: By = By.ROLE, limits: Limits = UTC_DAYS, now: datetime = NOW
) -> Series:
    return database.read_sync(make_series, span, by, limits, now)


def write_a_week(connection: Connection) -> None:
    """Monday: an order that went up and was delivered, and one that failed. Today: one that was delivered."""
    monday = NOW - timedelta(days=2)
    went_up = an_order_at(connection, monday)
    low = a_try_of(connection, went_up, 1, Role.INTERN, passed=False)
    high = a_try_of(connection, went_up, 2, Role.CEO, passed=True)
    a_call(connection, went_up, monday, attempt_id=low, latency_ms=100, ceo_usd=Decimal("0.5"))
    big = {"role": "ceo", "model": "claude-opus-4-6", "cost_usd": Decimal("0.3"), "ceo_usd": Decimal("0.3")}
    a_call(connection, went_up, monday, attempt_id=high, latency_ms=900, **big)
    failed = an_order_at(connection, monday, status="failed")
    a_try_of(connection, failed, 1, Role.INTERN, passed=False)
    a_call(connection, failed, monday, status="failed", cost_usd=None, latency_ms=None)
    fine = an_order_at(connection, NOW)
    done = a_try_of(connection, fine, 1, Role.INTERN, passed=True)
    a_call(connection, fine, NOW, attempt_id=done, latency_ms=200, ceo_usd=Decimal("0.05"))


def test_a_week_is_told_by_day_and_by_role(database: Database) -> None:
    database.run_sync(write_a_week)

    series = series_of(database, Span.WEEK)

    assert (series.unit, len(series.starts), series.ends) == ("day", 3, datetime(2026, 11, 19, tzinfo=UTC))
    assert list(series.groups) == [("intern",), ("ceo",)]
    monday, tuesday, today = series.groups["intern",]
    assert (monday.sums.calls, monday.sums.cost_usd, monday.sums.ceo_cost_usd) == (
        2,
        Decimal("0.01"),
        Decimal("0.5"),
    )
    assert (monday.latency, tuesday.latency, today.latency) == (
        Latency(100, 100),
        Latency(),
        Latency(200, 200),
    )
    assert (monday.verdicts, monday.passed, monday.tried, monday.escalated) == (2, 0, 2, 1)
    assert (tuesday.sums.calls, tuesday.verdicts, tuesday.tried) == (0, 0, 0)
    assert (today.verdicts, today.passed, today.tried, today.escalated) == (1, 1, 1, 0)
    assert [work.escalated for work in series.groups["ceo",]] == [0, 0, 0], "there is none above"


def test_the_orders_of_a_day_are_told_by_what_became_of_them(database: Database) -> None:
    database.run_sync(write_a_week)

    monday, tuesday, today = series_of(database, Span.WEEK).orders

    assert monday.by_status == {Status.DELIVERED: 1, Status.FAILED: 1}
    assert (monday.escalated, monday.savings.saved_usd) == (1, Decimal("-0.01"))
    assert (tuesday.by_status, tuesday.escalated, tuesday.savings.orders) == ({}, 0, 0)
    assert (today.by_status, today.savings.saved_usd) == ({Status.DELIVERED: 1}, Decimal("0.04"))


def test_models_are_told_apart_with_their_providers(database: Database) -> None:
    database.run_sync(write_a_week)

    groups = series_of(database, Span.MONTH, By.MODEL).groups

    calls = {group: sum(work.sums.calls for work in works) for group, works in groups.items()}
    assert calls == {
        ("anthropic", "claude-haiku-4-5"): 3,
        ("anthropic", "claude-opus-4-6"): 1,
        ("anthropic", "m"): 0,  # whom the tries name
    }
    assert sum(work.verdicts for work in groups["anthropic", "m"]) == 4


@pytest.mark.parametrize("limits", [UTC_DAYS, IN_BERLIN])
@pytest.mark.parametrize("span", [Span.WEEK, Span.MONTH])
def test_the_buckets_add_up_to_the_report(database: Database, span: Span, limits: Limits) -> None:
    database.run_sync(write_a_week)

    series = series_of(database, span, limits=limits)
    report = database.read_sync(make_report, span, limits, NOW)

    works = [work for group in series.groups.values() for work in group]
    assert sum(work.sums.cost_usd for work in works) == report.ledger.total.cost_usd
    assert sum(work.sums.calls for work in works) == report.ledger.total.calls
    assert sum(work.verdicts for work in works) == report.quality.verdicts
    assert sum(work.passed for work in works) == report.quality.passed
    assert sum(each.escalated for each in series.orders) == report.quality.escalated
    assert sum(sum(each.by_status.values()) for each in series.orders) == sum(report.orders.values())
    assert sum(each.savings.saved_usd for each in series.orders) == report.savings.saved_usd


def test_today_is_told_by_the_hour_up_to_now(database: Database) -> None:
    def write(connection: Connection) -> None:
        order = an_order_at(connection, NOW)
        for minutes in (29, 31, 45):  # the first one in the hour before
            a_call(connection, order, NOW - timedelta(minutes=60 - minutes))

    database.run_sync(write)

    series = series_of(database, Span.TODAY)

    assert (series.unit, series.starts[0]) == ("hour", datetime(2026, 11, 18, tzinfo=UTC))
    assert (len(series.starts), series.starts[-1], series.ends) == (
        16,
        NOW.replace(minute=0),
        NOW.replace(minute=0) + HOUR,
    )
    assert [work.sums.calls for work in series.groups["intern",]] == [0] * 14 + [1, 2]
    assert [sum(each.by_status.values()) for each in series.orders] == [0] * 15 + [1]


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), 25),
        (datetime(2026, 3, 29, 21, 59, tzinfo=UTC), 23),
        (datetime(2026, 11, 17, 23, 0, tzinfo=UTC), 1),
    ],
)
def test_a_day_has_as_many_hours_as_it_has(sqlite: Database, now: datetime, hours: int) -> None:
    series = series_of(sqlite, Span.TODAY, limits=IN_BERLIN, now=now)

    assert len(series.starts) == len(series.orders) == hours
    assert all(
        later - earlier == HOUR for earlier, later in zip(series.starts, series.starts[1:], strict=False)
    )
    assert series.starts[-1] <= now < series.ends


def test_days_follow_each_other_without_a_gap_where_the_clocks_are_changed(sqlite: Database) -> None:
    now = datetime(2026, 10, 26, 12, tzinfo=UTC)

    starts = series_of(sqlite, Span.MONTH, limits=IN_BERLIN, now=now).starts

    assert starts[-3:] == (
        datetime(2026, 10, 23, 22, tzinfo=UTC),
        datetime(2026, 10, 24, 22, tzinfo=UTC),
        datetime(2026, 10, 25, 23, tzinfo=UTC),
    )


def test_where_nothing_was_there_is_nobody(database: Database) -> None:
    series = series_of(database, Span.TODAY)

    assert series.groups == {}
    assert all(not each.by_status for each in series.orders)
