"""The value of an expression of numbers, as a range: exact where it was written exactly, wider where it was rounded.

A small parser with the usual precedence: signs, powers, × and ÷ from the left, + and − from the left. Bounded in depth
and size; whatever it does not know raises `CannotTell`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import factorial, isqrt

MAX_DEPTH = 12
MAX_BITS = 400
POWERS = {"^", "**"}
TIMES, OVER = {"×", "x", "X", "*", "·", "⋅", "✕"}, {"÷", "/"}
PLUS, MINUS = {"+"}, {"-", "−", "–"}


class CannotTell(Exception):
    """The expression has no value that is beyond doubt."""


@dataclass(frozen=True, slots=True)
class Value:
    """From `low` to `high`, both included; `is_exact`: of whole numbers, by +, − and × alone."""

    low: Fraction
    high: Fraction
    is_exact: bool = True

    @classmethod
    def of(cls, value: Fraction, half_ulp: Fraction = Fraction(0), *, is_exact: bool = True) -> "Value":
        """A number, give or take."""
        return cls(value - half_ulp, value + half_ulp, is_exact)


def evaluate(parts: Sequence[Value | str]) -> Value:
    """The value of numbers and signs in the order in which they were written.

    Raises:
        CannotTell: not an expression, or not one of ordinary size.
    """
    parser = _Parser(parts)
    value = parser.sum(0)
    if parser.place != len(parts):
        raise CannotTell
    return value


class _Parser:
    def __init__(self, parts: Sequence[Value | str]) -> None:
        self._parts = parts
        self.place = 0

    def _next(self) -> Value | str | None:
        return self._parts[self.place] if self.place < len(self._parts) else None

    def _take(self, signs: set[str]) -> str | None:
        part = self._next()
        if isinstance(part, str) and part in signs:
            self.place += 1
            return part
        return None

    def sum(self, depth: int) -> Value:
        if depth > MAX_DEPTH:
            raise CannotTell
        value = self._product(depth)
        while sign := self._take(PLUS | MINUS):
            other = self._product(depth)
            if sign in PLUS:
                value = _made(value, other, [value.low + other.low, value.high + other.high])
            else:
                value = _made(value, other, [value.low - other.high, value.high - other.low])
        return value

    def _product(self, depth: int) -> Value:
        value = self._signed(depth)
        while sign := self._take(TIMES | OVER):
            other = self._signed(depth)
            if sign in TIMES:
                corners = [a * b for a in (value.low, value.high) for b in (other.low, other.high)]
                value = _made(value, other, corners)
            else:
                if other.low <= 0 <= other.high:
                    raise CannotTell
                corners = [a / b for a in (value.low, value.high) for b in (other.low, other.high)]
                value = _made(value, other, corners, is_exact=False)
        return value

    def _signed(self, depth: int) -> Value:
        if self._take(MINUS):
            value = self._power(depth)
            return Value(-value.high, -value.low, value.is_exact)
        return self._power(depth)

    def _power(self, depth: int) -> Value:
        value = self._atom(depth)
        if self._take({"!"}):
            if not value.is_exact or value.low != value.high or not 0 <= value.low <= 20:
                raise CannotTell
            value = Value.of(Fraction(factorial(int(value.low))))
        if self._take(POWERS):
            return _to_the_power(value, self._signed(depth + 1))
        return value

    def _atom(self, depth: int) -> Value:
        if self._take({"("}):
            value = self.sum(depth + 1)
            if not self._take({")"}):
                raise CannotTell
            return value
        if self._take({"√"}):
            return _root(self._atom(depth + 1))
        part = self._next()
        if not isinstance(part, Value):
            raise CannotTell
        self.place += 1
        return part


def _made(one: Value, other: Value, corners: list[Fraction], *, is_exact: bool = True) -> Value:
    value = Value(min(corners), max(corners), is_exact and one.is_exact and other.is_exact)
    if max(value.high.numerator.bit_length(), value.high.denominator.bit_length()) > MAX_BITS:
        raise CannotTell
    return value


def _to_the_power(base: Value, exponent: Value) -> Value:
    n = exponent.low
    if exponent.low != exponent.high or n.denominator != 1 or not 0 <= n <= 64 or base.low < 0:
        raise CannotTell
    if max(base.high.numerator.bit_length(), base.high.denominator.bit_length()) * int(n) > MAX_BITS:
        raise CannotTell
    return Value(base.low ** int(n), base.high ** int(n), base.is_exact)


def _root(value: Value) -> Value:
    if value.low < 0:
        raise CannotTell
    return Value(_root_of(value.low), _root_of(value.high), is_exact=False)


def _root_of(value: Fraction) -> Fraction:
    digits = 10**24
    return Fraction(isqrt(value.numerator * digits * digits // value.denominator), digits)
