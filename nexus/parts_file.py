"""`parts.json` in the data folder: which parts `nexus up` keeps, and how each one's last life ended.

The supervisor writes it at every change, whole and at once; the heartbeat reads it.
"""

import os
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from nexus.clock import Clock

FILE = "parts.json"


class Stage(StrEnum):
    """Where a part is in its life."""

    STARTING = "starting"
    READY = "ready"
    ENDED = "ended"  # it is started again soon
    LEFT = "left alone"  # it has ended too often, and is started again only at `again_at`
    GIVEN_UP = "given up"


class PartLife(BaseModel):
    """One part now. `deaths` counts since the supervisor began; `how` and `ended_at` are the newest one's."""

    model_config = ConfigDict(frozen=True)

    stage: Stage
    pid: int | None = None
    started_at: AwareDatetime | None = None
    ready_at: AwareDatetime | None = None
    deaths: int = 0
    how: str | None = None
    ended_at: AwareDatetime | None = None
    again_at: AwareDatetime | None = None


class PartsFile(BaseModel):
    """Every part of the supervisor that has process id `supervisor`."""

    supervisor: int
    began_at: AwareDatetime
    parts: dict[str, PartLife] = {}


class PartsJournal:
    """Writes the file. One per supervisor."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._file = PartsFile(supervisor=os.getpid(), began_at=clock.now())

    def started(self, name: str, pid: int) -> None:
        """A life begins."""
        self._note(name, stage=Stage.STARTING, pid=pid, started_at=self._clock.now(), ready_at=None)

    def ready(self, name: str) -> None:
        """It works."""
        self._note(name, stage=Stage.READY, ready_at=self._clock.now())

    def ended(self, name: str, how: str) -> None:
        """A life is over that should go on."""
        deaths = self._life(name).deaths + 1
        self._note(name, stage=Stage.ENDED, pid=None, deaths=deaths, how=how, ended_at=self._clock.now())

    def leaves_alone(self, name: str, for_s: float) -> None:
        """It has ended too often: it is started again only then."""
        self._note(name, stage=Stage.LEFT, again_at=self._clock.now() + timedelta(seconds=for_s))

    def gave_up(self, name: str) -> None:
        """It is not started any more."""
        self._note(name, stage=Stage.GIVEN_UP, pid=None)

    def close(self) -> None:
        """The supervisor ends: nothing is kept any more."""
        (self._folder / FILE).unlink(missing_ok=True)

    def _life(self, name: str) -> PartLife:
        return self._file.parts.get(name) or PartLife(stage=Stage.STARTING)

    def _note(self, name: str, **changes: Stage | int | str | datetime | None) -> None:
        self._file.parts[name] = self._life(name).model_copy(update=changes)
        new = self._folder / f".{FILE}.{os.getpid()}"
        new.touch(mode=0o600)
        new.write_text(self._file.model_dump_json())
        new.replace(self._folder / FILE)


def read_parts(home: Path) -> PartsFile | None:
    """The parts of the supervisor that runs now; None when none does."""
    try:
        found = PartsFile.model_validate_json((home / FILE).read_bytes())
        os.kill(found.supervisor, 0)
    except PermissionError:  # it lives and is somebody else's
        return found
    except (OSError, ValidationError):
        return None
    return found
