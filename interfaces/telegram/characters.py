"""What Telegram accepts as text: lengths in UTF-16 units, cleaning, what is blank, MarkdownV2 escaping.

Used by everything that sends a text to Telegram. No function here raises on any `str`.
"""

from collections.abc import Iterator
from typing import Final

import regex

# Telegram turns control characters into spaces, drops "\\r", U+2028 to U+202E and the three marks U+030A,
# U+0333 and U+033F, and refuses a text of nothing but invisible characters
# (tdlib: fix_formatted_text, clean_input_string, is_empty_string). These classes hold more than tdlib's.
_VISIBLE: Final = regex.compile(
    r"[^\p{Cc}\p{Cf}\p{Z}\p{Cs}\u2800\u3164\u115f\u1160\uffa0\ufffc\u034f\ufe00-\ufe0f\u030a\u0333\u033f]"
)
_SURROGATE: Final = regex.compile(r"[\ud800-\udfff]")
_LINE_ENDS: Final = regex.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS: Final = regex.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_UNSAFE: Final = regex.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_IN_PLACE: Final = {
    **{code: " " for code in (*range(0x20), *range(0x7F, 0xA0)) if code != 0x0A},
    **dict.fromkeys((0x85, 0x2028, 0x2029), "\n"),
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
}

_ISOLATES: Final = "\u2066\u2067\u2068"
_EMBEDDINGS: Final = "\u202a\u202b\u202d\u202e"
_CLOSER: Final = {**dict.fromkeys(_ISOLATES, "\u2069"), **dict.fromkeys(_EMBEDDINGS, "\u202c")}
_BIDI: Final = regex.compile(r"[\u202a-\u202e\u2066-\u2069]")
_WORD_JOINER: Final = "\u2060"

_MARKDOWN_V2: Final = str.maketrans({char: f"\\{char}" for char in r"_*[]()~`>#+-=|{}.!" + "\\"})


def utf16_len(text: str) -> int:
    """The length of `text` in UTF-16 units, in which Telegram counts; a lone surrogate is one unit."""
    if text.isascii():
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf8(text: str) -> bytes:
    """`text` as UTF-8, with U+FFFD for each lone surrogate."""
    return _SURROGATE.sub("\ufffd", text).encode()


def is_blank(text: str) -> bool:
    """Whether Telegram could call `text` empty: nothing in it is visible."""
    return _VISIBLE.search(text) is None


def clean(text: str) -> str:
    """`text` as Telegram can take it, with every visible character of it.

    Lone surrogates become U+FFFD, every kind of line end becomes a newline, other control characters but the
    tab go. Bidirectional embeddings and isolates are closed at the end of their line, and what closes nothing
    goes, so that no text can change the direction of what is written after it.
    """
    text = _CONTROLS.sub("", _LINE_ENDS.sub("\n", _SURROGATE.sub("\ufffd", text)))
    if _BIDI.search(text) is None:
        return text
    return "\n".join(_closed(line) for line in text.split("\n"))


def made_safe(text: str) -> str:
    """`clean` for a text that entities point into: each character is kept or replaced by one of its length.

    Needed after rendering and cutting, because markdown's `&#1;` brings control characters back and a cut
    parts what belongs together.
    """
    if _UNSAFE.search(text) is not None:
        text = text.translate(_IN_PLACE)
    if _BIDI.search(text) is None:
        return text
    return "\n".join(_neutralised(line) for line in text.split("\n"))


def escape_markdown_v2(text: str) -> str:
    """`text` escaped so that Telegram's `parse_mode="MarkdownV2"` shows it as it is, outside of entities."""
    return text.translate(_MARKDOWN_V2)


def _closed(line: str) -> str:
    opened, strays = _unmatched(line)
    gone = set(strays)
    kept = "".join(char for index, char in enumerate(line) if index not in gone) if gone else line
    return kept + "".join(_CLOSER[line[index]] for index in reversed(opened))


def _neutralised(line: str) -> str:
    characters = list(line)
    for positions in _unmatched(line):
        for index in positions:
            characters[index] = _WORD_JOINER
    return "".join(characters)


def _unmatched(line: str) -> tuple[list[int], list[int]]:
    """Positions of the openers that nothing closes and of the closers that close nothing (UAX #9, BD9, BD11).

    A closed isolate ends what was embedded inside it.
    """
    opened: list[int] = []
    strays: list[int] = []
    for index, char in _controls(line):
        if char in _CLOSER:
            opened.append(index)
        elif char == "\u202c":
            if opened and line[opened[-1]] in _EMBEDDINGS:
                opened.pop()
            else:
                strays.append(index)
        elif any(line[position] in _ISOLATES for position in opened):
            while line[opened.pop()] not in _ISOLATES:
                pass
        else:
            strays.append(index)
    return opened, strays


def _controls(line: str) -> Iterator[tuple[int, str]]:
    return ((match.start(), match.group()) for match in _BIDI.finditer(line))
