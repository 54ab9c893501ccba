"""Small real processes that stand in for the company's parts: they keep a journal and end on SIGTERM."""

import io
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from nexus.cli.parts import Part
from nexus.cli.progress import Progress
from nexus.cli.supervisor import Pace, Supervisor

BODY = """
import os, pathlib, signal, sys, time
name, folder = sys.argv[1], pathlib.Path(sys.argv[2])
def note(what):
    with (folder / "journal").open("a") as journal:
        journal.write(f"{what} {name}\\n")
def end(*_):
    note("end")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
note("start")
"""
STAY = "(folder / f'{name}-{os.getpid()}').touch()\nwhile True: signal.pause()\n"
QUICK = Pace(poll_s=0.01, first_backoff_s=0.01, longest_backoff_s=0.02, drain_s=10)


@dataclass
class Stage:
    """A supervisor over such parts, and what it said."""

    folder: Path
    pace: Pace = QUICK
    output: io.StringIO = field(default_factory=io.StringIO)

    def __post_init__(self) -> None:
        console = Console(file=self.output, force_terminal=False)
        self.supervisor = Supervisor(self.folder / "logs", Progress(console), self.pace)

    def part(
        self,
        name: str,
        body: str = STAY,
        *,
        layer: int = 0,
        needs: tuple[str, ...] = (),
        ready_within_s: float = 30,
    ) -> Part:
        """A part that is ready once it has made its mark; `body` is what it does after its start."""
        argv = (sys.executable, "-IS", "-c", BODY + body, name, str(self.folder))
        return Part(name, argv, self._marked(name), layer, needs, {}, ready_within_s)

    def _marked(self, name: str) -> Callable[[int], Awaitable[bool]]:
        async def check(pid: int) -> bool:
            return (self.folder / f"{name}-{pid}").exists()

        return check

    @property
    def journal(self) -> list[str]:
        """What the parts wrote, in order."""
        path = self.folder / "journal"
        return path.read_text().splitlines() if path.exists() else []

    def pids_of(self, name: str) -> list[int]:
        """Every process that was ready under that name."""
        return [int(path.name.rpartition("-")[2]) for path in self.folder.glob(f"{name}-*")]

    @property
    def said(self) -> str:
        """What the owner was told."""
        return self.output.getvalue()
