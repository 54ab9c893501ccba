"""A tool as a process: started by an argument list, bounded in time and output, and ended with all it started."""

import asyncio
import contextlib
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from equipment.output import BoundedOutput
from nexus.sandbox import keeper
from nexus.sandbox.packing import pack, unpack
from nexus.started import started

READ_BYTES = 64 * 1024
FLOOD_PAUSE_S = 0.01  # a flood is read at a few MB a second: it may not take this process's time
LOOK_S = 0.05
REST_S = 2.0  # for what was printed last, after the end
PATIENCE_S = keeper.KILLING_S + 5.0  # beyond the timeout, until the keeper itself is taken for stuck
INTERPRETER = (sys.executable, "-I", "-S" if sys.platform == "linux" else "-s", "-c", keeper.START)


@dataclass(frozen=True, slots=True)
class Command:
    """What to run. `env` is the whole environment; `stdin` is handed over and closed; `timeout_s` in seconds.

    `watch` is what the keeper is to do besides, as `nexus.sandbox.mechanism.prepare` says for a command in the sandbox.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str]
    folder: Path
    timeout_s: float
    stdin: bytes = b""
    watch: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended. `exit_code` is minus the signal's number when a signal ended it, None when that is not known.

    `left` processes could not be ended; 0 but for what the kernel itself holds.
    """

    output: str
    output_bytes: int
    exit_code: int | None
    timed_out: bool
    left: int


def discard(command: Command) -> None:
    """What was made for a command that is not run, or is over."""
    if isinstance(folder := command.watch.get("remove"), str):
        keeper.remove(folder)


async def run_command(command: Command) -> Outcome:
    """Run it to its end or to its timeout. Cancelled, it ends the command first.

    Nothing that it started is running afterwards, on Linux not even what left its group and its parent. Where there
    are no subreapers, a process that did both is not found.
    """
    output, stuck = BoundedOutput(), False
    async with _kept(command) as (process, report):
        try:
            async with asyncio.timeout(command.timeout_s + PATIENCE_S), asyncio.TaskGroup() as group:
                group.create_task(_hand_over(process, command.stdin))
                reading = group.create_task(_read(process, output))
                await _gone(process)
                await asyncio.wait([reading], timeout=REST_S)
                reading.cancel()  # a survivor of a keeper that was killed may hold the pipe open
        except TimeoutError:
            stuck = True
    return _outcome(output, report, stuck=stuck)


@asynccontextmanager
async def _kept(command: Command) -> "AsyncIterator[tuple[Process, _Report]]":
    reading, writing = os.pipe()
    report = _Report(reading)
    try:
        async with started(_start(command, writing), lambda process: _end(process, report)) as process:
            yield process, report
    finally:
        report.close()
        discard(command)


async def _start(command: Command, report: int) -> Process:
    told = {"report": report, "parent": os.getpid(), "timeout_s": command.timeout_s, "merge": True}
    try:
        return await asyncio.create_subprocess_exec(
            *INTERPRETER,
            pack({**command.watch, **told}),
            *command.argv,
            env=dict(command.env),
            cwd=command.folder,
            stdin=PIPE,
            stdout=PIPE,
            pass_fds=(report,),
            start_new_session=True,
        )
    finally:
        os.close(report)


async def _end(process: Process, report: "_Report") -> None:
    """Nothing to do after a normal end; else ask the keeper to end the family, and do it without it if need be."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(_gone(process), PATIENCE_S)
    if process.returncode is None:
        process.kill()
        await _gone(process)
    facts = report.facts()
    if isinstance(pid := facts.get("pid"), int) and "left" not in facts:  # the keeper was killed
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
    # A survivor of a killed keeper may hold our pipe open for ever; there is no public way to let go of it.
    process._transport.close()  # type: ignore[attr-defined]


async def _gone(process: Process) -> None:
    """Until it has ended. `Process.wait` waits for whoever holds its pipes too, in some releases of Python 3.12."""
    while process.returncode is None:  # noqa: ASYNC110 - nothing that can be awaited says so
        await asyncio.sleep(LOOK_S)


async def _hand_over(process: Process, data: bytes) -> None:
    if process.stdin is None:
        raise AssertionError("started without a pipe")
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it need not read it
        process.stdin.write(data)
        await process.stdin.drain()
    process.stdin.close()


async def _read(process: Process, output: BoundedOutput) -> None:
    if process.stdout is None:
        raise AssertionError("started without a pipe")
    while data := await process.stdout.read(READ_BYTES):
        output.add(data)
        if output.is_flood:
            await asyncio.sleep(FLOOD_PAUSE_S)


class _Report:
    """The keeper's report: a few short lines, which always fit into the pipe."""

    def __init__(self, descriptor: int) -> None:
        os.set_blocking(descriptor, False)
        self._descriptor = descriptor
        self._seen = b""
        self._is_open = True

    def facts(self) -> dict[str, object]:
        """What it has said until now."""
        with contextlib.suppress(BlockingIOError):
            while self._is_open and (data := os.read(self._descriptor, READ_BYTES)):
                self._seen += data
        facts: dict[str, object] = {}
        for line in self._seen.decode("ascii").splitlines():
            facts |= unpack(line)
        return facts

    def close(self) -> None:
        """No more of it; what it has said stays."""
        self.facts()
        os.close(self._descriptor)
        self._is_open = False


def _outcome(output: BoundedOutput, report: _Report, *, stuck: bool) -> Outcome:
    facts = report.facts()
    code, left = facts.get("exit_code"), facts.get("left", 0)
    text = output.text()
    if (limit := facts.get("limit")) not in (None, "wall"):
        text += f"\n[ended: over its limit of {limit}]"
    if facts.get("fault") and facts.get("exit_code") is None:
        text += f"\n[{facts['fault']}]"
    return Outcome(
        text,
        output.total,
        code if isinstance(code, int) else None,
        stuck or facts.get("timed_out") is True,
        left if isinstance(left, int) else 0,
    )
