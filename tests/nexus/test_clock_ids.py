"""Clocks and identifiers."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from nexus.clock import ManualClock, SystemClock
from nexus.ids import new_id, new_order_id, new_session_id


async def test_a_manual_clock_moves_only_when_it_is_moved() -> None:
    clock = ManualClock()
    start = clock.now()

    clock.advance(90)
    await clock.sleep(30)

    assert clock.now() - start == timedelta(minutes=2)
    assert clock.monotonic() == 120


async def test_the_systems_clock_tells_utc_and_never_goes_back() -> None:
    clock = SystemClock()
    before, began = datetime.now(UTC), clock.monotonic()

    await clock.sleep(0)

    assert before <= clock.now() <= datetime.now(UTC)
    assert clock.now().tzinfo is UTC
    assert clock.monotonic() >= began


@pytest.mark.parametrize(("make", "prefix"), [(new_order_id, "WO-"), (new_session_id, "sess-"), (new_id, "")])
def test_ids_are_unique_and_sort_by_time(make: Callable[[], str], prefix: str) -> None:
    ids = [make() for _ in range(1_000)]
    moments = [id_.removeprefix(prefix)[:10] for id_ in ids]

    assert len(set(ids)) == 1_000
    assert moments == sorted(moments)
    assert {len(id_) for id_ in ids} == {len(prefix) + 26}
