"""Reads demands about marked parts: divided by *** or ******, sections with a marker, placeholders, highlights."""

# ruff: noqa: E501 - a pattern reads better in one piece

import re
from collections.abc import Iterator

from qa.demands.amounts import AMOUNT, Amount, amount_of, value_of
from qa.demands.models import AnswersDemand, CountDemand, Demand, FirstWordDemand, SectionsDemand
from qa.demands.request import Request, Sentence

_SIX = re.compile(r"(?<!\*)\*{6}(?!\*)|\b(?:6|six)\s(?:asterisks?|asterix|stars?)\b", re.IGNORECASE)
_THREE = re.compile(r"(?<!\*)\*{3}(?!\*)|\b(?:3|three)\s(?:asterisks?|stars?)\b", re.IGNORECASE)
_SEPARATES = re.compile(
    r"\b(?:separat\w{1,4}|divid\w{1,4}|split|delimit\w{0,3}|between|asterisks?|partition\w{0,3}|break)\b",
    re.IGNORECASE,
)
_NOUN = r"(?P<noun>paragraphs?|sections?|stanzas?|verses?|parts?|steps?|options?|tips?|ideas?|chapters?|scenes?|reasons?|[a-z]{3,20}s)"
_PARTS = re.compile(
    rf"(?<![\w.,*-]){AMOUNT}(?:[- ](?!\d|and\b|or\b|of\b|to\b|with\b)[\w'-]{{1,20}}){{0,3}}?[- ]{_NOUN}\b",
    re.IGNORECASE,
)
_NOT_PARTS = re.compile(
    r"asterisk|star|symbol|word|sentence|bullet|time|letter|marker|placeholder|minute|hour|day|year|people|player|comma|line",
    re.IGNORECASE,
)
_PREFERRED = ("paragraph", "stanza", "section", "verse", "part", "step")

_SECTIONS = re.compile(
    rf"(?<![\w.,*-]){AMOUNT}(?:[- ](?!\d|and\b|or\b|of\b|to\b)[\w'-]{{1,20}}){{0,3}}?[- ](?P<noun>sections?|paragraphs?|parts?|chapters?|days?|scenes?|acts?|verses?|episodes?|stanzas?|rounds?|points?|questions?|tips?|steps?|weeks?|items?)\b",
    re.IGNORECASE,
)
_HIGHLIGHTED = re.compile(r"\b(?:highlight|italic|bold|emphasi)\w*\b", re.IGNORECASE)
_MARKS = re.compile(
    r"\b(?:mark\w{0,3}|label\w{0,4}|noted|denot\w{1,3}|start\w{0,3}|begin\w{0,4}|indicat\w{1,3}|titled|titled?|headed|headings?|named|call\w{0,3}|explicit\w{0,2}|such as|with|as)\b",
    re.IGNORECASE,
)
_MARKER = re.compile(
    r"(?<![\w])(?P<word>[A-Za-z]{2,20})\s?(?:X|N|#|1)(?!\w|\.\d|\s(?:must|should|has|needs|starts?|begins?|with))|⟦(?P<quote>\d{1,3})⟧"
)
_QUOTED_MARKER = re.compile(r"^(?P<word>[A-Za-z]{2,20})(?:\s?(?:X|N|#|1|\d|\[\w+\]))?$")

