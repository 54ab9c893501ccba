"""Starts a training in its own process and waits for it: bounded in time, and ended when this process is."""

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from nexus.errors import PermanentError
from nexus.work_order import Role
from routing.training_child import write_rows

TIMEOUT_S: Final = 1_200.0
SAID_CHARS: Final = 600

type Row = tuple[str, dict[Role, float], float, datetime | None]
"""Text, outcome of each known tier from 0 to 1, weight, and when it was; None: of no time."""


class Trainer(Protocol):
    """Makes an artefact of rows."""

    def __call__(self, rows: Iterable[Row], folder: Path, /, *, seed: int) -> Path:
        """Train on `rows` within `folder`; returns the folder of the artefact, inside of it.

        Raises:
            PermanentError: it could not be trained, or not in time.
        """
        ...


def train_in_child(rows: Iterable[Row], folder: Path, *, seed: int, timeout_s: float = TIMEOUT_S) -> Path:
    """As `Trainer`: a process with an empty environment, that is killed at `timeout_s` and when we end."""
    file, made = folder / f"rows-{seed}.jsonl", folder / f"made-{seed}"
    file.touch(mode=0o600)
    write_rows(file, rows)
    command = [
        sys.executable,
        "-m",
        "routing.training_child",
        str(file),
        str(made),
        str(seed),
        str(os.getpid()),
    ]
    try:
        with subprocess.Popen(  # noqa: S603 - our own module, with paths of ours
            command,
            env=_environment(os.environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            said = _said(process, timeout_s)
    finally:
        file.unlink(missing_ok=True)
    if process.returncode != 0:
        raise PermanentError(f"the training ended with {process.returncode}: {said[-SAID_CHARS:].strip()}")
    return made


def _said(process: subprocess.Popen[str], timeout_s: float) -> str:
    """What it printed until its end. However we leave, it has ended."""
    try:
        return process.communicate(timeout=timeout_s)[0]
    except subprocess.TimeoutExpired:
        raise PermanentError(f"the training did not end within {timeout_s:g} s and was ended.") from None
    finally:
        process.kill()


def _environment(ours: Mapping[str, str]) -> dict[str, str]:
    """What it takes to find Python's modules, and one thread: no key of ours."""
    kept = {name: ours[name] for name in ("PATH", "PYTHONPATH", "LANG", "SYSTEMROOT") if name in ours}
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return {**kept, **dict.fromkeys(threads, "1"), "PYTHONHASHSEED": "0"}
