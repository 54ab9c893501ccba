"""Where trained routers lie: `NEXUS_HOME/router/versions/NAME/`, and a small file that names the one in use.

The file is replaced in one step, so a reader sees the old one or the new one. It also names the one before, which is
kept for going back. A name is checked before it becomes a path. No pointer: the shipped router is in use.
"""

import fcntl
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from nexus.errors import PermanentError, TransientError

KEPT: Final = 5
MAX_POINTER_BYTES: Final = 4_096
SHIPPED: Final = "shipped"
_NAME: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,79}")


@dataclass(frozen=True, slots=True)
class Pointer:
    """Which router is in use, and which was before it; None: the shipped one. `step` rises with every change."""

    version: str | None = None
    previous: str | None = None
    step: int = 0


class Shelf:
    """The trained routers of one host."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "router"
        self.pointer_file = self.folder / "current.json"

    def path_of(self, version: str) -> Path:
        """The folder of a version, whether or not it is there.

        Raises:
            PermanentError: that can be no version's name.
        """
        if not _NAME.fullmatch(version):
            raise PermanentError(f"{version!r} is no name of a router.")
        return self.folder / "versions" / version

    def pointer(self) -> Pointer:
        """What is in use.

        Raises:
            PermanentError: the pointer's file cannot be understood.
        """
        try:
            with self.pointer_file.open("rb") as file:
                found = json.loads(file.read(MAX_POINTER_BYTES))
            pointer = Pointer(_name(found["version"]), _name(found["previous"]), int(found["step"]))
        except FileNotFoundError:
            return Pointer()
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise PermanentError(f"{self.pointer_file} cannot be read: {error}") from None
        return pointer

    def stamp(self) -> int:
        """Changes whenever the pointer does; costs one look at the file, 0 where there is none."""
        try:
            found = self.pointer_file.stat()
        except OSError:
            return 0
        return hash((found.st_mtime_ns, found.st_ino, found.st_size))

    def versions(self) -> tuple[str, ...]:
        """The names of what is there, the newest first."""
        folder = self.folder / "versions"
        found = [each for each in folder.glob("*") if each.is_dir() and _NAME.fullmatch(each.name)]
        return tuple(each.name for each in sorted(found, key=_age))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Only one process of this host trains at a time.

        Raises:
            TransientError: another one does.
        """
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.folder / "training.lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise TransientError("the router is being trained already; wait for its end.") from None
            yield

    @contextmanager
    def workroom(self) -> Iterator[Path]:
        """A folder for a training, on the shelf's own disk, that only this user can read; gone afterwards."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for left_over in self.folder.glob("training-*"):  # of a process that was killed; we are alone
            shutil.rmtree(left_over, ignore_errors=True)
        folder = Path(tempfile.mkdtemp(prefix="training-", dir=self.folder))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def put(self, made: Path, version: str) -> Path:
        """Move a finished artefact to its place; it is not in use yet. A version is named after what is in it.

        Raises:
            PermanentError: that can be no version's name.
        """
        place = self.path_of(version)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if place.exists():  # the same, made once more; the one in its place may be damaged
            place.rename(made.with_name(f"{version}-replaced"))
        made.rename(place)
        return place

    def note(self, version: str, trained_until: datetime | None) -> None:
        """Write down beside a version up to when it knows what happened."""
        text = json.dumps({"trained_until": trained_until and trained_until.isoformat()})
        self.path_of(version).with_suffix(".json").write_text(text + "\n", encoding="utf-8")

    def trained_until(self, version: str) -> datetime | None:
        """Up to when a version knows what happened; None: nobody wrote it down."""
        try:
            text = self.path_of(version).with_suffix(".json").read_text(encoding="utf-8")
            return datetime.fromisoformat(json.loads(text)["trained_until"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def use(self, version: str | None) -> Pointer:
        """Put a version into use, None: the shipped one; what was in use becomes the one before.

        Raises:
            PermanentError: it is not on the shelf.
        """
        if version is not None and not self.path_of(version).is_dir():
            raise PermanentError(f"there is no router {version} in {self.folder / 'versions'}.")
        try:
            before = self.pointer()
        except PermanentError:
            before = Pointer()
        after = Pointer(version, before.version, before.step + 1)
        self._write(after)
        return after

    def roll_back(self) -> Pointer:
        """Put the one before into use again. Twice is where one began.

        Raises:
            PermanentError: none was before, or it is gone.
        """
        before = self.pointer()
        if before.step == 0:
            raise PermanentError("no router was adopted here, so there is nothing to go back to.")
        return self.use(before.previous)

    def tidy(self, keep: int = KEPT) -> None:
        """Delete all but the newest `keep`, never the one in use and the one before it."""
        pointer = self.pointer()
        for name in self.versions()[keep:]:
            if name not in (pointer.version, pointer.previous):
                shutil.rmtree(self.path_of(name), ignore_errors=True)
                self.path_of(name).with_suffix(".json").unlink(missing_ok=True)

    def _write(self, pointer: Pointer) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        text = json.dumps({"version": pointer.version, "previous": pointer.previous, "step": pointer.step})
        descriptor, name = tempfile.mkstemp(prefix="current-", dir=self.folder)
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(text + "\n")
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self.pointer_file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _age(folder: Path) -> tuple[float, str]:
    try:
        return -folder.stat().st_mtime, folder.name
    except OSError:  # deleted meanwhile
        return 0.0, folder.name


def _name(found: object) -> str | None:
    if found is None:
        return None
    if not isinstance(found, str) or not _NAME.fullmatch(found):
        raise ValueError("it names no router")
    return found
