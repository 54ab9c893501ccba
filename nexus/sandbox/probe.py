"""Which mechanism keeps a program in on this machine: found out by trying to get out.

Before the first run of a process a program of ours is run in the sandbox and tries to escape (`attempts`): bait lies
outside it, and the probe also looks from outside whether any was taken. A mechanism that lets anything through, or in
which an ordinary program does not work, is not used. Where none is left, nothing runs: there is no flag for it.
"""

import json
import os
import secrets
import shutil
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from nexus.sandbox import attempts
from nexus.sandbox.job import Job, Limits, Result, SandboxRefused
from nexus.sandbox.mechanism import Mechanism
from nexus.sandbox.run import run_with

PROBE = Limits(wall_s=10.0, cpu_s=5)
TRIES = 2
FIX = "install bubblewrap (apt install bubblewrap), or use Linux 6.12 or newer with Landlock"
LANDLOCK_LACKS = "names and sizes of files outside can be asked for, their contents cannot"

_LOCK = threading.Lock()
_found: "list[Found]" = []


@dataclass(frozen=True, slots=True)
class Found:
    """What a look came to. `why` says why not a better mechanism, or why none."""

    mechanism: Mechanism | None
    why: str


def sandbox_level() -> str:
    """`bubblewrap`, `landlock`, or `none: …` with the reason. Found out once in a process, in about a second."""
    look = found()
    return look.mechanism.name if look.mechanism else f"none: {look.why}"


def chosen_mechanism() -> Mechanism:
    """The mechanism that every run of this process uses.

    Raises:
        SandboxRefused: there is none; the message says why, and what mends it.
    """
    look = found()
    if look.mechanism is None:
        raise SandboxRefused(f"no sandbox on this machine ({look.why}): {FIX}")
    return look.mechanism


def forget() -> None:
    """Look again at the next run: something may have been installed."""
    with _LOCK:
        _found.clear()


def found() -> Found:
    """What this process has found out, once."""
    with _LOCK:
        if not _found:
            _found.append(_look())
        return _found[0]


def find_bubblewrap() -> str | None:
    """Where bubblewrap is installed, if it is."""
    return shutil.which("bwrap")


def candidates() -> Iterator[Mechanism]:
    """Those that may be there, the best first."""
    if program := find_bubblewrap():
        yield Mechanism("bubblewrap", program)
    yield Mechanism("landlock")


def _look() -> Found:
    if sys.platform != "linux":
        return Found(None, f"{sys.platform} has none of the mechanisms")
    reasons = [] if find_bubblewrap() else ["bubblewrap: not installed"]
    for mechanism in candidates():
        why = probe(mechanism)
        if why is None:
            return Found(mechanism, "; ".join(reasons))
        reasons.append(f"{mechanism.name}: {why}")
    return Found(None, "; ".join(reasons))


def probe(mechanism: Mechanism) -> str | None:
    """Why this mechanism is not to be used; None when it keeps what it promises. Tries twice: a machine can be slow."""
    why: str | None = None
    for _ in range(TRIES):
        try:
            with _bait() as bait:
                why = _tried(mechanism, bait)
        except OSError as error:
            why = f"the probe could not be made: {error}"
        if why is None:
            return None
    return why


@dataclass(frozen=True, slots=True)
class _Bait:
    folder: Path
    word: str
    listeners: tuple[socket.socket, ...]
    places: dict[str, object]


@contextmanager
def _bait() -> Iterator[_Bait]:
    """A file, a folder, three listeners and a word in the environment of the processes around the program."""
    word = f"bait-{secrets.token_hex(8)}"
    with tempfile.TemporaryDirectory(prefix="nexus-bait-") as name, ExitStack() as open_things:
        folder = Path(name)
        folder.chmod(0o777)
        file = folder / "file"
        file.write_text(word, encoding="ascii")
        file.chmod(0o666)
        tcp, abstract, unix = (
            open_things.enter_context(socket.socket(family))
            for family in (socket.AF_INET, socket.AF_UNIX, socket.AF_UNIX)
        )
        tcp.bind(("127.0.0.1", 0))
        abstract.bind(f"\0{word}")
        unix.bind(f"{folder}/socket")
        (folder / "socket").chmod(0o777)
        for listener in (tcp, abstract, unix):
            listener.listen()
            listener.setblocking(False)
        places: dict[str, object] = {
            "file": str(file),
            "folder": str(folder),
            "word": word,
            "port": tcp.getsockname()[1],
            "abstract": word,
            "socket": f"{folder}/socket",
            "pid": os.getpid(),
        }
        yield _Bait(folder, word, (tcp, abstract, unix), places)


def _tried(mechanism: Mechanism, bait: _Bait) -> str | None:
    source = Path(attempts.__file__).read_bytes()
    job = Job(
        ("python3", "-I", "-S", "attempts.py", json.dumps(bait.places)),
        files={"attempts.py": source},
        limits=PROBE,
    )
    result = run_with(job, mechanism, env={"NEXUS_BAIT": bait.word})
    if result.exit_code != attempts.ESCAPED:
        return f"a program does not run in it: {_how(result)}"
    said = {
        line for line in result.stdout.decode("utf-8", "replace").splitlines() if not line.startswith("{")
    }
    if (proof := attempts.TRIED + bait.word[::-1]) not in said:
        return "a program does not run in it, whatever it says"
    ways = sorted(said - {proof})
    ways += _taken(bait)
    if ways:
        return f"a program gets out of it: {', '.join(ways)}"
    return "a process outlived its run" if result.left or _survivors(bait.word) else None


def _how(result: Result) -> str:
    said = result.stderr.decode("utf-8", "replace").strip().splitlines()
    how = result.fault or (f"limit {result.limit}" if result.limit else f"exit code {result.exit_code}")
    return f"{how}: {said[-1][:200]}" if said else how


def _taken(bait: _Bait) -> Iterator[str]:
    """What can be seen from outside."""
    for listener in bait.listeners:
        try:
            listener.accept()[0].close()
            yield "a listener was reached"
        except BlockingIOError:
            continue
    if {path.name for path in bait.folder.iterdir()} != {"file", "socket"}:
        yield "the folder outside has changed"


def _survivors(word: str) -> bool:
    """Whether a process that was named after the bait still runs. This one has the word in no argument."""
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if word.encode() in place.read_bytes():
                return True
        except OSError:
            continue
    return False
