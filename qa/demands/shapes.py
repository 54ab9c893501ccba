"""Reads the shape of the whole answer from a request: case, language, title, table, commas, quotation marks. English."""

# ruff: noqa: E501 - a pattern reads better in one piece

import re
from collections.abc import Iterator

from qa.demands.languages import NAMES
from qa.demands.marked import marked_words
from qa.demands.models import CaseDemand, ChoiceDemand, Demand, LanguageDemand, MarkDemand, SumsDemand
from qa.demands.request import Request, Sentence

_NO = r"(?:no|not|n't|without|avoid\w{0,3}|refrain\w{0,3}|never|exclud\w{1,3}|cannot|zero|omit\w{0,4}|free\sof|0|nor|abstain\w{0,3})"
_NO_COMMA = re.compile(
    rf"(?:\b|(?<=do)){_NO}\b[^.;]{{0,50}}\bcommas?\b|\bcomma[- ]free\b|\bcommas?\s(?:are|is)\s(?:not\sallowed|forbidden|prohibited|banned)",
    re.IGNORECASE,
)
_COMMA_ALLOWED = re.compile(
    r"commas?[- ]separated|separated by (?:a )?commas?|\bcommas?\s(?:between|after|before|in\sthe\s(?:code|list|numbers?))|(?:missing|unnecessary|trailing|extra|misuse|wrong)\s\w*\s?commas?",
    re.IGNORECASE,
)

# Rules of a password or a file are the client's material, not the answer's form.
_OF_A_THING = re.compile(
    r"\b(?:passwords?|usernames?|columns?|csv|variables?)\b[^.]{0,30}\b(?:must|should|may|can)\b",
    re.IGNORECASE,
)

_UPPER = r"(?:(?:all|only|entirely|completely|in)\s(?:of\sthe\s)?(?:in\s)?(?:all\s)?(?:capital(?:ized|s)?|caps|upper[- ]?case[ds]?)(?:\sletters?)?|all[- ]caps|(?:every|each)\sletter\s(?:must\sbe\s|should\sbe\s|is\s)?capitalized)"
_UPPER_WHOLE = re.compile(
    rf"\b{_UPPER}\b|\bcapitali[sz]e\s(?:all\s(?:of\s)?(?:your|the)\s(?:words|letters)|every\s(?:letter|word|single\sletter)|all\sletters|your\s(?:entire|whole)\s(?:response|answer|reply))|\b(?:no|without\s(?:any\s|using\s)?)\s?(?:lower[- ]?case)(?:\sletters?)?|\b(?:not|never)\s(?:use|include|contain|have)\s(?:any\s)?lower[- ]?case(?:\sletters?)?|\bavoid\s(?:any\s|all\s)?lower[- ]?case|\buse\s(?:only\s)?(?:capital|upper[- ]?case)\sletters\sonly|\ball\s(?:the\s|of\sthe\s)?letters\s(?:in\syour\s(?:\w+\s)?\w+\s)?(?:are\s|be\s|must\sbe\s|should\sbe\s|in\s)?(?:capitalized|capital|upper[- ]?cased?)",
    re.IGNORECASE,
)
_LOWER_WHOLE = re.compile(
    r"\b(?:all\s|only\s|entirely\s|completely\s|in\s)(?:of\sthe\s)?(?:in\s)?(?:the\s)?(?:all\s|only\s)?(?:letters\s)?(?:in\s|are\s|be\s|must\sbe\s|should\sbe\s)?lower[- ]?case[sd]?\b|\blower[- ]?case\s(?:letters\s)?only\b"
    r"|\bnot\s(?:a\ssingle|one|any)\sletter\b[^.]{0,50}\bcapital|\b(?:no|without|avoid|not|n't|zero)\s(?:\w+\s){0,3}?(?:capital(?:s|\sletters?|ization|izations)?|capitali[sz]ed?|upper[- ]?case)\b|\b(?:not|never)\s(?:ever\s)?capitali[sz]e\s(?:anything|any\b)|\bletters\s(?:in\syour\s(?:\w+\s)?\w+\s)?(?:are\s|should\sbe\s|must\sbe\s|in\s|have\sto\sbe\s)?(?:in\s)?lower[- ]?case",
    re.IGNORECASE,
)
_LOWER = re.compile(r"\b(?:lower[- ]?cased?|small\sletters|no\scaps)\b", re.IGNORECASE)
_THROUGHOUT = re.compile(
    r"\b(?:only|all|entire(?:ly)?|whole|every(?:thing)?|complete(?:ly)?|full(?:y)?|exclusively|solely|throughout|(?:your|the)\s(?:answer|response|reply|output|text|message)\s(?:must|should|has\sto|needs\sto)\sbe)\b",
    re.IGNORECASE,
)
_OF_WORDS = re.compile(
    r"\b(?:words?|times|terms?|titles?|headings?|headlines?|names?|acronyms?|subject|phrases?|first\sletter|beginning|section\s(?:titles?|names?)|keywords?|variables?|constants?|columns?|keywords)\b",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    r"\b(?:entire|whole|all\s(?:of\s)?(?:your|the)\s(?:words|response)|your\s(?:response|answer|reply|output)|everything|no\s(?:capital|lowercase|uppercase)|response\s(?:should|must))\b",
    re.IGNORECASE,
)

