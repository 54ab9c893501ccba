"""What the kernel is asked for, by its own interface: prctl, Landlock, seccomp, namespaces and mounts. Linux only.

Read by `inside`, which runs without our libraries: the standard library only. Every function raises OSError.
"""

# pathlib would cost every run 5 ms
# ruff: noqa: PTH112

from __future__ import annotations

import ctypes
import os
import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP = 1, 4, 38, 22
SECCOMP_MODE_FILTER = 2
CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # Landlock, the same number everywhere
LEAST_ABI = 6  # Linux 6.12: signals and abstract sockets are kept inside
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 8, 4096, 16384, 1 << 18
NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET = (
    0x20000,
    0x2000000,
    0x4000000,
    0x8000000,
    0x10000000,
    0x20000000,
    0x40000000,
)
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, TRUNCATE = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14
ALL_FILES = (1 << 16) - 1
OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE
MAKE_DEVICES, IOCTL_DEVICE = 1 << 6 | 1 << 11, 1 << 15
READ = EXECUTE | READ_FILE | READ_DIR
WRITE = ALL_FILES & ~MAKE_DEVICES & ~IOCTL_DEVICE
TCP_BIND_AND_CONNECT = 3
ABSTRACT_SOCKETS_AND_SIGNALS = 3

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def prctl(option: int, value: int) -> None:
    """One switch of this process."""
    zero = ctypes.c_ulong(0)
    _check(_libc.prctl(option, ctypes.c_ulong(value), zero, zero, zero), "prctl")


def install_filter(program: bytes) -> None:
    """The filter for this process and all that come from it. For good."""
    code = ctypes.create_string_buffer(program, len(program))
    head = struct.pack("@HP", len(program) // 8, ctypes.addressof(code))
    zero = ctypes.c_ulong(0)
    done = _libc.prctl(PR_SET_SECCOMP, ctypes.c_ulong(SECCOMP_MODE_FILTER), ctypes.c_char_p(head), zero, zero)
    _check(done, "seccomp")


def landlock_abi() -> int:
    """What this kernel's Landlock can; -1 where there is none."""
    return int(_libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), 1))


def restrict_files(readable: Iterable[str], writable: Iterable[str], *, network: bool) -> None:
    """From now on only what lies beneath these. What is not there is left out. No TCP unless `network`."""
    if landlock_abi() < LEAST_ABI:
        raise OSError(95, "Landlock: the kernel is older than Linux 6.12, or Landlock is switched off")
    attributes = struct.pack(
        "@QQQ", ALL_FILES, 0 if network else TCP_BIND_AND_CONNECT, ABSTRACT_SOCKETS_AND_SIGNALS
    )
    rules = _check(
        _libc.syscall(CREATE_RULESET, ctypes.c_char_p(attributes), ctypes.c_size_t(len(attributes)), 0),
        "Landlock",
    )
    for access, paths in ((READ, readable), (WRITE, writable)):
        for path in paths:
            _allow(rules, path, access)
    _check(_libc.syscall(RESTRICT_SELF, rules, 0), "Landlock")
    os.close(rules)


def _allow(rules: int, path: str, access: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    if not os.path.isdir(path):
        access &= OF_A_FILE
    rule = struct.pack("=Qi", access, place)
    _check(_libc.syscall(ADD_RULE, rules, 1, ctypes.c_char_p(rule), 0), f"Landlock: {path}")
    os.close(place)


def unshare(flags: int) -> None:
    """New namespaces for this process; of PIDs for its children."""
    _check(_libc.unshare(flags), "unshare")


def mount(source: str, target: str, kind: str = "", flags: int = 0, options: str = "") -> None:
    """One mount, in whatever mount namespace this process is."""
    _check(
        _libc.mount(source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags), options.encode()),
        f"mount {target}",
    )


def drop_capabilities() -> None:
    """All of this process's, the inheritable ones too: with them gone, and no new privileges, none comes back."""
    head = struct.pack("=Ii", 0x20080522, 0)
    _check(_libc.capset(ctypes.c_char_p(head), ctypes.c_char_p(bytes(24))), "capset")
