"""Runs that are asked for: taken once, by whoever is first; lost ones wait once more; what nobody takes says so."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from db.engine import Database
from db.equipment_tables import equipment_runs
from db.statements.equipment import (
    Ended,
    NewRun,
    Run,
    RunStatus,
    finish_run,
    get_run,
    run_history,
    untold_runs,
)
from db.statements.equipment_queue import MOST_ASKED, NOBODY, QueueFull, Wish, ask_for_run, waiting_runs
from db.statements.logs import select_audit_events
from equipment import asked_runs
from equipment.asked_runs import AT_ONCE
from equipment.config import EquipmentSettings
from equipment.runner import Runner
from equipment.scheduler import Scheduler
from equipment.tool import Tool
from nexus.clock import Clock, ManualClock, SystemClock
from nexus.errors import StoreUnavailable
from nexus.ids import new_id
from tests.conftest import wait_until
from tests.equipment.test_equipment_scheduler import START, lease_is_over
from tests.equipment.test_equipment_scheduler import a_tool as nightly


class CountingRunner(Runner):
    """Every tool is done at once; counts them. `dies` leaves a run as a process that was killed would."""

    dies = False
    waits: asyncio.Event | None = None

    def __init__(self, settings: EquipmentSettings, database: Database, clock: Clock) -> None:
        super().__init__(settings, database, clock)
        self.carried: list[str] = []

    async def carry_out(self, tool: Tool, run: NewRun) -> RunStatus:
        self.carried.append(run.id)
        if self.dies:
            return RunStatus.LOST
        if self.waits is not None:
            await self.waits.wait()
        ended = Ended(RunStatus.DONE, "ok", 2, 0)
        await self._database.run(finish_run, run.id, run.holder, ended, self._clock.now())
        return RunStatus.DONE


class Hall:
    """Schedulers over one store."""

    def __init__(self, settings: EquipmentSettings, database: Database, tool: Tool, count: int = 3) -> None:
        self.database = database
        self.clock = ManualClock(START)
        self.runners = [CountingRunner(settings, database, self.clock) for _ in range(count)]
        self.schedulers = [
            Scheduler(settings, {tool.name: tool}, database, runner, self.clock) for runner in self.runners
        ]

    def ask(self, tool: str = "nightly", **changes: object) -> Run:
        wish = Wish(id=new_id(), tool=tool, parameters="{}", by="owner", via="local")
        return self.database.run_sync(ask_for_run, replace(wish, **changes), self.clock.now())  # type: ignore[arg-type]

    async def look(self) -> None:
        await asyncio.gather(*(scheduler.take_asked() for scheduler in self.schedulers))

    async def look_and_end(self) -> None:
        await self.look()
        await asyncio.gather(*(scheduler.end() for scheduler in self.schedulers))

    def carried(self) -> list[str]:
        return [run for runner in self.runners for run in runner.carried]

    def run(self, run_id: str) -> Run:
        found = self.database.read_sync(get_run, run_id)
        assert found is not None
        return found


@pytest.fixture
def hall(settings: EquipmentSettings, database: Database) -> Hall:
    return Hall(settings, database, nightly(again_when_lost=True))


@pytest.fixture
def lone(settings: EquipmentSettings, database: Database) -> Hall:
    return Hall(settings, database, nightly(again_when_lost=True), count=1)


async def test_an_asked_run_is_taken_by_one_of_three(hall: Hall) -> None:
    run = hall.ask()
    assert (run.status, run.host, run.finished_at) == (RunStatus.ASKED, None, None)

    for _ in range(3):
        await hall.look_and_end()

    assert hall.carried() == [run.id]
    done = hall.run(run.id)
    assert (done.status, done.output, done.triggered_by, done.attempt) == (RunStatus.DONE, "ok", "owner", 1)
    assert done.host == hall.runners[0].host.partition("/")[0]
    assert hall.database.read_sync(waiting_runs) == []


async def test_control_without_the_condition_that_it_is_asked_more_than_one_take_it(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    def takes_anything(connection: sa.Connection, run_id: str, *, holder: str, **_: object) -> Run | None:
        mine = sa.update(equipment_runs).where(equipment_runs.c.id == run_id)
        connection.execute(mine.values(status="running", holder=holder))
        return get_run(connection, run_id)

    monkeypatch.setattr(asked_runs, "take_run", takes_anything)
    for _ in range(100):  # who looks first may be done before the others look
        hall.ask()
        await hall.look_and_end()
        if len(hall.carried()) > len(set(hall.carried())):
            break

    assert len(hall.carried()) > len(set(hall.carried()))


async def test_what_was_asked_for_is_in_the_audit_with_its_parameters(hall: Hall) -> None:
    run = hall.ask(parameters='{"period":"week"}', tell="telegram")

    (row,) = hall.database.read_sync(select_audit_events, work_order_id=None, limit=9)
    assert (row["actor"], row["action"], row["status"]) == ("owner", "equipment.run", "asked")
    assert json.loads(str(row["details"])) == {
        "tool": "nightly",
        "run_id": run.id,
        "parameters": {"period": "week"},
        "tell": "telegram",
        "via": "local",
    }


async def test_the_same_request_is_the_same_run(hall: Hall) -> None:
    first, second = hall.ask(request_key="k"), hall.ask(request_key="k")

    assert first == second
    assert hall.ask(request_key="other").id != first.id


async def test_only_so_many_of_a_tool_are_asked_for_at_a_time(hall: Hall) -> None:
    for _ in range(MOST_ASKED):
        hall.ask()

    with pytest.raises(QueueFull, match="5 runs of nightly"):
        hall.ask()
    hall.ask("another")
    await hall.look_and_end()

    assert hall.ask().status is RunStatus.ASKED


async def test_one_process_has_only_so_many_at_a_time(
    settings: EquipmentSettings, database: Database
) -> None:
    hall = Hall(settings, database, nightly(), count=1)
    hall.runners[0].waits = asyncio.Event()
    asked = [hall.ask().id for _ in range(AT_ONCE + 1)]

    await hall.look()
    await hall.look()
    assert hall.carried() == asked[:AT_ONCE]

    hall.runners[0].waits.set()
    await hall.look_and_end()
    await hall.look_and_end()
    assert hall.carried() == asked


async def test_a_tool_of_another_host_is_left_to_it(hall: Hall) -> None:
    run = hall.ask("elsewhere")

    await hall.look_and_end()

    assert hall.run(run.id).status is RunStatus.ASKED


async def test_a_tool_for_each_host_says_which_host_ran_it(
    settings: EquipmentSettings, database: Database
) -> None:
    hall = Hall(settings, database, nightly(per_host=True), count=1)
    run = hall.ask()

    await hall.look_and_end()

    assert hall.run(run.id).place == hall.runners[0].host


async def test_a_run_whose_process_died_waits_once_more_under_its_own_id(lone: Hall) -> None:
    run = lone.ask(tell="telegram:7")
    lone.runners[0].dies = True
    await lone.look_and_end()
    lease_is_over(lone.database)
    await lone.look_and_end()  # found lost, and asked for again
    offered = lone.run(run.id)
    assert (offered.status, offered.attempt, offered.host) == (RunStatus.ASKED, 2, None)
    assert lone.database.read_sync(untold_runs) == []

    lone.runners[0].dies = False
    await lone.look_and_end()

    assert (lone.run(run.id).status, lone.run(run.id).attempt) == (RunStatus.DONE, 2)
    assert lone.carried() == [run.id, run.id]


async def test_a_run_that_is_lost_twice_stays_lost(hall: Hall) -> None:
    run = hall.ask()
    for runner in hall.runners:
        runner.dies = True
    for _ in range(4):
        await hall.look_and_end()
        lease_is_over(hall.database)

    assert (hall.run(run.id).status, len(hall.carried())) == (RunStatus.LOST, 2)


async def test_a_tool_that_may_not_run_twice_is_not_asked_for_again(
    settings: EquipmentSettings, database: Database
) -> None:
    hall = Hall(settings, database, nightly(again_when_lost=False))
    run = hall.ask()
    for runner in hall.runners:
        runner.dies = True
    await hall.look_and_end()
    lease_is_over(hall.database)
    await hall.look_and_end()

    assert hall.run(run.id).status is RunStatus.LOST


async def test_who_has_lost_an_asked_run_can_write_nothing_though_it_has_the_second_try(lone: Hall) -> None:
    run = lone.ask()
    lone.runners[0].dies = True
    await lone.look_and_end()
    lease_is_over(lone.database)
    await lone.look_and_end()
    await lone.look_and_end()
    assert lone.run(run.id).status is RunStatus.RUNNING

    late = Ended(RunStatus.DONE, "too late", 8, 0)

    assert not lone.database.run_sync(finish_run, run.id, lone.runners[0].holder, late, START)
    assert lone.run(run.id).status is RunStatus.RUNNING


async def test_what_nobody_took_in_time_is_given_up_and_says_so(hall: Hall) -> None:
    run = hall.ask("elsewhere", tell="telegram")
    past = datetime(2026, 1, 1, tzinfo=UTC)
    hall.database.run_sync(
        lambda connection: connection.execute(sa.update(equipment_runs).values(lease_until=past))
    )

    await hall.look_and_end()

    given_up = hall.run(run.id)
    assert (given_up.status, given_up.output) == (RunStatus.LOST, NOBODY)
    assert [told.id for told in hall.database.read_sync(untold_runs)] == [run.id]


async def test_a_scheduler_that_runs_takes_what_is_asked_for_and_ends_when_it_is_told(
    settings: EquipmentSettings, database: Database
) -> None:
    clock, tool, stop = SystemClock(), nightly(), asyncio.Event()
    runner = CountingRunner(settings, database, clock)
    scheduler = Scheduler(settings, {tool.name: tool}, database, runner, clock)
    serving = asyncio.create_task(scheduler.run(stop))
    hall = Hall(settings, database, tool, count=0)

    for _ in range(2):  # at its first look, and at a later one
        run = hall.ask()
        await wait_until(lambda run=run: hall.run(run.id).status is RunStatus.DONE)  # type: ignore[misc]
    stop.set()

    await asyncio.wait_for(serving, 10)


async def test_an_idle_look_is_one_read(hall: Hall) -> None:
    hall.ask("elsewhere")
    statements: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        statements.append(statement)

    event.listen(hall.database.engine, "before_cursor_execute", note)
    await hall.schedulers[0].take_asked()
    event.remove(hall.database.engine, "before_cursor_execute", note)

    assert [one.split()[0] for one in statements if "equipment_runs" in one] == ["SELECT"]


async def test_a_database_that_is_away_is_asked_again(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    scheduler, run = hall.schedulers[0], hall.ask()

    def away(_: sa.Connection) -> None:
        raise StoreUnavailable("away")

    with monkeypatch.context() as broken:
        broken.setattr(asked_runs, "waiting_runs", away)
        assert await scheduler._postponed(scheduler.take_asked) > 0
    await hall.look_and_end()

    assert hall.run(run.id).status is RunStatus.DONE
    assert len(hall.database.read_sync(run_history)) == 1
