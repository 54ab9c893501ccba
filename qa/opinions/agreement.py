"""Whether two answers to one request say the same, where that can be seen: one number, a letter A to J, yes or no, a label.

Pure. `agree` gives None wherever it cannot tell; a disagreement says that one of the two is wrong, not which.
"""

# ruff: noqa: E501 - a pattern reads better in one piece

import re
from collections.abc import Sequence
from typing import Literal

from qa.opinions.numerals import DIGITS, readings

type Kind = Literal["number", "choice", "yes_no", "label"]

MAX_REQUEST_CHARS = 6_000
_OPTION = re.compile(r"(?:^|\s)\(?([A-J])[).:] \S", re.MULTILINE)
_HOW_MANY = re.compile(
    r"\b(?:how (?:many|much|long|far|old|tall|fast)|calculate|compute|evaluate|what is (?:the )?(?:sum|product|difference|quotient|total|average|mean|value|area|perimeter|volume|probability|result|\d)|find the (?:sum|number|value|area|total)|wie ?viele?|combien|cuánt\w+|quant\w+)\b|多少|几个",
    re.IGNORECASE,
)
_YES_NO = re.compile(
    r"^\W*(?:is|are|was|were|does|do|did|can|could|will|has|have|had|should|ist|sind|hat|kann|est-ce|es)\b[^?\n]{3,300}\?\W*$",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"\b(?:why|how do|explain|describe|list|each|respectively|steps to|write|code|essay|or)\b", re.IGNORECASE
)
_SAYS_YES = re.compile(r"^\W*(yes|no|ja|nein|oui|non|sí|si|是|不是|否)\b", re.IGNORECASE)
_IS_YES = frozenset({"yes", "ja", "oui", "sí", "si", "是"})
_LETTER = re.compile(
    r"(?i:answer|option|choice|antwort|答案)(?: is| ist|是)?\s*[:：]?\s*\(?([A-J])\b|^\W*\(?([A-J])(?:[).:]|\W*$)|\\boxed\{\(?([A-J])\)?\}",
    re.MULTILINE,
)
_NUMBER = re.compile(rf"(?<![\w.,])-?[$€£]?({DIGITS})(?!\w)")
_SAID_NUMBER = (
    re.compile(rf"\\boxed\{{-?\$?({DIGITS})\}}"),
    re.compile(rf"(?:answer|total|result|antwort|ergebnis|答案)(?:\s+(?:is|are|ist))?\s*[:：]?\s*\**\s*-?[$€£]?({DIGITS})", re.IGNORECASE),
    re.compile(rf"\*\*[^*\n]{{0,40}}?-?[$€£]?({DIGITS})[^*\n]{{0,40}}\*\*"),
)  # fmt: skip


def comparable(request: str, labels: Sequence[str] = ()) -> Kind | None:
    """What kind of answer the request asks for, where two of them can be compared. `labels`: the only ones allowed."""
    if len(labels) >= 2:
        return "label"
    if len(request) > MAX_REQUEST_CHARS:
        return None
    if len(set(_OPTION.findall(request))) >= 2:
        return "choice"
    if request.count("?") > 1 or _OPEN.search(request):
        return None
    if _YES_NO.match(request.strip()):
        return "yes_no"
    return "number" if _HOW_MANY.search(request) else None


def agree(kind: Kind, one: str, other: str, labels: Sequence[str] = ()) -> bool | None:
    """Whether the answers say the same; None where one of them says nothing that can be compared."""
    mine, theirs = said(kind, one, labels), said(kind, other, labels)
    if mine is None or theirs is None:
        return None
    if kind == "number":
        return any(a.value == b.value for a, b in readings(mine, theirs)) or mine == theirs
    return mine == theirs


def said(kind: Kind, answer: str, labels: Sequence[str] = ()) -> str | None:
    """What the answer comes to: a number as written, a letter, "yes" or "no", a label; None where that is not clear."""
    match kind:
        case "number":
            return _number(answer)
        case "choice":
            found = {next(filter(None, groups)) for groups in _LETTER.findall(answer)}
            return found.pop() if len(found) == 1 else None
        case "yes_no":
            word = _SAYS_YES.match(answer)
            return None if word is None else ("yes" if word[1].casefold() in _IS_YES else "no")
        case "label":
            folded = answer.casefold()
            found = {
                label for label in labels if re.search(rf"(?<!\w){re.escape(label.casefold())}(?!\w)", folded)
            }
            return found.pop() if len(found) == 1 else None


def _number(answer: str) -> str | None:
    for pattern in _SAID_NUMBER:
        found = pattern.findall(answer)
        if found:
            return str(found[-1])
    numbers = set(_NUMBER.findall(answer))
    if len(numbers) == 1:
        return str(numbers.pop())
    last = answer.strip().splitlines()[-1:] or [""]
    after = re.findall(rf"=\s*[$€£]?({DIGITS})\W*$", last[0])
    return str(after[-1]) if after else None
