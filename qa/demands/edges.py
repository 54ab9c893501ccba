"""Reads what an answer must start with, end with, repeat first or add as a postscript. English."""

# ruff: noqa: E501 - a pattern reads better in one piece

import re
from collections.abc import Iterator
from typing import Literal

from qa.demands.models import Demand, EdgeDemand, PostscriptDemand, RepeatDemand
from qa.demands.request import Request, Sentence

_POSTSCRIPT = re.compile(r"\bpost[- ]?scripts?\b|\bPOST(?:POST|SCR)\b", re.IGNORECASE)
_ADDS = re.compile(
    r"\b(?:add\w{0,3}|includ\w{1,3}|ha(?:ve|s)|write|put|append|contain\w{0,3}|end|ends|finish|clos\w{1,3}|conclude|must|should|with|needs?|insert|there|attach|place|give|want|starting|make|last|finally|final|forget|please)\b",
    re.IGNORECASE,
)
_NEGATED = re.compile(r"\b(?:no|not|n't|without|avoid|never|omit)\b", re.IGNORECASE)
_WHOLE = (
    r"(?:(?:your|the|this|every|it|out|off|up|an?)\s?(?:(?:entire|whole|very|final|last)\s)?(?:\w+\s){0,3}?)?"
)
_END = re.compile(
    rf"\b(?:end|ends|ending|finish(?:es|ing)?|conclud(?:e|es|ing)|clos(?:e|es|ing)|wrap\sup|sign\soff|terminat(?:e|es|ing)|round\soff)\s{_WHOLE}(?:with|by\s(?:saying|writing|asking)|in|using|on)\s(?:(?:the|this|these|a|your)\s)?(?:very\s|exact\s|following\s|specific\s|same\s)*"
    r"(?P<noun>phrase|words?|sentence|line|question|text|statement|message|quote|string)?(?:\sof)?(?:\sexactly)?\s?:?\s?(?:⟦(?P<quote>\d{1,3})⟧|(?P<plain>[^\s⟦].{2,300}))",
    re.IGNORECASE,
)
_LAST = re.compile(
    r"\b(?P<end>very\send\sof\s(?:your|the)\s(?:\w+\s)?\w+)\s(?:should|must|has\sto)\s(?:be|read|say)\s(?:exactly\s)?:?\s?⟦(?P<quote4>\d{1,3})⟧|\b(?:very\s)?(?:last|final|ending|closing)\s(?:words?|sentence|line|phrase)\b[^.⟦]{0,60}?\b(?:be|is|read|say|are)\s(?:exactly\s)?(?:the\s\w+\s)?:?\s?⟦(?P<quote>\d{1,3})⟧|\b(?:response|answer|reply|output|email|letter|essay|poem|story|it)\s(?:should|must|has\sto|needs\sto|to|will)\s(?:end|finish|conclude)\s(?:with|on|in|by)\s[^.⟦]{0,50}⟦(?P<quote2>\d{1,3})⟧"
    r"|\bat\sthe\s(?:very\s)?end\sof\s(?:your|the)\s(?:\w+\s)?(?:response|answer|reply|output)[^.⟦]{0,60}?\b(?:say|write|add|include|put|with|ask|state)\s[^.⟦]{0,40}⟦(?P<quote3>\d{1,3})⟧",
    re.IGNORECASE,
)
_END_LINE = re.compile(
    r"\b(?:end|finish|conclude|close)\s(?P<what>[^.\n:]{0,40}?)\bwith(?:\s(?:the|this)\s(?:\w+\s){0,2}?\w+)?:?[ \t]*\n\s{0,6}(?P<line>\S[^\n]{1,200})",
    re.IGNORECASE,
)
_START = re.compile(
    r"\b(?:start|starts|begin|begins|open|starting|beginning)\s(?:your|the|this|it)?\s?(?:entire\s|whole\s)?(?:\w+\s)?with\s(?:(?:the|this)\s)?(?:very\s|exact\s|following\s)*(?:phrase|words?|sentence|line|greeting|text)?\s?:?\s?⟦(?P<quote>\d{1,3})⟧",
    re.IGNORECASE,
)
_NOT_WHOLE = re.compile(
    r"\b(?:each|every|paragraph|section|line|sentence|title|file|bullet|stanza|verse|function|names?|words?|item|postscript|POST\w+|url|string|key|commit|second|third|fourth|fifth|2nd|3rd|4th)\b",
    re.IGNORECASE,
)

