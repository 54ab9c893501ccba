"""What comes due is run once, whatever the clock does, and whoever dies."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from db.engine import Database
from db.equipment_tables import equipment_runs
from db.statements.alerts import alerts_after
from db.statements.equipment import (
    Ended,
    NewRun,
    Run,
    RunStatus,
    claim_run,
    finish_run,
    lose_runs,
    run_history,
)
from db.statements.equipment_schedules import ScheduleRow, all_schedules, pause_tool, set_schedule
from equipment.config import EquipmentSettings
from equipment.runner import Runner
from equipment.scheduler import Scheduler
from equipment.tool import Parameters, Tool
from nexus.clock import ManualClock
from nexus.ids import new_id

START = datetime(2026, 6, 1, 2, 30, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class PromptRunner(Runner):
    """Every tool is done at once; `dies` leaves the run as a process that was killed would."""

    dies = False

    async def carry_out(self, tool: Tool, run: NewRun) -> RunStatus:
        if self.dies:
            return RunStatus.LOST
        ended = Ended(RunStatus.DONE, "ok", 2, 0)
        await self._database.run(finish_run, run.id, self.holder, ended, self._clock.now())
        return RunStatus.DONE


def a_tool(schedule: str = "0 3 * * *", **changes: object) -> Tool:
    tool = Tool("nightly", "Probe.", "探针。", lambda _settings, _parameters: "ok", 5.0, schedule=schedule)
    return replace(tool, **changes)  # type: ignore[arg-type]


def a_done_run(due_at: datetime) -> Run:
    return Run(
        **dict.fromkeys(Run.__dataclass_fields__)
        | {"id": new_id(), "tool": "nightly", "due_at": due_at, "status": RunStatus.DONE}  # type: ignore[arg-type]
    )


class Office:
    """Several schedulers over one store, each with a clock of its own."""

    def __init__(self, settings: EquipmentSettings, database: Database, tool: Tool, count: int = 3) -> None:
        self.database = database
        self.clocks = [ManualClock(START) for _ in range(count)]
        self.runners = [PromptRunner(settings, database, clock) for clock in self.clocks]
        self.schedulers = [
            Scheduler(settings, {tool.name: tool}, database, runner, clock)
            for runner, clock in zip(self.runners, self.clocks, strict=True)
        ]

    async def at(self, moment: datetime) -> None:
        """All look at the same time, twice, with their clocks at `moment`."""
        for _ in range(2):
            for clock in self.clocks:
                clock.advance((moment - clock.now()).total_seconds())
            await asyncio.gather(*(scheduler.turn() for scheduler in self.schedulers))
            await asyncio.gather(*(scheduler.end() for scheduler in self.schedulers))

    def dues(self) -> list[datetime]:
        """The due times that were run, in the order of the runs."""
        return [run.due_at for run in reversed(self.runs()) if run.due_at is not None]

    def runs(self) -> list[Run]:
        return self.database.read_sync(run_history, limit=1000)


@pytest.fixture
def office(settings: EquipmentSettings, database: Database) -> Office:
    return Office(settings, database, a_tool())


THREE = datetime(2026, 6, 1, 3, 0, tzinfo=UTC)


async def test_a_due_time_runs_once_over_three_schedulers(office: Office) -> None:
    for minute in range(0, 61, 5):
        await office.at(START + minute * MINUTE)

    assert office.dues() == [THREE]
    assert office.runs()[0].triggered_by == "schedule"


async def test_control_schedulers_for_hosts_of_their_own_each_run_it(
    settings: EquipmentSettings, database: Database
) -> None:
    office = Office(settings, database, a_tool(per_host=True))
    for number, runner in enumerate(office.runners):
        runner.host = f"host-{number}"

    await office.at(START)
    await office.at(THREE)

    assert office.dues() == [THREE] * 3
    assert sorted(run.place for run in office.runs()) == ["host-0", "host-1", "host-2"]


async def test_a_clock_that_goes_back_an_hour_runs_nothing_twice(office: Office) -> None:
    for moment in (START, THREE, THREE + 5 * MINUTE, THREE - 55 * MINUTE, THREE, THREE + HOUR, THREE + DAY):
        await office.at(moment)

    assert office.dues() == [THREE, THREE + DAY]


async def test_a_clock_that_jumps_an_hour_ahead_and_back_runs_nothing_twice(office: Office) -> None:
    for moment in (START, START + HOUR, START + MINUTE, THREE, THREE + MINUTE, THREE + HOUR):
        await office.at(moment)

    assert office.dues() == [THREE]


async def test_every_minute_stays_every_minute_after_a_clock_was_an_hour_ahead(
    settings: EquipmentSettings, database: Database
) -> None:
    office = Office(settings, database, a_tool("* * * * *"))
    await office.at(START)
    await office.at(START + MINUTE)
    await office.at(
        START + HOUR
    )  # one run for the hour that was passed over, or two within the newest minutes
    ahead = len(office.dues())
    for minute in range(1, 6):
        await office.at(START + minute * MINUTE)

    assert ahead <= 3
    assert sorted(office.dues())[:5] == [START + minute * MINUTE for minute in range(1, 6)]
    assert len(set(office.dues())) == len(office.dues())


@pytest.mark.parametrize(("catch_up", "made_up"), [("latest", [THREE + 9 * DAY]), ("none", [])])
async def test_a_long_pause_is_caught_up_by_the_tools_policy_and_never_in_a_burst(
    catch_up: str, made_up: list[datetime], settings: EquipmentSettings, database: Database
) -> None:
    office = Office(settings, database, a_tool(catch_up=catch_up))
    await office.at(START)
    await office.at(THREE)

    await office.at(THREE + 9 * DAY + 6 * HOUR)

    assert office.dues() == [THREE, *made_up]


async def test_what_came_due_before_the_tool_was_known_is_nobodys(office: Office) -> None:
    await office.at(THREE + 5 * MINUTE)
    await office.at(THREE + HOUR)

    assert office.dues() == []


@pytest.mark.parametrize(
    ("night", "expected"),
    [
        (datetime(2026, 3, 28, 20, tzinfo=UTC), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),  # 02:30 is skipped
        (
            datetime(2026, 10, 24, 20, tzinfo=UTC),
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        ),  # 02:30 comes twice
    ],
    ids=["spring", "autumn"],
)
async def test_the_change_of_the_clocks_runs_a_night_job_once(
    night: datetime, expected: datetime, settings: EquipmentSettings, database: Database
) -> None:
    berlin = settings.model_copy(update={"budget_timezone": "Europe/Berlin"})
    office = Office(berlin, database, a_tool("30 2 * * *"), count=2)

    for minute in range(0, 12 * 60, 15):
        await office.at(night + minute * MINUTE)

    assert office.dues() == [expected]


async def test_a_paused_tool_does_not_come_due_and_catches_up_after(office: Office) -> None:
    await office.at(START)
    office.database.run_sync(pause_tool, "nightly", paused=True, by="owner", now=START)
    await office.at(THREE)
    assert office.dues() == []

    office.database.run_sync(pause_tool, "nightly", paused=False, by="owner", now=THREE + HOUR)
    await office.at(THREE + HOUR)

    assert office.dues() == [THREE]


async def test_the_owners_schedule_stands_above_the_tools(office: Office) -> None:
    await office.at(START)
    row = ScheduleRow("nightly", counts_from=START, cron="45 2 * * *", tell="telegram:7")
    office.database.run_sync(set_schedule, row, by="owner", now=START)

    for minute in range(0, 60, 5):
        await office.at(START + minute * MINUTE)

    assert office.dues() == [START + 15 * MINUTE]
    assert office.runs()[0].tell == "telegram:7"
    assert office.database.read_sync(all_schedules)["nightly"].cron == "45 2 * * *"


def lease_is_over(database: Database) -> None:
    past = datetime(2026, 1, 1, tzinfo=UTC)
    over = sa.update(equipment_runs).where(equipment_runs.c.status == "running").values(lease_until=past)
    database.run_sync(lambda connection: connection.execute(over))


@pytest.mark.parametrize("again", [True, False])
async def test_a_run_whose_process_died_is_lost_and_run_again_by_the_tools_policy(
    again: bool, settings: EquipmentSettings, database: Database
) -> None:
    office = Office(settings, database, a_tool(again_when_lost=again))
    await office.at(START)
    for runner in office.runners:
        runner.dies = True
    await office.at(THREE)
    for runner in office.runners:
        runner.dies = False
    lease_is_over(database)

    await office.at(THREE + MINUTE)
    await office.at(THREE + 2 * MINUTE)

    statuses = [(run.attempt, run.status) for run in reversed(office.runs())]
    told = [alert.kind for alert in database.read_sync(alerts_after, "", 10)]
    if again:
        assert statuses == [(1, RunStatus.LOST), (2, RunStatus.DONE)]
        assert told == []
    else:
        assert statuses == [(1, RunStatus.LOST)]
        assert told == ["equipment.lost"]


async def test_a_run_that_is_lost_twice_is_not_run_a_third_time(office: Office) -> None:
    tool = a_tool(again_when_lost=True)
    for scheduler in office.schedulers:
        scheduler._registry = {tool.name: tool}
    await office.at(START)
    for runner in office.runners:
        runner.dies = True
    await office.at(THREE)
    for minute in (1, 2, 3):
        lease_is_over(office.database)
        await office.at(THREE + minute * MINUTE)

    assert [run.status for run in office.runs()] == [RunStatus.LOST, RunStatus.LOST]


async def test_who_has_lost_a_run_can_write_nothing_any_more(office: Office) -> None:
    runner = office.runners[0]
    new = replace(runner.a_run(a_tool(), Parameters()), due_at=THREE)
    office.database.run_sync(claim_run, new, lease_s=30.0, now=THREE)
    lease_is_over(office.database)
    assert [run.id for run in office.database.run_sync(lose_runs, THREE)] == [new.id]

    ended = Ended(RunStatus.DONE, "too late", 8, 0)

    assert not office.database.run_sync(finish_run, new.id, runner.holder, ended, THREE)
    assert office.runs()[0].status is RunStatus.LOST


async def test_idle_it_sleeps_to_the_next_due_time_at_most_a_minute(office: Office) -> None:
    (scheduler, clock) = (office.schedulers[0], office.clocks[0])
    assert await scheduler.turn() == 60.0
    clock.advance((THREE - clock.now()).total_seconds() - 12.5)

    assert await scheduler.turn() == 12.5
