"""Column types that mean the same on both stores."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from db.engine import Database
from db.statements.logs import Execution, insert_execution
from db.tables import agent_metrics
from db.types import Usd, db_now
from tests.builders import now

SHANGHAI = timezone(timedelta(hours=8))


def an_execution(cost_usd: Decimal | None) -> Execution:
    return Execution("wo-1", None, "ceo_agent", "ceo", "x", "scripted", True, 1, 1, 1, cost_usd)


def stored(database: Database, cost_usd: Decimal | None, at: datetime) -> sa.Row[Any, Any]:
    """A cost and a moment, as they come back."""
    row_id = database.run_sync(insert_execution, an_execution(cost_usd), at)
    columns = sa.select(agent_metrics.c.cost_usd, agent_metrics.c.created_at)
    return database.read_sync(lambda c: c.execute(columns.where(agent_metrics.c.id == row_id)).one())


def the_databases_now(database: Database, offset_s: float = 0) -> datetime:
    clock: datetime = database.read_sync(lambda c: c.execute(sa.select(db_now(offset_s))).scalar_one())
    return clock


def test_a_moment_comes_back_to_the_microsecond_and_in_utc(database: Database) -> None:
    moment = datetime(2026, 3, 1, 7, 30, 0, 123_456, tzinfo=SHANGHAI)

    back = stored(database, None, moment).created_at

    assert back == moment
    assert back.utcoffset() == timedelta(0)


def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(sa.exc.StatementError, match="without a zone"):
        stored(database, None, datetime(2026, 3, 1))  # noqa: DTZ001 - that is the point


def test_moments_sort_as_time_does_whatever_their_zones(database: Database) -> None:
    early = datetime(2026, 3, 1, 9, 0, tzinfo=SHANGHAI)
    later = datetime(2026, 3, 1, 2, 0, 0, 1, tzinfo=UTC)
    stored(database, Decimal(2), later)
    stored(database, Decimal(1), early)

    in_order = sa.select(agent_metrics.c.cost_usd).order_by(agent_metrics.c.created_at)
    since = in_order.where(agent_metrics.c.created_at > early)

    assert database.read_sync(lambda c: c.execute(in_order).scalars().all()) == [1, 2]
    assert database.read_sync(lambda c: c.execute(since).scalars().all()) == [2]


@pytest.mark.parametrize("cost", ["0", "0.000000001", "0.1", "1234567.123456789"])
def test_dollars_come_back_exactly(database: Database, cost: str) -> None:
    assert stored(database, Decimal(cost), now()).cost_usd == Decimal(cost)


def test_what_was_not_priced_comes_back_as_that_and_is_no_part_of_a_sum(database: Database) -> None:
    assert stored(database, None, now()).cost_usd is None
    for _ in range(10):
        stored(database, Decimal("0.1"), now())

    total = database.read_sync(
        lambda c: c.execute(sa.select(sa.func.sum(agent_metrics.c.cost_usd))).scalar_one()
    )

    assert total == Decimal(1)


@given(st.integers(-(10**15), 10**15))
def test_no_nano_dollar_is_lost_on_the_way(nano: int) -> None:
    dialect = sa.create_engine("sqlite://").dialect
    dollars = Usd().process_result_value(nano, dialect)

    assert Usd().process_bind_param(dollars, dialect) == nano


@pytest.mark.parametrize("offset_s", [0, 30, 0.3, -3_600, 86_400, 0.001])
def test_the_databases_clock_agrees_with_ours(database: Database, offset_s: float) -> None:
    expected = now() + timedelta(seconds=offset_s)

    assert abs(the_databases_now(database, offset_s) - expected) < timedelta(seconds=1)


def test_the_databases_clock_compares_with_stored_moments(database: Database) -> None:
    stored(database, None, now() - timedelta(seconds=10))
    stored(database, None, now() + timedelta(seconds=10))

    past = sa.select(sa.func.count()).where(agent_metrics.c.created_at < db_now())
    soon = sa.select(sa.func.count()).where(agent_metrics.c.created_at < db_now(20))

    assert database.read_sync(lambda c: c.execute(past).scalar_one()) == 1
    assert database.read_sync(lambda c: c.execute(soon).scalar_one()) == 2
