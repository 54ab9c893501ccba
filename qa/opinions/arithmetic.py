"""Equations of numbers in prose: "3 x 12 = 36", "12 divided by 4 is 3", "(5 + 7) / 2 = 6 hours".

Both sides of each equals sign are worked out in exact fractions; a result may be rounded or cut off at its last place.
What has units that do not fit together, or could be a range, is left alone.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from qa.opinions.claims import Claim
from qa.opinions.evaluation import MINUS, PLUS, CannotTell, Value, evaluate
from qa.opinions.measures import dimension_of
from qa.opinions.numerals import CONVENTIONS, SCALES, Amount, Convention, read_amount, spelled
from qa.opinions.prose import Line
from qa.opinions.sides import Side, left_of, right_of
from qa.opinions.tokens import Token, in_signs, tokens_of

KIND = "arithmetic"
MAX_EQUATIONS = 200
ABOUT = Fraction(1, 10)
"""How far a result may be off that is said to be about right."""

_PACKS_WORDS = (
    "dozen dozens pair pairs couple score gross half quarter double triple dutzend paar squared cubed"
)
_PACKS = frozenset(_PACKS_WORDS.split())
_IDIOMS = {("1", "1", "3"), ("1", "1", "11"), ("2", "2", "5")}


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read an equation: what a comma is, whether 20% is 0.2, whether "3/4" binds closer than "÷"."""

    convention: Convention
    hundredths: bool
    fractions: bool


def find_equations(line: Line) -> Iterator[Claim]:
    """Every equation of the line that can be judged."""
    for sentence in line.sentences:
        text = in_signs(sentence)
        if "=" not in text and "≈" not in text:
            continue
        tokens = tokens_of(text)
        equals = [place for place, token in enumerate(tokens) if token.kind == "equals"]
        for place in equals[:MAX_EQUATIONS]:
            left, right = left_of(tokens, place, text), right_of(tokens, place, text)
            if left is not None and right is not None:
                claim = _claim(
                    left, right, is_about=tokens[place].text != "=" or _says_about(text, tokens[place])
                )
                if claim is not None:
                    yield claim


def _says_about(text: str, equals: Token) -> bool:
    return bool(
        re.match(
            r"\s*(?:about|approximately|approx|roughly|around|nearly|almost|~|ca|etwa|rund)",
            text[equals.end :],
        )
    )


def _claim(left: Side, right: Side, *, is_about: bool) -> Claim | None:
    if not (left.signs - {"(", ")"}) and not (right.signs - {"(", ")"}):
        return None
    if not _fits(left, right) or _is_idiom(left, right) or _may_be_a_span(left, right):
        return None
    tried = [_outcome(left, right, reading, is_about=is_about) for reading in _readings(left, right)]
    outcomes = [outcome for outcome in tried if outcome is not None]
    if not outcomes:
        return None
    said = f"{left.said} = {right.said}"
    if any(holds for holds, _ in outcomes):
        return Claim(KIND, said, holds=True)
    return Claim(KIND, said, holds=False, instead=outcomes[0][1])


def _fits(left: Side, right: Side) -> bool:
    """Whether the units allow the numbers to be compared as they are."""
    if any(unit in _PACKS for unit in (*left.units, *right.units)):
        return False
    for side in (left, right):
        percents = [bool(number.found["percent"]) for number in side.numbers]
        if side.signs & (PLUS | MINUS) and any(percents) and not all(percents):
            return False
    units = {_singular(unit) for unit in (*left.units, *right.units) if unit}
    if (left.signs | right.signs) & (PLUS | MINUS) and len({_singular(u) for u in left.units if u}) > 1:
        return False
    if left.units[-1:] != right.units[-1:] and any(
        "10^" in side.said.replace(" ", "") for side in (left, right)
    ):
        return False  # "760 mm Hg = 1 × 10^6 dynes": a conversion between units that nobody here knows
    dimensions = [dimension_of(unit) for unit in units]
    known = [each for each in dimensions if each is not None]
    return len(known) == len(set(known))


def _singular(unit: str) -> str:
    return unit.removesuffix("s") if len(unit) > 2 else unit


def _is_idiom(left: Side, right: Side) -> bool:
    return tuple(number.text.strip() for number in (*left.numbers, *right.numbers)) in _IDIOMS


def _may_be_a_span(left: Side, right: Side) -> bool:
    """A dash that touches its numbers may mean "to", as in "10-15 = 6 pages"."""
    for before, token, after in zip(left.tokens, left.tokens[1:], left.tokens[2:], strict=False):
        if token.text in MINUS and before.kind == after.kind == "number" and before.end == token.start:
            one, other = (read_amount(each.found["digits"] or "", "point") for each in (before, after))
            if one is None or other is None or one.value <= other.value or right.units != ("",):
                return True
    return False


