"""Keeps the parts of the company running: starts them when what they need is there, restarts what dies.

Used by `nexus up`. One task per part runs `keep`; `stop` ends every part in order and is safe at any moment. What
becomes of each part stands in `parts.json` beside the logs' folder, for the heartbeat.
"""

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from nexus.cli.child import Child, how_it_ended, rotate, start_child, tail
from nexus.cli.parts import Part
from nexus.cli.progress import Progress
from nexus.clock import SystemClock
from nexus.errors import NexusError
from nexus.parts_file import PartsJournal

REFUSED = 2  # the exit code of a process that finds a setting wrong
SILENT_TWICE = 2


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient the supervisor is, in seconds."""

    poll_s: float = 0.05
    first_backoff_s: float = 0.5
    longest_backoff_s: float = 30
    steady_after_s: float = 60
    drain_s: float = 27  # the parts end by themselves within 25
    most_restarts: int = 3
    within_s: float = 600
    alive_every_s: float = 1

    def backoff_s(self, deaths: int) -> float:
        """How long to wait after the `deaths`th death in a row."""
        return min(self.longest_backoff_s, self.first_backoff_s * 4.0 ** min(deaths - 1, 8))


class Restarts:
    """When a part was started again: at most so often within so long."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._at: deque[float] = deque()

    @property
    def wait_s(self) -> float:
        """Seconds until it may be started again; 0 when it may be now."""
        if len(self._at) < self._pace.most_restarts:
            return 0.0
        return max(0.0, self._at[-self._pace.most_restarts] + self._pace.within_s - time.monotonic())

    def note(self) -> None:
        """It is started again now."""
        self._at.append(time.monotonic())
        while len(self._at) > self._pace.most_restarts:
            self._at.popleft()


class GaveUp(NexusError):
    """A part cannot be started. The message names it and ends with the last lines of its log."""


class Supervisor:
    """The parts that run, and whether each was ever ready."""

    def __init__(
        self, logs: Path, progress: Progress, pace: Pace | None = None, inherited: Sequence[int] = ()
    ) -> None:
        self._logs = logs
        self._progress = progress
        self._pace = pace or Pace()
        self._inherited = inherited
        self._children: dict[str, tuple[Part, Child]] = {}
        self._ready: dict[str, asyncio.Event] = {}
        self._journal = PartsJournal(logs.parent, SystemClock())

    async def ready(self, names: Sequence[str]) -> None:
        """Wait until every part in `names` has been ready once."""
        for name in names:
            await self._first_ready(name).wait()

    async def keep(self, part: Part) -> None:
        """Start `part` once what it needs is ready, and start it again whenever it ends.

        Returns only when a part that is not vital cannot be started: that is said, and the company goes on without.

        Raises:
            GaveUp: a vital part refused to start, or ended or hung too often before it was ever ready.
        """
        try:
            await self._keep(part)
        except GaveUp as error:
            self._journal.gave_up(part.name)
            if part.is_vital:
                raise
            self._progress.say(str(error))

    async def _keep(self, part: Part) -> NoReturn:
        await self.ready(part.needs)
        rotate(self._log_of(part))
        deaths, restarts = 0, Restarts(self._pace)
        while True:
            began = time.monotonic()
            code = await self._live(part)
            self._journal.ended(part.name, how_it_ended(code))
            deaths = 1 if time.monotonic() - began > self._pace.steady_after_s else deaths + 1
            self._give_up_if_hopeless(part, code, deaths)
            await self._rest(part, how_it_ended(code), deaths, restarts)
            restarts.note()

    async def _rest(self, part: Part, ending: str, deaths: int, restarts: Restarts) -> None:
        """Wait before the next start: a little more after each death, and long when it dies again and again."""
        if too_soon_s := restarts.wait_s:
            self._journal.leaves_alone(part.name, too_soon_s)
            often = f"again after {self._pace.most_restarts} restarts in {self._pace.within_s / 60:g} minutes"
            self._progress.say(
                f"{part.name} ended ({ending}) {often}: left alone for {too_soon_s:.0f} s, see {self._log_of(part)}"
            )
            await asyncio.sleep(too_soon_s)
            return
        delay_s = 0.0 if part.is_urgent else self._pace.backoff_s(deaths)
        self._progress.say(f"{part.name} ended ({ending}), starting it again in {delay_s:g} s")
        await asyncio.sleep(delay_s)

    async def stop(self) -> None:
        """End every part, the highest layer first, and wait for each layer before the next."""
        children = [(part, child) for part, child in self._children.values() if child.is_running]
        for layer in sorted({part.layer for part, _ in children}, reverse=True):
            await self._end_all([child for part, child in children if part.layer == layer])
        self._journal.close()

    def kill(self) -> None:
        """End everything at once, whatever it is doing."""
        for _, child in self._children.values():
            if child.is_running:
                child.kill()

    async def _live(self, part: Part) -> int:
        """One life of `part`, from start to end; returns its exit code."""
        began = time.monotonic()
        self._progress.begin(part.name)
        child = await start_child(part.argv, part.env, self._log_of(part), inherited=self._inherited)
        self._children[part.name] = (part, child)
        self._journal.started(part.name, child.pid)
        while child.is_running:
            if await part.is_ready(child.pid):
                self._progress.ready(part.name)
                self._journal.ready(part.name)
                self._first_ready(part.name).set()
                break
            if time.monotonic() - began > part.ready_within_s:
                self._hangs(part, child)
                break
            await asyncio.sleep(self._pace.poll_s)
        watch = asyncio.create_task(self._see_that_it_lives(part, child))
        try:
            code = await child.ended()
        finally:
            watch.cancel()
        child.kill()  # what it may have left behind
        return code

    async def _see_that_it_lives(self, part: Part, child: Child) -> None:
        """End a part that runs and says by its own sign of life, twice, that it does nothing any more."""
        silent = 0
        while part.lives is not None and silent < SILENT_TWICE:
            await asyncio.sleep(self._pace.alive_every_s)
            silent = 0 if await part.lives(child.pid) else silent + 1
        if silent:
            self._progress.say(f"{part.name} hangs and is ended")
            child.kill()

    def _hangs(self, part: Part, child: Child) -> None:
        if not self._first_ready(part.name).is_set():
            self._give_up(part, f"was not ready within {part.ready_within_s:g} s")
        child.kill()

    def _give_up_if_hopeless(self, part: Part, code: int, deaths: int) -> None:
        if self._first_ready(part.name).is_set():
            return
        if code == REFUSED:
            self._give_up(part, "refuses to start")
        if deaths > self._pace.most_restarts:
            self._give_up(part, f"ended {deaths} times before it was ready ({how_it_ended(code)})")

    def _give_up(self, part: Part, what: str) -> NoReturn:
        log = self._log_of(part)
        lines = [f"the {part.name} {what}. The end of {log}:", *(f"  {line}" for line in tail(log))]
        raise GaveUp("\n".join([*lines, "`nexus doctor` may name the fix."]))

    async def _end_all(self, children: Sequence[Child]) -> None:
        for child in children:
            child.terminate()
        waits = [asyncio.ensure_future(child.ended()) for child in children]
        _, pending = await asyncio.wait(waits, timeout=self._pace.drain_s)
        for child in children:
            child.kill()
        if pending:
            await asyncio.wait(pending)

    def _first_ready(self, name: str) -> asyncio.Event:
        return self._ready.setdefault(name, asyncio.Event())

    def _log_of(self, part: Part) -> Path:
        return self._logs / f"{part.name.replace(' ', '-')}.log"
