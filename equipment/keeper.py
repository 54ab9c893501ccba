"""Runs one command and leaves nothing of it: `python keeper.py REPORT_FD PARENT_PID TIMEOUT_S COMMAND…`.

Started by `equipment.process`, once per run, as a process of its own. It leads the command's whole family: on Linux
it is the one that orphans come to (PR_SET_CHILD_SUBREAPER), so that a daemon that left its group and its parent is
still found. When the command ends, when its time is over, or when the process that asked for it goes away, however
that went, every descendant is killed, and again, until there is none.

The command writes straight into this process's standard output. What happened goes to the file descriptor
REPORT_FD, one JSON object per line: `{"pid": …}` at the start, and at the end
`{"exit_code": …, "timed_out": …, "left": …}`.
"""

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import sys
import time

import psutil

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # prctl(2)
POLL_S = 0.02
KILLING_S = 10.0
NOT_STARTED = 127


def main() -> int:
    """Run it; 0 once nothing is left and that is reported."""
    report, parent, timeout_s, command = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.argv[4:]
    # Blocked and looked for: a handler could run between any two lines of what ends the family.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(PR_SET_CHILD_SUBREAPER, 1)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before the leash was set
            return 1
    try:
        tool = _start(command)
    except OSError as error:
        print(f"cannot be started: {error}", flush=True)
        _report(report, {"exit_code": NOT_STARTED, "timed_out": False, "left": 0})
        return 0
    _report(report, {"pid": tool.pid})
    exit_code, timed_out = _watch(tool, timeout_s)
    left = _end_family(tool)
    if exit_code is None:
        exit_code = tool.poll()
    _report(report, {"exit_code": exit_code, "timed_out": timed_out, "left": left})
    return 0


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - an argument list, of a tool that is registered
        command,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=_in_the_tool,  # noqa: PLW1509 - this process has one thread
    )


def _in_the_tool() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _watch(tool: subprocess.Popen[bytes], timeout_s: float) -> tuple[int | None, bool]:
    """Wait for its end; its exit code, None when it is to be ended, and whether that is for its time."""
    deadline = time.monotonic() + timeout_s
    while (code := tool.poll()) is None:
        if time.monotonic() > deadline:
            return None, True
        if signal.SIGTERM in signal.sigpending():
            return None, False
        time.sleep(POLL_S)
    return code, False


def _end_family(tool: subprocess.Popen[bytes]) -> int:
    """Kill every descendant until there is none; returns how many could not be ended in `KILLING_S` seconds."""
    deadline = time.monotonic() + KILLING_S
    while family := _living():
        for member in family:
            with contextlib.suppress(psutil.Error):
                member.kill()
        if time.monotonic() > deadline:
            return len(family)
        time.sleep(POLL_S / 4)
        _reap(tool)
    tool.poll()
    return 0


def _living() -> list[psutil.Process]:
    living = []
    for member in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if member.status() != psutil.STATUS_ZOMBIE:
                living.append(member)
    return living


def _reap(tool: subprocess.Popen[bytes]) -> None:
    """Orphans that came here and have ended; not the tool, whose exit code is wanted."""
    for member in psutil.Process().children():
        with contextlib.suppress(psutil.Error, ChildProcessError):
            if member.pid != tool.pid and member.status() == psutil.STATUS_ZOMBIE:
                os.waitpid(member.pid, os.WNOHANG)


def _report(report: int, fact: dict[str, object]) -> None:
    with contextlib.suppress(OSError):  # nobody listens any more: what is left to do is to end the family
        os.write(report, json.dumps(fact).encode() + b"\n")


if __name__ == "__main__":
    sys.exit(main())
