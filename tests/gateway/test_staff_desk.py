"""How often the database is asked what the people do: seldom, once for all who wait, and never for long."""

import asyncio

import pytest

from gateway import staff
from gateway.staff import KEPT_S, Reckoned
from nexus.clock import ManualClock
from nexus.errors import StoreUnavailable


class Question:
    """Counts how often it is asked; takes `took_s` of the clock and waits until it may answer."""

    def __init__(self, clock: ManualClock, took_s: float = 0) -> None:
        self.asked = 0
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self._clock = clock
        self._took_s = took_s

    async def __call__(self) -> int:
        self.asked += 1
        await self.may_answer.wait()
        self._clock.advance(self._took_s)
        return self.asked


async def test_an_answer_is_kept_and_then_asked_for_again() -> None:
    clock = ManualClock()
    question, kept = Question(clock), Reckoned[int]()

    assert [await kept.get(question, clock) for _ in range(3)] == [1, 1, 1]
    clock.advance(KEPT_S)
    assert await kept.get(question, clock) == 2


async def test_what_took_long_is_kept_twenty_times_as_long() -> None:
    clock = ManualClock()
    question, kept = Question(clock, took_s=1), Reckoned[int]()
    await kept.get(question, clock)

    clock.advance(19)
    assert await kept.get(question, clock) == 1
    clock.advance(1)
    assert await kept.get(question, clock) == 2


async def test_who_comes_meanwhile_waits_for_the_same_answer() -> None:
    clock = ManualClock()
    question, kept = Question(clock), Reckoned[int]()

    assert await asyncio.gather(*(kept.get(question, clock) for _ in range(5))) == [1] * 5


async def test_who_cannot_wait_gets_nothing_and_the_answer_is_there_for_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(staff, "TIMEOUT_S", 0.01)
    clock = ManualClock()
    question, kept = Question(clock), Reckoned[int]()
    question.may_answer.clear()

    assert await kept.get(question, clock) is None
    assert await kept.get(question, clock) is None
    question.may_answer.set()
    monkeypatch.setattr(staff, "TIMEOUT_S", 3.0)

    assert await kept.get(question, clock) == 1
    assert question.asked == 1


async def test_a_database_that_does_not_answer_is_nothing_and_is_not_kept() -> None:
    clock, kept = ManualClock(), Reckoned[int]()

    async def silent() -> int:
        raise StoreUnavailable("away")

    assert await kept.get(silent, clock) is None
    assert await kept.get(Question(clock), clock) == 1
