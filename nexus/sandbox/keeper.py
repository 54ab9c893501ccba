"""Runs one command and leaves nothing of it: `python keeper.py OPTIONS COMMAND…`, OPTIONS being a JSON object.

Started by `nexus.sandbox.run` and `equipment.process`, once per run, as a process of its own. It leads the command's
whole family: on Linux it is the one that orphans come to (PR_SET_CHILD_SUBREAPER), so that a daemon that left its group
and its parent is still found. When the command ends, when its time is over, or when the process that asked for it goes
away, however that went, every descendant is killed, and again, until there is none.

The command writes straight into this process's standard output. What happened goes to the file descriptor `report`,
one JSON object per line: `{"pid": …}` at the start, and at the end `{"exit_code": …, "timed_out": …, "left": …}`, with
`limit` and `fault` where there was one.

Options: `report`, `parent` (the process that asked), `timeout_s`, `merge` (standard error goes to standard output), and
for the sandbox `status` (the command reports its end on file descriptor 3), `memory_bytes` (of the whole family),
`disk` (`{"folder", "bytes", "files"}`: what may be in that folder), `cgroup` (a group to run it in, and to remove) and
`remove` (a folder to delete at the end).
"""

# pathlib would cost every run 5 ms
# ruff: noqa: PTH100, PTH101, PTH106, PTH114, PTH118, PTH123, PTH208

from __future__ import annotations

import ctypes
import os
import stat
import sys
import time

from nexus.sandbox.packing import pack, unpack

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing would cost every run 4 ms, contextlib 5 ms, and `signal` over `_signal` 5 ms
    import signal
    from collections.abc import Callable, Iterator
    from typing import Any, NoReturn
else:
    import _signal as signal

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # prctl(2)
LOOK_S = 0.05
PAUSE_S = 0.005
KILLING_S = 10.0
NOT_STARTED = 127
STATUS = 3
LINUX = sys.platform == "linux"
# As a module, since a program's own file is compiled anew at every start. Its arguments are OPTIONS COMMAND…
START = (
    f"import sys;sys.path[:0]=[{os.path.abspath(__file__ + '/../../..')!r}];"
    "from nexus.sandbox.keeper import main;sys.exit(main())  # keeper.py"
)

_libc = ctypes.CDLL(None)
_ends: dict[int, int] = {}


def main() -> int:
    """Run it; 0 once nothing is left and that is reported."""
    options: dict[str, Any]
    options, command = unpack(sys.argv[1]), sys.argv[2:]
    # Blocked and looked for: a handler could run between any two lines of what ends the family.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGCHLD})
    if LINUX:
        _libc.prctl(PR_SET_CHILD_SUBREAPER, 1)
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    try:
        if os.getppid() != options["parent"]:  # it died before the leash was set
            return 1
        os.set_inheritable(options["report"], False)
        facts = _run(options, command)
    finally:
        if folder := options.get("remove"):
            remove(folder)
    _report(options, facts)
    return 0


def _run(options: dict[str, Any], command: list[str]) -> dict[str, object]:
    status, writing = os.pipe()
    os.set_blocking(status, False)
    started, telling = os.pipe()
    tool = os.fork()
    if tool == 0:
        _become(options, command, writing, telling)
    os.close(writing)
    os.close(telling)
    if fault := os.read(started, 4096).decode():
        os.waitpid(tool, 0)
        if options.get("merge"):
            os.write(1, f"cannot be started: {fault}\n".encode())
        return {"exit_code": NOT_STARTED, "timed_out": False, "left": 0, "fault": fault}
    _report(options, {"pid": tool})
    for stream in (0, 1, 2):  # the command's: whoever reads them shall see its end
        os.close(stream)
    is_over, limit = _watch(tool, options)
    left = _end_family(tool)
    if (group := options.get("cgroup")) and leave_group(group) and limit is None:
        limit = "memory"
    code = None if is_over else -signal.SIGKILL
    facts: dict[str, object] = {"exit_code": code, "timed_out": limit == "wall", "left": left, "limit": limit}
    if options.get("status"):
        facts |= _told(status, trusted_end=is_over)
    else:
        facts["exit_code"] = _ends.get(tool)
    return facts


def _become(options: dict[str, Any], command: list[str], status: int, telling: int) -> NoReturn:
    try:
        os.setsid()
        if LINUX:
            _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if options.get("merge"):
            os.dup2(1, 2)
        if options.get("status"):
            telling = os.dup(telling) if telling == STATUS else telling
            os.dup2(status, STATUS)
            os.set_inheritable(STATUS, True)
            _write("/proc/self/oom_score_adj", "1000")  # rather this than any of ours
        if group := options.get("cgroup"):
            _write(f"{group}/cgroup.procs", "0")
        for number in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGCHLD})
        os.execvp(command[0], command)  # noqa: S606 - an argument list, from who asked for this run
    except OSError as error:
        os.write(telling, (error.strerror or str(error)).encode())
    os._exit(NOT_STARTED)


def _watch(tool: int, options: dict[str, Any]) -> tuple[bool, str | None]:
    """Until it ends or is to be ended: whether it ended, and the limit that it ran into."""
    began = looked = time.monotonic()
    deadline = began + options["timeout_s"]
    while True:
        _reap()
        if tool in _ends:
            return True, None
        if (left_s := deadline - time.monotonic()) <= 0:
            return False, "wall"
        if signal.SIGTERM in signal.sigpending():
            return False, None
        # Not before it runs: a look goes over all processes of the machine, and most runs are over by then.
        if time.monotonic() - looked >= LOOK_S:
            if limit := _exceeded(options):
                return False, limit
            looked = time.monotonic()
        _rest(min(LOOK_S, left_s))


