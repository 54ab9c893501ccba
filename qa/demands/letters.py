"""Reads how often a letter or sign is to occur. English in plain words."""

# ruff: noqa: E501 - a pattern reads better in one piece

import re
from collections.abc import Iterator
from itertools import chain, islice

from qa.demands.amounts import AMOUNT, Amount, amount_of
from qa.demands.marked import MANY
from qa.demands.models import Demand, LetterDemand
from qa.demands.request import Request, Sentence

_SIGNS = {
    "exclamation": "!", "question": "?", "hashtag": "#", "hash": "#", "semicolon": ";", "semi-colon": ";", "colon": ":", "dash": "-",
    "asterisk": "*", "ampersand": "&",
}  # fmt: skip
_LETTER = re.compile(
    r"\b(?:letters?|character|symbol|alphabet|sign|vowel|consonant)\s\(?(?P<letter>⟦\d{1,3}⟧|\*{0,2}[^\s⟦⟧\w]\*{0,2}(?=[\s,.)]|$)|\*{0,2}\w\*{0,2}(?=[\s,.;:)*']|$))"
    r"|(?<![\w⟦])(?P<plural>\w)'s\b(?=.{0,40}\bletters?\b|\s(?:in|should|must|throughout)\b)",
    re.IGNORECASE,
)
_SIGN = re.compile(
    r"\b(?P<sign>exclamation|question|hash)[\s-]?(?:marks?|points?|tags?|signs?)\b|\b(?P<sign2>hashtag|semi-?colon|colon|ampersand)s?\b",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    rf"(?<![\w.,⟦*-]){AMOUNT}(?P<unit>\s(?:times?|occurrences?|instances?|appearances?|uses?))?(?![\w%])",
    re.IGNORECASE,
)
_OTHER_UNIT = re.compile(
    r"^[\s-](?:[\w'-]+\s){0,2}?(?:words?|sentences?|paragraphs?|bullets?|lines?|sections?|placeholders?|keywords?|different|dollars?|hours?|years?|days?|people|asterisk|parts?)\b",
    re.IGNORECASE,
)
_BANNED = re.compile(
    r"\b(?:without|avoid|not|never|no|omit|exclud\w+|refrain)\b(?:\s\w+){0,4}\s(?:the\s)?(?:letter|vowel)\s(?P<letter>⟦\d{1,3}⟧|[a-z](?=[\s,.!]|$))(?!.{0,40}\btimes\b)"
    r"|\bletter\s(?P<letter2>⟦\d{1,3}⟧|[a-z])\s(?:(?:must|should|may|can|will|shall|do|does|is|are)\s)?(?:not|never|cannot|forbidden|banned|prohibited)\b(?!.{0,50}\b(?:times|more\sthan|less\sthan|over)\b)",
    re.IGNORECASE,
)
_OF_LETTERS = re.compile(
    r"letter|character|symbol|sign|exclam|question|hash|colon|ampersand|'s\b|vowel|alphabet", re.IGNORECASE
)
_NOT_COUNTED = re.compile(
    r"\b(?:start|begin|end|first|last|each\sword|every\sword|words?\swith|contain(?:s|ing)?\sthe\sletters?\s\w,|acrostic|password|cover\sletter)\w*\b",
    re.IGNORECASE,
)


def read_letters(request: Request) -> Iterator[Demand]:
    """The letter or sign that a sentence counts or bans."""
    for sentence in request.sentences:
        if _OF_LETTERS.search(sentence.text):
            yield from _counted(request, sentence)


def _counted(request: Request, sentence: Sentence) -> Iterator[LetterDemand]:
    text = sentence.text
    for found in _BANNED.finditer(text):
        letter = _plain(request, found["letter"] or found["letter2"])
        if letter.isalpha():
            yield LetterDemand(letter=letter, most=0, said=sentence.raw[:300])
            return
    for found in islice(chain(_LETTER.finditer(text), _SIGN.finditer(text)), MANY):
        letter = _letter(request, found)
        if not letter or _NOT_COUNTED.search(text[max(0, found.start() - 40) : found.start()]):
            continue
        amount = _nearest(text, found)
        if amount is not None:
            yield LetterDemand(letter=letter, least=amount.least, most=amount.most, said=sentence.raw[:300])
            return


def _letter(request: Request, found: re.Match[str]) -> str:
    groups = found.groupdict()
    sign = groups.get("sign") or groups.get("sign2")
    if sign:
        return _SIGNS.get(sign.lower(), "")
    return _plain(request, groups.get("letter") or groups.get("plural") or "")


def _plain(request: Request, letter: str) -> str:
    plain = request.quote(letter) if "⟦" in letter else letter.strip("*")
    return plain if len(plain) == 1 and not plain.isspace() else ""


def _nearest(text: str, cue: re.Match[str]) -> Amount | None:
    """The amount nearest to the letter that counts times or nothing that is named."""
    best: tuple[int, Amount] | None = None
    for found in _AMOUNT.finditer(text):
        if found["relation"] is None and (
            found["first"].lower() in ("a", "an", "single", "both")
            or (not found["unit"] and found.end() != cue.start() - 1 and found.end() + 5 < cue.start())
        ):
            continue
        if cue.start() <= found.start() < cue.end() or _OTHER_UNIT.match(
            text[found.end() : found.end() + 40]
        ):
            continue
        if found["relation"] is None and not found["unit"] and found.start() >= cue.end():
            continue
        amount = amount_of(found)
        gap = max(cue.start() - found.end(), found.start() - cue.end(), 0)
        if amount is not None and gap <= 100 and (best is None or gap < best[0]):
            # "The letter q should appear 3 times": once more is not worth a second try.
            best = gap, Amount(amount.least, None) if amount.bare and found["unit"] else amount
    return best[1] if best else None