_REPEAT = re.compile(
    r"\b(?:repeat|copy|restate|echo|rewrite|reproduce)\w{0,3}\b[^.\n]{0,60}?\b(?:request|prompt|question|query|sentence|instructions?|message|⟦\d|quest|task|this|above)"
    r"|\b(?:the|this|my)\s(?:\w+\s){0,2}?(?:request|prompt|question|message)\b[^.\n]{0,30}\brepeated\b"
    r"|\b(?:say|write|state|type|quote|give|print)\s(?:\w+\s){0,4}?(?:request|prompt|question|message)\b[^.\n]{0,30}\b(?:again|verbatim|word[- ]for[- ]word)",
    re.IGNORECASE,
)
_REPEAT_SURE = re.compile(
    r"\bword[- ](?:for|by)[- ]word\b|\bfirst\b|\bbefore (?:you )?(?:answer|respond|giv|say|reply|anything|your)|\bexact(?:ly)?\b|\bwithout (?:any )?chang|\bverbatim\b|\bthen (?:give|answer|respond)",
    re.IGNORECASE,
)
_REPEAT_VERB = re.compile(
    r"\b(?:repeat|copy|restate|reproduce|echo|rewrite|(?:say|write|state|type|quote|give|print)\s(?:\w+\s){0,4}?(?:request|prompt|question|message)\b[^.\n]{0,30}\b(?:again|verbatim|word[- ]for[- ]word))",
    re.IGNORECASE,
)
_NOT_REPEAT = re.compile(
    r"\b(?:do not|don't|not|never|without|avoid|no need to)\s(?:\w+\s){0,2}?(?:repeat|copy|restat|echo)",
    re.IGNORECASE,
)
_SUMMARY = re.compile(r"\b(?:first|only)\s(?P<n>one|two|three|four|five|\d)\ssentences?\b", re.IGNORECASE)
_SENTENCE = re.compile(r".+?[.!?](?=\s|$)", re.DOTALL)


def read_edges(request: Request) -> Iterator[Demand]:
    """What stands first and what stands last."""
    for sentence in request.sentences:
        text = sentence.text
        if _postscript(text):
            marker = _marker(text, request.unmask(text))
            if marker:
                yield PostscriptDemand(marker=marker, said=sentence.raw[:300])
        yield from _end(request, sentence)
        found = _START.search(text)
        if (
            found
            and not _NEGATED.search(text[: found.start()])
            and not _NOT_WHOLE.search(text[: found.start()])
        ):
            phrase = request.quote(found["quote"]).strip()
            if any(map(str.isalnum, phrase)) and not re.match(r"p\.\s?(?:p\.)?\s?s", phrase, re.IGNORECASE):
                yield EdgeDemand(edge="start", phrase=phrase, said=sentence.raw[:300])
    yield from _end_on_its_own_line(request)
    yield from _repeat(request)


def _postscript(text: str) -> bool:
    found = _POSTSCRIPT.search(text) or re.search(r"⟦", text)
    return (
        bool(_POSTSCRIPT.search(text))
        and bool(_ADDS.search(text))
        and found is not None
        and not _NEGATED.search(text[max(0, found.start() - 40) : found.start()])
    )


def _marker(text: str, raw: str) -> Literal["P.S.", "P.P.S"] | None:
    if re.search(r"POSTPOST|p\.\s?p\.\s?s", raw, re.IGNORECASE):
        return "P.P.S"
    if re.search(r"POSTSCR|p\.\s?s", raw, re.IGNORECASE) or re.search(
        r"\b(?:add|include|with|write|end)\b", text, re.IGNORECASE
    ):
        return "P.S."
    return None


