"""Markdown to the events of pulldown-cmark, the parser beneath `telegramify-markdown`.

Called by `rendering`. Reads as text what chat takes for text and the parser for markup, and finds LaTeX's own
delimiters outside of code.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final, cast

import pyromark
import regex
from telegramify_markdown.converter import STANDARD_OPTIONS

Event = tuple[Any, dict[str, int]]
"""What the parser met, and its range in bytes of the source."""

# pulldown-cmark fills up short table rows: a wide head and many short rows are an explosion.
_MAX_CELLS: Final = 50_000


def has_too_many_cells(source: str) -> bool:
    """Whether `source` could hold a table that takes too much memory to parse."""
    counts = [line.count("|") for line in source.split("\n")]
    return max(counts) * sum(1 for count in counts if count) > _MAX_CELLS


_MAX_ROUNDS: Final = 6


def parsed(source: str) -> tuple[str, tuple[Event, ...]]:
    """The parser's events, and the source that they belong to.

    The source is read again with a backslash before each `~` and `$` that is only a character, until none is
    left. Six rounds are enough for people's texts and bound what a hostile one can cost.
    """
    source = _with_marked_ends(_with_dollar_math(source))
    events = tuple(_events(source))
    for _ in range(_MAX_ROUNDS):
        offsets = list(_literals(source.encode(), events))
        if not offsets:
            break
        data = source.encode()
        source = b"\\".join(data[a:b] for a, b in pairwise([0, *sorted(offsets), len(data)])).decode()
        events = tuple(_events(source))
    if _MARK in source:
        events = tuple((_unmarked(payload), place) for payload, place in events)
    return source, events


# CommonMark takes ** for text between a punctuation mark and a letter. Chinese and Japanese write no space there,
# as in **重點：**內容. A punctuation mark that nobody uses (OLD CHINESE HOOK MARK), set beside the ** and taken
# away after parsing, makes it markup.
_MARK: Final = "\U00016fe2"
_LETTER: Final = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]"
_CLOSING: Final = regex.compile(rf"(?<=[\p{{P}}\p{{S}}])(?<![*~\\])(\*{{1,3}}|~~)(?={_LETTER})")
_OPENING: Final = regex.compile(rf"(?<={_LETTER})(\*{{1,3}}|~~)(?![*~])(?=[\p{{P}}\p{{S}}])")


def _with_marked_ends(source: str) -> str:
    if "*" not in source and "~~" not in source:
        return source
    return _OPENING.sub(rf"{_MARK}\1", _CLOSING.sub(rf"\1{_MARK}", source))


def _unmarked(payload: Any) -> Any:  # noqa: ANN401 - the parser's events are strings in dicts in dicts
    if isinstance(payload, str):
        return payload.replace(_MARK, "")
    if isinstance(payload, dict):
        return {key: _unmarked(value) for key, value in payload.items()}
    return payload


# \(…\) and \[…\] of LaTeX, without a blank line or another delimiter inside.
_LATEX: Final = regex.compile(
    r"\\(?:\((?P<inline>(?:[^\\\n$]|\\[^()\[\]\n$]|\n(?!\s*\n))+?)\\\)"
    r"|\[(?P<display>(?:[^\\\n$]|\\[^()\[\]\n$]|\n(?!\s*\n))+?)\\\])"
)
_IS_MATH: Final = regex.compile(r"[\\^_=+]")


def _with_dollar_math(source: str) -> str:
    """LaTeX's own delimiters as the dollars that the parser knows, outside of code."""
    if "\\(" not in source and "\\[" not in source:
        return source
    data = source.encode()
    bounds = [0, *(bound for region in _code_regions(source) for bound in region), len(data)]
    pieces = [data[start:end].decode() for start, end in pairwise(bounds)]
    pieces[::2] = [_LATEX.sub(_dollars, piece) for piece in pieces[::2]]
    return "".join(pieces)


def _code_regions(source: str) -> Iterator[tuple[int, int]]:
    for payload, place in _events(source):
        if isinstance(payload, dict) and ("Code" in payload or "CodeBlock" in payload.get("Start", "")):
            yield place["start"], place["end"]


def _dollars(match: "regex.Match[str]") -> str:
    content = (match["inline"] or match["display"]).strip()
    if not content or not _IS_MATH.search(content):
        return match[0]
    return f"${content}$" if match["inline"] else f"$${content}$$"


def _events(source: str) -> Iterator[Event]:
    return cast("Iterator[Event]", pyromark.events_with_range(source, options=STANDARD_OPTIONS))


def _literals(data: bytes, events: Sequence[Event]) -> Iterator[int]:
    """Byte offsets of what the parser takes for markup: "~5 to ~6", "$5-$6", "$HOME:$PATH"."""
    for payload, place in events:
        if not isinstance(payload, dict):
            continue
        start, end = place["start"], place["end"]
        single_tilde = payload.get("Start") == "Strikethrough" and data[start + 1 : start + 2] != b"~"
        if single_tilde or ("InlineMath" in payload and data[end : end + 1].isalnum()):
            yield from (start, end - 1)
