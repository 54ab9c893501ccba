"""The two mechanisms: what a job becomes as a command line. Both end in `nexus.sandbox.inside`.

`bubblewrap` makes the namespaces and a root of only what is needed. `landlock` needs no program: the kernel keeps the
files, and namespaces are used as far as this user may make them.
"""

import os
import secrets
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from nexus.sandbox import cgroup, keeper, seccomp
from nexus.sandbox.job import FILES, Job
from nexus.sandbox.packing import pack

type Name = Literal["bubblewrap", "landlock"]

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SETTINGS = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime", "/etc/mime.types")
NETWORK = (
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/nsswitch.conf",
    "/etc/services",
    "/etc/gai.conf",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
    "/etc/pki",
)
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
OURS = Path(__file__).parents[2]
OURS_INSIDE, STAGE_INSIDE, WORK_INSIDE = "/run/ours", "/run/stage", "/box"
START = "import sys;sys.path[:0]=[sys.argv[1]];from nexus.sandbox.inside import main;main()"
NOBODY, FIRST_UID, UIDS = 65534, 2_000_000_000, 100_000_000


@dataclass(frozen=True, slots=True)
class Mechanism:
    """One way to keep a program in. `program` is bubblewrap's."""

    name: Name
    program: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A job as a command line, and what the keeper must know of it."""

    argv: tuple[str, ...]
    options: dict[str, object]


def prepare(job: Job, mechanism: Mechanism) -> Prepared:
    """The command line for a job. Makes a folder, which the keeper removes (`options["remove"]`).

    Raises:
        OSError: the folder cannot be made.
    """
    uid = _uid(job)
    scratch = _scratch(job, mechanism)
    limits = job.limits
    options: dict[str, object] = {
        "status": True,
        "memory_bytes": limits.memory_bytes,
        "timeout_s": limits.wall_s,
    }
    if scratch is not None:
        options["remove"] = str(scratch)
    if (group := cgroup.make(limits)) is not None:
        options["cgroup"] = str(group)
    if job.writable is not None and uid:
        os.chown(job.writable, uid, uid)
    if mechanism.name == "bubblewrap":
        return Prepared(tuple(_bubblewrap(job, mechanism.program, scratch, uid)), options)
    work = None if job.writable is not None or scratch is None else scratch / "work"
    if work is not None:
        options["disk"] = {"folder": str(work), "bytes": limits.disk_bytes, "files": limits.files}
    return Prepared(tuple(_landlock(job, scratch, work, uid)), options)


def readable_paths(job: Job) -> list[str]:
    """What a program can read: the system's programs, our Python, and what the job names."""
    pythons = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    paths = [*SYSTEM, *SETTINGS, *(NETWORK if job.network else ()), *sorted(pythons)]
    return [*paths, *(str(path.resolve()) for path in job.readable)]


