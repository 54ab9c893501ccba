"""Reads how many words, sentences, paragraphs, bullets and the like a request demands. English."""

# ruff: noqa: E501 - a pattern reads better in one piece

import re
from collections.abc import Iterator

from qa.demands.amounts import AMOUNT, NUMBER, Amount, Renamed, amount_of, loosened
from qa.demands.marked import marked_words
from qa.demands.models import CountDemand, Demand, Unit
from qa.demands.request import Request, Sentence

_CAPS = r"(?:all[- ]?caps|(?:all\s)?(?:capital(?:ized)?|upper[- ]?case)(?:\sletters?)?|caps)"
_UNITS: dict[Unit, str] = {
    "words": r"words?(?!\s(?:(?:that|which)\s(?:is|are)\s|should\sbe\s|be\s|is\s|are\s)?(?:with|in|of)?\s?(?:the\s\w+\s|your\s\w+\s)?(?:all\b|capital|upper|caps))",
    "sentences": r"sentences?",
    "paragraphs": r"paragraphs?",
    "lines": r"lines?",
    "characters": r"(?:characters?|chars?)",
    "bullets": r"(?:markdown\s|main\s|key\s)?(?:bullet(?:ed)?(?:\s|-)?(?:points?|items?)|bullets?)",
    "numbered": r"numbered\s(?:items?|points?|steps?|list\sitems?)",
}
# What every wording of a unit contains; a cheap look before the dear patterns.
_STEMS = {
    "words": "word", "sentences": "sentence", "paragraphs": "paragraph", "lines": "line", "characters": "char", "bullets": "bullet",
    "numbered": "numbered",
}  # fmt: skip
_ADJECTIVES = rf"(?:[- ](?!{NUMBER})(?!and\b|or\b|the\b|of\b|to\b|in\b|with\b|per\b|times?\b|letters?\b|more\b|all\b)(?!\d)[\w'-]{{1,20}}){{0,3}}?[- ]"
_MANY: dict[str, re.Pattern[str]] = {
    unit: re.compile(rf"(?<![\w.,⟦/$€£-]){AMOUNT}{_ADJECTIVES}(?P<unit>{pattern})(?!\w)", re.IGNORECASE)
    for unit, pattern in _UNITS.items()
}
_AFTER: dict[str, re.Pattern[str]] = {
    unit: re.compile(
        rf"\b(?:number|count|amount)\sof\s(?:\w+\s){{0,2}}?(?P<unit>{pattern})\b[^.]{{0,60}}?\b(?:to|be|is|at|under|below|least|most|exceed)\s??\s?{AMOUNT}"
        rf"|(?P<unit2>{pattern})\s(?:should\s|must\s|may\s|can\s)?(?:appear|occur|be\sused|show\sup)s?\s{AMOUNT.replace('(?P<', '(?P<x_')}\stimes?\b",
        re.IGNORECASE,
    )
    for unit, pattern in _UNITS.items()
    if unit in ("words", "sentences", "paragraphs", "characters", "bullets")
}
_WORD_COUNT = re.compile(
    rf"\b(?:word|(?P<chars>character))[- ](?:count|limit|length)\b\s(?:should\s|must\s|is\s|be\s|of\s|at\s|to\s|under\s(?=under))*{AMOUNT}",
    re.IGNORECASE,
)
# A part of the answer, not the whole: "each paragraph with 50 words", "a title of at most 5 words".
_PART = re.compile(
    r"\b(?:each|every|per|first|last|second|third|next|another|title|headings?|headlines?|subject(?:\sline)?|sentences|paragraphs|lines|bullets?|points|sections?|stanzas?"
    r"|verses?|names?|slogans?|captions?|taglines?|introduction|conclusion|intro|items?|steps?|examples?|rows?|cells?|columns?|descriptions|haikus?|chapters?|quotes?"
    r"|passwords?|keys?|strings?|column|field|variables?|usernames?|functions?|method|classes|(?:the|its|their) (?:given|input|above|following|original))\b(?:\s[\w'-]+){0,4}\s?\W{0,2}$",
    re.IGNORECASE,
)
# "Write a tagline of …": then the part is the whole answer.
_OBJECT = re.compile(
    r"\b(?:write|create|compose|draft|suggest|make|generate|give\sme|provide)\s(?:me\s)?(?:an?|one)\s(?:[\w'-]+\s){0,2}$",
    re.IGNORECASE,
)
_TEXT = re.compile(
    r"(?:taglines?|slogans?|titles?|headlines?|captions?|descriptions?|introduction|conclusion|quotes?|names?)\b",
    re.IGNORECASE,
)
_OR_LESS = re.compile(r"\s(?:or\s(?:less|fewer|under)|max(?:imum)?\b|at\s(?:the\s)?most|tops)", re.IGNORECASE)
_OR_MORE = re.compile(r"\s(?:or\smore|min(?:imum)?\b|at\s(?:the\s)?least)", re.IGNORECASE)
_PER_PART = re.compile(
    r"^\s?(?:each(?!\s(?:separated|divided))|every|per|apiece|or so (?:each|per)|for (?:each|every)|in (?:each|every)|long (?:each|per)|from (?:the|this)|in (?:this|that|my|his|her))\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:write|create|compose|draft|give|provide|list|make|generate|produce|answer|respond|reply|explain|describe|summari[sz]e|contain|include|have|has|use|be|is|are"
    r"|limit|keep|need|want|should|must|return|output|tell|say|show|add|organi[sz]e|structure|divide|split|present|outline|discuss|state|define|compare|elaborate|there"
    r"|format|with|in|prepare|cap|aim|reach|restrict|get|total|consist|comprise|please|stick|go|sum|highlight|capitalize|put|state|suggest|recommend|name|craft|develop|design|plan|expand|rewrite|exceed|length|at least|long|short)\b",
    re.IGNORECASE,
)
_ANSWER_LIKE = re.compile(
    r"\b(?:answer|response|reply|output|essay|story|poem|article|post|letter|email|e-mail|text|summary|paragraph|pitch|explanation|description|review|speech|riddle|blog|bio"
    r"|report|advertisement|ad|tweet|song|rap|limerick|joke|itinerary|proposal|resume|template|script|critique|overview|biography|message|note|paper|piece|copy|list|tagline|it)\b",
    re.IGNORECASE,
)
_ANSWERING = re.compile(
    r"\b(?:answer|respond|reply|explain|describe|summari[sz]e|tell me|say (?:it|this|that)|define|put it|outline|discuss|write|in|use|with|limit|keep)\b",
    re.IGNORECASE,
)
# "* This is an example bullet": shown, not demanded.
_TEMPLATE_LINE = re.compile(
    r"^\W{0,4}(?:this is|bullets?|text for|points?|an? (?:example|bullet)|item|my bullet|sample)\b",
    re.IGNORECASE,
)
# Facts of a sum or a puzzle, not demands.
_FACT = re.compile(
    r"^\W*(?:a|an|the|there|each|one|john|my|our)\b(?:\s\w+){0,4}?\s(?:has|had|have|are|were|was|costs?|contains?)\s",
    re.IGNORECASE,
)
_OWN = re.compile(
    r"^\W*(?:but\s|and\s)?(?:my|our|his|her|their|its)\s(?!answer|response|reply|demand|request|requirement)(?:[\w'-]+\s){1,2}(?:has|have|had|may|must|should|can|is|was|were|are|needs?)\b",
    re.IGNORECASE,
)
_OF_THE_ANSWER = re.compile(
    r"\b(?:should|must|needs?|has\sto|have\sto|your|exactly|at\sleast|at\smost|no\smore|fewer|less|please|response|answer)\b",
    re.IGNORECASE,
)
_LISTED = r"(?:numbered|bullet(?:ed)?(?:[- ]points?)?|markdown)"
_BULLETED = re.compile(r"bullet|markdown", re.IGNORECASE)
_LIST_ITEMS = re.compile(
    rf"\b{_LISTED}\slist\s(?:(?:consisting|made\sup)\s)?(?:of|with|containing|that\shas|having)\s{AMOUNT}\s(?:items?|points?|entries|elements|things|bullets?)\b"
    rf"|\b{AMOUNT.replace('(?P<', '(?P<x_')}[- ](?:items?|points?)[- ]{_LISTED}\slist",
    re.IGNORECASE,
)


