"""One `nexus up` per data folder: a lock the kernel lets go of when the last holder ends.

The parts inherit the lock. So a company whose supervisor was killed still holds it until its last part has
ended, and two Valkeys never write the same files.
"""

import fcntl
import os
import time
from pathlib import Path

from pydantic import BaseModel, ValidationError

from nexus.errors import NexusError

ENDING_S = 30.0
POLL_S = 0.1


class Holder(BaseModel):
    """Who holds the lock, as written in its file."""

    pid: int
    url: str


class AlreadyRunning(NexusError):
    """A company works on this data folder."""


def take_lock(home: Path, url: str, *, ending_s: float = ENDING_S) -> int:
    """Lock `home` for a company at `url`; the file descriptor holds the lock until it is closed.

    Waits up to `ending_s` for the parts of a company whose supervisor is gone.

    Raises:
        AlreadyRunning: another company has it; says its pid and URL.
    """
    path = home / "up.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    give_up_at = time.monotonic() + ending_s
    while not _try(descriptor):
        holder = _holder(path)
        if holder is not None and _lives(holder.pid):
            os.close(descriptor)
            raise AlreadyRunning(f"already running: pid {holder.pid}, {holder.url} (data in {home}).")
        if time.monotonic() > give_up_at:
            os.close(descriptor)
            raise AlreadyRunning(f"parts of an earlier company still run on {home}: end them first.")
        time.sleep(POLL_S)
    os.truncate(descriptor, 0)
    os.pwrite(descriptor, Holder(pid=os.getpid(), url=url).model_dump_json().encode(), 0)
    return descriptor


def company_url(home: Path) -> str | None:
    """Where the company that works on `home` listens; None when none does."""
    holder = _holder(home / "up.lock")
    return holder.url if holder is not None and _lives(holder.pid) else None


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(path: Path) -> Holder | None:
    try:
        return Holder.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
