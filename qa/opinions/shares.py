"""Shares in words: "45 of the 60 students (75 %)", "15% of 200 is 30", "from 80 to 100, a 25 % increase"."""

# ruff: noqa: E501 - a pattern reads better in one piece

import re
from collections.abc import Iterator
from fractions import Fraction

from qa.opinions.claims import Claim
from qa.opinions.numerals import DIGITS, Amount, readings, spelled
from qa.opinions.prose import Line

KIND = "share"
_N = rf"(?:[$€£¥] ?)?({DIGITS})"
_P = rf"({DIGITS}) ?(?:%|percent\b|per cent\b|Prozent\b)"
_ABOUT = r"(?:(about|approximately|approx\.?|roughly|around|nearly|almost|over|more than|less than|under|just|only|~|≈|ca\.|etwa|rund|knapp|fast|über|约|大约) ?)?"
_THINGS = r"(?: (?!or\b|and\b|of\b|from\b|to\b)[^\W\d_]+){0,3}?"
_OF = re.compile(
    rf"(?<![\w.,/:–-]){_N} (?:out of|of|von|sur|de)(?: the| den| les| los)? {_N}{_THINGS}"
    rf"(?: ?\(| is| =| or|, or|, i\.e\.,?|, which is| equals| sind| ist|, das sind) ?{_ABOUT}{_P}(?P<end>\)|[.,;!]?(?=\s|$))(?! of| von| confid)",
    re.IGNORECASE,
)
_SHARE = re.compile(
    rf"(?<![\w.,/:–-]){_P} (?:of|von|de) {_N}{_THINGS} (?:is|=|equals|are|ist|sind|es|ergibt) {_ABOUT}{_N}"
    r"(?![\w%²³^/*×+]| ?[%×*+/^-]| (?:percent|million|billion|thousand|times|of|more|less|out|to|plus|and|or|minus|x)\b)",
    re.IGNORECASE,
)
_SHARE_ZH = re.compile(rf"(?<![\w.]){_N}的({DIGITS})%(?:是|等于|为){_N}(?![\d.,%])")
_CHANGE = re.compile(
    rf"\bfrom {_N} to {_N}(?P<middle>,| is| =|:| \(|, which is|, that is|, or)(?: an?| that is an?)? {{0,1}}{_ABOUT}"
    rf"{_P} (?P<way>increase|rise|growth|gain|decrease|drop|decline|reduction|fall)\b",
    re.IGNORECASE,
)  # fmt: skip
_UP = frozenset({"increase", "rise", "growth", "gain"})
_LOOSE = Fraction(5)
_COARSE = frozenset({"over", "more than", "less than", "under", "über"})


def find_shares(line: Line) -> Iterator[Claim]:
    """Every share in the line that can be judged."""
    for sentence in line.sentences:
        if not any(mark in sentence for mark in ("%", "ercent", "er cent", "Prozent")):
            continue
        for found in _OF.finditer(sentence):
            if _balanced(found):
                yield from _of(found)
        for found in _SHARE.finditer(sentence):
            if not _is_list(sentence, found.start()):
                yield from _share(found, percent=found[1], whole=found[2], part=found[4], about=found[3])
        for found in _SHARE_ZH.finditer(sentence):
            yield from _share(found, percent=found[2], whole=found[1], part=found[3], about=None)
        for found in _CHANGE.finditer(sentence):
            yield from _change(found)


def _balanced(found: re.Match[str]) -> bool:
    return ("(" in found[0]) == (found["end"] == ")")


def _is_list(sentence: str, start: int) -> bool:
    """More than one thing is summed up: "20% and 30% of 50 are …", "minus 10% of 50 is …"."""
    before = sentence[max(0, start - 24) : start].casefold()
    return bool(
        re.search(
            r"%\s*(?:and|or|,|to|und|of)\s*$|\b(?:plus|minus|off|and|another|then|of|less|more|than)\s*$|[-+−–×*/=]\s*$",
            before,
        )
    )


def _of(found: re.Match[str]) -> Iterator[Claim]:
    for part, whole, share in list(readings(found[1], found[2], found[4]))[:1]:
        if whole.value == 0 or part.value > whole.value:
            return
        exact = 100 * part.value / whole.value
        holds = any(
            _near(100 * p.value / w.value, s, found[3])
            for p, w, s in readings(found[1], found[2], found[4])
            if w.value
        )
        yield Claim(
            KIND, found[0].strip(), holds, "" if holds else f"{found[1]} of {found[2]} is {spelled(exact)} %"
        )
        del share


def _share(
    found: re.Match[str], *, percent: str, whole: str, part: str, about: str | None
) -> Iterator[Claim]:
    read = list(readings(percent, whole, part))
    if not read:
        return
    exact = read[0][0].value * read[0][1].value / 100
    holds = any(_part_holds(p, w, s, about) for p, w, s in read)
    yield Claim(KIND, found[0].strip(), holds, "" if holds else f"{percent} % of {whole} is {spelled(exact)}")


def _part_holds(percent: Amount, whole: Amount, stated: Amount, about: str | None) -> bool:
    """A percentage that is no multiple of five may itself have been rounded."""
    if about:
        return (
            abs(percent.value * whole.value / 100 - stated.value) <= abs(stated.value) / 5
            or about.lower() in _COARSE
        )
    slack = Fraction(0) if percent.value % 5 == 0 else percent.ulp / 2 * whole.value / 100
    ulp = (
        stated.ulp if stated.ulp < 1 or (percent.value * whole.value / 100).denominator != 1 else Fraction(0)
    )
    gap = abs(percent.value * whole.value / 100 - stated.value) - slack
    return gap <= 0 or gap < ulp


def _change(found: re.Match[str]) -> Iterator[Claim]:
    read = list(readings(found[1], found[2], found[5]))
    if not read or read[0][0].value == 0 or "%" in found[0][: found.start("middle") - found.start()]:
        return
    sign = 1 if found["way"].casefold() in _UP else -1
    rates = [
        (100 * sign * (new.value - old.value) / old.value, stated) for old, new, stated in read if old.value
    ]
    if (
        not rates
        or rates[0][0] < 0
        or ("(" in found["middle"]) > (")" in found.string[found.end() : found.end() + 40])
    ):
        return
    holds = any(_near(rate, stated, found[4]) for rate, stated in rates)
    right = f"from {found[1]} to {found[2]} is {spelled(rates[0][0])} %"
    yield Claim("change", found[0].strip(), holds, "" if holds else right)


def _near(exact: Fraction, stated: Amount, about: str | None) -> bool:
    if about is None or about.casefold() in ("just", "only"):
        return abs(exact - stated.value) < stated.ulp
    return abs(exact - stated.value) <= _LOOSE or about.casefold() in _COARSE