def read_counts(request: Request) -> Iterator[Demand]:
    """Every count over the whole answer that a sentence of the request demands."""
    for sentence in request.sentences:
        if (
            _TEMPLATE_LINE.match(sentence.text)
            or (_FACT.search(sentence.text) and not _OF_THE_ANSWER.search(sentence.text))
            or _OWN.search(sentence.text)
        ):
            continue
        lowered = sentence.text.lower()
        for unit in _MANY:
            if _STEMS[unit] in lowered:
                yield from _count(sentence, unit)
        yield from _other_wordings(sentence)


def _count(sentence: Sentence, unit: str) -> Iterator[CountDemand]:
    text = sentence.text
    marked = marked_words(sentence) if unit == "words" else None
    for pattern in (_MANY[unit], _AFTER.get(unit)):
        for found in pattern.finditer(text) if pattern else ():
            if (
                unit == "words"
                and pattern is _AFTER["words"]
                and (found["unit2"] or re.search(_CAPS, found[0], re.IGNORECASE))
            ):
                continue  # words in capitals, or a word that should appear so often
            amount = _amount(found)
            if amount is None or not _is_asked(text, found, amount, unit) or _is_part(text, found, unit):
                continue
            if unit == "words" and marked and marked[0] < found.end() and found.start() < marked[1]:
                continue
            if (
                unit in ("bullets", "numbered")
                and amount.bare
                and (found["first"] or "").lower() in ("a", "an")
            ):
                continue
            if unit == "bullets" and re.search(r"\bexample\b", found[0], re.IGNORECASE):
                continue
            if unit == "sentences" and re.search(r"\brepeat", text, re.IGNORECASE):
                continue
            amount = _meant(amount, unit, text)
            if amount is not None:
                yield _counted(unit, amount, sentence)


