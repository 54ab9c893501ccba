"""A control group for each run, where somebody has delegated this process a place for them. Linux, cgroup v2.

It bounds what rlimits cannot: memory and processes of the whole family as the kernel counts them, its kernel memory and
its files in tmpfs among it. Where there is none, which is usual, nothing is said and rlimits must do.
"""

import os
import secrets
from contextlib import suppress
from functools import cache
from pathlib import Path

from nexus.sandbox.job import MIB, Limits

ROOT, OWN = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")
NEEDED = {"memory", "pids"}
BESIDES_BYTES, BESIDES_PROCESSES = 64 * MIB, 8  # for the processes around the program


@cache
def delegated() -> Path | None:
    """The group beside whose children this process is, when it may make more of them; None where it may not.

    It must be this user's, or root's with systemd's mark of delegation: others' groups are not touched.
    """
    try:
        own = next(line[3:] for line in OWN.read_text("ascii").splitlines() if line.startswith("0::/"))
        place = (ROOT / own.lstrip("/")).parent
        enabled = set((place / "cgroup.subtree_control").read_text("ascii").split())
        if own == "/" or not enabled >= NEEDED:
            return None
        may = os.access(place, os.W_OK) and os.access(place / "cgroup.procs", os.W_OK)
        return place if may and _is_delegated(place) else None
    except (OSError, StopIteration):
        return None


def _is_delegated(place: Path) -> bool:
    if os.geteuid() != 0:
        return place.stat().st_uid == os.geteuid()
    try:
        return os.getxattr(place, "user.delegate") == b"1"
    except OSError:
        return False


def make(limits: Limits) -> Path | None:
    """A new group with these limits; None where there can be none. The keeper removes it."""
    place = delegated()
    if place is None:
        return None
    group = place / f"nexus-run-{secrets.token_hex(8)}"
    try:
        group.mkdir()
    except OSError:
        return None
    most = limits.memory_bytes + limits.disk_bytes + BESIDES_BYTES
    try:
        (group / "memory.max").write_text(str(most), "ascii")
        (group / "pids.max").write_text(str(limits.processes + BESIDES_PROCESSES), "ascii")
        with suppress(OSError):  # a kernel without swap has no such file
            (group / "memory.swap.max").write_text("0", "ascii")
    except OSError:
        with suppress(OSError):
            group.rmdir()
        return None
    return group
