"""Reads which words, phrases and letters a request wants, forbids or counts. English."""

# ruff: noqa: E501 - a pattern reads better in one piece

import re
from collections.abc import Iterator

from qa.demands.amounts import AMOUNT, Amount, amount_of
from qa.demands.models import Demand, LetterDemand, TermDemand
from qa.demands.request import Request, Sentence

_TERM = r"(?:⟦\d{1,3}⟧|\*{0,2}[\w][\w'’+#.-]{0,40}\*{0,2})"
_JOIN = r"(?:\s?,\s?(?:and\s|or\s|nor\s)?|\s(?:and|or|nor|&|as\swell\sas)\s(?:the\s(?:word|keyword|phrase)\s)?|\s?/\s?)"
_LIST = rf"(?P<list>{_TERM}(?:{_JOIN}{_TERM}){{0,15}})"
_QUOTES = rf"(?P<list>⟦\d{{1,3}}⟧(?:{_JOIN}⟦\d{{1,3}}⟧|\s⟦\d{{1,3}}⟧){{0,15}})"
_WORDS = (
    r"(?:(?:key\s?)?(?:words?|terms?|phrases?|names?|expressions?|lines?|sentences?|items?)|key\s?words?)"
)
_USE = r"(?:use|include|contain|mention|incorporate|feature|say|write|add|have|has|having|includes|contains|mentions|uses|involves?|saying|writing|including|containing|using|mentioning|with|insert|put|work\sin|employ|invoke|repeat)"
_TIMES = rf"{AMOUNT}\s(?:times?\b|or\smore\stimes?|occurrences?\b)"
_TIMES_OR_ONCE = rf"(?:{_TIMES}|(?P<once>(?P<oncerel>at\sleast|at\smost|exactly|only|no\smore\sthan|more\sthan|less\sthan|fewer\sthan)?\s?(?P<oncen>once|twice|thrice)(?P<onceless>\sor\s(?:less|fewer))?)\b)"

_FREQUENCY = re.compile(
    rf"(?:\bthe\s)?\b(?:key\s?)?(?:word|term|phrase|name|exclamation)s?:?\s(?P<list>{_TERM})\s(?:\(\w+\)\s)?(?:(?:should|must|has\sto|needs\sto|will|shall|can|may|to|is\sto|be|is|are|only|also|not)\s){{0,4}}"
    rf"(?:appears?|occurs?|shows?\sup|used|included|mentioned|present|repeated|found|contained|appearing)(?:\sin\s(?:your|the)\s(?:\w+\s){{0,2}}?(?:response|answer|reply|output))?,?\s(?:for\s)?{_TIMES_OR_ONCE}"
    rf"|\b{_USE.replace('(?:', '(?:', 1)}\s(?:the\s)?(?:{_WORDS}:?\s)?(?P<list2>⟦\d{{1,3}}⟧|(?<=word\s){_TERM}|(?<=keyword\s){_TERM}|(?<=phrase\s){_TERM})\s(?:in\s(?:your|the)\s(?:\w+\s){{0,2}}?(?:response|answer|reply|output)\s)?(?:for\s)?{_TIMES_OR_ONCE.replace('(?P<', '(?P<x_')}",
    re.IGNORECASE,
)
_WORD_TIMES = re.compile(
    rf"\b(?:key\s?)?(?:word|term|phrase)\s(?P<list>{_TERM})\s(?:in\s(?:your|the)\s\w+\s)?(?:for\s)?{_TIMES_OR_ONCE}",
    re.IGNORECASE,
)
_AT_LEAST_TERM = re.compile(
    rf"\b{AMOUNT}\s(?:occurrences?|instances?|mentions?|uses?|times?)\s(?:of\s)?(?:the\s)?(?:key\s?)?(?:word|phrase|term)?\s?(?P<list>⟦\d{{1,3}}⟧|(?<=word\s){_TERM})",
    re.IGNORECASE,
)

