"""Reads which words and phrases a request wants, forbids or counts. English in plain words.

A mention is "the word X", "keywords: X, Y" or a quotation. What is said around it in its clause decides: a verb of
use before it or of appearing after it makes it wanted, a negation turns that round, "3 times" counts it.
"""

# ruff: noqa: E501 - a pattern reads better in one piece

import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa.demands.amounts import AMOUNT, NUMBER, Amount, Renamed, amount_of
from qa.demands.models import Demand, TermDemand
from qa.demands.request import Request, Sentence

_TERM = r"(?:⟦\d{1,3}⟧|\[[\w'’ -]{1,40}\]|\*{0,2}[\w][\w'’+#.-]{0,40}\*{0,2})"
_JOIN = r"(?:\s?,\s?(?:and\s|or\s|nor\s)?|\s(?:and|or|nor|&|as\swell\sas|plus)\s(?:also\s)?(?:the\s)?(?:(?:word|keyword|phrase|term)\s)?|\s?[/;|]\s?)"
_NOUN = r"(?:(?:key|trigger|buzz|target|focus|vocabulary)[\s-]?)?(?:words?|terms?|phrases?|names?|expressions?|lines?|sentences?)"
_MENTION = re.compile(
    rf"(?:\b(?P<noun>{_NOUN})(?:\s(?:or|and)\s(?:phrases?|words?|terms?))?\s?(?P<colon>:)?\s(?:of\s|like\s|such\sas\s|namely\s|ie\s|eg\s)?(?P<list>{_TERM}(?:{_JOIN}{_TERM}){{0,20}}))"
    rf"|(?P<quoted>⟦\d{{1,3}}⟧(?:{_JOIN}⟦\d{{1,3}}⟧|\s⟦\d{{1,3}}⟧){{0,20}})",
    re.IGNORECASE,
)
_HEADING = re.compile(
    rf"(?:\b(?P<kind>required|mandatory|necessary|must[- ]have|wanted|forbidden|banned|prohibited|disallowed|taboo|excluded|avoid(?:ed)?)\s{_NOUN}"
    rf"|\b{_NOUN}\s(?:(?:which|that)\s)?(?:(?:you|I|we)\s)?(?:(?:must|should|want|have|need|are|is|to|not|be|never)\s){{0,5}}(?P<verb>use|include|avoid|contain|mention|exclude|omit|ban|be|appear)\w{{0,3}}"
    rf"|^\W*(?P<only>key\s?words?)(?=\s?:)"
    rf"|\b(?:following|these)\s(?:{_NOUN}|items|things|names)\b(?P<said>[^:⟦]{{0,60}}))\s?:\s?(?P<list>{_TERM}(?:{_JOIN}{_TERM}){{0,20}})",
    re.IGNORECASE,
)
_USE = r"(?:us(?:e|es|ing|ed)|includ(?:e|es|ing)|contain(?:s|ing)?|mention(?:s|ing)?|incorporat(?:e|es|ing)|featur(?:e|es|ing)|employ(?:s|ing)?|needs?|requir(?:e|es|ing)|insert|invoke|invoking|utili[sz](?:e|es|ing)|integrat(?:e|es|ing)|weave|weaving|work\sin|involv(?:e|es|ing)|reference)"
_AS_KEYWORDS = re.compile(
    rf"\b{_USE}\s(?:both\s|all\s)?(?P<list>{_TERM}(?:{_JOIN}{_TERM}){{0,20}})\sas\s(?:the\s|your\s)?(?:key\s?words?|key\sterms|words)\b",
    re.IGNORECASE,
)
_HEAD_REFUSES = re.compile(
    r"\b(?:forbid\w*|ban\w*|prohibit\w*|disallow\w*|taboo|exclud\w*|avoid\w*|omit\w*|not|never|off[- ]limits|cannot)\b",
    re.IGNORECASE,
)
_HEAD_WANTS = re.compile(
    rf"\b(?:required|mandatory|necessary|must|wanted|should|have\sto|needs?|appear|included|used|with|{_USE})\b",
    re.IGNORECASE,
)
_PLAIN_COUNTED = re.compile(
    rf"^\W*(?P<subject>(?!the\b|a\b|an\b|it\b|this\b|that\b|each\b|they\b)[\w-]{{2,30}})\s(?:must|should|has\sto|needs\sto|shall)\s(?:appear|occur|be\s(?:mentioned|used|included|said))\s(?:for\s)?{AMOUNT}\stimes\b"
    rf"|\b(?:mention|use|include|say|repeat)\s(?P<list>(?!the\b|a\b|an\b|at\b|it\b)[\w-]{{2,30}})\s(?:for\s)?{AMOUNT.replace('(?P<', '(?P<x_')}\stimes\b",
    re.IGNORECASE,
)