def _end(request: Request, sentence: Sentence) -> Iterator[Demand]:
    found = _END.search(sentence.text)
    last = _LAST.search(sentence.text)
    phrase = ""
    if last:
        phrase = request.quote(last["quote"] or last["quote2"] or last["quote3"] or last["quote4"])
    elif found and found["quote"]:
        phrase = request.quote(found["quote"])
    elif found and found["noun"] and re.search(r"\bexact|:", found[0]):
        phrase = _after(request, found["plain"])
    start = (last or found).start() if (last or found) else 0  # type: ignore[union-attr]
    if not any(map(str.isalnum, phrase)) or _NEGATED.search(sentence.text[max(0, start - 30) : start]):
        return
    if _NOT_WHOLE.search(sentence.text[max(0, start - 40) : start]) or (
        found and not last and _NOT_WHOLE.search(found[0][: found[0].lower().find("with")])
    ):
        return
    if re.match(r"\s*p\.\s?(?:p\.\s?)?s", phrase, re.IGNORECASE):
        return
    # "… this exact phrase Any questions?." ends the sentence of the request, not the phrase.
    phrase = re.sub(r"(?<=[?!]|(?<!\.)\.)\.$", "", phrase.strip())
    yield EdgeDemand(edge="end", phrase=phrase[:2000], said=sentence.raw[:300])


def _end_on_its_own_line(request: Request) -> Iterator[Demand]:
    for found in _END_LINE.finditer(request.masked):
        if not _NEGATED.search(
            request.masked[max(0, found.start() - 30) : found.start()]
        ) and not _NOT_WHOLE.search(found["what"]):
            yield EdgeDemand(
                edge="end",
                phrase=request.unmask(found["line"]).strip().strip('"'),
                said=" ".join(found[0].split())[:300],
            )
            return


def _after(request: Request, plain: str) -> str:
    """An end phrase without quotation marks: it goes to the end of its line in the request, or of its sentence."""
    words = re.escape(plain.split(maxsplit=1)[0]) if plain.split() else ""
    position = request.masked.find(plain)
    if position < 0 or not words:
        return plain
    return request.unmask(plain)


def _repeat(request: Request) -> Iterator[Demand]:
    """The text that is to be repeated: quoted, or what stands before the instruction, or what stands after it."""
    text = request.original
    for start, line in _lines(text[:20_000]):
        if not _REPEAT_VERB.search(line):
            continue
        found = _REPEAT.search(line) or re.search(r"\brepeat\b[^.\n]{0,40}[\"“]", line, re.IGNORECASE)
        if (
            not found
            or not _REPEAT_SURE.search(line + text[start + len(line) : start + len(line) + 200])
            or _NOT_REPEAT.search(line)
        ):
            continue
        wanted = _wanted(text, start, line, found)
        if len(wanted.split()) >= 2:
            yield RepeatDemand(text=wanted[:20_000], said=line.strip()[:300])
        return


def _lines(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for line in text.split("\n"):
        yield start, line
        start += len(line) + 1


def _wanted(text: str, at: int, line: str, found: re.Match[str]) -> str:
    quoted = re.search(
        r"\brepeat\w*\s(?:the\s\w+\s|this\s\w+\s)?(?:exactly\s)?:?\s?[\"“]([^\"”\n]{5,2000})[\"”]",
        line,
        re.IGNORECASE,
    )
    if quoted:
        return quoted[1].strip()
    start = at + _sentence_start(line, found.start())
    before, after = text[:start].strip(), text[at + len(line) :].strip()
    limited = _SUMMARY.search(text[start:])
    if limited and before:
        number = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}.get(limited["n"].lower()) or int(
            limited["n"]
        )
        return "".join(_SENTENCE.findall(before.split("\n")[0])[:number]).strip()
    if before:
        return before
    return after.split("\n\n")[0].strip() if not re.search(r"\babove\b", line, re.IGNORECASE) else ""


def _sentence_start(line: str, position: int) -> int:
    ends = [each.end() for each in re.finditer(r"[.!?][)\"”]?\s+", line[:position])]
    return ends[-1] if ends else 0