_NOT = r"(?:do\snot|don't|dont|not|never|avoid|without|exclude|excluding|refrain\sfrom|omit|leave\sout|must\snot|should\snot|cannot|can't|shouldn't|mustn't|no|forbidden|skip|neither)"
_FORBIDDEN = re.compile(
    rf"\b{_NOT}\s(?:(?:to|ever|any|of|the|even|be|at|all|in|your|response|answer|entire|explicitly|actually)\s){{0,3}}(?:{_USE}|uses?|the\suse\sof|using)?\s?(?:any\sof\s|either\s)?(?:the\s)?(?:following\s|forbidden\s|exact\s|actual\s)?"
    rf"(?:(?P<noun>(?:key\s?)?words?|phrases?|terms?|key\s?words?|names?)(?:\sor\sphrases?)?:?\s{_LIST}|{_QUOTES.replace('(?P<list>', '(?P<list2>')})",
    re.IGNORECASE,
)
_FORBIDDEN_AFTER = re.compile(
    rf"\b(?:key\s?)?(?:words?|phrases?|terms?):?\s{_LIST}\s(?:(?:should|must|can|may|will|shall)\s?(?:not|never)|cannot|can't|shouldn't|mustn't|(?:is|are)\s(?:not\sallowed|forbidden|prohibited|banned|off[- ]limits))"
    rf"\s?(?:be\s)?(?:appear|show\sup|used|included|mentioned|occur|present|exist|found|in\b|be\b|$)?",
    re.IGNORECASE,
)
_WANTED = re.compile(
    rf"\b{_USE}\s(?:(?:all|both|each|every|some|one|exactly|of|at\sleast\sonce)\s){{0,3}}(?:the\s|these\s)?(?:following\s|exact\s|specific\s|required\s)?(?P<noun>key\s?words?|words?|phrases?|terms?|items?|lines?|expressions?|sentences?|names?)(?:\sor\sphrases?)?\s?(?P<colon>:)?\s(?:of\s)?{_LIST}",
    re.IGNORECASE,
)
_WANTED_AFTER = re.compile(
    rf"\b(?:key\s?)?(?:words?|phrases?|terms?):?\s{_LIST}\s(?:must|should|has\sto|have\sto|needs?\sto)\s(?:also\s|all\s|both\s)?(?:appear|show\sup|be\s(?:used|included|mentioned|present|in\b)|occur)",
    re.IGNORECASE,
)
_STOP = frozenset(
    [
        "in",
        "at",
        "of",
        "to",
        "for",
        "with",
        "that",
        "which",
        "should",
        "must",
        "may",
        "can",
        "is",
        "are",
        "be",
        "as",
        "on",
        "from",
        "by",
        "it",
        "its",
        "your",
        "the",
        "a",
        "an",
        "this",
        "these",
        "those",
        "least",
        "most",
        "exactly",
        "about",
        "related",
        "limit",
        "count",
        "counts",
        "only",
        "all",
        "any",
        "not",
        "no",
        "do",
        "does",
        "don't",
        "used",
        "like",
        "such",
        "per",
        "more",
        "less",
        "than",
        "long",
        "using",
        "when",
        "while",
        "so",
        "but",
        "if",
        "then",
        "your",
        "each",
        "every",
        "or",
        "and",
        "you",
        "i",
        "we",
        "they",
        "use",
        "uses",
        "bold",
        "bolded",
        "italics",
        "italic",
        "markdown",
        "capital",
        "appear",
        "capitals",
        "uppercase",
        "lowercase",
        "caps",
        "language",
        "english",
        "french",
        "german",
        "spanish",
        "there",
        "response",
        "answer",
        "write",
        "wrap",
        "include",
        "make",
        "sure",
        "too",
        "has",
        "have",
        "times",
        "will",
        "where",
        "into",
        "other",
    ]
)
_QUOTED_LIST = re.compile(r"⟦\d{1,3}⟧")

