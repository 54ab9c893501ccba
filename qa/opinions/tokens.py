"""The words of an equation: numbers, signs, units, and what is none of them. Used by `sides` and `arithmetic`."""

# ruff: noqa: E501 - a pattern reads better in one piece

import re
from dataclasses import dataclass

from qa.opinions.numerals import DIGITS, SCALES

_MONEY = r"US\$|[$€£¥₹]|USD ?|EUR ?|CHF ?"
_SCALE = "|".join(sorted(map(re.escape, SCALES), key=len, reverse=True))
_BEFORE, _AFTER = r"(?<=[\d%)])", r"(?=[\d(√$€£.])"
_WORDS = (
    (re.compile(rf"{_BEFORE} +(?:plus) +{_AFTER}|{_BEFORE} *加上? *{_AFTER}", re.IGNORECASE), " + "),
    (re.compile(rf"{_BEFORE} +(?:minus|moins|menos|meno) +{_AFTER}|{_BEFORE} *减去? *{_AFTER}", re.IGNORECASE), " − "),
    (
        re.compile(rf"{_BEFORE} +(?:times|multiplied by|mal|fois|por) +{_AFTER}|{_BEFORE} *乘以? *{_AFTER}", re.IGNORECASE),
        " × ",
    ),
    (
        re.compile(rf"{_BEFORE} +(?:divided by|geteilt durch|divisé par) +{_AFTER}|{_BEFORE} *除以 *{_AFTER}", re.IGNORECASE),
        " ÷ ",
    ),
)  # fmt: skip
_SIGNED = re.compile(r"\d[)%]? ?[×x*÷+−] ?[($€£√]?\d")
_EQUAL_WORDS = re.compile(
    r"(?<=[\d%)]),? *(?:is equal to|is equal|equals|equal|is|makes|gives|ergibt|ist gleich|ist|est égal à|font|es igual a|等于|得|是)"
    r" *(?=[-−$€£]?\d)",
    re.IGNORECASE,
)
_TOKEN = re.compile(
    r"(?P<blob>\d+(?:[:/]\d+){2,}|\d+:\d+|\d+(?:\.\d+){2,}(?!\d)(?<!\.\d{3})|\d+(?:-\d+){2,}|[^\W\d_]+[-_]?\d[\w.]*|#\d+)"
    rf"|(?P<number>(?P<money>{_MONEY})?(?:(?P<mixed>\d{{1,4}}) (?P<part>\d{{1,3}})/(?P<parts>\d{{1,3}})(?![\d/])|(?P<digits>{DIGITS}))"
    rf"(?P<scale> ?(?:{_SCALE})(?![^\W\d_]))?(?:\.\.\.|…)?(?P<percent> ?%| percent\b| Prozent\b)?"
    r"(?P<after>\s?[€£¥₹](?!\d))?)"
    r"|(?P<equals>~=|[=≈≒])|(?P<sign>\*\*|[-+−–×·⋅x*X✕÷/^√()!²³])(?!=)|(?P<space>\s+)|(?P<word>[^\W\d_]+(?:/[^\W\d_]+)?)|(?P<other>.)",
    re.DOTALL,
)
_KINDS = ("blob", "number", "equals", "sign", "word")


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a sentence: blob (a date, a version, a code), number, equals, sign, word or other."""

    kind: str
    text: str
    start: int
    end: int
    found: re.Match[str]


def in_signs(sentence: str) -> str:
    """Words for signs, where both sides are numbers: only then "is" means equals."""
    text = sentence
    for pattern, sign in _WORDS:
        text = pattern.sub(sign, text)
    return _EQUAL_WORDS.sub(" = ", text) if _SIGNED.search(text) else text


def tokens_of(text: str) -> list[Token]:
    """The pieces of a sentence, without its blanks."""
    tokens = []
    for found in _TOKEN.finditer(text):
        if found["space"] is None:
            kind = next((name for name in _KINDS if found[name] is not None), "other")
            tokens.append(Token(kind, found[0], found.start(), found.end(), found))
    return tokens
