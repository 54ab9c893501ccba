"""Sums over a period: days of the budget's time zone, orders by their id, percentiles by nearest rank; both stores."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.engine import Connection
from ulid import ULID

from db.engine import Database
from db.records import CallStatus
from db.statements.reports import Latency, Report, Span, first_id, make_report, moment_of, period_of
from nexus.budget import Limits
from nexus.work_order import Role, Status
from tests.db.ledger_rows import NOW, a_call, a_try_of, an_order_at

UTC_DAYS = Limits({})
IN_BERLIN = Limits({}, timezone="Europe/Berlin")


def reported(database: Database, span: Span, limits: Limits = UTC_DAYS) -> Report:
    return database.read_sync(make_report, span, limits, NOW)


def test_days_weeks_and_months_are_those_of_the_calendar() -> None:
    def days(span: Span, since: datetime | None = None) -> tuple[date, date, int]:
        found = period_of(span, UTC_DAYS, NOW, since).days
        return found[0], found[-1], len(found)

    today = date(2026, 11, 18)
    assert days(Span.TODAY) == (today, today, 1)
    assert days(Span.WEEK) == (date(2026, 11, 16), today, 3)
    assert days(Span.MONTH) == (date(2026, 11, 1), today, 18)
    assert days(Span.ALL, datetime(2026, 10, 30, tzinfo=UTC)) == (date(2026, 10, 30), today, 20)
    assert days(Span.ALL) == (today, today, 1)


def test_a_day_begins_where_the_budget_says_also_when_the_clock_is_changed() -> None:
    winter = period_of(Span.TODAY, IN_BERLIN, NOW)
    assert winter.starts == datetime(2026, 11, 17, 23, tzinfo=UTC)
    long_day = period_of(Span.TODAY, IN_BERLIN, datetime(2026, 10, 25, 12, tzinfo=UTC))
    assert long_day.ends - long_day.starts == timedelta(hours=25)


def test_an_id_tells_when_its_order_arrived() -> None:
    assert moment_of(first_id(NOW)) == NOW
    assert first_id(NOW) <= f"WO-{ULID.from_datetime(NOW)}" < first_id(NOW + timedelta(milliseconds=1))
    assert moment_of("WO-1") is None


def test_a_call_counts_in_the_day_of_the_budgets_time_zone(database: Database) -> None:
    def write(connection: Connection) -> None:
        order = an_order_at(connection, NOW - timedelta(days=3))
        for hour in (21, 22, 23):  # in Berlin the last one is of the next day
            a_call(connection, order, datetime(2026, 11, 17, hour, 59, tzinfo=UTC))

    database.run_sync(write)
    assert reported(database, Span.TODAY).ledger.total.calls == 0
    assert reported(database, Span.TODAY, IN_BERLIN).ledger.total.calls == 1
    by_day = reported(database, Span.ALL, IN_BERLIN).ledger.by_day
    assert {day: sums.calls for day, sums in by_day.items()} == {date(2026, 11, 17): 2, date(2026, 11, 18): 1}


def test_sums_are_exact_and_what_is_different_is_apart(database: Database) -> None:
    nano = Decimal("0.000000001")

    def write(connection: Connection) -> None:
        order = an_order_at(connection, NOW)
        for _ in range(10):
            a_call(connection, order, NOW, cost_usd=Decimal("0.1") + nano)
        a_call(
            connection,
            order,
            NOW,
            status="in_doubt",
            cost_usd=Decimal(2),
            role="ceo",
            model="claude-opus-4-6",
        )
        a_call(connection, order, NOW, status="failed", cost_usd=Decimal(0), latency_ms=None)
        a_call(connection, order, NOW, cost_usd=None, provider="openai", model="unknown")
        a_call(connection, order, NOW, status="started", cost_usd=None, worst_case_usd=Decimal("0.5"))

    database.run_sync(write)
    ledger = reported(database, Span.TODAY).ledger
    total = ledger.total
    assert total.cost_usd == Decimal(3) + 10 * nano
    assert (total.in_doubt_usd, total.reserved_usd, total.unpriced_calls) == (Decimal(2), Decimal("0.5"), 1)
    assert (total.calls, total.by_status[CallStatus.RECORDED], total.usage.prompt_tokens) == (14, 11, 14 * 13)
    assert ledger.by_role[Role.CEO].cost_usd == Decimal(2)
    assert [model for (_, model), _ in ledger.dearest_models] == [
        "claude-opus-4-6",
        "claude-haiku-4-5",
        "unknown",
    ]


def test_orders_count_by_status_quality_and_speed(database: Database) -> None:
    def write(connection: Connection) -> None:
        for seconds in range(1, 101):
            order = an_order_at(connection, NOW, seconds=seconds)
            a_try_of(connection, order, 1, Role.INTERN, passed=seconds > 25)
            a_call(connection, order, NOW, latency_ms=seconds)
            if seconds <= 25:
                a_try_of(connection, order, 2, Role.DIRECTOR, passed=True)
        an_order_at(connection, NOW, status="failed", seconds=1_000)
        an_order_at(connection, NOW - timedelta(days=1))

    database.run_sync(write)
    report = reported(database, Span.TODAY)
    assert report.orders == {Status.DELIVERED: 100, Status.FAILED: 1}
    quality = report.quality
    assert (quality.verdicts, quality.passed, quality.pass_rate) == (125, 100, 0.8)
    assert (quality.tried, quality.escalated, quality.escalation_rate) == (100, 25, 0.25)
    assert report.call_latency == Latency(50, 95)
    assert report.order_latency == Latency(50_000, 95_000)


def test_savings_compare_delivered_orders_of_which_both_amounts_are_known(database: Database) -> None:
    def write(connection: Connection) -> None:
        order = an_order_at(connection, NOW)
        rejected = a_try_of(connection, order, 1, Role.INTERN, passed=False)
        a_call(connection, order, NOW, attempt_id=rejected, ceo_usd=Decimal("0.07"))
        passed = a_try_of(connection, order, 2, Role.DIRECTOR, passed=True)
        a_call(connection, order, NOW, attempt_id=passed, ceo_usd=Decimal("0.05"))
        unpriced = an_order_at(connection, NOW)
        passed = a_try_of(connection, unpriced, 1, Role.INTERN, passed=True)
        a_call(connection, unpriced, NOW, attempt_id=passed, ceo_usd=Decimal(1), cost_usd=None)
        unknown = an_order_at(connection, NOW)
        passed = a_try_of(connection, unknown, 1, Role.INTERN, passed=True)
        a_call(connection, unknown, NOW, attempt_id=passed, ceo_usd=None)

    database.run_sync(write)
    savings = reported(database, Span.TODAY).savings
    assert (savings.orders, savings.cost_usd, savings.ceo_cost_usd) == (1, Decimal("0.02"), Decimal("0.05"))
    assert savings.saved_usd == Decimal("0.03")


@pytest.mark.parametrize("span", Span)
def test_an_empty_company_has_an_empty_report(database: Database, span: Span) -> None:
    report = reported(database, span)

    assert (report.ledger.total.calls, report.ledger.total.cost_usd) == (0, Decimal(0))
    assert report.orders == {}
    assert (report.quality.pass_rate, report.quality.escalation_rate) == (None, None)
    assert report.call_latency == report.order_latency == Latency(None, None)