_SIGNS = {
    "exclamation": "!",
    "question": "?",
    "hashtag": "#",
    "hash": "#",
    "semicolon": ";",
    "colon": ":",
    "dash": "-",
    "asterisk": "*",
    "ampersand": "&",
}
_LETTER = re.compile(
    rf"\b(?:the\s|of\s)?(?:letter|character|symbol|sign)s?\s(?P<letter>⟦\d{{1,3}}⟧|[^\s⟦⟧](?=[\s,.]))\s?[^.]{{0,70}}?(?<![\w-]){_TIMES_OR_ONCE}"
    rf"|{AMOUNT.replace('(?P<', '(?P<x_')}\s(?:times?\s(?:of\s)?|occurrences?\sof\s|instances?\sof\s)?(?:the\s)?(?:letters?|characters?|symbols?)\s(?P<letter2>⟦\d{{1,3}}⟧|[^\s⟦⟧](?=[\s,.]|$))"
    rf"|{AMOUNT.replace('(?P<', '(?P<y_')}\s(?P<sign>exclamation|question|hash)\s?(?:marks?|points?|tags?|signs?)\b|{AMOUNT.replace('(?P<', '(?P<z_')}\s(?P<sign2>hashtag|semicolon|colon|ampersand)s?\b",
    re.IGNORECASE,
)
# Cheap looks before the dear patterns.
_OF_LETTERS = re.compile(r"letter|character|symbol|sign|exclam|question|hash|colon|ampersand", re.IGNORECASE)
_OF_TERMS = re.compile(r"word|term|phrase|name|expression|line|sentence|item|⟦", re.IGNORECASE)
_NO_LETTER = re.compile(
    r"\b(?:without|avoid|not|don't|never|no)\s(?:\w+\s){0,3}?(?:the\s)?letter\s(?P<letter>⟦\d{1,3}⟧|[a-z](?=[\s,.]|$))",
    re.IGNORECASE,
)


def read_terms(request: Request) -> Iterator[Demand]:
    """Every word, phrase and letter that the request wants, forbids or counts."""
    for sentence in request.sentences:
        if _OF_LETTERS.search(sentence.text):
            yield from _letters(request, sentence)
        if not _OF_TERMS.search(sentence.text):
            continue
        if re.search(
            r"\b(?:repeat|translate|mean(?:s|ing)?|synonyms?|define|rhymes?\swith)\b",
            sentence.text,
            re.IGNORECASE,
        ):
            continue
        counted = list(_counted(request, sentence))
        yield from counted
        forbidden = list(_listed(request, sentence, (_FORBIDDEN, _FORBIDDEN_AFTER), None, 0))
        yield from forbidden
        if not counted and not forbidden:
            yield from _listed(request, sentence, (_WANTED, _WANTED_AFTER), 1, None)
        else:
            known = {each.term.lower() for each in (*counted, *forbidden)}
            for each in _listed(request, sentence, (_WANTED, _WANTED_AFTER), 1, None):
                if each.term.lower() not in known:
                    yield each


def _counted(request: Request, sentence: Sentence) -> Iterator[TermDemand]:
    for pattern in (_FREQUENCY, _WORD_TIMES, _AT_LEAST_TERM):
        for found in pattern.finditer(sentence.text):
            groups = found.groupdict()
            prefix = "" if groups.get("first") or groups.get("once") else "x_"
            amount = _times(found, prefix)
            term = _plain(request, groups.get("list") or groups.get("list2") or "")
            if (
                amount
                and term
                and re.search(r"\bnot\b[^⟦]{0,20}$", found[0][: found[0].find(" time")][-30:]) is None
            ):
                yield TermDemand(term=term, least=amount.least, most=amount.most, said=sentence.raw[:300])


def _times(found: re.Match[str], prefix: str) -> Amount | None:
    groups = found.groupdict()
    if groups.get(prefix + "once"):
        number = {"once": 1, "twice": 2, "thrice": 3}[groups[prefix + "oncen"].lower()]
        relation = (groups[prefix + "oncerel"] or "").lower()
        if groups[prefix + "onceless"]:
            return Amount(None, number)
        if relation in ("exactly", "only"):
            return Amount(number, number)
        if relation in ("at most", "no more than"):
            return Amount(None, number)
        if relation in ("less than", "fewer than"):
            return Amount(None, number - 1)
        return Amount(number + (relation == "more than"), None)
    amount = amount_of(_Prefixed(found, prefix))  # type: ignore[arg-type]
    # "The word X should appear 3 times": the client wants it there; once more is not worth a second try.
    return Amount(amount.least, None) if amount and amount.bare else amount


