"""Conversions between units with exact factors: "5 km = 5,000 m", "100 miles (160 km)", "350°F (177°C)"."""

# ruff: noqa: E501 - a pattern reads better in one piece

import re
from collections.abc import Iterator
from fractions import Fraction

from qa.opinions.claims import Claim
from qa.opinions.measures import UNITS, factor_of
from qa.opinions.numerals import CONVENTIONS, DIGITS, Amount, Convention, read_amount, spelled
from qa.opinions.prose import Line

KIND = "conversion"
_UNIT = rf"(?:{UNITS})s?"
_ONE = rf"{DIGITS}[- ]?{_UNIT}(?![^\W\u3400-\u9fff]|[²³/^°]|\s?/| per\b)"
_MANY = rf"{_ONE}(?:,? (?:and )?{_ONE}){{0,2}}"
_CONVERSION = re.compile(
    rf"(?<![\w.,/:°×*+−^\-–])(?<!\d )(?<!± )(?<!per )(?<!by )(?P<left>{_MANY})"
    rf"(?P<how> ?=+ ?| ?≈ ?| is equal to | equals | is | are | entspricht | entsprechen | sind | ist | son | 等于 ?|等于|是| \((?:about |approximately |approx\. |or |~|ca\. )?)"
    rf"(?P<about>about |approximately |roughly |around |~|etwa |rund )?(?P<right>{_MANY})(?P<end>\)?)",
    re.IGNORECASE,
)
_IN = re.compile(rf"({DIGITS})[- ]?({_UNIT})(?![^\W\u3400-\u9fff])", re.IGNORECASE)
_DEGREES = re.compile(
    rf"(?<![\w.,/:\-–])(?P<one>[-−]?{DIGITS}) ?°? ?(?P<from>[CF])\b(?P<how> ?= ?| ?≈ ?| is equal to | equals | is | \((?:about |approximately )?)"
    rf"(?:about |approximately |roughly )?(?P<other>[-−]?{DIGITS}) ?°? ?(?P<to>[CF])\b(?P<end>\)?)"
)
_LOOSE, _CLOSE = Fraction(6, 100), Fraction(1, 100)
_DEGREES_OFF, _DEGREES_ROUND = 1, 8


def find_conversions(line: Line) -> Iterator[Claim]:
    """Every conversion in the line that can be judged."""
    for sentence in line.sentences:
        for found in _CONVERSION.finditer(sentence):
            if found["how"].startswith(" (") == (found["end"] == ")"):
                yield from _measure(found)
        if "C" in sentence and "F" in sentence:
            for found in _DEGREES.finditer(sentence):
                if found["how"].startswith(" (") == (found["end"] == ")") and found["from"] != found["to"]:
                    yield from _degrees(found)


def _measure(found: re.Match[str]) -> Iterator[Claim]:
    left, right = _IN.findall(found["left"]), _IN.findall(found["right"])
    factors = [factor_of(unit) for _, unit in (*left, *right)]
    if len({unit for _, unit in left} | {unit for _, unit in right}) < 2 or None in factors:
        return
    dimensions = {factor[0] for factor in factors if factor is not None}
    if len(dimensions) != 1 or (dimensions == {"span"} and found["how"].startswith(" (")):
        return
    if any(unit in ("M", "G", "H", "S") for _, unit in (*left, *right)):
        return
    outcomes = [outcome for each in CONVENTIONS if (outcome := _judged(found, left, right, each)) is not None]
    if outcomes:
        holds = any(holds for holds, _ in outcomes)
        said = found[0].strip()
        yield Claim(KIND, said, holds, "" if holds else outcomes[0][1])


def _judged(
    found: re.Match[str], left: list[tuple[str, str]], right: list[tuple[str, str]], convention: Convention
) -> tuple[bool, str] | None:
    one, other = _sum(left, convention), _sum(right, convention)
    if one is None or other is None:
        return None
    exact, stated = one[0], other[0]
    base = factor_of(right[-1][1])
    if found["end"] and not Fraction(1, 2) < exact / (stated or 1) < 2:
        return None  # what stands in brackets may be about something else
    if base is None:
        return None
    gap = abs(exact - stated)
    if not stated > 0 or not Fraction(1, 50) < exact / stated < 50:
        return None  # the scale of a map, perhaps
    says_is = not found["how"].startswith((" (", " ≈", "≈")) and not found["about"]
    loose = _CLOSE if says_is else _LOOSE
    holds = gap == 0 or (gap < other[1] and gap < abs(exact) / 5) or gap <= loose * abs(exact)
    if says_is and len(left) == len(right) == 1 and gap and _is_whole_ratio(left[0][1], right[0][1]):
        holds = gap < other[1] and other[1] < base[1]
    return holds, f"{found['left']} is {spelled(exact / base[1])} {right[-1][1]}"


def _is_whole_ratio(one: str, other: str) -> bool:
    """Whether the units are of one system, so that nobody rounds between them."""
    first, second = factor_of(one), factor_of(other)
    if first is None or second is None:
        return False
    ratio = first[1] / second[1]
    return ratio.denominator == 1 and ratio % 1 == 0


def _sum(parts: list[tuple[str, str]], convention: Convention) -> tuple[Fraction, Fraction] | None:
    """The whole quantity in the dimension's base unit, and the size of its last place there."""
    total, ulp = Fraction(0), Fraction(0)
    for digits, unit in parts:
        amount, factor = read_amount(digits, convention), factor_of(unit)
        if amount is None or factor is None:
            return None
        total += amount.value * factor[1]
        ulp = _last_place(amount) * factor[1]
    return total, ulp


def _last_place(amount: Amount) -> Fraction:
    """A whole number that ends in zeros may have been rounded to them."""
    ulp = amount.ulp
    while ulp >= 1 and amount.value and amount.value % (ulp * 10) == 0:
        ulp *= 10
    return ulp


def _degrees(found: re.Match[str]) -> Iterator[Claim]:
    read = [_temperatures(found, convention) for convention in CONVENTIONS]
    outcomes = [pair for pair in read if pair is not None]
    if not outcomes:
        return
    says_is = not found["how"].startswith((" (", " ≈", "≈"))
    allowed = _DEGREES_OFF if says_is else _DEGREES_ROUND
    holds = any(
        abs(exact - stated) <= allowed or abs(change - stated) <= 1 for exact, change, stated in outcomes
    )
    right = f"{found['one']}°{found['from']} is {spelled(outcomes[0][0])}°{found['to']}"
    yield Claim(KIND, found[0].strip(), holds, "" if holds else right)


def _temperatures(found: re.Match[str], convention: Convention) -> tuple[Fraction, Fraction, Fraction] | None:
    """What it is, what it is as a difference of temperatures, and what is stated."""
    one, other = _signed(found["one"], convention), _signed(found["other"], convention)
    if one is None or other is None:
        return None
    if found["from"] == "C":
        return one * Fraction(9, 5) + 32, one * Fraction(9, 5), other
    return (one - 32) * Fraction(5, 9), one * Fraction(5, 9), other


def _signed(text: str, convention: Convention) -> Fraction | None:
    amount = read_amount(text.lstrip("-−"), convention)
    if amount is None:
        return None
    return -amount.value if text.startswith(("-", "−")) else amount.value
