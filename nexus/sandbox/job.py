"""What is to be run in the sandbox, within which limits, and what came of it. Plain data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from nexus.errors import PermanentError

MIB = 1024 * 1024
FILES = "{files}"
"""At the beginning of an argument: the folder of `Job.files` in a job that has a `writable` folder."""

type Limit = Literal["wall", "cpu", "memory", "disk", "files", "file_size", "output"]
"""Which limit ended a run. The limit of processes ends nothing: starting one more fails inside."""


class SandboxRefused(PermanentError):
    """Nothing was run: no mechanism of this machine keeps what it promises. The message says what mends it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use. `memory_bytes` counts the whole family of processes, and each of them alone."""

    wall_s: float = 10.0
    cpu_s: int = 10
    memory_bytes: int = 512 * MIB
    processes: int = 64
    open_files: int = 256
    file_bytes: int = 32 * MIB
    disk_bytes: int = 64 * MIB
    files: int = 4000
    output_bytes: int = MIB


@dataclass(frozen=True, slots=True)
class Job:
    """One run.

    Attributes:
        argv: the program and its arguments; the program is looked up in the sandbox's PATH.
        files: name (relative, may have folders) to content; they lie in the working folder, or read-only in `FILES`
            where there is a `writable` folder.
        stdin: what it can read from standard input.
        env: added to PATH, LANG, HOME and TMPDIR, which is all there is otherwise.
        readable: what it can read beside the system's programs and our Python. Nothing above it shows.
        folder: where it starts, inside something readable; None: in a small folder of its own that it may write.
        writable: a real folder that it may write to and starts in; what it writes there stays.
        network: whether it may reach the network. This machine's own services are then in reach too.
    """

    argv: tuple[str, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    stdin: bytes = b""
    env: Mapping[str, str] = field(default_factory=dict)
    readable: tuple[Path, ...] = ()
    folder: Path | None = None
    writable: Path | None = None
    network: bool = False
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class Result:
    """How a run ended.

    Attributes:
        exit_code: as the kernel told it, not the program; minus a signal's number; None where it was not started, or
            was ended by us.
        stdout, stderr: at most `output_bytes` of each.
        limit: the limit that ended it, or None.
        fault: why it could not be started, else empty.
        duration_ms: wall-clock time with all that is around the run.
        left: processes that could not be ended; 0 but for what the kernel itself holds.
    """

    exit_code: int | None
    stdout: bytes
    stderr: bytes
    limit: Limit | None
    fault: str
    duration_ms: int
    mechanism: str
    left: int = 0

    @property
    def timed_out(self) -> bool:
        """Whether its time on the clock was over."""
        return self.limit == "wall"
