"""A text as bytes, one for each character, so that what is looked for can be found by `bytes.find`.

An expression that begins with a class of characters asks every character of a text, at 5 to 25 ns each; `find` needs
0.3 ns. So the searches here first find a literal or a shape ("eight digits, a colon and AA") and try their expression
only there. What is found is decided by the expression alone: this only says where it cannot match.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property

_TRY_COSTS = 24
"""So many characters an expression goes over in the time that one try at a place takes."""


def _table(others: bytes = bytes(range(256)), **kinds: str) -> bytes:
    """For `bytes.translate`: each character of a kind becomes the kind's letter; `others` is what the others become."""
    table = bytearray(others)
    for letter, chars in kinds.items():
        for char in chars.encode("latin-1"):
            table[char] = ord(letter)
    return bytes(table)


_DIGITS = "0123456789"
_LETTERS = "".join(map(chr, (*range(65, 91), *range(97, 123))))
# Beyond ASCII a character may be one of a word; `?` stands for those that Latin-1 has not.
_OTHERS = "?" + "".join(map(chr, range(128, 256)))
_AS_DIGITS = bytes.maketrans(_DIGITS.encode(), b"0" * 10)
_AS_SHAPES = _table(_AS_DIGITS, a=_LETTERS)
_AS_WORDS = _table(w=_LETTERS + _DIGITS + "_-")
_AS_BASE64 = _table(b" " * 256, w=_LETTERS + _DIGITS + "+/_-")
_AS_BREAKS = _table(w=_LETTERS + _DIGITS + "_+/=-" + _OTHERS, b="\\\r\n\"'")


class Coded:
    """A text and its forms as bytes, each made when it is first asked for. Places are the same in all."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def raw(self) -> bytes:
        """As it is; `?` for what Latin-1 has not."""
        return self.text.encode("latin-1", "replace")

    @cached_property
    def low(self) -> bytes:
        """ASCII letters in lower case."""
        return self.raw.lower()

    @cached_property
    def digits(self) -> bytes:
        """Each digit as 0."""
        return self.raw.translate(_AS_DIGITS)

    @cached_property
    def shapes(self) -> bytes:
        """Each digit as 0, each ASCII letter as a."""
        return self.raw.translate(_AS_SHAPES)

    @cached_property
    def words(self) -> bytes:
        """Letters, digits, `_` and `-` as w."""
        return self.raw.translate(_AS_WORDS)

    @cached_property
    def base64(self) -> bytes:
        """The characters of base64, both kinds, as w; every other as a space."""
        return self.raw.translate(_AS_BASE64)

    @cached_property
    def breaks(self) -> bytes:
        """What a token may be made of as w, the end of a line or of a quoted piece as b."""
        return self.raw.translate(_AS_BREAKS)

    @cached_property
    def utf8(self) -> bytes:
        """As UTF-8, for needles that are not ASCII: only whether they are there, since places are others."""
        return self.text.encode("utf-8", "surrogatepass")

    def form(self, name: str) -> bytes:
        """One of the above by its name."""
        form: bytes = getattr(self, name)
        return form

    def matches(
        self, pattern: re.Pattern[str], form: str, needles: Iterable[bytes], before: Iterable[int]
    ) -> Iterator[re.Match[str]]:
        """The pattern's matches that begin so many characters before one of the needles.

        Where these are so many that trying each would take longer than going over the text, that is done instead.
        """
        within, before = self.form(form), tuple(before)
        counts = {needle: within.count(needle) for needle in needles}
        found = [needle for needle, count in counts.items() if count]
        tries = sum(counts.values()) * len(before)
        if tries * _TRY_COSTS > len(within):
            yield from pattern.finditer(self.text)
            return
        for needle in found:
            for place in places(within, needle):
                for offset in before:
                    match = pattern.match(self.text, place - offset) if place >= offset else None
                    if match is not None:
                        yield match


def places(within: bytes, needle: bytes) -> Iterator[int]:
    """Where the needle stands, one after the other also where they overlap."""
    place = within.find(needle)
    while place >= 0:
        yield place
        place = within.find(needle, place + 1)


def runs(within: bytes, least: int) -> Iterator[tuple[int, int]]:
    """Where in `Coded.base64` at least so many of its characters stand in a row: the whole row, end excluded."""
    needle, place = b"w" * least, 0
    while (place := within.find(needle, place)) >= 0:
        end = within.find(b" ", place + least)
        end = end if end >= 0 else len(within)
        yield place, end
        place = end
