"""Views of a text in which what was hidden stands open, with every place mapped back to the text itself.

A secret is no less leaked with a zero-width space in it, in full-width letters, broken over two lines, escaped
as in a URL or packed in base64. Each view costs one pass and is made only where the text has what it undoes.
"""

import base64
import binascii
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import accumulate

from qa.secrets.coded import Coded, runs

_ANSI = re.compile(r"\x1b\[[0-9;?]{0,20}[A-Za-z]|\x1b")
_ESCAPED_BREAK = re.compile(r"\\[nrt](?=\W|[A-Za-z0-9_])")
# A token that goes on behind a line's end, or behind the end of a quoted piece: "abc" + "def". The class stands first
# because `re` skips ahead to it.
_BREAK = re.compile(
    r"[\\\r\n\"'](?<=[\w+/=-]{12}[\\\r\n\"'])"
    r"(?:(?<=\n)[ \t>|*#]{0,16}|(?<=\r)\n[ \t>|*#]{0,16}|(?<=\\)\r?\n[ \t]{0,16}"
    r"|(?<=[\"'])[ \t]{0,8}(?:\+|\\|\.|&)?[ \t]{0,8}\r?\n?[ \t]{0,16}(?:\+[ \t]{0,8})?[\"'])(?=[\w+/=-]{4})"
)
_BEFORE_BREAK = b"w" * 12 + b"b"  # in `Coded.breaks`
_ASCII = bytes(range(128))
_PERCENT = re.compile(r"%(?:[2-6][0-9A-Fa-f]|7[0-9A-Ea-e])(?:%(?:[2-6][0-9A-Fa-f]|7[0-9A-Ea-e]))*")
_BASE64 = re.compile(r"[A-Za-z0-9+/](?<![\w+/=-].)[A-Za-z0-9+/_-]{23,65536}+={0,2}")
_NOT_PRINTABLE = re.compile(rb"[^\t\n\r -~]")
_HOLDS_NO_TEXT = ("data:image/", "data:font/", "data:audio/", "data:video/", "integrity=")
_LONGEST_EXPANSION = 4


type _Whole = tuple[tuple[int, int] | None, ...]


@dataclass(frozen=True, slots=True)
class Pieces:
    """From `begins[i]` on, characters of a view stand at `origins[i]` and on in the text it was made of; where
    `whole[i]` is given, the piece stands for that span as a whole.
    """

    begins: tuple[int, ...] = (0,)
    origins: tuple[int, ...] = (0,)
    whole: _Whole = (None,)


