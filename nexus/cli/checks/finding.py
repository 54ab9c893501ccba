"""One finding of a check: how bad, about what, and the fix in the same line."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is. `fail`: something that is wanted does not work until it is mended; the rest goes on without."""

    OK = "OK"
    WARN = "WARN"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """A line for the owner. A problem's text ends with its one fix; it never holds a secret."""

    level: Level
    about: str
    text: str