def _uid(job: Job) -> int:
    """Another user for every run, where this process may choose one; a lasting one for a folder that lasts."""
    if os.geteuid() != 0:
        return 0
    ids = Path("/proc/self/uid_map").read_text(encoding="ascii").split()
    if len(ids) == 3 and int(ids[2]) >= 2**32 - 1:
        return FIRST_UID if job.writable is not None else FIRST_UID + 2 + 2 * secrets.randbelow(UIDS // 2)
    return NOBODY - 1


def _scratch(job: Job, mechanism: Mechanism) -> Path | None:
    if mechanism.name == "bubblewrap" and not job.files:
        return None
    scratch = Path(tempfile.mkdtemp(prefix="nexus-run-"))
    try:
        scratch.chmod(0o711)
        (scratch / "work").mkdir(mode=0o700)
        for name, content in job.files.items():
            file = scratch / "stage" / name
            if ".." in Path(name).parts or Path(name).is_absolute():
                raise ValueError(f"{name}: a file's name stays in the working folder")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            file.chmod(0o755)
    except BaseException:
        keeper.remove(str(scratch))
        raise
    return scratch


def _bubblewrap(job: Job, program: str, scratch: Path | None, uid: int) -> Iterator[str]:
    yield from (program, "--die-with-parent", "--new-session", "--as-pid-1", "--clearenv")
    yield from (
        "--unshare-ipc",
        "--unshare-pid",
        "--unshare-uts",
        "--unshare-cgroup-try",
        "--hostname",
        "sandbox",
    )
    yield from () if job.network else ("--unshare-net",)
    yield from ("--cap-drop", "ALL")
    if uid:
        yield from ("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID")
    else:
        yield from ("--unshare-user", "--uid", str(NOBODY), "--gid", str(NOBODY))
    yield from ("--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev")
    size = str(job.limits.disk_bytes)
    for folder in ("/dev/shm", WORK_INSIDE):  # noqa: S108 - of the sandbox, not of this machine
        yield from ("--perms", "1777", "--size", size, "--tmpfs", folder)
    paths = _outermost(readable_paths(job))
    writable = [str(job.writable.resolve())] if job.writable is not None else []
    if not any(path.startswith("/tmp/") for path in [*paths, *writable]):  # noqa: S108 - of the sandbox
        yield from ("--symlink", WORK_INSIDE, "/tmp")  # noqa: S108 - likewise
    for folder in _above([*paths, *writable]):  # bubblewrap itself would make them for root only
        yield from ("--perms", "0755", "--dir", folder)
    for path in paths:
        if Path(path).is_symlink() and path in SYSTEM:
            yield from ("--symlink", str(Path(path).readlink()), path)
        else:
            yield from ("--ro-bind", path, path)
    for folder in (f"{OURS_INSIDE}/nexus", STAGE_INSIDE):
        yield from ("--perms", "0755", "--dir", folder)
    yield from ("--ro-bind", str(OURS / "nexus" / "sandbox"), f"{OURS_INSIDE}/nexus/sandbox")
    stage = scratch is not None and bool(job.files)
    if stage:
        yield from ("--ro-bind", f"{scratch}/stage", STAGE_INSIDE)
    for folder in writable:
        yield from ("--bind", folder, folder)
    yield from ("--remount-ro", "/", "--")
    folder = str(job.writable or job.folder or WORK_INSIDE)
    config = _config(job, uid) | {
        "argv": _placed(job, STAGE_INSIDE),
        "work": None if writable else WORK_INSIDE,
        "stage": STAGE_INSIDE if stage and not writable else None,
        "folder": folder,
        "env": _environment(job, folder if job.writable else WORK_INSIDE),
        "counted": [WORK_INSIDE, "/dev/shm"],  # noqa: S108 - likewise
        "domains": [seccomp.AF_INET, seccomp.AF_INET6] + ([] if job.network else [seccomp.AF_UNIX]),
    }
    yield from _inside(OURS_INSIDE, config)


def _landlock(job: Job, scratch: Path | None, work: Path | None, uid: int) -> Iterator[str]:
    folder = str(job.writable or job.folder or work)
    stage = [f"{scratch}/stage"] if job.files else []
    config = _config(job, uid) | {
        "argv": _placed(job, f"{scratch}/stage"),
        "makes_namespaces": True,
        "landlock": True,
        "work": str(work) if work else None,
        "stage": stage[0] if stage and work else None,
        "folder": folder,
        "env": _environment(job, str(job.writable or work)),
        "readable": [*readable_paths(job), *stage],
        "writable": [
            *DEVICES,
            *([str(work)] if work else []),
            *([str(job.writable)] if job.writable else []),
        ],
        "domains": [seccomp.AF_INET, seccomp.AF_INET6] if job.network else [],
    }
    yield from _inside(str(OURS), config)


def _inside(ours: str, config: dict[str, object]) -> tuple[str, ...]:
    return (sys.executable, "-I", "-S", "-c", START, ours, pack(config))


def _config(job: Job, uid: int) -> dict[str, object]:
    limits = job.limits
    return {
        "names": list(job.files),
        "uid": uid,
        "network": job.network,
        "cpu_s": limits.cpu_s,
        "memory_bytes": limits.memory_bytes,
        "processes": limits.processes,
        "open_files": limits.open_files,
        "file_bytes": limits.file_bytes,
        "disk_bytes": limits.disk_bytes,
        "files": limits.files,
        "makes_namespaces": False,
        "landlock": False,
        "shared_pids": False,
        "shared_tasks": False,
        "readable": [],
        "writable": [],
        "counted": [],
    }


def _placed(job: Job, stage: str) -> list[str]:
    return [part.replace(FILES, stage, 1) if part.startswith(FILES) else part for part in job.argv]


def _environment(job: Job, work: str) -> dict[str, str]:
    path = ":".join(dict.fromkeys([f"{sys.prefix}/bin", "/usr/local/bin", "/usr/bin", "/bin"]))
    return {"PATH": path, "LANG": "C.UTF-8", "HOME": work, "TMPDIR": work, **job.env}


def _outermost(paths: list[str]) -> list[str]:
    """Those that are there, without those that lie in another of them; parents first."""
    there = sorted({path for path in paths if os.path.lexists(path)})
    return [p for p in there if not any(p != other and p.startswith(f"{other}/") for other in there)]


def _above(paths: list[str]) -> list[str]:
    """Every folder above these, from the top."""
    return sorted({str(folder) for path in paths for folder in Path(path).parents} - {"/"})