_FORMAT = re.compile(
    r"\b(?:following|exact|this|below)\s(?:\w+\s){0,2}(?:format|template|structure)\b[^\n]{0,40}:?\s*\n",
    re.IGNORECASE,
)
_NTH = r"(?:(?P<nth>first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last|\d{1,2}(?:st|nd|rd|th))\s(?:paragraph|one)|paragraph\s(?:number\s)?(?P<num>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten))"
_FIRST_WORD = re.compile(
    rf"(?:\b(?:start|begin|open)\s(?:the\s)?{_NTH}|\b(?:the\s)?{_NTH.replace('(?P<', '(?P<b_')}\s(?:of\s\w+\s\w+\s)?(?:must|should|has\sto|needs\sto|will|to|shall)?\s?(?:start|begin|open|commence)s?)\s(?:off\s)?with\s(?:the\s)?(?:following\s)?(?:(?:key)?word:?\s)?(?P<word>⟦\d+⟧|[\w'-]{{1,40}})",
    re.IGNORECASE,
)
_FIRST_WORD_OF = re.compile(
    rf"\bfirst\sword\s(?:of|in)\s(?:the\s)?{_NTH}\s(?:of\s[\w\s]{{1,20}}?)?(?:must\sbe|should\sbe|has\sto\sbe|needs\sto\sbe|will\sbe|is|be|:)\s(?:the\s)?(?:word\s)?(?P<word>⟦\d+⟧|[\w'-]{{1,40}})"
    rf"|\b{_NTH.replace('(?P<', '(?P<b_')}'?s?,?\s(?:first|opening|initial)\sword\s(?:must\sbe|should\sbe|has\sto\sbe|is|be|:)\s(?:the\s)?(?:word\s)?(?P<b_word>⟦\d+⟧|[\w'-]{{1,40}})"
    rf"|\b(?:make|use|have)\s(?P<c_word>⟦\d+⟧|[\w'-]{{1,40}})\s(?:be\s|as\s)?the\s(?:first|opening)\sword\s(?:of|in)\s(?:the\s)?{_NTH.replace('(?P<', '(?P<c_')}"
    rf"|\b(?:word\s)?(?P<e_word>⟦\d+⟧|[\w'-]{{1,40}})\s(?:must|should|has\sto|is\sto)\sbe\sthe\s(?:very\s)?(?:first|opening)\sword\s(?:of|in)\s(?:the\s)?{_NTH.replace('(?P<', '(?P<e_')}"
    rf"|\bin\sthe\s(?P<d_nth>\w+)\sof\sthe\s[\w-]+\sparagraphs,?\s(?:the\s)?first\sword\s(?:must\sbe|should\sbe|is|be)\s(?P<d_word>⟦\d+⟧|[\w'-]{{1,40}})",
    re.IGNORECASE,
)
_ORDINALS = {
    word: value
    for value, word in enumerate(
        [
            "zeroth",
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
        ]
    )
}


def read_parts(request: Request) -> Iterator[Demand]:
    """What the request says about parts of the answer and their marks."""
    yield from _divided(request)
    yield from _sections(request)
    for sentence in request.sentences:
        yield from _first_words(request, sentence)


def _divided(request: Request) -> Iterator[Demand]:
    plain = request.unmask(request.masked)
    template = _template(request.original)
    if template:
        yield CountDemand(
            unit="divided",
            least=template,
            most=template,
            said=f"a template with {template} parts between ***",
        )
        return
    for index, sentence in enumerate(request.sentences):
        raw = sentence.raw
        six, three = _SIX.search(raw), _THREE.search(raw)
        if not (
            six
            or three
            or re.search(r"\blike (?:below|this)|as (?:below|follows)|such as:?$|following format", raw)
        ) or not _SEPARATES.search(raw):
            continue
        six = six or (None if three else _SIX.search(plain))
        three = three or (None if six else _THREE.search(plain))
        nearby = [
            sentence,
            *reversed(request.sentences[max(0, index - 3) : index]),
            *request.sentences[index + 1 : index + 2],
        ]
        if six:
            amount = _parts(nearby, two="two") or 2
            if 2 <= amount <= 20:
                yield AnswersDemand(number=amount, said=raw[:300])
            return
        if three:
            found = _parts_range(nearby, request.masked)
            if found:
                yield CountDemand(unit="divided", least=found.least, most=found.most, said=raw[:300])
                return


