"""`log_rotate`: keeps the log files of this host small.

The supervisor of `nexus up` opens a part's log for appending and the part writes to that descriptor for as long as it
lives (`nexus.cli.child`). So a log is copied and then cut to nothing in its place: the next line is written at its
new end. What is written while it is copied is copied too, up to a last look just before the cut. A line that falls
into the microseconds between the two is lost, which is the price of not restarting anything.
"""

import fcntl
import gzip
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import Field

from equipment.config import EquipmentSettings
from equipment.tool import Parameters

PIECE_BYTES = 1024 * 1024
EARLIER = re.compile(r"(.+\.log)\.(\d+)(\.gz)?")


class LogRotateParameters(Parameters):
    """How large, and how many."""

    larger_than_kib: int = Field(default=1024, ge=0, description="only logs above this, in KiB")
    keep: int = Field(default=5, ge=1, le=100, description="earlier logs to keep, of each")


def run(settings: EquipmentSettings, parameters: LogRotateParameters) -> str:
    """Rotate every log that is large enough; `gateway.log` becomes `gateway.log.1.gz`, and so on."""
    folder = settings.home / "logs"
    if not folder.is_dir():
        return f"There are no logs in {folder}."
    with _alone(folder):
        rotated = [
            (log.name, size)
            for log in sorted(folder.glob("*.log"))
            if not log.is_symlink() and (size := log.stat().st_size) > parameters.larger_than_kib * 1024
        ]
        for name, _ in rotated:
            rotate_log(folder / name, parameters.keep)
    if not rotated:
        return f"No log is larger than {parameters.larger_than_kib:,} KiB."
    lines = (f"{name}: {size:,} bytes, now in {name}.1.gz" for name, size in rotated)
    return "\n".join(lines)


def rotate_log(log: Path, keep: int) -> None:
    """Make `log` empty and its text `.1.gz`; `keep` earlier ones stay. The process that writes it goes on.

    Ended in the middle, it leaves the log as it was, or twice, but for the lines of its last moment.
    """
    partial, packed = log.with_name(f"{log.name}.partial"), log.with_name(f"{log.name}.1.gz")
    with log.open("r+b", buffering=0) as source:
        partial.unlink(missing_ok=True)
        _pack(iter(lambda: source.read(PIECE_BYTES), b""), partial)
        _make_room(log, keep)
        partial.rename(packed)
        rest = source.read()  # what was written meanwhile, and nothing between this and the cut
        source.truncate(0)
        _pack([rest], packed)  # gzip files may follow one another


def _pack(pieces: Iterable[bytes], file: Path) -> None:
    """Append them to `file`, which only the owner may read, and have it on the disk."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as target:
        with gzip.GzipFile(fileobj=target, mode="wb", compresslevel=6) as packed:
            for piece in pieces:
                packed.write(piece)
        target.flush()
        os.fsync(target.fileno())


def _make_room(log: Path, keep: int) -> None:
    """Number the earlier ones one higher, and delete those that would be too many."""
    for number, path in sorted(_earlier(log), reverse=True):
        if number >= keep:
            path.unlink()
        else:
            suffix = ".gz" if path.suffix == ".gz" else ""
            path.rename(log.with_name(f"{log.name}.{number + 1}{suffix}"))


def _earlier(log: Path) -> Iterator[tuple[int, Path]]:
    for path in log.parent.glob(f"{log.name}.*"):
        match = EARLIER.fullmatch(path.name)
        if match and match[1] == log.name:
            yield int(match[2]), path


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two rotations at once would number the same files: the second waits."""
    with (folder / ".rotate.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