class View:
    """`text` as it is read, and where its pieces stand in the text it was made of, worked out when it is asked for."""

    def __init__(
        self, text: str, pieces: Pieces | Callable[[], Pieces] | None = None, parent: "View | None" = None
    ) -> None:
        self.text = text
        self._pieces = pieces or Pieces()
        self._parent = parent

    @cached_property
    def pieces(self) -> Pieces:
        """The pieces, in order."""
        return self._pieces() if callable(self._pieces) else self._pieces

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place in the first text of what stands at [start, end) here; `end` is at least start + 1."""
        if self._parent is None:
            return start, end
        here = self.pieces
        first, last = self._piece(start), self._piece(end - 1)
        whole_first, whole_last = here.whole[first], here.whole[last]
        begin = whole_first[0] if whole_first else here.origins[first] + start - here.begins[first]
        stop = whole_last[1] if whole_last else here.origins[last] + end - here.begins[last]
        return self._parent.span(begin, stop)

    def crosses(self, start: int, end: int) -> bool:
        """Something was undone between the two places."""
        first = self._piece(start)
        return first != self._piece(end - 1) or self.pieces.whole[first] is not None

    def windows(self, reach: int) -> Iterator[tuple[int, int]]:
        """The parts of this text within `reach` characters of a place where something was undone, apart."""
        start = end = 0
        for place in self.pieces.begins[1:]:
            if place - reach > end:
                if end:
                    yield start, end
                start = place - reach
            end = place + reach
        if end:
            yield max(0, start), end

    def _piece(self, place: int) -> int:
        return bisect_right(self.pieces.begins, place) - 1


def read_as(text: str) -> View:
    """The text as a person reads it: NFKC, no invisible characters, no colour codes, no escaped line ends.

    What keeps its length is replaced in place; so plain text costs two searches and maps onto itself.
    """
    if "\x1b" in text:
        # Colours must not hide the edge of a word.
        text = _ANSI.sub(lambda code: " " * len(code[0]), text)
    if "\\" in text:
        text = _ESCAPED_BREAK.sub("  ", text)
    return View(text) if text.isascii() else _folded(text)


def joined(view: View) -> View | None:
    """The view with tokens whole that were broken over lines or quoted pieces; None where there are none."""
    spans, end = list[tuple[int, int]](), 0
    for match in sorted(
        Coded(view.text).matches(_BREAK, "breaks", (_BEFORE_BREAK,), (-12,)), key=re.Match.start
    ):
        if match.start() >= end:
            spans.append(match.span())
            end = match.end()
    return _taken_out(view, spans)


def unquoted(view: View) -> View | None:
    """The view with `%3A` and its like undone; None where there are none."""
    if "%" not in view.text:
        return None
    return _replaced(view, _PERCENT, lambda codes: bytes.fromhex(codes.replace("%", "")).decode("ascii"))


def unpacked(view: View) -> View | None:
    """What stands in base64 and is text, piece after piece, each with its run as its place; None where none is."""
    parts: list[str] = []
    begins, whole = [], []
    length = 0
    decode = cache(_decoded)  # for this text alone
    for match in _runs_of_base64(view.text):
        decoded = decode(match[0])
        if decoded is None:
            continue
        before = view.text[max(0, match.start() - 48) : match.start()].lower()
        if not any(mark in before for mark in _HOLDS_NO_TEXT):
            parts.append(decoded)
            begins.append(length)
            whole.append(match.span())
            length += len(decoded) + 2  # a line between them, so that no token goes from one to the next
    if not parts:
        return None
    pieces = Pieces(tuple(begins), tuple(begin for begin, _ in whole), tuple(whole))
    return View("\n\n".join(parts), pieces, view)


def _runs_of_base64(text: str) -> Iterator[re.Match[str]]:
    for begin, end in runs(Coded(text).base64, 24):
        yield from _BASE64.finditer(text, begin, min(len(text), end + 2))


def _decoded(run: str) -> str | None:
    if not (run[-1] == "=" or len(run) % 4 != 1):
        return None
    body = run.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        raw = base64.b64decode(body + "=" * (-len(body) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return None if _NOT_PRINTABLE.search(raw) else raw.decode("ascii")


def _folded(text: str) -> View:
    same_length: dict[str, str] = {}
    changed: dict[str, str] = {}
    for char in _beyond_ascii(text):
        plain = "" if unicodedata.category(char) == "Cf" else unicodedata.normalize("NFKC", char)
        if plain.isdecimal():  # of another script
            plain = "".join(str(unicodedata.decimal(digit)) for digit in plain)
        if plain != char and len(plain) == 1:
            same_length[char] = plain
        elif plain != char and len(plain) <= _LONGEST_EXPANSION and (not plain or plain.isalnum()):
            changed[char] = plain
    if same_length:
        text = re.compile(f"[{_escaped(same_length)}]+").sub(
            lambda run: "".join(same_length[char] for char in run[0]), text
        )
    expanding = {char: plain for char, plain in changed.items() if plain}
    view = View(text)
    if expanding:
        view = (
            _replaced(
                view,
                re.compile(f"[{_escaped(expanding)}]+"),
                lambda run: "".join(expanding[char] for char in run),
            )
            or view
        )
    if len(expanding) < len(changed):
        view = _without(view, _escaped(changed.keys() - expanding.keys())) or view
    return view


def _beyond_ascii(text: str) -> set[str]:
    rest = text.encode("utf-8", "surrogatepass").translate(None, _ASCII)
    return set(rest.decode("utf-8", "surrogatepass"))


def _escaped(chars: Iterable[str]) -> str:
    return "".join(map(re.escape, chars))


def _without(view: View, chars: str) -> View | None:
    """The view with each run of these characters taken out."""
    text = re.sub(f"[{chars}]+", "", view.text)
    return View(text, lambda: _split(view.text, chars), view) if len(text) < len(view.text) else None


def _split(text: str, chars: str) -> Pieces:
    sizes = list(map(len, re.split(f"([{chars}]+)", text)))  # of what stays and what goes, by turns
    begins = (0, *accumulate(sizes[:-1:2]))
    return Pieces(begins, (0, *list(accumulate(sizes))[1::2]), (None,) * len(begins))


def _taken_out(view: View, spans: list[tuple[int, int]]) -> View | None:
    """The view without these parts."""
    if not spans:
        return None
    text, parts, at = view.text, [], 0
    begins, origins = [0], [0]
    length = 0
    for start, end in spans:
        parts.append(text[at:start])
        length += start - at
        begins.append(length)
        origins.append(end)
        at = end
    parts.append(text[at:])
    return View("".join(parts), Pieces(tuple(begins), tuple(origins), (None,) * len(begins)), view)


def _replaced(view: View, pattern: re.Pattern[str], becomes: Callable[[str], str]) -> View | None:
    """The view with each match replaced; what replaces it maps to the whole match."""
    text, parts = view.text, []
    begins, origins = [0], [0]
    spans: list[tuple[int, int] | None] = [None]
    length = at = 0
    for match in pattern.finditer(text):
        start, end = match.span()
        parts.append(text[at:start])
        length += start - at
        new = becomes(match[0])
        begins.append(length)
        origins.append(start)
        spans.append((start, end))
        parts.append(new)
        length += len(new)
        begins.append(length)
        origins.append(end)
        spans.append(None)
        at = end
    if not parts:
        return None
    parts.append(text[at:])
    return View("".join(parts), Pieces(tuple(begins), tuple(origins), tuple(spans)), view)