def _template(text: str) -> int | None:
    """How many parts the "following format" has, when it is written out in full with lines of ***."""
    found = _FORMAT.search(text)
    if found is None:
        return None
    shown = [line.strip() for line in text[found.end() : found.end() + 4000].split("\n")]
    dividers = shown.count("***")
    return dividers + 1 if dividers and not {"...", "…", "* ..."} & set(shown) else None


def _parts(nearby: list[Sentence], two: str) -> int | None:
    if any(re.search(rf"\b(?:{two}|2)\b", each.text, re.IGNORECASE) for each in nearby):
        return 2
    found = _parts_range(nearby)
    return found.least if found and found.least is not None and found.least == found.most else None


def _parts_range(nearby: list[Sentence], all_of_it: str = "") -> Amount | None:
    everywhere = Sentence(all_of_it, "")
    for wanted in (*_PREFERRED, ""):
        for sentence in (*nearby, *((everywhere,) if wanted else ())):
            for found in _PARTS.finditer(sentence.text):
                amount = amount_of(found)
                noun = found["noun"].lower()
                if (
                    amount
                    and noun.startswith(wanted)
                    and not _NOT_PARTS.search(noun)
                    and (amount.least or amount.most or 0) > 1
                ):
                    return amount
    return None


def _sections(request: Request) -> Iterator[Demand]:
    """A number of sections and, in the same sentence or the next two, the word that marks each of them."""
    for index, sentence in enumerate(request.sentences):
        if _HIGHLIGHTED.search(sentence.text):
            continue
        for found in _SECTIONS.finditer(sentence.text):
            amount = amount_of(found)
            if (
                amount is None
                or found["first"].lower() in ("a", "an")
                or (amount.least or 0) > 100
                or re.search(r"\brepeat", sentence.text)
            ):
                continue
            for near in request.sentences[index : index + 3]:
                marker = _marker(request, near, found["noun"])
                if marker:
                    yield SectionsDemand(marker=marker, least=amount.least or 1, said=sentence.raw[:300])
                    return


def _marker(request: Request, sentence: Sentence, noun: str) -> str | None:
    if not _MARKS.search(sentence.text) and "(" not in sentence.text:
        return None
    for found in _MARKER.finditer(sentence.text):
        word = found["word"]
        if found["quote"]:
            quoted = _QUOTED_MARKER.match(request.quote(found["quote"]).strip())
            if quoted is None or not re.search(r"\s?(?:X|N|#|\d)$", request.quote(found["quote"]).strip()):
                continue
            word = quoted["word"]
        if (
            word
            and (
                word.lower().rstrip("s") == noun.lower().rstrip("s")
                or re.search(
                    r"\b(?:section|paragraph|part|chapter|day|scene|act|verse|episode|stanza|round|point|question|audience|step|tip|week)$",
                    word,
                    re.IGNORECASE,
                )
                or word.isupper()
                or re.search(r"\b(?:mark|label|note|denote|indicate)", sentence.text)
            )
            and word.lower()
            not in (
                "bullet",
                "least",
                "exactly",
                "point",
                "than",
                "most",
                "movie",
                "response",
                "plus",
                "and",
                "or",
            )
        ):
            return word
    return None


def _first_words(request: Request, sentence: Sentence) -> Iterator[Demand]:
    for pattern in (_FIRST_WORD, _FIRST_WORD_OF):
        for found in pattern.finditer(sentence.text):
            groups = found.groupdict()
            nth, num, word = (
                next((groups[p + key] for p in ("", "b_", "c_", "d_", "e_") if groups.get(p + key)), "")
                for key in ("nth", "num", "word")
            )
            number = _nth(nth, num)
            word = request.quote(word) if "⟦" in word else word
            if number and word and len(word.split()) == 1:
                yield FirstWordDemand(paragraph=number, word=word.strip(".,!?"), said=sentence.raw[:300])


def _nth(nth: str | None, num: str | None) -> int | None:
    if num:
        return value_of(num)
    nth = (nth or "").lower()
    return _ORDINALS.get(nth) or (int(re.sub(r"\D", "", nth) or 0) or None)