_NAMES = "|".join(sorted((re.escape(name) for name in NAMES), key=len, reverse=True))
_ONLY = re.compile(
    r"\bno\sother\slanguages?\b|\bonly\b|\bentire(?:ly)?\b|\bcompletely\b|\bwhole\b|\bfully\b|\ball\sin\b|\bexclusively\b|\bnothing\sbut\b|\bsolely\b",
    re.IGNORECASE,
)
_LANGUAGE = re.compile(
    rf"\b(?P<how>in|using|use|only|entirely|completely|speak|languages?\sother\sthan|other\slanguages?\sthan|languages?\s(?:except|besides|but)|language\sof\s(?:your|the)\s(?:\w+\s)?\w+\s(?:should|must|has\sto|is\sto)\s(?:only\s)?be)\s(?:only\s|just\s|the\s|pure\s|solely\s|plain\s|simple\s|proper\s|fluent\s){{0,3}}(?P<name>{_NAMES})\b(?!\s(?:translation|literature|history|class|grammar|cuisine|culture|food|restaurants?|people|city|cities|market|society|economy|war|empire|style|words?|speaking|lesson|course|teacher|for\sbeginners|version|verbs?|nouns?|alphabet|letters))",
    re.IGNORECASE,
)
_ANSWERS = re.compile(
    r"\b(?:respond|reply|answer|response|output|everything)\b|^\W*(?:please\s)?(?:also\s)?(?:in|use|using)\b",
    re.IGNORECASE,
)
_WRITES = re.compile(r"\b(?:write|compose|create|draft|tell|explain|describe|summari[sz]e)\b", re.IGNORECASE)
_TRANSLATES = re.compile(
    r"\btranslat|\bhow (?:do|to|can) (?:you |i )?say\b|\bmean(?:s|ing)?\b|\bprogram|\bfunction\b|\bscript\b|\bspoken\b|\blearn",
    re.IGNORECASE,
)

_TITLE = re.compile(
    r"\bdouble\s(?:angular|angle|angled|angluar)\s?(?:brackets?|quotation)?|<<[^<>\n]{0,80}>>|«title»",
    re.IGNORECASE,
)
_TABLE = re.compile(
    r"\b(?:in|as|use|using|with|into|create|make|include|give\sme|produce|present|provide|draw|return|contain|have)\s(?:an?\s|the\s|your\s)?(?:\w+\s){0,2}?(?:markdown\s)?table(?:\sformat|\sform)?\b(?!\s(?:of\scontents|tennis|lamp|salt|top|manners|cloth|in\s(?:sql|postgres|mysql|the\sdatabase)|name|called|named|for\s(?:a\srestaurant|two|my))|\s?\()|\btabular\s(?:form|format)|\bmarkdown\stable\b",
    re.IGNORECASE,
)
_NOT_TABLE = re.compile(
    r"\b(?:sql|database|mysql|postgres\w*|wooden|wood|dining|coffee\stable|reserve|book\sa|html|latex|sqlite|not|no|n't|without|excel|csv|migration|schema|query)\b",
    re.IGNORECASE,
)

