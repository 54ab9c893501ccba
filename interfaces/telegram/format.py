"""Any model's markdown as Telegram messages that can always be sent.

Called by `delivery`. `telegramify-markdown` turns markdown into text and entities (`rendering`), `nesting`
repairs them, `parts` cuts them into messages. Nothing here raises on any text, and a hostile text takes no
longer than a long one: what is over the limits is sent as a file without being rendered as a whole.
"""

from dataclasses import dataclass
from itertools import islice
from typing import Final

from interfaces.telegram.characters import clean, escape_markdown_v2, is_blank, utf8, utf16_len
from interfaces.telegram.parts import MAX_UNITS, Part, cut, head
from interfaces.telegram.rendering import render

__all__ = [
    "MAX_PARTS",
    "MAX_ROOM",
    "Answer",
    "Part",
    "answer_parts",
    "clean",
    "escape_markdown_v2",
    "utf16_len",
]

MAX_PARTS: Final = 10
"""An answer of more messages than this is sent as a file."""
MAX_ROOM: Final = MAX_UNITS // 2
"""How many UTF-16 units can be left free in the last part."""

# Markdown is seldom more than twice as long as what is shown of it: 10 parts are 40 960 units.
_MAX_SOURCE: Final = 100_000
_HEAD_SOURCE: Final = 12_000
_NOTHING: Final = "…"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent for an answer: at least one part, and a file when there would be too many."""

    parts: tuple[Part, ...]
    file: bytes | None
    """The whole markdown as UTF-8; `parts` is then one part, the beginning of the answer with "…"."""


def answer_parts(markdown: str, *, room: int = 0) -> Answer:
    """The messages of `markdown`; `room` UTF-16 units stay free in the last part, for the receipt.

    A blank answer is the one part "…".

    Raises:
        ValueError: `room` is not between 0 and MAX_ROOM.
    """
    if not 0 <= room <= MAX_ROOM:
        raise ValueError(f"room must be between 0 and {MAX_ROOM} UTF-16 units, not {room}")
    if is_blank(markdown):
        return Answer((Part(_NOTHING),), None)
    if len(markdown) > _MAX_SOURCE:
        return _as_file(markdown, room)
    rendered = render(markdown)
    if utf16_len(rendered.text.strip()) > MAX_PARTS * MAX_UNITS:
        return _as_file(markdown, room)
    parts = tuple(islice(cut(rendered, room=room), MAX_PARTS + 1))
    if len(parts) > MAX_PARTS:
        return _as_file(markdown, room)
    return Answer(parts, None)


def _as_file(markdown: str, room: int) -> Answer:
    beginning = render(markdown.lstrip()[:_HEAD_SOURCE])
    return Answer((head(beginning, room=room),), utf8(markdown))
