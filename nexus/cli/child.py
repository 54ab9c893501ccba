"""One process of the company: started in its own session with its own log file, and ended politely or not."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, STDOUT, Process
from collections.abc import Mapping, Sequence
from pathlib import Path

from nexus.cli import leash
from nexus.cli.terminal import plain

ROTATE_BYTES = 10 * 1024 * 1024
TAIL_BYTES = 8_192
TAIL_LINES = 8


class Child:
    """A running process. It leads its own session, so Ctrl-C in the terminal does not reach it."""

    def __init__(self, process: Process) -> None:
        self._process = process

    @property
    def pid(self) -> int:
        """Its process id, the one of the command itself."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """False once it has ended."""
        return self._process.returncode is None

    async def ended(self) -> int:
        """Wait for its end; minus the signal's number when a signal ended it."""
        return await self._process.wait()

    def terminate(self) -> None:
        """Ask it to end."""
        if self.is_running:
            self._process.terminate()

    def kill(self) -> None:
        """End it and everything it started, at once. After its end: only just after, the number is free then."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):  # macOS says EPERM of a group of zombies
            return


async def start_child(
    argv: Sequence[str], env: Mapping[str, str], log: Path, *, inherited: Sequence[int] = ()
) -> Child:
    """Start `argv` with this process's environment and `env`, writing both outputs to the end of `log`."""
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *leashed(argv),
            env={**os.environ, **env},
            stdin=DEVNULL,
            stdout=output,
            stderr=STDOUT,
            start_new_session=True,
            pass_fds=tuple(inherited) if sys.platform == "linux" else (),
        )
    return Child(process)


def leashed(argv: Sequence[str]) -> list[str]:
    """`argv` as a command that ends with this process, where the kernel can do that."""
    if sys.platform != "linux":
        return list(argv)
    return [sys.executable, "-IS", leash.__file__, str(os.getpid()), *argv]


def rotate(log: Path) -> None:
    """Keep one earlier log of at most 10 MB or so as `.1`; the log's folder and file are the owner's only."""
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    log.touch(mode=0o600)
    if log.stat().st_size > ROTATE_BYTES:
        log.replace(log.with_name(f"{log.name}.1"))


def tail(log: Path) -> list[str]:
    """The last lines of `log`, safe to print."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - TAIL_BYTES))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return []
    return [plain(line) for line in lines if line.strip()][-TAIL_LINES:]


def how_it_ended(code: int) -> str:
    """An exit code in words."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