_WRAP = re.compile(
    r"\b(?:wrap\w{0,4}|put|enclos\w{1,3}|surround\w{0,3}|plac\w{1,3}|contain\w{0,3}|inside|within|in|around|encapsulat\w{1,3}|begin and end|start and end|with)\b[^.]{0,80}\b(?:quotation\smarks?|quotes?|quotations?|double\squotations?)\b|\b(?:quotation\smarks?|double\squot\w+)\b[^.]{0,40}\b(?:wrap|around|surround|enclos|placed|put|encas)",
    re.IGNORECASE,
)
_ENTIRE = re.compile(
    r"\b(?:entire|whole|your|complete|full)\s(?:\w+\s){0,2}?(?:response|answer|reply|output|message|text|essay|poem|story|letter|email|post|article|rap|song|riddle|joke|\w+)\b|\b(?:everything|it all|all of it|all your)\b|\b(?:the|your) (?:response|answer|reply|output)\b",
    re.IGNORECASE,
)

# "Write a speech …, wrapped in double quotation marks": all of it.
_WRAPPED_OBJECT = re.compile(
    r"\b(?:write|compose|create|draft|tell|make)\s(?:me\s)?(?:an?|the)\s[^.⟦]{0,120}(?<!title)(?<!phrase)(?<!quote)(?<!word),?\s(?:wrapped|enclosed|surrounded)\s(?:in|with|by|inside)\sdouble\squotation\smarks\b",
    re.IGNORECASE,
)
_NOT_WRAPPED = re.compile(
    r"\b(?:no|not|n't|without|avoid|never)\b[^.]{0,40}\b(?:quotation|quotes?)\b|\b(?:title|each|every|names?|single\squot\w*)\b",
    re.IGNORECASE,
)

_CHOICE_VERB = re.compile(
    r"\b(?:answer|respond|reply|say|choose|pick|select|output|return|use|classify|label)\b", re.IGNORECASE
)
_ALTERNATIVES = re.compile(r"⟦\d{1,3}⟧(?:(?:,?\sor\s|,\sand\s|,\s?|\sand\s|\s?/\s?|\s)(?:with\s)?⟦\d{1,3}⟧)+")
_OF_FOLLOWING = re.compile(
    r"\b(?:one\sof|from|following|options?|either|only|just|exactly|or)\b", re.IGNORECASE
)
_CHOOSE_FROM = re.compile(
    r"\b(?:answer|respond|reply|contain|choose|say|pick|select)\b[^.:]{0,60}\b(?:one of the|from|following|either)\b[^.:]{0,40}:\s*$",
    re.IGNORECASE,
)
_INSTRUCTS = re.compile(r"(?:just|please|only|do|don't|write|make|no|your)\b", re.IGNORECASE)
_CONDITION_LINE = re.compile(
    r"\b(?:not|n't|topics?|questions|format|bullets?|key\\s?words?|template|function|code|if|each|every)\b",
    re.IGNORECASE,
)
_PLAIN_CHOICE = re.compile(
    r"\b(?:answer|respond|reply|say|output|return)\s(?:me\s)?(?:(?:only|just|simply|simple|plain|either|with|a|one|of|exactly|strictly|word|single)\s){0,5}(?P<a>yes|no|true|false|positive|negative|neutral)(?P<more>(?:,\s|\sor\s|,\sor\s|/)(?:yes|no|true|false|positive|negative|neutral|maybe|unsure|unknown|mixed))+",
    re.IGNORECASE,
)
_PLAIN_ITEM = re.compile(
    r"\b(?:yes|no|true|false|positive|negative|neutral|maybe|unsure|unknown|mixed)\b", re.IGNORECASE
)
_JUST = re.compile(r"\b(?:only|just|nothing else|exactly|single word|one word|strictly)\b", re.IGNORECASE)

