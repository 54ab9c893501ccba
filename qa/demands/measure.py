"""Counts in an answer, as the reader of a demand would count them. Pure; time is linear in the text.

Where two ways of counting are usual (is "don't" one word or two, is "1." a sentence?) the result is a range,
and a demand is broken only when no number of the range meets it.
"""

import re
from dataclasses import dataclass

from qa.fences import split_fences

_WORD = re.compile(r"\w+")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_END = re.compile(r"[.!?…]+[\"'”’)\]*_}»]*(?=\s|$)|[。！？]+[”’」』）]*")
# The number of a list item: at the beginning of its line.
_NUMERAL = re.compile(r"\n[ \t]{0,8}[(\[*_#>-]{0,6}[ \t]?(?:\d{1,3}|[ivxlc]{1,4}|[A-Za-z])\.$")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"'“])(?:mr|mrs|ms|dr|st|jr|sr|prof|vs|etc|inc|ltd|co|corp|no|dept|est|approx|e\.g|i\.e|a\.m|p\.m|u\.s|u\.k|d\.c|ph\.d|gen|sen|gov|rep|lt|col|sgt|capt|rev|ave|fig|vol"
    r"|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec|p\.p\.s|p\.s|p\.p|(?-i:[B-HJ-Z]))\.$",
    re.IGNORECASE,
)
_BULLET = re.compile(
    r"^[ \t]{0,40}(?:\*(?!\*)|-(?!-)|•|\+)[ \t]*\S.*$|^[ \t]{0,40}\*[ \t]+\*\*.*$", re.MULTILINE
)
_NUMBERED = re.compile(r"^[ \t]{0,40}(?:\*\*)?\d{1,4}[.)、]", re.MULTILINE)
_PLACEHOLDER = re.compile(r"\[[^\[\]\n]{0,300}\]")
_SINGLE = re.compile(r"\*([^*\n]{0,2000})\*")
_DOUBLE = re.compile(r"\*\*([^*\n]{0,2000})\*\*")
_DIVIDER = re.compile(r"\s?\*\*\*\s?")
_TOKEN = re.compile(r"[^\W_]+(?:[.&/-][^\W_]+)*")
_JOINED = re.compile(r"[^\W_]+(?:[.&/'-][^\W_]+)*")
_HEADING = re.compile(r"^\s*(?:#{1,6}\s|<<|\*\*[^*\n]+\*\*:?\s*$|[-*_]{3,}\s*$)")


@dataclass(frozen=True, slots=True)
class Range:
    """The smallest and the largest number that can be meant."""

    low: int
    high: int

    def __str__(self) -> str:
        return str(self.low) if self.low == self.high else f"{self.low} to {self.high}"


def words(text: str) -> Range:
    """Words: by white space at least, by runs of letters and digits at most. Chinese characters count one each."""
    han = len(_HAN.findall(text))
    spaced = sum(1 for word in text.split() if _WORD.search(word))
    runs = len(_WORD.findall(text))
    if han:
        plain = _HAN.sub(" ", text)
        other = len(_WORD.findall(plain))
        return Range(min(han + other, spaced), han + other)
    return Range(min(spaced, runs), max(spaced, runs))


def sentences(text: str) -> Range:
    """Sentences: those that end with a mark, or a line; "1." of a list counts as one, as the usual checkers do."""
    sure = unsure = last = 0
    text = "\n" + text.rstrip()
    whole = len(text)
    for found in _END.finditer(text):
        if found[0].startswith("..") and not re.match(r"\s+[A-Z]", text[found.end() : found.end() + 4]):
            continue
        if found[0].startswith(".") and text[found.start() - 1].isalnum():
            before = text[max(0, found.start() - 24) : found.start() + 1]
            if _ABBREVIATION.search(before) and not _NUMERAL.search(before):
                if found.end() < whole:
                    continue
            elif _NUMERAL.search(before):
                unsure += 1
                continue
        sure += bool(_WORD.search(text, last, found.end()))
        last = found.end()
    rest = text[last:]
    if _WORD.search(rest):
        sure += 1
    ends = sure + unsure
    lines = sum(max(1, _marks(line)) for line in text.split("\n") if len(line.split()) > 2)
    return Range(min(ends, max(sure, lines)), ends)