def _is_asked(text: str, found: re.Match[str], amount: Amount, unit: str) -> bool:
    """A relation ("at most 5 sentences") asks by itself at either end of its sentence; a bare number needs a verb."""
    bare_start = len(text[: found.start()].split()) <= 2
    if unit == "bullets" and bare_start and len(text.split()) <= 6:
        return True
    return bool(_ASKS.search(text)) or (not amount.bare and (bare_start or len(text) - found.end() <= 12))


def _amount(found: re.Match[str]) -> Amount | None:
    if found["first"]:
        amount = amount_of(found)
        if amount and amount.bare and _OR_LESS.match(found.string, found.end()):
            return Amount(None, amount.most)
        if amount and amount.bare and _OR_MORE.match(found.string, found.end()):
            return Amount(amount.least, None)
        return amount
    return amount_of(Renamed(found))


def _is_part(text: str, found: re.Match[str], unit: str) -> bool:
    before, after = text[: found.start()], text[found.end() :]
    if _PER_PART.search(after):
        return True
    tail = _PART.search(before[-80:])
    if tail is None or (_TEXT.match(tail[0]) and _OBJECT.search(before[-120:][: -len(tail[0])])):
        return False
    # "Write a paragraph with 5 sentences", "two sections and at least 25 sentences" speak of the whole answer.
    return not (
        re.search(r"\band\b", tail[0])
        or (unit == "bullets" and not re.search(r"each|every|per", tail[0], re.IGNORECASE))
    )


def _meant(amount: Amount, unit: str, text: str) -> Amount | None:
    """A bare number is exact for things that are counted at a glance, and an aim for words and characters."""
    if not amount.bare:
        return amount
    if unit in ("words", "characters"):
        if amount.least == 1 and unit == "words":
            return (
                Amount(1, 1)
                if re.search(
                    r"\b(?:in|with|use|using|just|only)\s(?:a\s|one\s|1\s)?(?:single\s)?(?:one\s)?word\b|one[- ]word\s(?:answer|reply|response)",
                    text,
                    re.IGNORECASE,
                )
                and _ANSWERING.search(text)
                else None
            )
        return (
            loosened(amount.least or 0)
            if _ANSWER_LIKE.search(text) or re.search(r"\bin\s\d+\swords", text)
            else None
        )
    if unit in ("sentences", "lines", "paragraphs") and amount.least == 1:
        strict = re.search(
            r"\b(?:in|with|using|exactly|only|just|use)\s(?:only\s|just\s)?(?:one|1|a\ssingle|a\sone|one\ssingle|single)[- ](?:\w+\s)?(?:sentence|line|paragraph)\b|\bone[- ](?:sentence|paragraph|line)\s\w+",
            text,
            re.IGNORECASE,
        )
        return amount if strict else None
    if unit == "sentences":
        return (
            amount
            if re.search(
                r"\b(?:in|with|using|exactly|of|contain|have)\s|sentences?\slong|-sentence",
                text,
                re.IGNORECASE,
            )
            else None
        )
    if unit == "lines":
        return (
            amount
            if re.search(r"-line|lines\slong|of\s\d+\slines|in\s\w+\slines", text, re.IGNORECASE)
            else None
        )
    return amount


def _counted(unit: str, amount: Amount, sentence: Sentence) -> CountDemand:
    return CountDemand.model_validate(
        {"unit": unit, "least": amount.least, "most": amount.most, "said": sentence.raw[:300]}
    )


def _other_wordings(sentence: Sentence) -> Iterator[CountDemand]:
    text = sentence.text
    for found in _WORD_COUNT.finditer(text):
        amount = amount_of(found)
        if amount is not None:
            limit = re.search(r"limit", found[0], re.IGNORECASE) and amount.bare
            amount = Amount(None, amount.least) if limit else amount
            yield _counted(
                "characters" if found["chars"] else "words",
                loosened(amount.least or 0) if amount.bare else amount,
                sentence,
            )
    for found in _LIST_ITEMS.finditer(text):
        amount = _amount(found)
        if amount is not None:
            yield _counted("bullets" if _BULLETED.search(found[0]) else "numbered", amount, sentence)
