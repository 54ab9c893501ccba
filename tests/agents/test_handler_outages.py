"""A database that fails in the middle of a step, at any of its commits, before or after it was done."""

from collections.abc import Callable
from dataclasses import replace
from typing import Concatenate

import pytest
from sqlalchemy.engine import Connection

from agents.handler import OrderHandler, Workplace
from db.engine import Database
from db.records import CallStatus
from db.statements.queries import OrderHistory
from nexus.errors import StoreUnavailable
from nexus.work_order import Role, Status
from tests.agents.conftest import StubModel
from tests.agents.working import SIMPLE, work_through
from tests.builders import accepted


class Interrupted(Database):
    """Fails at the commit with the number `at`, `times` over: after it was done (`done`), or instead of it."""

    def __init__(self, whole: Database, at: int, *, done: bool, times: int = 1) -> None:
        self.__dict__ = whole.__dict__
        self.at, self.done, self.times, self.commits = at, done, times, 0

    async def run[**P, T](
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        self.commits += 1
        failing = self.at <= self.commits < self.at + self.times
        if failing and not self.done:
            raise StoreUnavailable("the connection broke before the commit")
        outcome = await super().run(work, *args, **kwargs)
        if failing:
            raise StoreUnavailable("the connection broke after the commit")
        return outcome


COMMITS = 6  # two claims, the assignment, the try's beginning, its conclusion, and one more


async def through_an_interruption(
    make_place: Callable[..., Workplace], database: Database, **interruption: int | bool
) -> OrderHistory:
    place = replace(make_place(), database=Interrupted(database, **interruption))  # type: ignore[arg-type]
    return await work_through(OrderHandler(place), database, accepted(database, content=SIMPLE).id)


@pytest.mark.parametrize("at", range(1, COMMITS + 1))
@pytest.mark.parametrize("done", [True, False], ids=["reply lost", "not done"])
async def test_a_commit_that_fails_costs_no_second_call_and_gives_one_answer(
    make_place: Callable[..., Workplace], database: Database, model: StubModel, at: int, done: bool
) -> None:
    model.replies = ["Paris.", "A second answer."]

    history = await through_an_interruption(make_place, database, at=at, done=done)

    assert history.order.status is Status.DELIVERED
    assert history.order.result == "Paris."
    assert len(model.requests) == 1
    assert [call.status for call in history.calls] == [CallStatus.RECORDED]
    assert [event.type for event in history.events].count("order.delivered") == 1
    assert [event.seq for event in history.events] == list(range(1, len(history.events) + 1))


async def test_an_outage_while_the_answer_is_in_hand_is_waited_out(
    make_place: Callable[..., Workplace], database: Database, model: StubModel
) -> None:
    model.replies = ["Paris."]

    history = await through_an_interruption(make_place, database, at=5, done=False, times=4)

    assert history.order.result == "Paris."


@pytest.mark.parametrize("done", [True, False], ids=["reply lost", "not done"])
async def test_a_retry_that_is_interrupted_is_still_one_retry(
    make_place: Callable[..., Workplace], database: Database, model: StubModel, done: bool
) -> None:
    model.replies = ["", "Paris."]

    history = await through_an_interruption(make_place, database, at=5, done=done)

    assert history.order.result == "Paris."
    assert [attempt.n for attempt in history.attempts] == [1, 2]
    assert len(model.requests) == 2


async def test_a_claim_that_finds_no_database_is_given_up_and_loses_nothing(
    make_place: Callable[..., Workplace],
    database: Database,
    model: StubModel,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("agents.record.CLAIM_PATIENCE_S", 0.2)
    order = accepted(database, content=SIMPLE)
    place = replace(make_place(), database=Interrupted(database, 1, done=False, times=9))

    with pytest.raises(StoreUnavailable):
        await OrderHandler(place).handle(Role.ADMIN, order.id)

    model.replies = ["Paris."]
    history = await work_through(OrderHandler(make_place()), database, order.id)
    assert history.order.result == "Paris."
