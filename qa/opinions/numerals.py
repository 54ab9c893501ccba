"""Numbers as people write them: "1,234.5", "1.234,5", "1 234", "3.5k", "2 million". Exact, as fractions.

What a comma means depends on the language, so a number is read under a convention, and a claim is tried under each.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

type Convention = Literal["point", "comma"]
CONVENTIONS: tuple[Convention, ...] = ("point", "comma")

_THIN = "\u00a0\u2009\u202f"
DIGITS = (
    rf"(?:\d{{1,3}}(?:[,.'’{_THIN}]\d{{2,3}})+(?:[.,]\d{{1,12}})?(?!\d)|\d{{1,3}}(?: \d{{3}})+(?:[.,]\d{{1,12}})?(?!\d)"
    r"|\d{1,30}(?:[.,]\d{1,20})?|\.\d{1,12})(?!\d)"
)
"""A number without sign, currency or unit; never ends in the middle of one."""

_FORMS: dict[Convention, re.Pattern[str]] = {
    "point": re.compile(rf"(\d{{1,3}}(?:[,'’ {_THIN}]\d{{2,3}})*[,'’ {_THIN}]\d{{3}}|\d*)(?:\.(\d+))?"),
    "comma": re.compile(rf"(\d{{1,3}}(?:[.'’ {_THIN}]\d{{3}})+|\d+)(?:,(\d+))?"),
}
_NOT_DIGIT = re.compile(r"\D")
SCALES = {
    "hundred": 10**2, "thousand": 10**3, "million": 10**6, "millions": 10**6, "billion": 10**9, "trillion": 10**12,
    "k": 10**3, "K": 10**3, "mn": 10**6, "bn": 10**9, "tausend": 10**3, "Tsd": 10**3, "Mio": 10**6,
    "Millionen": 10**6, "Mrd": 10**9, "Milliarden": 10**9, "millones": 10**6, "mille": 10**3, "万": 10**4,
    "亿": 10**8, "千": 10**3, "百万": 10**6,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as written: its value, and the size of one unit in its last place."""

    value: Fraction
    ulp: Fraction

    @property
    def is_whole(self) -> bool:
        """Written without decimals."""
        return self.ulp >= 1

    def scaled(self, factor: int) -> "Amount":
        """So many times as much: "3.5 million"."""
        return Amount(self.value * factor, self.ulp * factor)


def read_amount(text: str, convention: Convention) -> Amount | None:
    """The number under a convention, or None where it is none there."""
    form = _FORMS[convention].fullmatch(text)
    if form is None or not (form[1] or form[2]):
        return None
    decimals = form[2] or ""
    whole = _NOT_DIGIT.sub("", form[1])
    return Amount(
        Fraction(int((whole or "0") + decimals), 10 ** len(decimals)), Fraction(1, 10 ** len(decimals))
    )


def readings(*texts: str) -> Iterator[tuple[Amount, ...]]:
    """All of the numbers under one convention, for each convention that can read them all."""
    for convention in CONVENTIONS:
        amounts = tuple(read_amount(text, convention) for text in texts)
        if None not in amounts:
            yield tuple(amount for amount in amounts if amount is not None)


def rounds_to(exact: Fraction, stated: Amount) -> bool:
    """Whether somebody may write `stated` for `exact`: rounded or cut off at its last place."""
    return abs(exact - stated.value) < stated.ulp


def spelled(value: Fraction) -> str:
    """For people: at most four decimals."""
    if value.denominator == 1:
        return str(value.numerator)
    return f"{float(value):.4f}".rstrip("0").rstrip(".")
