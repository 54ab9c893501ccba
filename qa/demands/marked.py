"""Reads how many words in capitals, highlighted pieces and placeholders a request demands. English in plain words.

Wordings differ too much for a phrase each, so a reader looks for the cue ("in all caps", "highlight") and takes
the amount of the sentence that stands nearest to it and does not count something else.
"""

# ruff: noqa: E501 - a pattern reads better in one piece

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from qa.demands.amounts import AMOUNT, Amount, amount_of
from qa.demands.models import CountDemand, Demand, Unit
from qa.demands.request import Request, Sentence

_CAPITALS = re.compile(
    r"\b(?:all[- ]?caps|(?:(?:all|fully|completely|entirely|full)\s)?(?:in\s)?(?:(?:all|full|only)\s)?(?:capital(?:s|ized)?|upper[- ]?case[ds]?)(?:\sletters?)?|all[- ]capital(?:ized)?|capitali[sz]e[ds]?|caps)\b",
    re.IGNORECASE,
)
_OF_WORDS = re.compile(r"\b(?:words?|terms?|times)\b", re.IGNORECASE)
# "The first letter of each word in capitals" is title case.
_NOT_CAPITALS = re.compile(
    r"\b(?:first\sletter|each\sword|every\sword|title\scase|beginning\sof|names?\b|(?:no|not\sany|without(?:\sany)?|all|only)\s(?:capital|upper)\w*\sletters?\s(?:are|is|allowed))",
    re.IGNORECASE,
)
# Between the amount and the cue begins something else: "in capitals, and the letter o at least 9 times".
_APART = re.compile(
    r"[;:⟦]|,\s(?:and|but|with|the|your|it|use|include)\b|\b(?:letter\s\w|(?:the|key)\s?word|sentences?|paragraphs?)\b",
    re.IGNORECASE,
)
_SOME_CAPITALS = re.compile(
    r"\b(?:include|use|capitali[sz]e|have|put|write|add)\b[^.]{0,20}\b(?:a\sfew|some|several)\s(?:words?\s)?(?:in|with)?\s?(?:all\s)?(?:caps|capital|upper)",
    re.IGNORECASE,
)

_HIGHLIGHT = re.compile(
    r"\b(?:highlight\w{0,3}|italici[sz]\w{0,3}|italics?|bold\w{0,3}|embolden\w{0,3}|emphasi[sz]\w{0,3})\b",
    re.IGNORECASE,
)
_WRAPPED = re.compile(
    r"\b(?:wrap|mark|put|surround|enclose)\w{0,4}\b[^.]{0,40}\b(?:asterisks?|stars?)\b|\bwith\s\*(?!\*)",
    re.IGNORECASE,
)
_EXAMPLE = re.compile(r"(?<!\*)\*{1,2}[^*\n]{1,60}\*{1,2}(?!\*)")
_MARKDOWN = re.compile(r"\bmark\s?downs?\b|\basterisks?\b|\bwith \*(?!\*)", re.IGNORECASE)
_NOT_HIGHLIGHTED = re.compile(
    r"\b(?:not|no|without|avoid)\s(?:\w+\s)?(?:highlight|italic|bold|emphasi)", re.IGNORECASE
)

_DIVIDES = re.compile(r"\b(?:between|separat|divid|delimit|split)\w*\b", re.IGNORECASE)
_PLACEHOLDER = re.compile(r"\bplace[\s-]?holders?\b", re.IGNORECASE)
_BRACKETS = re.compile(r"square[\s-]brackets?|\[[^\[\]\n]{1,40}\]|\bbrackets\b|\bbracketed\b", re.IGNORECASE)
_REFUSED = re.compile(
    r"\b(?:no(?!\s(?:less|fewer|more))|not|without|avoid|never)\s(?:\w+\s){0,3}$", re.IGNORECASE
)

_AMOUNT = re.compile(rf"(?<![\w.,⟦/$€£*-]){AMOUNT}(?![\w%])", re.IGNORECASE)
_COUNTED = re.compile(
    r"^(?:[\s-](?!(?:and|or|that|which|using|with|in|by|to|for|from|as)\b)[\w'*-]{1,20}){0,4}?[\s-]\W{0,2}(?P<noun>words?|sentences?|paragraphs?|bullets?|characters?|lines?|letters?|times|place[\s-]?holders?|commas?|stanzas?|verses?|steps?|symbols?|marks?|points?|hashtags?|dollars?|years?|days?|people|line\sbreaks?)\b",
    re.IGNORECASE,
)
MANY = 20
"""No honest sentence has more amounts or cues than this."""
FEW = 40
"""A smaller number of words may count the marked ones; a larger one is the length of the answer."""


@dataclass(frozen=True, slots=True)
class Found:
    """An amount of a sentence and where it stands."""

    amount: Amount
    start: int
    end: int
    noun: str