_WEAK_USE = r"(?:say(?:s|ing)?|writ(?:e|es|ing)|add(?:s|ing)?|ha(?:ve|s)|having|put(?:ting)?|repeat|work|with|there\sis|there\sare|see|type)"
_USED_BEFORE = re.compile(
    rf"^.*\b(?:(?P<use>{_USE})|(?P<weak>{_WEAK_USE}))\b(?P<gap>[^⟦]{{0,45}})$", re.IGNORECASE
)
_GAP = re.compile(
    r"^\W{0,3}(?:(?:all|both|each|every|some|any|one|either|exactly|only|of|at|least|most|once|the|these|those|this|following|exact|specific|required|given|actual|forbidden|in|into|your|entire|whole|my|response|answer|reply|text|it|them|be|sure|to|also|even|ever|such|two|three|four|five|\d+|that|times|keywords?|words?|phrases?|terms?|occurrences?|or)\W{1,3}){0,10}$",
    re.IGNORECASE,
)
_APPEARS_AFTER = re.compile(
    r"^\W{0,3}(?:(?:words?|phrases?|terms?|keywords?|in|your|the|response|answer|reply|text|also|all|both|each|together|must|should|shall|will|may|can|cannot|has|have|had|needs?|want|ought|not|never|to|is|are|be|being|do|does|only|somewhere|anywhere|ever|still)\s){0,8}"
    r"(?P<verb>(?<=be\s)(?:in\s(?:your|the|it|there|every)|part\sof)|appears?|occurs?|shows?\sup|used|included|mentioned|present|found|contained|incorporated|featured?s?|part\sof|written|said|come\sup|exists?|repeated|there|inserted|employed)\b",
    re.IGNORECASE,
)
_NOT_BEFORE = re.compile(
    r"\b(?:not|never|avoid(?:s|ed|ing)?|without|exclud(?:e|es|ing)|omit(?:s|ting)?|leav(?:e|ing)\sout|refrain|neither|no|cannot|forbidden|remove)\b(?![^⟦]{0,60}\b(?:but|instead|only|more\sthan|less\sthan|fewer\sthan|over|at\smost|at\sleast)\b)[^⟦]{0,70}$",
    re.IGNORECASE,
)
_AVOID_BEFORE = re.compile(
    r"\b(?:avoid(?:s|ed|ing)?|without|exclud(?:e|es|ing)|omit(?:s|ting)?|leav(?:e|ing)\sout|refrain(?:ing)?\sfrom|neither|banish|drop|remove|delete)\b(?P<gap>[^⟦]{0,45})$",
    re.IGNORECASE,
)
_NOT_AFTER = re.compile(
    r"^\W{0,3}(?:(?:words?|phrases?|terms?|keywords?|also|both|all)\s){0,3}(?:(?:(?:must|should|shall|will|may|can|do|does|is|are|has|have|needs?|want)\s){0,2}(?:not|never|cannot)\b|cannot\b|(?:is|are|should\sbe|must\sbe|to\sbe)\s(?:strictly\s|absolutely\s|also\s|all\s|both\s)?(?:forbidden|prohibited|banned|off[- ]limits|disallowed|taboo|excluded|avoided|omitted|left\sout))",
    re.IGNORECASE,
)
_NOT_A_WISH = re.compile(
    r"\b(?:start|begin|end|finish|conclud|clos|open|wrap|titled?|call|nam(?:e|ed)\b|separat|divid|delimit|mark|label|head|replac|rhym|defin|meaning|definition|synonym|antonym|translat|pronounc|spell|origin|etymology|explain|describe|discuss|about|instead|between|answer|respond|repl(?:y|ies)|choose|pick|select|say\sonly|postscript|POST|greet|sign|letter|character|first|last|capital|than\sthe|paragraph|placeholder|brackets?|format|bold|italic|highlight|template|such\sas|eg|ie|like|form|option|quotation|language|noted|denot|indicat|one\sof|classif|sentences?\s(?:beginning|starting|ending)|search|find|count|look)\w*\b[^⟦]{0,60}$",
    re.IGNORECASE,
)
_STILL_A_WISH = re.compile(
    rf"\b(?:{_USE}|mention\w*|keywords?|avoid)\b[^⟦]{{0,50}}\b(?:words?|phrases?|terms?|keywords?)\W{{0,3}}$|\b(?:mention|include|avoid|including|mentioning|incorporate)\s(?:both\s|either\s|the\s|all\s)?$",
    re.IGNORECASE,
)
_ROLE_AFTER = re.compile(
    r"^\W{0,3}(?:as\s(?:a|an|the|your|its|bullets?|separator|divider|title|heading)|to\s(?:separate|mark|indicate|divide|denote|start|end|begin|refer|describe)|(?:at|in)\sthe\s(?:very\s)?(?:end|beginning|start)|in\s(?:the|its|their|his|her)\s(?:title|headings?|name)|format|instead|means?\b|is\s(?:a|an|the)\b|for\s(?:the|each|every)|before\s(?:each|every)|in\splace)",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(
    r";|\.\s|,\s(?:but|and|then|also|while|yet)\s(?!⟦)|\sbut\s|\sand\s(?=(?:use|include|do|make|end|start|finish|avoid|keep|write|mention|answer|your|it|that|the\s(?:response|answer|letter|word))\b)",
    re.IGNORECASE,
)
_TIMES_AFTER = re.compile(
    rf"(?P<gap>(?:[^⟦]{{0,70}}?\s)??){AMOUNT}\s(?:times?\b|or\smore\stimes?|occurrences?\b|instances?\b|uses\b|mentions\b)",
    re.IGNORECASE,
)
_TIMES_BEFORE = re.compile(
    rf"{AMOUNT}\s(?:times?|occurrences?|instances?|mentions?|uses?)\s(?:of\s)?(?:the\s)?(?:(?:key\s?)?(?:word|phrase|term)\s)?$",
    re.IGNORECASE,
)
_QUOTED_LIST = re.compile(r"⟦\d{1,3}⟧")
# "Use the word a, but not the word b": the verb stands before.
_BUT_NOT = re.compile(r"\W*(?:not|never|no)\s(?:the\s|any\s)?$", re.IGNORECASE)
_MODAL = re.compile(
    r"\b(?:must|should|shall|will|may|can|cannot|has\sto|have\sto|had\sto|needs?|want|ought|not|never|to)\b",
    re.IGNORECASE,
)
_BANNED_AFTER = re.compile(
    r"^\W{0,3}(?:\w+\s){0,4}?(?:forbidden|prohibited|banned|off[- ]limits|disallowed|taboo|excluded|avoided|omitted|left\sout|not\s(?:be\s)?(?:allowed|permitted|acceptable|ok|okay|welcome)|not\s(?:be\s)?in\b)",
    re.IGNORECASE,
)
_COUNTS_WORDS = re.compile(rf"(?<![\w.,])(?:{NUMBER})[\s-]$", re.IGNORECASE)
_PLAIN_FORBIDDEN = re.compile(
    rf"\b(?:not|never|avoid|without)\s(?:ever\s)?mention(?:ing)?\s(?:either\s)?(?P<list>(?!the\b|any|a\b|it\b)[\w-]{{2,30}}(?:{_JOIN}[\w-]{{2,30}}){{0,10}})(?=\s(?:in\s(?:your|the)|anywhere|at\sall)\b|\W*$)",
    re.IGNORECASE,
)
# Cheap looks before the dear patterns.
_OF_TERMS = re.compile(r"word|term|phrase|name|expression|mention|items|things|⟦|\btimes\b", re.IGNORECASE)
_MAX_TERM_WORDS = 12
_STOP = frozenset(
    """
    a about all an and answer any appear are as at be bold bolded but by can capital capitals caps
    count counts do does don't each english every exactly for french from german has have i if in
    include into is it italic italics its language least less like limit long lowercase make
    markdown may more most must no not of on only or other per related response should so spanish
    such sure than that the then there these they this those times to too uppercase use used uses
    using we when where which while will with wrap write you your once twice anywhere somewhere
    throughout also please below above within between naturally together both first word words mean
    means meaning was were he she out off over under one two three appears occurs included mentioned
    forbidden banned allowed before after again me my anything something nothing everything yourself what somehow correctly would could verb noun spelled
    """.split()  # noqa: SIM905 - a list of words reads better as text
)


@dataclass(frozen=True, slots=True)
class _Mention:
    """Terms that a sentence names, where they stand, and whether it says that they are words."""

    terms: tuple[str, ...]
    start: int
    end: int
    noun: str
    quoted: bool
    colon: bool


def read_terms(request: Request) -> Iterator[Demand]:
    """Words and phrases that the request wants, forbids or counts."""
    for sentence in request.sentences:
        if not _OF_TERMS.search(sentence.text):
            continue
        headed = list(_headed(request, sentence))
        yield from headed
        if not headed:
            for mention in _mentions(request, sentence):
                yield from _judged(sentence, mention)
            yield from _plain_lists(request, sentence)


def _plain_lists(request: Request, sentence: Sentence) -> Iterator[TermDemand]:
    """ "Do not mention a and b", "use a and b as keywords", "mention a 3 times": words without a mark as words."""
    for found in _AS_KEYWORDS.finditer(sentence.text):
        refused = _NOT_BEFORE.search(sentence.text[: found.start("list")])
        for term in _terms(request, found["list"], sure=True):
            yield _term(term, None if refused else 1, 0 if refused else None, sentence)
    for found in _PLAIN_FORBIDDEN.finditer(sentence.text):
        for term in _terms(request, found["list"], sure=True):
            yield _term(term, None, 0, sentence)
    for found in _PLAIN_COUNTED.finditer(sentence.text):
        amount = _times(found) if found["subject"] else _times(Renamed(found))
        term = found["subject"] or found["list"]
        if amount and term.lower() not in _STOP:
            yield _term(term, amount.least, amount.most, sentence)


def _headed(request: Request, sentence: Sentence) -> Iterator[TermDemand]:
    """ "Forbidden words: a, b", "Keywords to include: a, b", "The following words are banned: a, b" """
    for found in _HEADING.finditer(sentence.text):
        head = sentence.text[max(0, found.start() - 60) : found.start("list")]
        refused = bool(_HEAD_REFUSES.search(head))
        if not refused and not found["only"] and not _HEAD_WANTS.search(head):
            continue
        if _NOT_A_WISH.search(sentence.text[: found.start()]) and not re.search(_USE, head, re.IGNORECASE):
            continue
        for term in _terms(request, found["list"], sure=True):
            yield _term(term, None if refused else 1, 0 if refused else None, sentence)


def _mentions(request: Request, sentence: Sentence) -> Iterator[_Mention]:
    for found in _MENTION.finditer(sentence.text):
        listed = found["list"] or found["quoted"]
        noun = (found["noun"] or "").lower()
        sure = bool(found["colon"]) or "key" in noun
        terms = _terms(request, listed, sure=sure or noun.endswith("s"))
        if not terms:
            continue
        quoted = "⟦" in listed
        first = found.start("list") if found["list"] else found.start("quoted")
        end = first + (listed.rfind("⟧") + 1 if quoted else _length(listed, terms))
        yield _Mention(tuple(terms), found.start(), end, noun, quoted, bool(found["colon"]))


def _length(listed: str, terms: list[str]) -> int:
    """How far the terms reach that were taken from a list of plain words."""
    position = 0
    for term in terms:
        position = listed.find(term, position) + len(term)
    return position + len(listed[position:]) - len(listed[position:].lstrip("*"))


def _judged(sentence: Sentence, mention: _Mention) -> Iterator[TermDemand]:
    before, after = _clause(sentence.text, mention.start, mention.end)
    if _is_something_else(before, after, mention):
        return
    wished = _wished(sentence.text, before, after, mention)
    if wished is not None:
        for term in mention.terms:
            yield _term(term, wished.least, wished.most, sentence)


def _is_something_else(before: str, after: str, mention: _Mention) -> bool:
    """An end phrase, a title, a word to explain: the mention is no wish to use the word."""
    if _COUNTS_WORDS.search(before) and mention.noun:
        return True
    if _ROLE_AFTER.match(after) or (not mention.noun and len(mention.terms[0].split()) > _MAX_TERM_WORDS):
        return True
    if (
        not _NOT_A_WISH.search(before)
        or _STILL_A_WISH.search(before + mention.noun)
        or _avoided(before, mention)
    ):
        return False
    return not (mention.noun and (_APPEARS_AFTER.match(after) or _NOT_AFTER.match(after)))


def _wished(text: str, before: str, after: str, mention: _Mention) -> Amount | None:
    """How often the terms are to occur, None when nothing is said about that."""
    said_after = _APPEARS_AFTER.match(after)
    # "`x` is found in it" is a fact; "`x` must be found in it" is a wish.
    used, appears = (
        _used(before, mention),
        bool(said_after and (mention.noun or _MODAL.search(said_after[0]))),
    )
    refused_after = bool(_NOT_AFTER.match(after)) and bool(said_after or _BANNED_AFTER.match(after))
    avoided = _avoided(before, mention)
    amount = _counted(text, mention, before, after)
    if amount is not None:
        return amount if used or appears or refused_after or mention.noun else None
    if _is_counted_somehow(after):
        return None
    if (
        refused_after
        or avoided
        or _BUT_NOT.match(before)
        or ((used or appears) and _NOT_BEFORE.search(before))
    ):
        return Amount(None, 0)
    return Amount(1, None) if (used or appears) and _is_sure(mention, appears) else None


def _clause(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands before and after a mention in its own clause."""
    before, after = text[:start], text[end:]
    ends = [each.end() for each in _CLAUSE_END.finditer(before)]
    cut = _CLAUSE_END.search(after)
    return before[ends[-1] if ends else 0 :][-160:], after[: cut.start() if cut else len(after)][:160]


def _used(before: str, mention: _Mention) -> bool:
    found = _USED_BEFORE.match(before)
    if found is None or not _GAP.match(found["gap"]):
        return False
    if found["use"]:
        return True
    return bool(mention.noun) or mention.colon or found["weak"].lower() in ("say", "saying")


def _avoided(before: str, mention: _Mention) -> bool:
    found = _AVOID_BEFORE.search(before)
    return (
        bool(found)
        and (bool(mention.noun) or mention.quoted)
        and bool(
            _GAP.match(
                (found["gap"] if found else "")
                .replace("using", "")
                .replace("mentioning", "")
                .replace("saying", "")
                .replace("including", "")
                .replace("writing", "")
            )
        )
    )


def _is_sure(mention: _Mention, appears: bool) -> bool:
    """One plain word after "word" is believed only where the sentence says that it is to be used."""
    return (
        mention.quoted
        or mention.colon
        or appears
        or "key" in mention.noun
        or len(mention.terms) > 1
        or mention.terms[0].isalpha()
    )


def _counted(text: str, mention: _Mention, before: str, after: str) -> Amount | None:
    found = _TIMES_AFTER.match(text, mention.end, mention.end + len(after))
    if found and not re.search(
        r"\b(?:letter|words|sentence|comma|exclamation|placeholder)s?\b", found["gap"]
    ):
        return _times(found)
    start = mention.start - len(before)
    found = _TIMES_BEFORE.search(text, max(0, start), mention.start)
    return _times(found) if found else None


def _is_counted_somehow(after: str) -> bool:
    return bool(
        re.match(
            r"[^⟦]{0,60}\btimes\b|\s?(?:(?:in|within)\s(?:your|the)\s(?:\w+\s)?\w+\s)?(?:more|less|fewer)\sthan\b",
            after,
            re.IGNORECASE,
        )
    )


def _times(found: re.Match[str] | Renamed) -> Amount | None:
    amount = amount_of(found)
    # "The word X should appear 3 times": the client wants it there; once more is not worth a second try.
    return Amount(amount.least, None) if amount and amount.bare else amount


def _term(term: str, least: int | None, most: int | None, sentence: Sentence) -> TermDemand:
    return TermDemand(term=term[:200], least=least, most=most, said=sentence.raw[:300])


def _terms(request: Request, listed: str, *, sure: bool) -> list[str]:
    """The terms of a list. Without quotation marks only up to the first word that cannot be meant."""
    if _QUOTED_LIST.match(listed):
        quoted = [request.quote(token) for token in _QUOTED_LIST.findall(listed)]
        split = [part for each in quoted for part in (_parts(each) if len(quoted) == 1 else [each])]
        cleaned = [part.strip().strip(".,!?;:").strip() for part in split]
        return [part for part in cleaned if part and len(part) <= 200]
    terms: list[str] = []
    for part in re.split(_JOIN, listed, flags=re.IGNORECASE):
        term = part.strip("*.,;:!?[] ")
        if not term or term.lower() in _STOP or "⟦" in term or term.isdigit():
            break
        terms.append(term)
    # "The words of …", "words from …" name nothing; "the word X" names one.
    return terms if terms and (sure or terms[0].isalpha() or "-" in terms[0]) else []


def _parts(quoted: str) -> list[str]:
    """One quotation may hold a whole list: "river, stone"."""
    if "," in quoted and quoted.count(" ") <= quoted.count(",") + 1:
        return quoted.split(",")
    return [quoted]
