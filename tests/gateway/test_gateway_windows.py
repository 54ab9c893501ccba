"""Sliding windows, in Redis and in the process: the same rules in both."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest
from redis.asyncio import Redis

from gateway.windows import LocalWindows, Rate, SharedWindows, Verdict
from nexus.clock import ManualClock

type Hit = Callable[[Sequence[tuple[str, Rate]]], Awaitable[Verdict]]


@pytest.fixture(params=["shared", "local"])
def hit(request: pytest.FixtureRequest) -> Hit:
    if request.param == "shared":
        return SharedWindows(request.getfixturevalue("redis")).hit
    local = LocalWindows(ManualClock())

    async def hit_locally(asked: Sequence[tuple[str, Rate]]) -> Verdict:
        return local.hit(asked)

    return hit_locally


async def test_exactly_the_amount_is_admitted_however_many_ask_at_once(hit: Hit) -> None:
    verdicts = await asyncio.gather(*(hit([("a", Rate(7, 60))]) for _ in range(50)))
    assert sum(verdict.admitted for verdict in verdicts) == 7


async def test_what_is_left_is_told_and_when_there_is_more(hit: Hit) -> None:
    verdicts = [await hit([("a", Rate(2, 60))]) for _ in range(3)]
    assert [verdict.counted[0].left for verdict in verdicts] == [1, 0, 0]
    assert all(50 < verdict.counted[0].reset_s <= 60 for verdict in verdicts)


async def test_names_are_counted_apart(hit: Hit) -> None:
    assert (await hit([("a", Rate(1, 60))])).admitted
    assert (await hit([("b", Rate(1, 60))])).admitted
    assert not (await hit([("a", Rate(1, 60))])).admitted


async def test_a_hit_that_one_name_has_no_room_for_is_counted_under_none(hit: Hit) -> None:
    await hit([("full", Rate(1, 60))])
    for _ in range(5):
        assert not (await hit([("free", Rate(2, 60)), ("full", Rate(1, 60))])).admitted
    verdict = await hit([("free", Rate(2, 60))])
    assert (verdict.admitted, verdict.counted[0].left) == (True, 1)


async def test_the_tightest_name_is_the_one_that_is_told(hit: Hit) -> None:
    verdict = await hit([("a", Rate(100, 60)), ("b", Rate(3, 60)), ("c", Rate(50, 60))])
    assert verdict.tightest.rate == Rate(3, 60)


async def test_in_redis_the_window_slides(redis: Redis) -> None:
    windows = SharedWindows(redis)
    rate = Rate(3, 1)
    for _ in range(3):
        assert (await windows.hit([("a", rate)])).admitted
    full = await windows.hit([("a", rate)])
    assert not full.admitted
    again: list[Verdict] = []

    async def ask() -> bool:
        again.append(await windows.hit([("a", rate)]))
        return again[-1].admitted

    while not await ask():  # noqa: ASYNC110 - a window that slides on rings no event
        await asyncio.sleep(full.counted[0].reset_s / 50)
    assert len(again) > 1  # it was refused until the first hit had left


async def test_redis_keeps_no_more_than_the_window_and_forgets_it(redis: Redis) -> None:
    windows = SharedWindows(redis)
    for _ in range(20):
        await windows.hit([("a", Rate(5, 1))])
    [key] = await redis.keys("*")
    assert await redis.llen(key) == 5
    assert 0 < await redis.pttl(key) <= 2000


def test_in_the_process_the_window_slides() -> None:
    clock = ManualClock()
    windows = LocalWindows(clock)
    admitted = []
    for _ in range(40):  # one each half second, 4 in any 5 s
        admitted.append(windows.hit([("a", Rate(4, 5))]).admitted)
        clock.advance(0.5)
    for start in range(30):
        assert sum(admitted[start : start + 10]) <= 4
    assert sum(admitted) >= 4 * 3


def test_the_process_remembers_a_bounded_number_of_names_and_drops_the_oldest() -> None:
    windows = LocalWindows(ManualClock(), max_names=100)
    windows.hit([("regular", Rate(2, 60))])
    for n in range(1000):
        windows.hit([(f"stranger-{n}", Rate(2, 60))])
        if n % 50 == 0:
            windows.hit([("regular", Rate(2, 60))])
    assert len(windows) == 100
    assert not windows.hit([("regular", Rate(2, 60))]).admitted
