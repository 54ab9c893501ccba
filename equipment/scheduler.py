"""The scheduler: runs what comes due, each due time once over all processes and hosts. Any number may run.

Whether a due time is still to be run is asked of the table, never of this process's memory, so it does not matter
who is asked, how often, or what the clock has done meanwhile:

- A due time of the last 90 seconds is run when it has no row.
- An older one is caught up by the tool's policy: `latest` runs the newest that passed, once, when it is later than
  every due time that has a row. A clock that jumps forward is like a pause. One that jumps back finds the rows there.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.engine import Connection

from db.engine import Database
from db.statements.equipment import (
    NewRun,
    Run,
    any_run_is_over,
    claim_run,
    due_time_is_claimed,
    lose_runs,
    newest_due_times,
    tell_lost,
)
from db.statements.equipment_schedules import ScheduleRow, all_schedules, meet_tools
from equipment.asked_runs import AskedRuns, again_as_asked
from equipment.config import EquipmentSettings
from equipment.cron import Cron
from equipment.registry import scheduled_parameters
from equipment.runner import Runner
from equipment.tool import Tool
from nexus.clock import Clock
from nexus.errors import ConfigurationError, TransientError
from nexus.ids import new_id
from nexus.logs import get_logger

log = get_logger(__name__)

FRESH_S = 90.0
LONGEST_SLEEP_S = 60.0  # less than FRESH_S: what comes due while it sleeps is still fresh
SHORTEST_SLEEP_S = 0.05
RETRY_S = 2.0
LOOK_S = 1.0  # between two looks for runs that are asked for
DRAIN_S = 20.0


@dataclass(frozen=True, slots=True)
class _Plan:
    """What the table says: each tool's row, and its newest due time that was claimed here."""

    rows: Mapping[str, ScheduleRow]
    newest: Mapping[str, datetime]
    is_any_over: bool


