"""A turn cut into passages: sentences, lines, and fenced code as a whole. Each is a slice of the turn, never edited."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from memory.terms import terms_of, words_of
from memory.turns import tokens_of

INDEXED_HEAD: Final = 48 * 1024
INDEXED_TAIL: Final = 16 * 1024
"""Of a longer turn only its first 48 Ki and last 16 Ki characters can be found again."""
LEAST_CHARS: Final = 24  # shorter pieces stay with what follows: "Dr.", "No.", "Yes."
MOST_CHARS: Final = 1_200  # a longer block of code is cut between lines
KEPT_TURNS: Final = 8_192
KEPT_CHARS: Final = 8_192

_FENCE: Final = re.compile(r"^(?:```|~~~).*$", re.MULTILINE)
_END: Final = re.compile(r"\n+|(?<=[.!?…])[\"'”’)\]]*[ \t]+(?=\S)|(?<=[。！？；])")


@dataclass(frozen=True, slots=True)
class Passage:
    """`content[start:end]` of a turn, its terms and its words."""

    start: int
    end: int
    tokens: int
    terms: tuple[str, ...]
    words: tuple[str, ...]


def passages_of(content: str) -> tuple[Passage, ...]:
    """The passages of a turn, in order. Kept for turns of ordinary length, so the next message finds them ready."""
    return _kept(content) if len(content) <= KEPT_CHARS else _cut(content)


@lru_cache(KEPT_TURNS)
def _kept(content: str) -> tuple[Passage, ...]:
    return _cut(content)


def _cut(content: str) -> tuple[Passage, ...]:
    places: list[tuple[int, int]] = []
    for start, end in _indexed(len(content)):
        places += _pieces(content, start, end)
    return tuple(_passage(content, *place) for place in places)


def _indexed(length: int) -> tuple[tuple[int, int], ...]:
    if length <= INDEXED_HEAD + INDEXED_TAIL:
        return ((0, length),)
    return ((0, INDEXED_HEAD), (length - INDEXED_TAIL, length))


def _passage(content: str, start: int, end: int) -> Passage:
    text = content[start:end]
    return Passage(start, end, tokens_of(text), terms_of(text), words_of(text))


def _pieces(content: str, start: int, end: int) -> list[tuple[int, int]]:
    """Fenced code between the fences; the rest in sentences."""
    fences = list(_FENCE.finditer(content, start, end)) if "``" in content or "~~~" in content else []
    found: list[tuple[int, int]] = []
    at = start
    for opens, closes in zip(fences[::2], fences[1::2], strict=False):
        found += _sentences(content, at, opens.start())
        found += _blocks(content, opens.start(), closes.end())
        at = closes.end()
    return found + _sentences(content, at, end)


def _sentences(content: str, start: int, end: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    begins = start
    for match in _END.finditer(content, start, end):
        if match.start() - begins >= LEAST_CHARS or "\n" in match[0] or content[match.start() - 1] in "?？":
            found.append((begins, match.start()))
            begins = match.end()
    found.append((begins, end))
    return [place for place in (_stripped(content, *one) for one in found) if place[0] < place[1]]


def _blocks(content: str, start: int, end: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    while end - start > MOST_CHARS:
        line_end = content.rfind("\n", start, start + MOST_CHARS)
        if line_end <= start:
            line_end = content.find("\n", start + MOST_CHARS, end)
        if line_end < 0:
            break
        found.append((start, line_end))
        start = line_end + 1
    return [*found, (start, end)]


def _stripped(content: str, start: int, end: int) -> tuple[int, int]:
    while start < end and content[start].isspace():
        start += 1
    while start < end and content[end - 1].isspace():
        end -= 1
    return start, end