_SUMS = re.compile(
    r"\b(?:numbers?|amounts?|figures?|percentages?|rows?|items?|totals?|shares?|parts?|it|they|values?|costs?|prices?|probabilities|all)\s(?:\w+\s){0,3}?(?:add(?:s)?\sup(?:\sto\s(?P<total>[$€£]?\d[\d,.]{0,15}%?))?|sum(?:s)?\s(?:up\s)?to\s(?P<total2>[$€£]?\d[\d,.]{0,15}%?))",
    re.IGNORECASE,
)


def read_shapes(request: Request) -> Iterator[Demand]:
    """What the request says about the shape of the whole answer."""
    yield from _listed_choice(request)
    for sentence in request.sentences:
        text = sentence.text
        if _NO_COMMA.search(text) and not _OF_A_THING.search(text) and not _COMMA_ALLOWED.search(text):
            yield MarkDemand(mark="no_comma", said=sentence.raw[:300])
        if _title(text):
            yield MarkDemand(mark="title", said=sentence.raw[:300])
        if _TABLE.search(text) and not _NOT_TABLE.search(text):
            yield MarkDemand(mark="table", said=sentence.raw[:300])
        yield from _case(sentence)
        yield from _language(sentence)
        yield from _quotation(sentence)
        yield from _choice(request, sentence)
        yield from _sums(sentence)


def _title(text: str) -> bool:
    return bool(_TITLE.search(text)) and not re.search(
        r"\b(?:no|not|n't|without|avoid)\b[^.]{0,40}(?:angular|angle|<<)|\bC\+\+|\bcout\b|<<<",
        text,
        re.IGNORECASE,
    )


def _case(sentence: Sentence) -> Iterator[Demand]:
    text = sentence.text
    if marked_words(sentence) is not None:
        return
    upper, lower = _UPPER_WHOLE.search(text), _LOWER_WHOLE.search(text)
    if (
        lower
        and not re.search(
            r"\b(?:words?\s(?:with|in)|title|heading)\b[^.]{0,20}$", text[: lower.start()], re.IGNORECASE
        )
    ) or (not upper and _is_all_lower(text)):
        yield CaseDemand(case="lower", said=sentence.raw[:300])
    elif upper:
        around = text[max(0, upper.start() - 60) : upper.start()]
        of_words = _OF_WORDS.search(around) or re.match(
            r"\s(?:words?|titles?|headings?|names?)\b", text[upper.end() :], re.IGNORECASE
        )
        negated = re.search(r"\b(?:no|not|n't|without|avoid|never)\s(?:\w+\s){0,3}$", around, re.IGNORECASE)
        if not negated and (not of_words or _all_words(text)):
            yield CaseDemand(case="upper", said=sentence.raw[:300])


def _is_all_lower(text: str) -> bool:
    cue = _LOWER.search(text) and _THROUGHOUT.search(text) and not _OF_WORDS.search(text)
    return bool(cue) and not re.search(r"\b(?:not|no|never|avoid|upper|without)\b", text, re.IGNORECASE)


def _all_words(text: str) -> bool:
    return bool(
        re.search(
            r"\ball\s(?:of\s)?(?:your|the)\s(?:words|response|letters)|\b(?:entire|whole)\s(?:response|answer|output|reply|\w+)\b",
            text,
            re.IGNORECASE,
        )
    ) and not re.search(
        r"\b(?:number|at least|at most|less than|more than|fewer than|exactly|times)\b", text, re.IGNORECASE
    )


