"""Due times do not depend on when one asks, also around the change of the clocks."""

from datetime import UTC, datetime, timedelta

import pytest

from equipment.cron import Cron
from nexus.errors import ConfigurationError

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe")
EXPRESSIONS = ("30 2 * * *", "*/15 * * * *", "15 * * * *", "0 */6 * * *", "5,35 1-3 * * *", "30 4 * * 0")
CHANGES = (
    datetime(2026, 3, 7, 22, tzinfo=UTC),
    datetime(2026, 3, 28, 22, tzinfo=UTC),
    datetime(2026, 4, 4, 12, tzinfo=UTC),
    datetime(2026, 10, 24, 22, tzinfo=UTC),
    datetime(2026, 10, 31, 22, tzinfo=UTC),
)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_a_due_time_is_the_same_whenever_one_asks(expression: str, zone: str) -> None:
    cron = Cron(expression, zone)
    for change in CHANGES:
        known = cron.between(change - timedelta(days=14), change + timedelta(days=14))
        assert known == sorted(set(known))
        for minutes in range(0, 16 * 60, 49):
            at = change + timedelta(minutes=minutes)
            assert cron.next_after(at) == min(due for due in known if due > at)
            assert cron.newest(at) == max(due for due in known if due <= at)


def test_days_are_those_of_the_companys_zone() -> None:
    assert Cron("0 0 * * *", "Asia/Shanghai").next_after(datetime(2026, 6, 1, tzinfo=UTC)) == datetime(
        2026, 6, 1, 16, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("zone", "day", "due"),
    [
        ("Europe/Berlin", datetime(2026, 3, 28, 22, tzinfo=UTC), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2026, 10, 24, 22, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
    ids=["a time that is skipped", "a time that comes twice"],
)
def test_a_night_job_comes_due_once_when_the_clocks_change(zone: str, day: datetime, due: datetime) -> None:
    assert Cron("30 2 * * *", zone).between(day, day + timedelta(hours=12)) == [due]


def test_the_moment_itself_is_due_and_not_yet_the_next() -> None:
    three = datetime(2026, 6, 1, 3, tzinfo=UTC)
    cron = Cron("0 3 * * *")

    assert cron.newest(three) == three
    assert cron.newest(three - timedelta(microseconds=1)) == three - timedelta(days=1)
    assert cron.next_after(three) == three + timedelta(days=1)
    assert cron.between(three - timedelta(seconds=1), three) == [three]
    assert cron.between(three, three + timedelta(hours=1)) == []


def test_a_leap_day_is_found_four_years_back() -> None:
    assert Cron("0 0 29 2 *").newest(datetime(2028, 2, 28, tzinfo=UTC)) == datetime(2024, 2, 29, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "often", "* * * *", "* * * * * *", "61 * * * *", "0 0 31 2 *", "0 3 * * FOO"]
)
def test_what_is_no_schedule_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="no schedule"):
        Cron(text).check()
