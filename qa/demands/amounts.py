"""Amounts in English words: "at least twelve", "no more than 150", "5 to 10", "300+". Used by the readers.

Every pattern is bounded, so that a hostile request costs no more than a long one.
"""

# ruff: noqa: E501 - a pattern reads better in one piece

import re
from dataclasses import dataclass

_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]
_VALUES = {word: value for value, word in enumerate(_ONES)}
_VALUES |= {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}
_VALUES |= {"a": 1, "an": 1, "single": 1, "a single": 1, "dozen": 12, "a dozen": 12, "hundred": 100}
_VALUES |= {"a hundred": 100, "once": 1, "twice": 2, "a thousand": 1000, "a couple of": 2, "both": 2}
_HUNDREDS = {f"{word} hundred": value * 100 for word, value in _VALUES.items() if 1 <= value <= 12}
_VALUES = (
    _HUNDREDS
    | {f"{word} thousand": value * 1000 for word, value in _VALUES.items() if 1 <= value <= 10}
    | _VALUES
)

_WORDS = "|".join(sorted((word.replace(" ", r"\s") for word in _VALUES), key=len, reverse=True))
NUMBER = rf"(?:\d{{1,3}}(?:,\d{{3}})+|\d{{1,6}}|(?:{_WORDS})(?![\w]))"
_LEAST = r"at\s(?:the\s)?(?:very\s)?least|(?:no|not)\s(?:less|fewer)\sthan|(?:a\s)?minimum(?:\sof)?|min\.?|greater\sthan\sor\sequal\sto|≥|>="
_OVER = r"(?:(?:strictly\s)?more|greater|longer|higher)\sthan|over|above|exceeding|upwards\sof|>"
_MOST = (
    r"at\s(?:the\s)?(?:very\s)?most|(?:no|not)\s(?:more|longer|greater)\sthan|(?:not|never)\s(?:to\s)?exceed(?:ing|s)?|up\sto|(?:a\s)?maximum(?:\sof)?|max\.?"
    r"|within|(?:a\s)?limit\sof|limit(?:ed)?\sto|capped\sat|≤|<=|(?:not|never)\s(?:go\s)?(?:over|above|beyond|exceed)"
)
_UNDER = r"(?:(?:strictly\s)?less|fewer|shorter|lower|smaller)\sthan|under|below|<"
_EXACT = r"exactly|precisely|just|only|a\stotal\sof"
_ABOUT = r"about|around|approximately|approx\.?|roughly|circa|some|nearly|almost|close\sto|~|≈"
AMOUNT = (
    rf"(?P<relation>(?P<atleast>{_LEAST})|(?P<atmost>{_MOST})|(?P<over>{_OVER})|(?P<under>{_UNDER})|(?P<exact>{_EXACT})|(?P<about>{_ABOUT})"
    rf"|(?P<between>between))?\s?(?P<first>{NUMBER})"
    rf"(?:\s?(?:to|-|–|—|and|or)\s?(?P<second>{NUMBER}))?"
    r"(?:\s?(?P<plus>\+)|\s(?P<more>or\smore|or\sabove|at\s(?:the\s)?least|minimum)|\s(?P<fewer>or\s(?:less|fewer|under)|at\s(?:the\s)?most|max(?:imum)?|tops))?"
)
"""One amount as a pattern with named groups, for use in a larger pattern; `amount_of` reads the match."""

# Two amounts in one pattern: the groups of the second have this prefix.
SECOND = "x_"


class Renamed:
    """A match whose amount stands in the groups with the prefix `x_`."""

    def __init__(self, found: re.Match[str]) -> None:
        self._found = found
        self.string = found.string

    def __getitem__(self, name: str) -> str | None:
        return self._found[SECOND + name]

    def start(self, name: str) -> int:
        """Where the group begins in the string."""
        return self._found.start(SECOND + name)


_REFUSED = re.compile(
    r"\b(?:not|don't|dont|never|cannot|can't|mustn't|shouldn't|no)\s(?:(?!(?:and|but|then)\s)\S{1,20}(?<![,;:])\s){0,5}$",
    re.IGNORECASE,
)
# "Bare" and "about" numbers of words and characters are an aim, not a limit; the owner would not send back 440 of 500.
_LOOSE_LOW, _LOOSE_HIGH = 0.6, 1.6


@dataclass(frozen=True, slots=True)
class Amount:
    """A range with both ends included; `bare` when the request names a number without any relation."""

    least: int | None
    most: int | None
    bare: bool = False


def value_of(number: str) -> int:
    """The value of one number as `NUMBER` matches it."""
    plain = " ".join(number.lower().split())
    return _VALUES[plain] if plain in _VALUES else int(plain.replace(",", ""))


def loosened(number: int) -> Amount:
    """What "about `number`" allows."""
    return Amount(int(number * _LOOSE_LOW), int(number * _LOOSE_HIGH) + 1)


def amount_of(found: re.Match[str] | Renamed) -> Amount | None:
    """The range that a match of `AMOUNT` means, in view of the negation before it; None when it is none."""
    first = value_of(found["first"] or "0")
    refused = bool(_REFUSED.search(found.string[max(0, found.start("first") - 80) : _start(found)]))
    if found["second"] and not found["atleast"] and not found["atmost"]:
        second = value_of(found["second"])
        return Amount(first, second) if first <= second and not refused else None
    if refused:
        return _refused(found, first)
    if found["atleast"] or found["plus"] or found["more"]:
        return Amount(first, None)
    if found["over"]:
        return Amount(first + 1, None)
    if found["atmost"] or found["fewer"]:
        return Amount(None, first)
    if found["under"]:
        return Amount(None, max(0, first - 1))
    if found["about"]:
        return loosened(first)
    return Amount(first, first, bare=found["exact"] is None)


def _start(found: re.Match[str] | Renamed) -> int:
    return found.start("relation") if found["relation"] else found.start("first")


def _refused(found: re.Match[str] | Renamed, first: int) -> Amount | None:
    """ "Not more than", with words between: the other way round. A bare number that is refused demands nothing."""
    if found["over"] or found["plus"] or found["more"]:
        return Amount(None, first)
    if found["under"] or found["fewer"]:
        return Amount(first, None)
    return None
