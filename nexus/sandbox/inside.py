"""The last steps before a program runs in the sandbox, and the process that watches over it from within.

Started under bubblewrap as the first process of the new PID namespace, or by itself, when it makes what namespaces it
is allowed to make and has Landlock keep the files: `python -I -S -c START ROOT CONFIG`. The same steps in both cases:
another user, limits, no new privileges, the filter of system calls. How the program ended goes to file descriptor 3,
which the program does not have. Standard library only, and little of it: every run waits for this start.
"""

# pathlib would cost every run 5 ms
# ruff: noqa: PTH103, PTH110, PTH112, PTH116, PTH120, PTH208

from __future__ import annotations

import os
import resource
import stat
import sys
import time

from nexus.sandbox import kernel, seccomp
from nexus.sandbox.packing import pack, unpack

TYPE_CHECKING = False
if TYPE_CHECKING:  # typing would cost every run 4 ms, and `signal` over `_signal` 5 ms
    import signal
    from typing import Any, NoReturn
else:
    import _signal as signal

STATUS = 3
LOOK_S = 0.05
NOBODY = 65534
SHARED_MEMORY = "/dev/shm"  # noqa: S108 - one of the sandbox's own
type Config = dict[str, Any]


def main() -> NoReturn:
    """Run the program that the configuration names; its end is this process's."""
    config: Config = unpack(sys.argv[2])
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    os.set_inheritable(STATUS, False)
    try:
        if config["makes_namespaces"]:
            _make_namespaces(config)
        pid = os.fork()
        if pid == 0:
            _become_the_program(config)
        _step_back(config)
        _watch(pid, config)
    except OSError as error:
        _tell({"fault": f"{error.filename or ''} {error.strerror or error}".strip()})
    os._exit(0)


def _tell(fact: dict[str, object]) -> None:
    os.write(STATUS, pack(fact).encode() + b"\n")


def _make_namespaces(config: Config) -> None:
    """Those that this user may make; without any, Landlock and the filter must do (and are stricter)."""
    flags = kernel.NEWNS | kernel.NEWPID | kernel.NEWIPC | kernel.NEWUTS | kernel.NEWCGROUP
    flags |= 0 if config["network"] else kernel.NEWNET
    uid, gid = os.getuid(), os.getgid()
    try:
        kernel.unshare(flags | (kernel.NEWUSER if uid else 0))
    except OSError:
        config |= {"shared_pids": True, "shared_tasks": uid != 0}
        _own_folder(config)
        return
    if uid:
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{NOBODY} {uid} 1")
        _write("/proc/self/gid_map", f"{NOBODY} {gid} 1")
    if (pid := os.fork()) != 0:
        os.waitpid(pid, 0)
        os._exit(0)
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    _mount(config)


def _write(path: str, text: str) -> None:
    file = os.open(path, os.O_WRONLY)
    os.write(file, text.encode())
    os.close(file)


def _own_folder(config: Config) -> None:
    if config["work"] and config["uid"]:
        os.chown(config["work"], config["uid"], config["uid"])


def _mount(config: Config) -> None:
    kernel.mount("none", "/", "", kernel.MS_REC | kernel.MS_PRIVATE)
    if config["uid"]:
        _open_up([*config["readable"], *config["writable"]])
    owner = config["uid"] or NOBODY
    flags = kernel.MS_NOSUID | kernel.MS_NODEV
    size = f"size={config['disk_bytes']},nr_inodes={config['files']},uid={owner},gid={owner},mode=0700"
    if config["work"]:
        kernel.mount("tmpfs", config["work"], "tmpfs", flags, size)
    kernel.mount("tmpfs", SHARED_MEMORY, "tmpfs", flags, size)
    config["writable"].append(SHARED_MEMORY)


def _open_up(paths: list[str]) -> None:
    """Make what may be read reachable for another user, also below a folder that is closed to him, such as /root."""
    closed: dict[str, list[tuple[int, str]]] = {}
    for path in paths:
        if os.path.exists(path) and (first := _closed_folder(path)):
            closed.setdefault(first, []).append((os.open(path, os.O_PATH), path))
    for folder, held in closed.items():
        kernel.mount("tmpfs", folder, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, "mode=0755,size=1m")
        for place, path in held:
            if stat.S_ISDIR(os.fstat(place).st_mode):
                os.makedirs(path, mode=0o755, exist_ok=True)
            else:
                os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
                os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o644))
            kernel.mount(f"/proc/self/fd/{place}", path, "", kernel.MS_BIND | kernel.MS_REC)
            os.close(place)