def _rest(seconds: float) -> None:
    """A while, or until a child ends or this process is told to."""
    if LINUX:
        # Taken out of what is pending when it comes, so SIGTERM is only looked for.
        signal.sigtimedwait({signal.SIGCHLD}, seconds)
    else:
        time.sleep(min(seconds, 0.02))


def _reap() -> bool:
    """Children that have ended, orphans that came here among them; true when there is none left, ended or not."""
    try:
        while (end := os.waitpid(-1, os.WNOHANG))[0]:
            _ends[end[0]] = os.waitstatus_to_exitcode(end[1])
    except ChildProcessError:
        return True
    return False


def _exceeded(options: dict[str, Any]) -> str | None:
    if (memory := options.get("memory_bytes")) and sum(map(_memory, _family())) > memory:
        return "memory"
    if disk := options.get("disk"):
        used, files = _used(disk["folder"], disk["files"])
        if used > disk["bytes"]:
            return "disk"
        if files > disk["files"]:
            return "files"
    return None


def _memory(pid: int) -> int:
    """What it holds of memory in bytes, without the pages of files."""
    try:
        with open(f"/proc/{pid}/status", "rb") as file:
            lines = file.read().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith((b"RssAnon:", b"RssShmem:")))


def _used(folder: str, most: int) -> tuple[int, int]:
    used = files = 0
    for path, _, names in os.walk(folder):
        files += 1 + len(names)
        for name in names:
            try:
                used += os.lstat(os.path.join(path, name)).st_blocks * 512
            except OSError:
                continue
        if files > most:
            break
    return used, files


def _end_family(tool: int) -> int:
    """Kill every descendant until there is none; returns how many could not be ended in `KILLING_S` seconds."""
    deadline = time.monotonic() + KILLING_S
    _kill(os.killpg, tool)
    # On Linux orphans come here: who has no child has no descendant. That is asked first, a look costs far more.
    while not (_reap() and LINUX) and (family := list(_family())):
        for pid in family:
            _kill(os.kill, pid)
        if time.monotonic() > deadline:
            return len(family)
        time.sleep(PAUSE_S)
    _reap()
    return 0


def _kill(how: Callable[[int, int], None], pid: int) -> None:
    try:
        how(pid, signal.SIGKILL)
    except OSError:
        return


def _family() -> Iterator[int]:
    """Every descendant that lives."""
    if not LINUX:
        yield from _family_elsewhere()
        return
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit() and (stat_line := _stat(name)):
            state, parent = stat_line.rpartition(b")")[2].split()[:2]
            if state not in b"ZX":
                parents[int(name)] = int(parent)
            else:
                parents[int(name)] = -int(parent)
    found = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if abs(parent) in found and pid not in found}:
        found |= more
        yield from (pid for pid in more if parents[pid] > 0)


def _stat(name: str) -> bytes:
    try:
        with open(f"/proc/{name}/stat", "rb") as file:
            return file.read()
    except OSError:
        return b""


def _family_elsewhere() -> Iterator[int]:
    import psutil  # noqa: PLC0415 - 25 ms, and only where there is no /proc

    for member in psutil.Process().children(recursive=True):
        try:
            if member.status() != psutil.STATUS_ZOMBIE:
                yield member.pid
        except psutil.Error:
            continue


def _told(status: int, *, trusted_end: bool) -> dict[str, object]:
    """What the process inside reported. Its word about an end counts only where the run was not ended from here."""
    said = b""
    try:
        while data := os.read(status, 4096):
            said += data
    except BlockingIOError:
        pass
    facts: dict[str, object] = {}
    for line in said.decode("ascii", "replace").splitlines():
        told = unpack(line)
        if "fault" in told:
            facts["fault"] = told["fault"]
        elif "limit" in told:
            facts["limit"] = told["limit"]
        elif trusted_end and "exit" in told:
            facts["exit_code"] = told["exit"]
    if "fault" in facts:
        facts["exit_code"] = None
    return facts


def remove(folder: str) -> None:
    """Delete a folder and what a program left in it, whatever it did to the modes. Links are not followed."""
    for path, folders, _ in os.walk(folder):
        for name in folders:
            _try(_open_up, os.path.join(path, name))
    for path, folders, names in os.walk(folder, topdown=False):
        for name in names:
            _try(os.unlink, os.path.join(path, name))
        for name in folders:
            inner = os.path.join(path, name)
            _try(os.unlink if os.path.islink(inner) else os.rmdir, inner)
    _try(os.rmdir, folder)


def leave_group(group: str) -> bool:
    """End what is in a control group, and the group; whether the kernel has killed anything for its memory."""
    killed = False
    try:
        with open(f"{group}/memory.events", "rb") as file:
            killed = any(line.split() > [b"oom_kill", b"0"] for line in file if line.startswith(b"oom_kill "))
    except OSError:
        pass
    _write(f"{group}/cgroup.kill", "1")
    for _ in range(20):  # its processes are gone a moment after they have ended
        try:
            os.rmdir(group)
        except FileNotFoundError:
            break
        except OSError:
            time.sleep(PAUSE_S)
    return killed


def _open_up(folder: str) -> None:
    if stat.S_ISDIR(os.lstat(folder).st_mode):
        os.chmod(folder, 0o700)


def _try(what: Callable[[str], None], path: str) -> None:
    try:
        what(path)
    except OSError:
        return


def _write(path: str, text: str) -> None:
    try:
        file = os.open(path, os.O_WRONLY)
        os.write(file, text.encode())
        os.close(file)
    except OSError:
        return


def _report(options: dict[str, Any], fact: dict[str, object]) -> None:
    try:
        os.write(options["report"], pack(fact).encode() + b"\n")
    except OSError:  # nobody listens any more: what is left to do is to end the family
        return


if __name__ == "__main__":
    sys.exit(main())
