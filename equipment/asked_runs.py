"""Runs that are asked for, over REST, by Telegram or on the dashboard: a scheduler's look at them, and its taking them.

One short read a second while there is nothing to do. Of several schedulers the one whose UPDATE finds the row takes it.
"""

import asyncio
from collections.abc import Callable, Mapping

from sqlalchemy.engine import Connection

from db.engine import Database
from db.statements.equipment import NewRun, Run, RunStatus
from db.statements.equipment_queue import Waiting, give_up_asked, offer_again, take_run, waiting_runs
from equipment.runner import Runner
from equipment.tool import Tool
from nexus.clock import Clock
from nexus.logs import get_logger

log = get_logger(__name__)

AT_ONCE = 2
"""How many asked runs one process has at a time: each is a process, and a worker's memory has a limit."""
TRIES = 2


type Begin = Callable[[Tool, NewRun], asyncio.Task[object]]
"""Runs what was taken, in a task."""


class AskedRuns:
    """Takes asked runs of the tools in `registry`, for this process."""

    def __init__(
        self, registry: Mapping[str, Tool], database: Database, runner: Runner, clock: Clock
    ) -> None:
        self._registry = registry
        self._database = database
        self._runner = runner
        self._clock = clock
        self._busy = 0

    async def look(self, begin: Begin) -> bool:
        """Take what there is room for; True when a run has lost its process.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        waiting = await self._database.read(waiting_runs)
        if any(one.is_over and one.status is RunStatus.ASKED for one in waiting):
            await self._database.run(give_up_asked, self._clock.now())
        for one in waiting:
            if one.status is RunStatus.ASKED and not one.is_over and self._busy < AT_ONCE:
                await self._take(one, begin)
        return any(one.is_over and one.status is RunStatus.RUNNING for one in waiting)

    async def _take(self, one: Waiting, begin: Begin) -> None:
        tool = self._registry.get(one.tool)
        if tool is None:  # another host may have it
            return
        run = await self._database.run(
            take_run,
            one.id,
            # Another name for a second try: what this process may still have of the first can write nothing.
            holder=self._runner.holder + (f"+{one.attempt}" if one.attempt > 1 else ""),
            place=self._runner.host if tool.per_host else "",
            lease_s=self._runner.lease_s,
            now=self._clock.now(),
        )
        if run is None:  # another process was first
            return
        log.info("equipment.taken", tool=run.tool, run=run.id, by=run.triggered_by)
        self._busy += 1
        begin(tool, as_new(run)).add_done_callback(self._ended)

    def _ended(self, _: asyncio.Task[object]) -> None:
        self._busy -= 1


def as_new(run: Run) -> NewRun:
    """A run that was taken, as `Runner.carry_out` wants it."""
    return NewRun(**{name: getattr(run, name) for name in NewRun.__dataclass_fields__})


def again_as_asked(connection: Connection, lost: Run, tools: Mapping[str, Tool]) -> bool:
    """Let a lost run that was asked for wait once more, where its tool may be run again; False: it stays lost."""
    tool = tools.get(lost.tool)
    if lost.asked_at is None or tool is None or not tool.again_when_lost or lost.attempt >= TRIES:
        return False
    return offer_again(connection, lost.id)