def _marks(line: str) -> int:
    return sum(
        1
        for found in _END.finditer(line)
        if not line[max(0, found.start() - 1)].isalnum()
        or not _ABBREVIATION.search(line, max(0, found.start() - 12), found.start() + 1)
    )


def paragraphs(text: str) -> Range:
    """Paragraphs between blank lines; at least without headings and rules, at most also by single lines."""
    blocks = [block for block in re.split(r"\n[ \t]*\n", text) if block.strip()]
    real = [block for block in blocks if not _HEADING.match(block) or "\n" in block.strip()]
    long = [block for block in real if len(block.split()) >= 8]
    lines = [line for line in text.split("\n") if len(line.split()) >= 8]
    numbers = (len(blocks), len(real), len(long), len(lines))
    return Range(max(1, min(numbers)) if blocks else 0, max(numbers))


def blocks(text: str) -> Range:
    """Pieces between blank lines, whatever they are."""
    number = sum(1 for piece in text.split("\n\n") if piece.strip())
    return Range(number, number)


def divided(text: str) -> Range | None:
    """Parts between dividers of three asterisks; None when one in the middle is empty."""
    parts = _DIVIDER.split(text)
    number = len(parts)
    for index, part in enumerate(parts):
        if not part.strip():
            if index in (0, len(parts) - 1):
                number -= 1
            else:
                return None
    return Range(number, number)


def lines(text: str) -> Range:
    """Lines that are not blank; a first one that is a heading may be left out."""
    full = [line for line in text.split("\n") if line.strip()]
    without = [line for line in full if not _HEADING.match(line)]
    return Range(max(0, min(len(without), len(full) - 2)) if full else 0, len(full))


def characters(text: str) -> Range:
    """Characters without and with white space."""
    return Range(sum(map(len, text.split())), len(text.strip()))


def han(text: str) -> Range:
    """Chinese characters: without punctuation and digits at least, everything but white space at most."""
    return Range(len(_HAN.findall(text)), sum(map(len, text.split())))


def bullets(text: str) -> Range:
    """Bullet points in Markdown, outside of code; nested ones may be left out, `•` may count."""
    plain = split_fences(text).outside if "```" in text else text
    found = _BULLET.findall(plain)
    marked = [line for line in found if line.lstrip()[0] in "*-"]
    return Range(len(marked), len(marked)) if marked else Range(0, 0)


def numbered(text: str) -> Range:
    """Lines that begin with a number and a full stop or bracket."""
    number = len(_NUMBERED.findall(text))
    return Range(number, number)


def placeholders(text: str) -> Range:
    """Pieces in square brackets."""
    number = len(_PLACEHOLDER.findall(text))
    return Range(number, number)


def highlights(text: str) -> Range:
    """Pieces between asterisks, single or double."""
    single = sum(1 for piece in _SINGLE.findall(text) if piece.strip())
    double = sum(1 for piece in _DOUBLE.findall(text) if piece.strip())
    return Range(max(single, double), single + double)


def capital_words(text: str) -> Range:
    """Words in capitals, "I" and "A" among them, as the usual checkers count; "DON'T" is one or two."""
    plain = text.replace("’", "'")
    joined = sum(1 for token in _JOINED.findall(plain) if token.isupper())
    split = sum(1 for token in _TOKEN.findall(plain) if token.isupper())
    return Range(min(joined, split), max(joined, split))


COUNTS = {
    "words": words,
    "sentences": sentences,
    "paragraphs": paragraphs,
    "blocks": blocks,
    "divided": divided,
    "lines": lines,
    "characters": characters,
    "han": han,
    "bullets": bullets,
    "numbered": numbered,
    "placeholders": placeholders,
    "highlights": highlights,
    "capital_words": capital_words,
}
"""How each unit is counted. A new unit is one function and one line here."""