def _language(sentence: Sentence) -> Iterator[Demand]:
    text = sentence.text
    found = list(_LANGUAGE.finditer(text)) + list(
        re.finditer(rf"\b(?P<how>)(?P<name>{_NAMES})\s(?:language\s)?only\b", text, re.IGNORECASE)
    )
    names = {NAMES[each["name"].lower()] for each in found}
    other = any(re.search(r"\b(?:than|except|besides|but)$", each["how"], re.IGNORECASE) for each in found)
    if len(names) != 1 or (
        not other
        and re.search(
            r"\b(?:not|never|n't|avoid|without)\s(?:\w+\s){0,2}?(?:in|use|using)\b[^,;]{0,25}$",
            text[: found[0].start("name")],
            re.IGNORECASE,
        )
    ):
        return
    strong = other or _ONLY.search(text) or _ANSWERS.search(text)
    if _TRANSLATES.search(text) and not re.search(
        r"\bno\sother\slanguage|\b(?:respond|reply|answer)\sin|\byour (?:entire |whole )?(?:response|answer|reply)",
        text,
        re.IGNORECASE,
    ):
        return
    if strong or _WRITES.search(text):
        yield LanguageDemand(language=names.pop(), said=sentence.raw[:300])


def _quotation(sentence: Sentence) -> Iterator[Demand]:
    text = sentence.text
    whole = _WRAPPED_OBJECT.search(text) or (_WRAP.search(text) and _ENTIRE.search(text))
    if whole and not _NOT_WRAPPED.search(text):
        yield MarkDemand(mark="quotation", said=sentence.raw[:300])


def _choice(request: Request, sentence: Sentence) -> Iterator[Demand]:
    text = sentence.text
    verb = _CHOICE_VERB.search(text)
    found = _ALTERNATIVES.search(text)
    only = bool(_JUST.search(text))
    if (
        verb
        and found
        and verb.start() < found.start()
        and _OF_FOLLOWING.search(text)
        and not re.search(
            r"\b(?:not|n't|avoid|without|never|words?|start|begin|end|keywords?|include\s(?!one\sof|either|exactly\sone|any\sof)|repeat)\b",
            text[: found.start()],
            re.IGNORECASE,
        )
    ):
        choices = tuple(
            dict.fromkeys(request.quote(token).strip()[:200] for token in re.findall(r"⟦\d{1,3}⟧", found[0]))
        )
        choices = tuple(each for each in choices if each)[:20]
        if len(choices) >= 2 and (
            re.search(
                r"\bor\b|\bone\sof\b|\beither\b|following|\b(?:choose|pick|select)\b[^⟦]{0,20}\bfrom\b",
                text,
                re.IGNORECASE,
            )
        ):
            yield ChoiceDemand(choices=choices, only=False, said=sentence.raw[:300])
        return
    plain = _PLAIN_CHOICE.search(text)
    if plain and only:
        choices = tuple(dict.fromkeys(each.lower() for each in _PLAIN_ITEM.findall(plain[0])))
        if len(choices) >= 2:
            yield ChoiceDemand(choices=choices, only=True, said=sentence.raw[:300])


def _listed_choice(request: Request) -> Iterator[Demand]:
    """Allowed answers on lines of their own, after "choose from:" or "one of the following:"."""
    lines = [line.strip(" -*•\t") for line in request.unmask(request.masked).split("\n")]
    for index, line in enumerate(lines):
        if not _CHOOSE_FROM.search(line) or _CONDITION_LINE.search(line):
            continue
        choices: list[str] = []
        for each in lines[index + 1 : index + 12]:
            if not each and not choices:
                continue
            if not each or len(each) > 80 or _CHOICE_VERB.search(each.split()[0]) or _INSTRUCTS.match(each):
                break
            choices.append(each.strip('"'))
        if 2 <= len(dict.fromkeys(choices)) <= 10:
            yield ChoiceDemand(choices=tuple(dict.fromkeys(choices)), said=line[:300])
            return


def _sums(sentence: Sentence) -> Iterator[Demand]:
    found = _SUMS.search(sentence.text)
    if found is None or re.search(
        r"\b(?:not|n't|function|program|script|code|find\s(?:two|pairs?))\b", sentence.text, re.IGNORECASE
    ):
        return
    total = (found["total"] or found["total2"] or "").strip("$€£%.,").replace(",", "")
    yield SumsDemand(
        total=float(total) if re.fullmatch(r"\d{1,12}(?:\.\d{1,6})?", total) else None,
        said=sentence.raw[:300],
    )