class _Prefixed:
    """A match whose amount stands in groups with a prefix."""

    def __init__(self, found: re.Match[str], prefix: str) -> None:
        self._found, self._prefix = found, prefix
        self.string = found.string

    def __getitem__(self, name: str) -> str | None:
        return self._found[self._prefix + name]

    def start(self, name: str) -> int:
        return self._found.start(self._prefix + name)


def _listed(
    request: Request,
    sentence: Sentence,
    patterns: tuple[re.Pattern[str], ...],
    least: int | None,
    most: int | None,
) -> Iterator[TermDemand]:
    for pattern in patterns:
        for found in pattern.finditer(sentence.text):
            groups = found.groupdict()
            if (
                least == 1
                and found[0].lower().startswith("with")
                and "key" not in (groups.get("noun") or "").lower()
            ):
                continue  # "end with the phrase", "start with the word"
            negated = least == 1 and re.search(
                r"\b(?:not|n't|never|avoid|without|refrain|exclud\w+|no)\b[^,]{0,25}$",
                found.string[: found.start()],
                re.IGNORECASE,
            )
            if negated:
                continue
            listed = groups.get("list") or groups.get("list2") or ""
            sure = bool(groups.get("colon")) or "key" in (groups.get("noun") or "").lower()
            for term in _terms(request, listed, sure=sure, forbidden=most == 0):
                yield TermDemand(term=term, least=least, most=most, said=sentence.raw[:300])


def _terms(request: Request, listed: str, *, sure: bool, forbidden: bool) -> list[str]:
    """The terms of a list. Without quotation marks only up to the first word that cannot be meant."""
    if _QUOTED_LIST.match(listed):
        quoted = [request.quote(token) for token in _QUOTED_LIST.findall(listed)]
        split = [
            part
            for each in quoted
            for part in (
                each.split(",")
                if len(quoted) == 1 and "," in each and each.count(" ") <= each.count(",") + 1
                else [each]
            )
        ]
        return [
            part.strip().strip(".,!?;:").strip()
            for part in split
            if part.strip(" .,!?;:") and len(part) <= 200
        ]
    terms: list[str] = []
    for part in re.split(_JOIN, listed, flags=re.IGNORECASE):
        term = part.strip("*.,;:!? ")
        if not term or term.lower() in _STOP or "⟦" in term:
            break
        terms.append(term)
    if not sure and not forbidden and not terms[1:] and not _looks_like_a_word(terms, listed):
        return []
    return terms


def _looks_like_a_word(terms: list[str], listed: str) -> bool:
    return bool(terms) and len(listed.split()) == 1 and terms[0].isalpha()


def _plain(request: Request, term: str) -> str:
    if "⟦" in term:
        return request.quote(term).strip().strip(".,;:")[:200]
    term = term.strip("*.,;: ")
    return "" if term.lower() in _STOP else term


def _letters(request: Request, sentence: Sentence) -> Iterator[LetterDemand]:
    for found in _LETTER.finditer(sentence.text):
        groups = found.groupdict()
        prefix = next((p for p in ("", "x_", "y_", "z_") if groups.get(p + "first")), "")
        amount = _times(found, prefix) if groups.get(prefix + "first") or groups.get("once") else None
        sign = groups["sign"] or groups["sign2"]
        letter = (
            _SIGNS[sign.lower()]
            if sign
            else _plain_letter(request, groups["letter"] or groups["letter2"] or "")
        )
        if amount and letter:
            if prefix in ("x_", "y_", "z_") and amount.least == amount.most:
                amount = Amount(amount.least, amount.most)
            yield LetterDemand(letter=letter, least=amount.least, most=amount.most, said=sentence.raw[:300])
            return
    for found in _NO_LETTER.finditer(sentence.text):
        letter = _plain_letter(request, found["letter"])
        if letter:
            yield LetterDemand(letter=letter, most=0, said=sentence.raw[:300])


def _plain_letter(request: Request, letter: str) -> str:
    plain = request.quote(letter) if "⟦" in letter else letter
    return plain if len(plain) == 1 else ""
