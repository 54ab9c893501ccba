"""The part of an answer in which a statement is a statement: no code, no formulas that cannot be read plainly.

Also says where a line is not meant as the writer's own word: puzzles, mistakes that are talked about, other number
systems. There no claim is read.
"""

# ruff: noqa: E501 - a pattern reads better in one piece

import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa.fences import split_fences

MAX_CHARS = 100_000
MAX_LINE_CHARS = 1_500
_INLINE_CODE = re.compile(r"`[^`\n]{0,300}`")
_URL = re.compile(r"\b(?:https?://|www\.)\S{1,500}")
_LATEX = (
    (re.compile(r"\\[dt]?frac\{(-?[\d.,]{1,20})\}\{([\d.,]{1,20})\}"), r"(\1/\2)"),
    (re.compile(r"\\(?:times|cdot)(?![a-zA-Z])"), "×"),
    (re.compile(r"\\div(?![a-zA-Z])"), "÷"),
    (re.compile(r"\\approx(?![a-zA-Z])"), "≈"),
    (
        re.compile(r"\\(?:left|right|quad|qquad|displaystyle)(?![a-zA-Z])|\\[,;:! ]|\\[\[\]()]|&(?==)|\$\$"),
        " ",
    ),
    (re.compile(r"\{,\}"), ","),
    (re.compile(r"\\([%$&#])"), r"\1"),
    (re.compile(r"\^\{(\d{1,2})\}"), r"^\1"),
    (re.compile(r"\\text\{([^{}\\$]{0,60})\}"), r" \1 "),
    (re.compile(r"\\boxed\{([^{}\\]{0,60})\}"), r"\1"),
    (re.compile(r"(?<![\w$])\$([^$\n\\{}a-zA-Z]{3,200}=[^$\n\\{}a-zA-Z]{1,200})\$(?!\d)"), r" \1 "),
)
_MARKUP = re.compile(r"\*\*(?=\S)|(?<=[^\s\d)])\*\*|(?<=\S)\*\*(?![\d ]*\d)|__")
_LIST_MARK = re.compile(r"^\s*(?:(?:[-*+•>#|]{1,6}|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])\s+)+")
_DOUBTFUL = re.compile(
    r"≠|!=|≢|≡|\bmod(?:ulo)?\b|\b(?:wrong|incorrect(?:ly)?|mistake[ns]?|error|errors|false|falsely|not|never|isn['’]t|doesn['’]t|aren['’]t"
    r"|suppose|assume|imagine|pretend|claim(?:s|ed)?|joke|riddle|puzzle|quiz|true or|paradox|fallacy|orwell|synergy|instead|rather|misread"
    r"|nicht|falsch|fehler|wenn|angenommen|statt|faux|erreur|incorrecto|falso|error|si|sbagliato)\b"
    r"|\bif\s+\(?\d[\d,.]*\s?[-+×x*÷/]|错|不是|不等|如果|假设|误",
    re.IGNORECASE,
)
_OTHER_ARITHMETIC = re.compile(
    r"\b(?:binary|hexadecimal|hex|octal|base[- ]?\d{1,2}|modul(?:o|ar|us)|\w{0,3}mod\s?\d|boolean|xor|bitwise|two['’]s complement"
    r"|clock arithmetic|concatenat\w{1,5}|roman numerals?|truth table|galois|floating[- ]point|integer division|floor division"
    r"|operator overload\w{0,3}|cryptarithm\w{0,3}|matchstick)\b|二进制|十六进制|取模|GF\(",
    re.IGNORECASE,
)


_SENTENCE_END = re.compile(
    r"(?<=[.!?])\s+(?!(?:Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez)[a-zä]*\b)(?=[^\W\d_]{2}|[\d(])|(?<=[。；！？])|;\s"
)
_ANNOUNCES_DOUBT = re.compile(
    r"\b(?:wrong|incorrect|mistake|false|suppose|assume|imagine|pretend)\b[^.]{0,40}$", re.IGNORECASE
)
_SHORT = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One line of prose, without its list mark; `depth` is how far it was indented, `is_doubtful` as the module says."""

    text: str
    depth: int
    marked: bool
    is_doubtful: bool

    @property
    def sentences(self) -> Iterator[str]:
        """Those of its sentences that are the writer's own word."""
        if self.is_doubtful and len(self.text) < _SHORT:
            return
        before = ""
        for sentence in _SENTENCE_END.split(self.text):
            if not _DOUBTFUL.search(sentence) and not _ANNOUNCES_DOUBT.search(before):
                yield sentence
            before = sentence


def plain(text: str) -> str:
    """The answer's prose, with simple LaTeX written out."""
    prose = split_fences(text[:MAX_CHARS]).outside
    prose = _URL.sub(" § ", _INLINE_CODE.sub(" § ", prose))
    if "\\" in prose or "$" in prose or "^{" in prose:
        for pattern, replacement in _LATEX:
            prose = pattern.sub(replacement, prose)
    return _MARKUP.sub("", prose)


def lines_of(prose: str) -> Iterator[Line]:
    """Its lines. One that follows words such as "if" or "wrong" in the line before is doubtful as well."""
    was_doubtful = False
    for raw in prose.split("\n"):
        if len(raw) > MAX_LINE_CHARS or raw.startswith("    " * 3):
            continue
        mark = _LIST_MARK.match(raw)
        text = raw[mark.end() :] if mark else raw.strip()
        doubtful = bool(_DOUBTFUL.search(text))
        depth = len(raw) - len(raw.lstrip())
        yield Line(text.strip(), depth, mark is not None, doubtful or was_doubtful)
        if text.strip():
            was_doubtful = doubtful and text.rstrip().endswith((":", ",", "："))


def is_ordinary_arithmetic(prose: str) -> bool:
    """False where the text is about other number systems, in which 1 + 1 may be 10."""
    return _OTHER_ARITHMETIC.search(prose) is None