class Scheduler:
    """Runs the tools of one registry when they come due, in this process."""

    def __init__(
        self,
        settings: EquipmentSettings,
        registry: Mapping[str, Tool],
        database: Database,
        runner: Runner,
        clock: Clock,
    ) -> None:
        self._registry = {name: tool for name, tool in registry.items() if _may_run(settings, tool)}
        self._zone = settings.budget_timezone
        self._database = database
        self._runner = runner
        self._clock = clock
        self._asked = AskedRuns(self._registry, database, runner, clock)
        self._running: set[asyncio.Task[object]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; then end what runs.

        Sleeps to the next due time, at most a minute; looks every second for runs that are asked for.
        """
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._again_and_again(self.turn, stop))
                group.create_task(self._again_and_again(self.take_asked, stop))
        finally:
            await self.end()

    async def end(self) -> None:
        """Give the tools that this process runs 20 s to end, then end them, and write that down."""
        if self._running:
            await asyncio.wait(self._running, timeout=DRAIN_S)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def turn(self) -> float:
        """Start what is due, take over what was lost, and return the seconds until the next look.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        now = self._clock.now()
        plan = await self._database.read(_read_plan, self._runner.host)
        unknown = [name for name, tool in self._registry.items() if name not in plan.rows and tool.schedule]
        if unknown:
            await self._database.run(meet_tools, unknown, now)
            plan = await self._database.read(_read_plan, self._runner.host)
        if plan.is_any_over:
            await self._take_over(now)
        for tool, row, cron in self._scheduled(plan):
            for due_at in due_times(cron, tool, row, plan.newest.get(tool.name), now):
                await self._claim(tool, row, due_at)
        return self._sleep_s(plan, now)

    async def take_asked(self) -> float:
        """Start what is asked for, take over what was lost, and return the seconds until the next look.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        if await self._asked.look(self._begin):
            await self._take_over(self._clock.now())
        return LOOK_S

    async def _again_and_again(self, turn: Callable[[], Awaitable[float]], stop: asyncio.Event) -> None:
        while not stop.is_set():
            stopping = asyncio.create_task(stop.wait())
            sleeping = asyncio.create_task(self._clock.sleep(await self._postponed(turn)))
            await asyncio.wait([stopping, sleeping], return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            sleeping.cancel()

    async def _postponed(self, turn: Callable[[], Awaitable[float]]) -> float:
        try:
            return await turn()
        except TransientError as error:
            log.warning("equipment.turn_postponed", error=str(error))
            return RETRY_S

    def _scheduled(self, plan: _Plan) -> Iterable[tuple[Tool, ScheduleRow, Cron]]:
        for name, row in plan.rows.items():
            tool = self._registry.get(name)
            expression = row.cron or (tool.schedule if tool else None)
            if tool is not None and expression is not None and not row.is_paused:
                yield tool, row, Cron(expression, self._zone)

    def _sleep_s(self, plan: _Plan, looked_at: datetime) -> float:
        """Until the first due time after the look; what came due since the look is at once."""
        following = [cron.next_after(looked_at) for _, _, cron in self._scheduled(plan)]
        now = self._clock.now()
        waits = [(due - now).total_seconds() for due in following if due is not None]
        longest = min(LONGEST_SLEEP_S, self._runner.lease_s) if self._running else LONGEST_SLEEP_S
        return max(SHORTEST_SLEEP_S, min([*waits, longest]))

    async def _claim(self, tool: Tool, row: ScheduleRow, due_at: datetime) -> None:
        """Make the due time ours, if it is nobody's, and begin."""
        try:
            parameters = scheduled_parameters(tool, row.parameters)
        except ConfigurationError as error:
            log.error("equipment.schedule_does_not_fit", tool=tool.name, error=str(error))
            return
        new = replace(self._runner.a_run(tool, parameters), due_at=due_at, tell=row.tell)
        if await self._database.read(due_time_is_claimed, tool.name, new.place, due_at):
            return
        now = self._clock.now()
        if await self._database.run(partial(claim_run, lease_s=self._runner.lease_s, now=now), new):
            self._begin(tool, new)

    async def _take_over(self, now: datetime) -> None:
        """Mark as lost what nobody holds any more, and run again what may be."""
        again = partial(
            _lose_and_claim, tools=self._registry, runner=self._runner, lease_s=self._runner.lease_s, now=now
        )
        for new in await self._database.run(again):
            self._begin(self._registry[new.tool], new)

    def _begin(self, tool: Tool, new: NewRun) -> asyncio.Task[object]:
        task: asyncio.Task[object] = asyncio.create_task(self._runner.carry_out(tool, new))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task


def due_times(
    cron: Cron, tool: Tool, row: ScheduleRow, newest_claimed: datetime | None, now: datetime
) -> list[datetime]:
    """What is to be claimed now, oldest first; what has a row already may be among it."""
    since = max(now - timedelta(seconds=FRESH_S), row.counts_from)
    fresh = cron.between(since, now)
    if fresh or tool.catch_up == "none":
        return fresh
    latest = cron.newest(now)
    known = max(row.counts_from, newest_claimed) if newest_claimed else row.counts_from
    return [latest] if latest is not None and latest > known else []


def _read_plan(connection: Connection, host: str) -> _Plan:
    return _Plan(all_schedules(connection), newest_due_times(connection, host), any_run_is_over(connection))


def _lose_and_claim(
    connection: Connection, tools: Mapping[str, Tool], runner: Runner, lease_s: float, now: datetime
) -> list[NewRun]:
    """In one transaction: who marks a run as lost has its second try, if there is one."""
    mine, gone = [], []
    for lost in lose_runs(connection, now):
        if again_as_asked(connection, lost, tools):
            continue
        again = _again(lost, tools, runner)
        if again is not None and claim_run(connection, again, lease_s=lease_s, now=now):
            mine.append(again)
        else:
            gone.append(lost)
    for lost in gone:
        tell_lost(connection, lost, now)
    return mine


def _again(lost: Run, tools: Mapping[str, Tool], runner: Runner) -> NewRun | None:
    tool = tools.get(lost.tool)
    if tool is None or not tool.again_when_lost or lost.due_at is None or lost.attempt > 1:
        return None
    if lost.place not in ("", runner.host):
        return None
    return NewRun(
        id=new_id(),
        tool=lost.tool,
        parameters=lost.parameters,
        triggered_by=lost.triggered_by,
        holder=runner.holder,
        place=lost.place,
        due_at=lost.due_at,
        attempt=lost.attempt + 1,
        tell=lost.tell,
    )


def _may_run(settings: EquipmentSettings, tool: Tool) -> bool:
    return settings.equipment_allow_scripts or not tool.is_own_script
