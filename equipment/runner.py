"""Runs one tool once: its row first, then its process, then how it ended. For the scheduler, and for runs by hand.

While it runs its lease is renewed at a third. When that fails for so long that another process may have taken the run
for lost, the tool is ended here: of two that think they run it, one is gone.
"""

import asyncio
import json
import os
import socket
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pydantic import BaseModel
from sqlalchemy.engine import Connection

from db.engine import Database
from db.statements.equipment import (
    SCHEDULE,
    Ended,
    NewRun,
    Run,
    RunStatus,
    claim_run,
    finish_run,
    get_run,
    renew_run,
)
from db.statements.logs import AuditEvent, insert_audit_event
from equipment.config import EquipmentSettings
from equipment.own_command import own_command
from equipment.process import Command, Outcome, discard, run_command
from equipment.registry import validated
from equipment.tool import Tool
from nexus.clock import Clock
from nexus.errors import ConfigurationError, PermanentError, StoreUnavailable, TransientError
from nexus.ids import new_id
from nexus.logs import get_logger
from nexus.observing import span
from nexus.sandbox.job import SandboxRefused

log = get_logger(__name__)

LEASE_S = 30.0
LEAST_S = 0.1
FINISH_TRIES, FINISH_WAIT_S = 5, 1.0
SAFE_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class Asked:
    """A run by hand: who asks, with what, and which channel is to hear of it."""

    by: str
    parameters: Mapping[str, object]
    tell: str | None = None