def read_marked(request: Request) -> Iterator[Demand]:
    """Words in capitals, highlights and placeholders that the request demands."""
    for sentence in request.sentences:
        yield from _capitals(sentence)
    yield from _highlights(request)
    yield from _placeholders(request)


def marked_words(sentence: Sentence) -> tuple[int, int] | None:
    """Where the amount stands that counts words in capitals or in bold, so that it is no length of the answer."""
    found = _capital_amount(sentence.text)
    if found is None:
        cue = _HIGHLIGHT.search(sentence.text) or _WRAPPED.search(sentence.text)
        found = _nearest(sentence.text, cue, ("word", "words")) if cue else None
    return (found.start, found.end) if found and found.noun.startswith("word") else None


def _amounts(text: str) -> list[Found]:
    found: list[Found] = []
    for each in islice(_AMOUNT.finditer(text), MANY):
        if each["relation"] is None and each["first"].lower() in ("a", "an", "single", "both"):
            continue
        amount = amount_of(each)
        if amount is not None:
            noun = _COUNTED.match(text[each.end() : each.end() + 90])
            found.append(Found(amount, each.start(), each.end(), noun["noun"].lower() if noun else ""))
    return found


def _nearest(text: str, cue: re.Match[str], nouns: tuple[str, ...]) -> Found | None:
    """The amount nearest to the cue among those that count one of the nouns, or nothing that is named."""
    allowed = [
        each
        for each in _amounts(text)
        if (not each.noun or each.noun in nouns) and not (each.noun.startswith("word") and _value(each) > FEW)
    ]
    return min(allowed, key=lambda each: _distance(each, cue), default=None)


def _value(found: Found) -> int:
    return found.amount.least or found.amount.most or 0


def _distance(found: Found, cue: re.Match[str]) -> int:
    return max(cue.start() - found.end, found.start - cue.end(), 0)


def _capital_amount(text: str) -> Found | None:
    if not _OF_WORDS.search(text) or _NOT_CAPITALS.search(text):
        return None
    best: tuple[int, Found] | None = None
    for cue in islice(_CAPITALS.finditer(text), MANY):
        found = _nearest(text, cue, ("word", "words", "term", "terms", "time", "times"))
        if found is None or _APART.search(text, min(found.end, cue.end()), max(found.start, cue.start())):
            continue
        # "Write 3 words in capitals" may be all of the answer; "3 times" counts them.
        if found.amount.bare and not found.noun.startswith("time"):
            continue
        if best is None or _distance(found, cue) < best[0]:
            best = _distance(found, cue), found
    return best[1] if best else None


def _capitals(sentence: Sentence) -> Iterator[Demand]:
    found = _capital_amount(sentence.text)
    if found is not None:
        amount = found.amount
        most = None if amount.bare else amount.most
        yield _counted("capital_words", amount.least, most, sentence)
    if _SOME_CAPITALS.search(sentence.text):
        yield _counted("capital_words", 1, None, sentence)


def _highlights(request: Request) -> Iterator[Demand]:
    everything = request.unmask(request.masked)
    example = _EXAMPLE.search(everything)
    if not example and not _MARKDOWN.search(everything):
        return
    for sentence in request.sentences:
        cue = _HIGHLIGHT.search(sentence.text)
        if cue is None and not _DIVIDES.search(sentence.text):
            cue = _WRAPPED.search(sentence.text)
        if cue is None or _NOT_HIGHLIGHTED.search(sentence.text):
            continue
        found = _nearest(
            sentence.text, cue, ("word", "words", "lines", "points", "sentences", "paragraphs", "times")
        )
        if found and found.amount.least is None:
            continue
        if example or found:
            yield _counted("highlights", (found.amount.least if found else 1) or 1, None, sentence)
            return


def _placeholders(request: Request) -> Iterator[Demand]:
    for index, sentence in enumerate(request.sentences):
        cue = _PLACEHOLDER.search(sentence.text)
        if cue is None or _REFUSED.search(sentence.text[: cue.start()]):
            continue
        found = _nearest(sentence.text, cue, ("placeholder", "placeholders", "place holders"))
        if found is None:
            found = _of_them(request.sentences[index + 1 : index + 2])
        if found is not None:
            amount = found.amount
            yield _counted("placeholders", amount.least, None if amount.bare else amount.most, sentence)
        elif _BRACKETS.search(sentence.raw):
            yield _counted("placeholders", 1, None, sentence)


def _of_them(sentences: tuple[Sentence, ...]) -> Found | None:
    for sentence in sentences:
        if re.search(r"\b(?:of\s(?:them|these|those)|such|placeholders?)\b", sentence.text, re.IGNORECASE):
            return next((each for each in _amounts(sentence.text) if not each.noun), None)
    return None


def _counted(unit: Unit, least: int | None, most: int | None, sentence: Sentence) -> CountDemand:
    return CountDemand(unit=unit, least=least, most=most, said=sentence.raw[:300])