def _closed_folder(path: str) -> str | None:
    parts = path.strip("/").split("/")
    for end in range(1, len(parts)):
        folder = "/" + "/".join(parts[:end])
        if not os.stat(folder).st_mode & stat.S_IXOTH:
            return folder
    return None


def _become_the_program(config: Config) -> NoReturn:
    try:
        stage = os.open(config["stage"], os.O_PATH) if config["stage"] else None
        if config["uid"]:
            os.setgroups([])
            os.setresgid(config["uid"], config["uid"], config["uid"])
            os.setresuid(config["uid"], config["uid"], config["uid"])
        kernel.drop_capabilities()
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        if stage is not None:
            _copy(stage, config["names"], config["work"])
            os.close(stage)
        os.chdir(config["folder"])
        _limit(config)
        kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        if config["landlock"]:
            kernel.restrict_files(config["readable"], config["writable"], network=config["network"])
        program = seccomp.build_filter(
            tuple(config["domains"]),
            landlock=config["landlock"],
            shared_pids=config["shared_pids"],
            shared_files=config["landlock"] and not config["uid"],
        )
        os.closerange(STATUS + 1, config["open_files"] + 64)
        for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        kernel.install_filter(program)
        os.execvpe(config["argv"][0], config["argv"], config["env"])  # noqa: S606
    except OSError as error:
        _tell({"fault": f"could not be started: {error.strerror or error}"})
    os._exit(127)


def _copy(stage: int, names: list[str], work: str) -> None:
    """The given files, into the folder that the program may write."""
    for name in names:
        target = f"{work}/{name}"
        os.makedirs(os.path.dirname(target), exist_ok=True)
        source = os.open(name, os.O_RDONLY, dir_fd=stage)
        copy = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        while data := os.read(source, 1 << 20):
            os.write(copy, data)
        os.close(source)
        os.close(copy)


def _limit(config: Config) -> None:
    memory, processes = config["memory_bytes"], config["processes"]
    if config["shared_tasks"]:
        processes += _tasks_of_this_user()
    for limit, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_AS, memory + (4 << 30)),
        (resource.RLIMIT_FSIZE, config["file_bytes"]),
        (resource.RLIMIT_NOFILE, config["open_files"]),
        (resource.RLIMIT_NPROC, processes),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_RTPRIO, 0),
        (resource.RLIMIT_NICE, 0),
    ):
        hard = resource.getrlimit(limit)[1]
        least = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (least, least))
    resource.setrlimit(resource.RLIMIT_CPU, (config["cpu_s"], config["cpu_s"] + 1))


def _tasks_of_this_user() -> int:
    """How many tasks this user has: without a namespace for users the kernel counts them all."""
    tasks, uid = 0, os.getuid()
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                if os.stat(f"/proc/{name}").st_uid == uid:
                    tasks += len(os.listdir(f"/proc/{name}/task"))
            except OSError:
                continue
    return tasks


def _step_back(config: Config) -> None:
    """Nothing of this process is the program's to touch: another user, no rights, no open file but the report."""
    if config["uid"]:
        os.setgroups([])
        os.setresgid(config["uid"] + 1, config["uid"] + 1, config["uid"] + 1)
        os.setresuid(config["uid"] + 1, config["uid"] + 1, config["uid"] + 1)
    kernel.drop_capabilities()
    kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    os.closerange(0, STATUS)


def _watch(program: int, config: Config) -> None:
    """Until the program ends. Orphans come here where this is the first process; its end is theirs."""
    looks = [path for path in config["counted"] if os.path.isdir(path)]
    while True:
        signal.sigtimedwait({signal.SIGCHLD}, LOOK_S)
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == program:
                _tell({"exit": os.waitstatus_to_exitcode(status), "at": time.monotonic()})
                return
            if pid == 0:
                break
        if any(_files(path) > config["files"] for path in looks):
            _tell({"limit": "files"})
            return


def _files(path: str) -> int:
    try:
        room = os.statvfs(path)
    except OSError:
        return 0
    return room.f_files - room.f_ffree
