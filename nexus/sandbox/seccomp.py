"""The filter of system calls: a deny list for what ordinary programs never need, as a BPF program.

Read by `inside`, which runs without our libraries: the standard library only. Numbers are from the kernel's
`syscall_64.tbl` and `asm-generic/unistd.h`; calls above 423 have one number everywhere.
"""

import errno
import os
import struct

RET_KILL, RET_ERRNO, RET_ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
LOAD, JUMP_EQUAL, JUMP_GREATER_EQUAL, JUMP_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
AND = 0x54
ARCHITECTURE_AT, NUMBER_AT, ARGUMENTS_AT = 4, 0, 16
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32 = 0x40000000
NEW_NAMESPACES = 0x7E020080  # CLONE_NEW*, of clone(2)
TIOCSTI, TIOCLINUX = 0x5412, 0x541C
AF_UNIX, AF_INET, AF_INET6 = 1, 2, 10
SOCK_STREAM, SOCK_TYPE_MASK = 1, 0xF

# Name: number on x86_64, number on aarch64; None where there is no such call.
DENIED: dict[str, tuple[int | None, int | None]] = {
    # other processes
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    # mounts and namespaces
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "mount_setattr": (442, 442),
    "open_tree": (428, 428),
    "open_tree_attr": (467, 467),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "statmount": (457, 457),
    "listmount": (458, 458),
    "unshare": (272, 97),
    "setns": (308, 268),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    # the kernel
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "syslog": (103, 116),
    "fanotify_init": (300, 262),
    "personality": (135, 92),
    "modify_ldt": (154, None),
    "ioperm": (173, None),
    "iopl": (172, None),
    "uselib": (134, None),
    "sysfs": (139, None),
    "nfsservctl": (180, 42),
    "lookup_dcookie": (212, 18),
    # the machine
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "vhangup": (153, 58),
    # memory that no limit counts, or that belongs to nobody
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "msgget": (68, 186),
    "semget": (64, 190),
    "mq_open": (240, 180),
    "mbind": (237, 235),
    "set_mempolicy": (238, 237),
    "set_mempolicy_home_node": (450, 450),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
}
# A program that asks whether they are there gets "no" and goes another way.
NOT_THERE: dict[str, tuple[int, int]] = {
    "clone3": (435, 435),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "memfd_create": (319, 279),
}
CLONE, IOCTL, SOCKET, SOCKETPAIR = (56, 220), (16, 29), (41, 198), (53, 199)
# Where there is no PID namespace: the family is ended by its process group, so nobody may leave it, and processes of
# the same user are in sight, so priorities and limits are a program's own only.
SHARED_PIDS: dict[str, tuple[int, int]] = {
    "setsid": (112, 157),
    "setpgid": (109, 154),
    "setpriority": (141, 140),
    "ioprio_set": (251, 30),
}
FIRST_MUST_BE_ZERO: dict[str, tuple[int, int]] = {
    "prlimit64": (302, 261),
    "sched_setaffinity": (203, 122),
    "sched_setscheduler": (144, 119),
    "sched_setparam": (142, 118),
    "sched_setattr": (314, 274),
}
# Where only Landlock stands before the files outside: it does not know of these calls.
UNSEEN_BY_LANDLOCK: dict[str, tuple[int | None, int | None]] = {
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "setxattrat": (463, 463),
    "removexattrat": (466, 466),
    "inotify_add_watch": (254, 27),
}
# Where they also belong to the same user and only Landlock stands before them.
SHARED_FILES: dict[str, tuple[int | None, int | None]] = {
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "file_setattr": (469, 469),
}


def build_filter(
    domains: tuple[int, ...],
    *,
    landlock: bool,
    shared_pids: bool,
    shared_files: bool,
    machine: str | None = None,
) -> bytes:
    """The BPF program. Sockets only of `domains`; pairs of connected sockets are always there.

    Raises:
        OSError: this machine's architecture is not known.
    """
    machine = machine or os.uname().machine
    if machine not in ARCHITECTURES:
        raise OSError(errno.ENOSYS, f"no table of system calls for {machine}")
    column = list(ARCHITECTURES).index(machine)
    denied = [*DENIED.values(), *(SHARED_PIDS.values() if shared_pids else ())]
    denied += UNSEEN_BY_LANDLOCK.values() if landlock else ()
    denied += SHARED_FILES.values() if shared_files else ()
    steps = _only(machine)
    for numbers, error in [(n, errno.EPERM) for n in denied] + [
        (n, errno.ENOSYS) for n in NOT_THERE.values()
    ]:
        if (number := numbers[column]) is not None:
            steps += [_step(JUMP_EQUAL, number, 0, 1), _refuse(error)]
    if shared_pids:
        for pair in FIRST_MUST_BE_ZERO.values():
            steps += _when(pair[column], [_argument(0), _step(JUMP_EQUAL, 0, 1, 0), _refuse(errno.EPERM)])
    return b"".join([*steps, *_by_arguments(column, domains), _step(RETURN, RET_ALLOW)])


def _only(machine: str) -> list[bytes]:
    """One architecture's calls, and none of its other conventions."""
    steps = [
        _step(LOAD, ARCHITECTURE_AT),
        _step(JUMP_EQUAL, ARCHITECTURES[machine], 1, 0),
        _step(RETURN, RET_KILL),
        _step(LOAD, NUMBER_AT),
    ]
    if machine == "x86_64":
        steps += [_step(JUMP_GREATER_EQUAL, X32, 0, 1), _refuse(errno.ENOSYS)]
    return steps


def _by_arguments(column: int, domains: tuple[int, ...]) -> list[bytes]:
    steps = _when(
        CLONE[column], [_argument(0), _step(JUMP_ANY_BIT, NEW_NAMESPACES, 0, 1), _refuse(errno.EPERM)]
    )
    steps += _when(
        IOCTL[column],
        [
            _argument(1),
            *(s for k in (TIOCSTI, TIOCLINUX) for s in (_step(JUMP_EQUAL, k, 0, 1), _refuse(errno.EPERM))),
        ],
    )
    allowed = [_step(JUMP_EQUAL, domain, len(domains) - at, 0) for at, domain in enumerate(domains)]
    steps += _when(SOCKET[column], [_argument(0), *allowed, _refuse(errno.EACCES)])
    # A datagram socket of a pair could be turned to any address; a connected stream cannot.
    stream = [
        _argument(1),
        _step(AND, SOCK_TYPE_MASK),
        _step(JUMP_EQUAL, SOCK_STREAM, 1, 0),
        _refuse(errno.EACCES),
    ]
    pair = [_argument(0), _step(JUMP_EQUAL, AF_UNIX, 1, 0), _refuse(errno.EACCES)]
    return steps + _when(SOCKETPAIR[column], pair + ([] if AF_UNIX in domains else stream))


def _when(number: int, steps: list[bytes]) -> list[bytes]:
    """The steps for one call; what they do not refuse is allowed, since none of them leaves the number loaded."""
    return [_step(JUMP_EQUAL, number, 0, len(steps) + 1), *steps, _step(RETURN, RET_ALLOW)]


def _argument(index: int) -> bytes:
    return _step(LOAD, ARGUMENTS_AT + 8 * index)  # the lower half; both machines are little-endian


def _refuse(error: int) -> bytes:
    return _step(RETURN, RET_ERRNO | error)


def _step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("=HBBI", code, then, otherwise, value)
