"""A rendered text cut into messages of at most 4096 UTF-16 units.

Called by `format`. Cuts stand at blank lines, line ends, sentence ends or spaces, in this order, else between
characters as a reader counts them; code that fits in one message is never cut.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Final

import regex
from telegram import MessageEntity

from interfaces.telegram.characters import is_blank, made_safe
from interfaces.telegram.nesting import nested, weightiest
from interfaces.telegram.rendering import Rendered, Span

MAX_UNITS: Final = 4096
MAX_ENTITIES: Final = 100


@dataclass(frozen=True, slots=True)
class Part:
    """One message: at most 4096 UTF-16 units, not blank, no lone surrogate."""

    text: str
    entities: tuple[MessageEntity, ...] = ()
    """Sorted and valid; offsets and lengths in UTF-16 units of `text`."""

    @property
    def plain(self) -> str:
        """What is sent, without entities, when Telegram cannot parse them."""
        return self.text


def cut(rendered: Rendered, *, room: int = 0) -> Iterator[Part]:
    """The parts, in order; the last one leaves `room` UTF-16 units free. None for a blank text."""
    spans = nested(rendered.text, rendered.spans)
    pieces = _Pieces(rendered.text, [span for span in spans if span.kind == "pre"], room)
    for start, end in pieces.ranges():
        if part := _part(rendered.text, spans, start, end):
            yield part


def head(rendered: Rendered, *, room: int = 0, ellipsis: str = "…") -> Part:
    """The beginning as one part that ends with `ellipsis` on a line of its own."""
    ending = f"\n{ellipsis}"
    spans = nested(rendered.text, rendered.spans)
    pieces = _Pieces(rendered.text, [span for span in spans if span.kind == "pre"], room + len(ending))
    for start, end in pieces.ranges(everywhere=True):
        if part := _part(rendered.text, spans, start, end):
            return replace(part, text=part.text + ending)
    return Part(ellipsis)


_ENDS: Final = tuple(
    regex.compile(pattern)
    for pattern in (
        r"\n[^\S\n]*\n",
        r"\n",
        r"[.!?…][)\]\"'”’»]*\s|[。！？；][」』”’）]*",
        r"\s",
    )
)
_JOINS_ON: Final = regex.compile(r"[\p{Grapheme_Extend}\p{Grapheme_Cluster_Break=SpacingMark}\u200d]")
_CLUSTER: Final = regex.compile(r"\X")


class _Pieces:
    """Where a text is cut: ranges of indices, each of which fits in a message."""

    def __init__(self, text: str, blocks: Sequence[Span], room: int) -> None:
        self._text = text
        self._units = [0, *accumulate(2 if char > "\uffff" else 1 for char in text)]
        self._blocks = blocks
        self._starts = [block.start for block in blocks]
        self._room = room

    def ranges(self, *, everywhere: bool = False) -> Iterator[tuple[int, int]]:
        """The ranges in order; with `everywhere` each of them leaves the room, and not only the last."""
        start, length = 0, len(self._text)
        while start < length:
            left = self._units[length] - self._units[start]
            limit = MAX_UNITS - self._room if everywhere or left <= MAX_UNITS else MAX_UNITS
            end = length if left <= limit else self._end(start, limit)
            yield start, end
            start = end

    def _end(self, start: int, limit: int) -> int:
        """Where the piece that begins at `start`, and goes on behind `limit` units, ends."""
        last = bisect_right(self._units, self._units[start] + limit) - 1
        if (block := self._whole_block(last, limit)) and block.start > start:
            return block.start
        for earliest in (start + (last - start) // 2, start + 1):
            for ends in _ENDS:
                if (end := self._last_end(ends, earliest, last, limit)) is not None:
                    return end
        return self._between_characters(start, last)

    def _last_end(self, ends: "regex.Pattern[str]", earliest: int, last: int, limit: int) -> int | None:
        for match in reversed(list(ends.finditer(self._text, earliest, last))):
            end = match.end()
            inside = self._block(end)
            whole = inside is not None and self._fits(inside, limit)
            if not whole and (inside is None or match[0].endswith("\n")) and not self._joins_on(end):
                return end
        return None

    def _block(self, index: int) -> Span | None:
        """The code that a cut at `index` would divide."""
        place = bisect_left(self._starts, index) - 1
        return self._blocks[place] if place >= 0 and index < self._blocks[place].end else None

    def _whole_block(self, index: int, limit: int) -> Span | None:
        block = self._block(index)
        return block if block and self._fits(block, limit) else None

    def _fits(self, block: Span, limit: int) -> bool:
        return self._units[block.end] - self._units[block.start] <= limit

    def _joins_on(self, index: int) -> bool:
        return _JOINS_ON.match(self._text, index) is not None

    def _between_characters(self, start: int, last: int) -> int:
        window = min(len(self._text), last + 1)
        ends = [match.end() for match in _CLUSTER.finditer(self._text, start, window)]
        place = bisect_right(ends, last) - 1
        # One character of 4096 units, such as a letter under a mountain of marks, is cut all the same.
        return ends[place] if place >= 0 else last


def _part(text: str, spans: Sequence[Span], start: int, end: int) -> Part | None:
    inside = _within(spans, start, end)
    start, end = _trimmed(text, start, end, inside[0].start if inside else end)
    piece = made_safe(text[start:end])
    if is_blank(piece):
        return None
    here = [
        span
        for span in _within(inside, start, end)
        if not is_blank(piece[span.start - start : span.end - start])
    ]
    units = [0, *accumulate(2 if char > "\uffff" else 1 for char in piece)]
    kept = weightiest(here, MAX_ENTITIES)
    return Part(piece, tuple(_entity(span, units, start) for span in kept))


def _within(spans: Sequence[Span], start: int, end: int) -> list[Span]:
    return [
        replace(span, start=max(span.start, start), end=min(span.end, end))
        for span in spans
        if span.start < end and span.end > start
    ]


def _trimmed(text: str, start: int, end: int, first_span: int) -> tuple[int, int]:
    """Without blanks at the ends, as Telegram trims: spaces before code stay when they are part of it."""
    end = start + len(text[start:end].rstrip(" \n"))
    while start < min(first_span, end) and text[start] in " \n":
        start += 1
    while start < end and text[start] == "\n":
        start += 1
    return start, end


def _entity(span: Span, units: Sequence[int], start: int) -> MessageEntity:
    offset = units[span.start - start]
    length = units[span.end - start] - offset
    return MessageEntity(span.kind, offset, length, url=span.url, language=span.language)
