"""The golden files of the scripted day: what an owner saw, without what differs from run to run."""

import re
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Final

from tests.botapi.api import BotApi
from tests.botapi.people import Person
from tests.botapi.transcript import transcript

FOLDER: Final = Path(__file__).parent / "golden"

# The one place where what differs gets a stable name. Orders are numbered as they appear.
_ORDER: Final = re.compile(r"WO-[0-9A-HJKMNP-TV-Z]{26}")
_REPLACED: Final = (
    (re.compile(r"(?<=approve )[0-9A-Z]{4}-[0-9A-Z]{4}"), "CODE"),
    (re.compile(r"\b\d{4}-\d{2}-\d{2} \d{2}:\d{2}\b"), "YYYY-MM-DD hh:mm"),
    (re.compile(r"\b\d{2}-\d{2} \d{2}:\d{2}\b"), "MM-DD hh:mm"),
    (re.compile(r"\b\d+ (?:s|min) ago\b"), "AGE ago"),
    (re.compile(r"\b\d+ (?:秒|分钟)前"), "AGE前"),
    (re.compile(r"\b\d+(?:\.\d+)? (s|秒)(?!\w)"), r"N \1"),
    (re.compile(r"\boperator:[\w-]+"), "operator:USER"),
    (re.compile(r"\bEtc/GMT[+-]?\d*"), "TIMEZONE"),
)

_BLOCK: Final = re.compile(r"\n\n(?=\S)")
_ALERT: Final = re.compile(r"NEXUS:\n  (?:ℹ️|⚠️)")


def golden(language: str) -> Path:
    """The file of a language."""
    return FOLDER / f"day_{language}.txt"


def seen(api: BotApi, people: Sequence[Person]) -> str:
    """What stands in their chats; of an edited message its first and its last version.

    How many versions lie between depends on the speed of the machine.
    """
    with api.world.changes.lock:
        world = copy(api.world)
        messages = api.world.messages.items()
        world.messages = {
            place: replace(message, versions=message.versions[:1]) for place, message in messages
        }
        chats = [
            f"===== {person.user.first_name} =====\n\n{transcript(world, person.id)}" for person in people
        ]
    return stable("\n\n".join("\n\n".join(_alerts_last(_BLOCK.split(chat))) for chat in chats))


def _alerts_last(blocks: Sequence[str]) -> Iterator[str]:
    """Between two messages of the owner, replies before alerts: of a command that everybody is told of, either may come
    first.
    """
    for _, run in groupby(blocks, lambda block: block.startswith("NEXUS:")):
        yield from sorted(run, key=lambda block: bool(_ALERT.match(block)))


def stable(text: str) -> str:
    """The text with the same names in every run."""
    numbers: dict[str, str] = {}
    text = _ORDER.sub(lambda match: numbers.setdefault(match[0], f"WO-{len(numbers) + 1}"), text)
    for pattern, name in _REPLACED:
        text = pattern.sub(name, text)
    return text
