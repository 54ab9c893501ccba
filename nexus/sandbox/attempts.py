"""What the probe runs inside the sandbox: tries to get out, and prints each way that worked, one word a line.

Standard library only. The argument is a JSON object that says where the bait lies.
"""

# pathlib would cost every run 5 ms
# ruff: noqa: PTH108, PTH123, PTH208

import contextlib
import ctypes
import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import Any

ESCAPED = 37
"""The exit code that it always ends with, so that the probe knows that it ran, and to its end."""
TRIED = "tried-"
"""And this, with the bait's word backwards, it prints when it has tried: a mechanism that runs nothing cannot."""
SYSCALLS = {
    "x86_64": {"ptrace": 101, "unshare": 272, "mount": 165, "bpf": 321, "io_uring_setup": 425},
    "aarch64": {"ptrace": 117, "unshare": 97, "mount": 40, "bpf": 280, "io_uring_setup": 425},
}
ERROR_NOT_PERMITTED = (1, 38)  # EPERM, ENOSYS


def main() -> None:
    """Try everything; a way that fails says so by an exception or by a false value."""
    bait = json.loads(sys.argv[1])
    ways: dict[str, Callable[[dict[str, Any]], object]] = {
        "reads-a-file": lambda b: open(b["file"]).read(),  # noqa: SIM115
        "reads-through-proc-root": lambda b: open(f"/proc/1/root{b['file']}").read(),  # noqa: SIM115
        "writes-outside": _write,
        "removes-outside": _remove,
        "sees-an-environment": _environments,
        "has-our-environment": lambda b: b["word"] in str(dict(os.environ)),
        "reaches-a-listener": lambda b: _connects(socket.AF_INET, ("127.0.0.1", b["port"])),
        "reaches-an-abstract-socket": lambda b: _connects(socket.AF_UNIX, "\0" + b["abstract"]),
        "reaches-a-unix-socket": lambda b: _connects(socket.AF_UNIX, b["socket"]),
        "signals-us": _signal,
        "is-root": lambda _: 0 in (*os.getresuid(), *os.getresgid()),
        "has-capabilities": _capabilities,
        "has-our-descriptors": _descriptors,
        "calls-the-kernel": _calls,
    }
    for name, way in ways.items():
        with contextlib.suppress(OSError, ValueError):
            if way(bait):
                print(name, flush=True)
    print(TRIED + bait["word"][::-1], flush=True)
    _survive(bait)
    _forge()
    os._exit(ESCAPED)


def _write(bait: dict[str, Any]) -> bool:
    with open(f"{bait['folder']}/written", "w") as file:
        file.write("x")
    return True


def _environments(bait: dict[str, Any]) -> bool:
    for pid in {"1", "self", str(os.getppid()), str(bait["pid"])} | {
        n for n in _listed("/proc") if n.isdigit()
    }:
        with contextlib.suppress(OSError), open(f"/proc/{pid}/environ", "rb") as file:
            if bait["word"].encode() in file.read():
                return True
    return False


def _listed(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _connects(family: int, address: Any) -> bool:  # noqa: ANN401 - an address has a type per family
    with socket.socket(family, socket.SOCK_STREAM) as client:
        client.settimeout(0.5)
        client.connect(address)
    return True


def _remove(bait: dict[str, Any]) -> bool:
    os.unlink(bait["file"])
    return True


def _signal(bait: dict[str, Any]) -> bool:
    os.kill(bait["pid"], 0)
    # The first few of a PID namespace: the number means one of the sandbox's own.
    return os.getpid() > 8


def _capabilities(_: dict[str, Any]) -> bool:
    head = (ctypes.c_uint32 * 2)(0x20080522, 0)
    data = (ctypes.c_uint32 * 6)()
    number = 125 if os.uname().machine == "x86_64" else 90
    return ctypes.CDLL(None).syscall(number, head, data) == 0 and any(data)


def _descriptors(_: dict[str, Any]) -> bool:
    for number in range(3, 256):
        with contextlib.suppress(OSError):
            os.fstat(number)
            return True
    return False


def _calls(_: dict[str, Any]) -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    calls = SYSCALLS[os.uname().machine]
    tried = (
        ("ptrace", (0, 0, 0, 0)),
        ("unshare", (0x10000000,)),
        ("mount", (b"none", b"/", b"tmpfs", 0, 0)),
        ("bpf", (0, 0, 0)),
        ("io_uring_setup", (1, 0)),
    )
    for name, arguments in tried:
        if libc.syscall(calls[name], *arguments) >= 0 or ctypes.get_errno() not in ERROR_NOT_PERMITTED:
            return True
    return False


def _survive(bait: dict[str, Any]) -> None:
    """A daemon, by every trick: another parent, another session, deaf to signals. Its name is the bait's word."""
    if os.fork() == 0:
        with contextlib.suppress(OSError):
            os.setsid()
        if os.fork() == 0:
            for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
                signal.signal(number, signal.SIG_IGN)
            os.closerange(0, 256)
            code = "import time;time.sleep(60)"
            os.execv(sys.executable, [sys.executable, "-I", "-S", "-c", code, bait["word"]])  # noqa: S606
        os._exit(0)


def _forge() -> None:
    """Say that all went well, wherever anybody might listen."""
    lie = b'{"exit": 0}\n{"exit_code": 0, "left": 0, "limit": null}\n'
    for number in range(1, 256):
        with contextlib.suppress(OSError):
            os.write(number, lie)


if __name__ == "__main__":
    main()
