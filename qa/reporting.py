"""The runner's report file: where it may be written, and how. Called by `qa.runner` alone."""

import contextlib
import json
import os
import stat
from pathlib import Path

from nexus.errors import PermanentError


def check_report_path(path: Path, spec: Path) -> None:
    """Refuse a place that cannot be a report's, before anything is run.

    Raises:
        PermanentError: it leaves the current folder, leads through a symbolic link, is no regular file, or is the spec.
    """
    given = (path,) if path.is_absolute() else (path, *path.parents)
    if any(part.is_symlink() for part in given):
        raise PermanentError(f"{path}: the report is not written through a symbolic link")
    root = Path.cwd().resolve()
    if not Path(os.path.normpath(root / path)).is_relative_to(root):
        raise PermanentError(f"{path}: the report would be outside of {root}, where the runner was started")
    try:
        there = path.lstat()
    except OSError:
        return
    if stat.S_ISDIR(there.st_mode):
        raise PermanentError(f"{path}: the report cannot be written: Is a directory")
    if not stat.S_ISREG(there.st_mode):
        raise PermanentError(f"{path}: the report cannot be written: not a regular file")
    if spec.exists() and path.samefile(spec):
        raise PermanentError(f"{path}: the report would overwrite the spec")


def write_report(path: Path, report: dict[str, object]) -> None:
    """Write the file, and its folder if need be. It is there whole or not at all; an old one stays until then.

    Raises:
        PermanentError: it cannot be written.
    """
    part = path.parent / f".{path.name[:100]}.{os.getpid()}.part"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # O_EXCL also refuses a link that somebody put there since the path was looked at.
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with os.fdopen(os.open(part, flags, 0o644), "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise PermanentError(f"{path}: the report cannot be written: {error.strerror}") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink()