def _readings(left: Side, right: Side) -> Iterator[_Reading]:
    numbers = (*left.numbers, *right.numbers)
    has_percent = any(number.found["percent"] for number in numbers)
    divides = any(
        _is_fraction(side.tokens, place) for side in (left, right) for place in range(len(side.tokens))
    )
    for convention in CONVENTIONS:
        for hundredths in (False, True) if has_percent else (False,):
            for fractions in (False, True) if divides else (False,):
                yield _Reading(convention, hundredths=hundredths, fractions=fractions)


def _outcome(left: Side, right: Side, reading: _Reading, *, is_about: bool) -> tuple[bool, str] | None:
    """Whether they are equal in this reading, and what the left side really is."""
    try:
        one, other = _value(left, reading), _value(right, reading)
        holds = _equal((left, one), (right, other), reading, is_about=is_about)
    except CannotTell:
        return None
    is_share = reading.hundredths and bool(right.numbers[-1].found["percent"])
    middle = (one.low + one.high) / 2 * (100 if is_share else 1)
    return holds, f"{left.said} is {spelled(middle)}{'%' if is_share else ''}"


def _value(side: Side, reading: _Reading) -> Value:
    parts: list[Value | str] = []
    fraction_ends = -1
    for place, token in enumerate(side.tokens):
        if token.kind == "number":
            if reading.fractions and fraction_ends < place and _is_fraction(side.tokens, place):
                parts.append("(")
                fraction_ends = place + 2
            parts += _number(token, reading)
            if place == fraction_ends:
                parts.append(")")
        elif token.text in ("²", "³"):
            parts += ["^", Value.of(Fraction(2 if token.text == "²" else 3))]
        else:
            parts.append(token.text)
    return evaluate(parts)


def _is_fraction(tokens: Sequence[Token], place: int) -> bool:
    """A fraction without blanks, such as "3/4": it binds closer than the division beside it."""
    one, sign, other = (*tokens[place : place + 3], None, None, None)[:3]
    if one is None or sign is None or other is None or sign.text != "/" or other.kind != "number":
        return False
    return one.end == sign.start and sign.end == other.start


def _number(token: Token, reading: _Reading) -> list[Value | str]:
    if token.found["mixed"]:
        whole, part, parts = (
            Value.of(Fraction(int(token.found[name]))) for name in ("mixed", "part", "parts")
        )
        return ["(", whole, "+", part, "/", parts, ")"]
    amount = _amount(token, reading.convention)
    scale = Fraction(1, 100) if reading.hundredths and token.found["percent"] else Fraction(1)
    # Two decimals and more may have been rounded, except in money, and such as 0.25.
    is_money = bool(token.found["money"] or token.found["after"])
    is_round = amount.ulp == Fraction(1, 100) and amount.value % Fraction(1, 20) == 0
    half = amount.ulp / 2 if amount.ulp < Fraction(1, 10) and not is_money and not is_round else Fraction(0)
    return [Value.of(amount.value * scale, half * scale, is_exact=amount.is_whole and scale == 1)]


def _amount(token: Token, convention: Convention) -> Amount:
    amount = read_amount(token.found["digits"] or "", convention)
    if amount is None:
        raise CannotTell
    scale = token.found["scale"]
    return amount.scaled(SCALES[scale.strip()]) if scale else amount


def _equal(left: tuple[Side, Value], right: tuple[Side, Value], reading: _Reading, *, is_about: bool) -> bool:
    (_, one), (_, other) = left, right
    gap = max(one.low, other.low) - min(one.high, other.high)
    if gap <= 0:
        return True
    if is_about:
        return gap <= ABOUT * max(abs(one.high), abs(other.high))
    return _is_rounded(*right, one, gap, reading) or _is_rounded(*left, other, gap, reading)


def _is_rounded(side: Side, value: Value, exact: Value, gap: Fraction, reading: _Reading) -> bool:
    """Whether the side is one number that somebody may write for the exact one."""
    if len(side.numbers) != 1 or side.signs - {"(", ")"} or side.numbers[0].found["mixed"]:
        return False
    stated = _amount(side.numbers[0], reading.convention)
    is_share = reading.hundredths and side.numbers[0].found["percent"]
    ulp = stated.ulp / 100 if is_share else stated.ulp
    if not (exact.is_exact and stated.is_whole) and gap < ulp:
        return True
    return stated.value % 100 == 0 and gap < abs(value.high) / 200