class Runner:
    """Runs tools in this process's name, on this host."""

    def __init__(
        self, settings: EquipmentSettings, database: Database, clock: Clock, *, lease_s: float = LEASE_S
    ) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._lease_s = lease_s
        self.host = socket.gethostname()[:128]
        self.holder = f"{self.host[:90]}/{os.getpid()}/{new_id()[-6:]}"

    @property
    def lease_s(self) -> float:
        """How long a run is this process's own without a word from it, in seconds."""
        return self._lease_s

    async def run_now(self, tool: Tool, asked: Asked) -> Run:
        """Run `tool` by hand and return the finished run; audited.

        Raises:
            ConfigurationError: a parameter is wrong, or own scripts are not allowed.
            StoreUnavailable: the database does not answer.
        """
        self.require_allowed(tool)
        parameters = validated(tool, asked.parameters)
        new = replace(self.a_run(tool, parameters), triggered_by=asked.by, tell=asked.tell)
        await self._database.run(_begin_by_hand, new, self._lease_s, self._clock)
        await self.carry_out(tool, new)
        run = await self._database.read(get_run, new.id)
        if run is None:
            raise PermanentError(f"the run {new.id} was deleted while it ran.")
        return run

    def require_allowed(self, tool: Tool) -> None:
        """Own scripts run only when the owner allows it.

        Raises:
            ConfigurationError: it is one, and EQUIPMENT_ALLOW_SCRIPTS is not set.
        """
        if tool.is_own_script and not self._settings.equipment_allow_scripts:
            raise ConfigurationError(
                f"{tool.name} is a script of your own: read docs/equipment.md, then set EQUIPMENT_ALLOW_SCRIPTS=true."
            )

    def a_run(self, tool: Tool, parameters: BaseModel) -> NewRun:
        """A run of this process's, that came due; not written yet."""
        return NewRun(
            id=new_id(),
            tool=tool.name,
            parameters=parameters.model_dump_json(),
            triggered_by=SCHEDULE,
            holder=self.holder,
            place=self.host if tool.per_host else "",
        )

    async def carry_out(self, tool: Tool, run: NewRun) -> RunStatus:
        """Run what is claimed, and write down how it ended; `lost` when somebody else has taken it over.

        Cancelled, it ends the tool; what may be run again is then given to whoever looks first, else it has failed.
        """
        with span("equipment", tool=tool.name, run=run.id) as watched:
            status = await self._carry_out(tool, run)
            watched.note(status=status.value)
            if status is not RunStatus.DONE:
                watched.failed(status.value)
            return status

    async def _carry_out(self, tool: Tool, run: NewRun) -> RunStatus:
        log.info("equipment.begun", tool=tool.name, run=run.id, by=run.triggered_by)
        work = asyncio.create_task(self._work(tool, run))
        lease = asyncio.create_task(self._hold(run))
        try:
            await asyncio.wait([work, lease], return_when=asyncio.FIRST_COMPLETED)
        finally:
            lease.cancel()
            if not work.done():
                work.cancel()
            await asyncio.gather(work, lease, return_exceptions=True)
            status = await asyncio.shield(self._conclude(tool, run, work))
        log.info("equipment.ended", tool=tool.name, run=run.id, status=status.value)
        return status

    async def _conclude(self, tool: Tool, run: NewRun, work: asyncio.Task[Outcome]) -> RunStatus:
        nobody_waits_here = run.due_at is not None or run.asked_at is not None
        if work.cancelled() and tool.again_when_lost and nobody_waits_here:
            await self._write(partial(renew_run, run_id=run.id, holder=run.holder, lease_s=-1.0))
            return RunStatus.LOST
        ended = _ended(work)
        finish = partial(finish_run, run_id=run.id, holder=run.holder, ended=ended, now=self._clock.now())
        return ended.status if await self._write(finish) else RunStatus.LOST

    async def _hold(self, run: NewRun) -> None:
        """Renew the lease until it is lost; returns then. A database that is away is asked again until it is over."""
        held_at = self._clock.monotonic()
        while (left_s := held_at + self._lease_s * 0.9 - self._clock.monotonic()) > 0:
            await asyncio.sleep(min(self._lease_s / 3, left_s))
            asked_at = self._clock.monotonic()
            with suppress(StoreUnavailable, TimeoutError):
                async with asyncio.timeout(max(LEAST_S, held_at + self._lease_s * 0.9 - asked_at)):
                    if not await self._database.run_ahead(renew_run, run.id, run.holder, self._lease_s):
                        break
                held_at = asked_at
        log.warning("equipment.lease_lost", run=run.id)

    async def _write(self, statement: Callable[[Connection], bool]) -> bool:
        for tries_left in reversed(range(FINISH_TRIES)):
            try:
                return await self._database.run(statement)
            except TransientError as error:
                log.warning("equipment.result_not_written", error=str(error))
                if tries_left:
                    await asyncio.sleep(FINISH_WAIT_S)
        return False

    async def _work(self, tool: Tool, run: NewRun) -> Outcome:
        # In a thread: the first own script of a process waits for the look at what sandbox there is.
        making = asyncio.create_task(asyncio.to_thread(self._command, tool, run))
        try:
            command = await asyncio.shield(making)
        except asyncio.CancelledError:
            discard(await making)
            raise
        return await run_command(command)

    def _command(self, tool: Tool, run: NewRun) -> Command:
        if callable(tool.work):
            argv: tuple[str, ...] = (sys.executable, "-m", "equipment.child", tool.name)
            env = {**os.environ, "NEXUS_HOME": str(self._settings.home)}
            return Command(argv, env, Path.cwd(), tool.timeout_s, run.parameters.encode())
        folder = self._settings.home / "equipment-work" / tool.name
        return own_command(tool.work, folder, run.parameters, tool.timeout_s, network=tool.network)


def _begin_by_hand(connection: Connection, new: NewRun, lease_s: float, clock: Clock) -> None:
    now = clock.now()
    claim_run(connection, new, lease_s=lease_s, now=now)
    details = {"tool": new.tool, "run_id": new.id, "parameters": json.loads(new.parameters)}
    audit = AuditEvent(new.triggered_by, "equipment.run", "started", None, None, details)
    insert_audit_event(connection, audit, now)


def _ended(work: asyncio.Task[Outcome]) -> Ended:
    if work.cancelled():
        return Ended(RunStatus.FAILED, "It was ended because the process that ran it ends.", 0, None)
    if isinstance(error := work.exception(), SandboxRefused):
        return Ended(RunStatus.FAILED, f"REFUSED, it was not run: {error}", 0, None)
    if isinstance(error, OSError):
        return Ended(RunStatus.FAILED, f"It could not be started: {error}", 0, None)
    outcome = work.result()
    status = RunStatus.DONE if outcome.exit_code == 0 else RunStatus.FAILED
    output = outcome.output
    if outcome.timed_out:
        status = RunStatus.TIMED_OUT
    if outcome.left:
        output += f"\n[{outcome.left} processes could not be ended]"
    return Ended(status, output, outcome.output_bytes, outcome.exit_code)
