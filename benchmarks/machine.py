"""What the benchmark runs on, and how busy that is already: numbers mean little without it."""

import os
import platform
import shutil
import subprocess
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import psutil

from benchmarks.load import REPOSITORY

SYNCS = 30


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine just before a run. `busy_percent` is over all cores, `sync_ms` the median of small fsyncs."""

    at: str
    commit: str
    cores: int
    python: str
    load: tuple[float, float, float]
    busy_percent: float
    sync_ms: float

    def __str__(self) -> str:
        load = ", ".join(f"{value:.2f}" for value in self.load)
        return (
            f"{self.at}, commit {self.commit}, {self.cores} cores, Python {self.python}\n"
            f"before the run: load average {load}; {self.busy_percent:.0f} % of the CPU busy; "
            f"an fsync takes {self.sync_ms:.2f} ms"
        )


def look_at_machine(folder: Path) -> Machine:
    """Look for a second. `folder` is on the disk that the databases will use."""
    return Machine(
        at=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        commit=_commit(),
        cores=psutil.cpu_count() or 1,
        python=platform.python_version(),
        load=os.getloadavg(),
        busy_percent=psutil.cpu_percent(interval=1),
        sync_ms=_sync_ms(folder / "sync"),
    )


def _commit() -> str:
    git = shutil.which("git")
    if git is None:
        return "unknown"
    described = subprocess.run(
        [git, "--no-optional-locks", "describe", "--always", "--dirty"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    return described.stdout.strip() or "unknown"


def _sync_ms(path: Path) -> float:
    taken = []
    with path.open("wb", buffering=0) as file:
        for _ in range(SYNCS):
            file.write(bytes(4096))
            began = time.perf_counter()
            os.fsync(file.fileno())
            taken.append((time.perf_counter() - began) * 1000)
    return median(taken)
