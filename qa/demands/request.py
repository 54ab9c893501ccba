"""A request made ready for the readers: material out, quotations masked, cut into sentences that can demand.

Pasted blocks, quoted lines, questions, conditions and reported speech demand nothing. A quotation becomes one
token (`⟦3⟧`), so that its words are never read as instructions but can be the parameter of one.
"""

# ruff: noqa: E501 - a pattern reads better in one piece

import re
from dataclasses import dataclass

from qa.demands.foreign import in_english
from qa.demands.plain import in_plain_words
from qa.fences import split_fences

# The demand stands at the beginning or the end; the middle of a long message is material.
EDGE_CHARS = 2000
# After "summarise this:" a longer rest is taken for more of the material, not for instructions.
LONG_MATERIAL_CHARS = 800

_QUOTED = re.compile(
    r"“(?P<a>[^“”]{1,1500})[”\"]|[\"”](?P<b>[^\"“”\n]{1,600})[\"”]|‘(?P<c>[^‘’\n]{1,200})’(?!\w)|(?<![\w'])'(?P<d>[^'\n]{1,120})'(?!\w)"
    r"|«(?P<e>[^«»\n]{1,600})»|「(?P<f>[^「」]{1,600})」|『(?P<g>[^『』]{1,600})』|(?<!`)`(?P<h>[^`\n]{1,200})`(?!`)"
)
TOKEN = "⟦\\d{1,3}⟧"  # noqa: S105 - not a password
_SHORTHAND = (
    (re.compile(r"\bp\.\s?p\.\s?s\b\.?", re.IGNORECASE), "POSTPOST"),
    (re.compile(r"\bp\.\s?s\b\.?|\bPS\b(?=:|\.)", re.IGNORECASE), "POSTSCR"),
    (re.compile(r"\bi\.\s?e\b\.?,?", re.IGNORECASE), "ie"),
    (re.compile(r"\be\.\s?g\b\.?,?", re.IGNORECASE), "eg"),
    (re.compile(r"\b(vs|mr|mrs|ms|dr|etc|approx|max|min|no)\.(?=\s[\da-z])", re.IGNORECASE), r"\1"),
    (re.compile(r"[’]"), "'"),
)
_SENTENCE_END = re.compile(r"(?<=[.!?])[)\]]?(?:\s+|$)|[。！？；]+|\n+|;\s")
_CARRIED_ON = re.compile(r"(?<=[a-z,])\n(?=[a-z])")

_QUESTION = re.compile(
    r"^\W*(?:(?:hi|hey|hello|so|and|but|ok|also|please)\b\W*){0,3}(?:how|why|when|where|who|whose|which|is|are|was|were|does|do (?:i|you|we|they)|did"
    r"|do people|has|have\s(?:i|you|we|they|there|people|any)|should\s(?:i|we|you|they|it|the|a|an|people|there|one)|shall\s(?:i|we)|may i|can i|could i|would it|what(?:'s)?)\b",
    re.IGNORECASE,
)
_YES_OR_NO = re.compile(
    r"^\W*(?:is|are|was|were|does|do (?:i|we|they|people)|did|has|can\s(?:i|we|they|it|there|people|an?|the|one)|have\s(?:i|you|we|they|there|people|any)|should\s(?:i|we|you|they|it|the|a|an|people|there|one))\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(
    r"^\W*(?:if|when(?:ever)?(?!\s(?:you\s(?:are\s)?)?(?:answer|respond|reply|writ|explain|describ|giv|generat|produc|creat)\w*)|unless|suppose|supposing|imagine|assum(?:e|ing)|in case|provided that|had i|were i|hypothetically)\b"
    r"|\bwould (?:it|you have|i have|that)\b",
    re.IGNORECASE,
)
_REPORTED = re.compile(
    r"\b(?:he|she|they|it|someone|somebody|nobody|teacher|professor|boss|manager|client|customer|editor|friend|mother|father|brother|sister|colleague"
    r"|school|rules?|guidelines?|policy|prompt|assignment|competition|magazine|journal|model|chatgpt)s?\b(?:'s)?\s(?:(?!who\b|that\b|which\b)\w+\s){0,2}?"
    r"(?:told|says?|said|asks?|asked|wants?|wanted|requires?|required|demands?|demanded|insists?|wrote|writes|used?|uses|gave)\b"
    r"|\b(?:our|my|his|her|their)\s(?:\w+\s){1,3}(?:says?|said|requires?|required|told|asks?|asked)\b"
    r"|\bi (?:once |just |already |have |had |was |always |never |used to |didn't |did not )?(?:wrote|written|write|read|saw|heard|had|made|typed|got|received)\b"
    r"|\b(?:no need|not necessary|not needed|don't need|do not need|doesn't need|does not need|need not|needn't|don't have to|do not have to|doesn't have to"
    r"|does not have to|don't bother|optional(?:ly)?|feel free|you may(?! not| only| use (?:at most|up to|no more))|you can(?!'?t| not|not)|you could(?! not)|might want|correctly|my (?:\w+ ){1,3}(?:is|are|was|has|had)|ignore|difference between|what it means|meaning of)\b",
    re.IGNORECASE,
)
_ABOUT_ME = re.compile(r"\bi (?:only |can |also )?(?:speak|learn|study|know)\b", re.IGNORECASE)
# What is built, and what the client has, is no answer.
_BUILDS = re.compile(
    r"\b(?:write|create|implement|make|build|design|develop|code|program)\s(?:(?!(?:about|on|of|for|with|in|to|post)\b)[\w#+'-]{1,20}\s){0,4}(?:functions?|validators?|scripts?|programs?|class(?:es)?|methods?|regex\w*"
    r"|quer(?:y|ies)|endpoints?|tokenizers?|parsers?|tests?|components?|algorithms?|macros?|formulas?|sql|polic(?:y|ies)|rules?|constraints?|schemas?)\b[^.⟦]{0,30}(?::|\b(?:that|which|to|for|where|with|if|finds?|returns?)\b)",
    re.IGNORECASE,
)
_OWNS = re.compile(
    r"^\W*(?:but\s|and\s)?(?:my|our|his|her|their)\s(?!answer|response|reply|demand|request|requirement|instruction|wish)(?:[\w'-]+\s){1,2}"
    r"(?:has|have|had|may|must|should|can|is|was|were|are|needs?|writes?|uses?|says?|wants?|contains?|got|keeps?|does|did)\b",
    re.IGNORECASE,
)
# The client speaks of the answer itself; then even a question or the end of pasted material is believed.
_ANCHOR = re.compile(
    r"\b(?:your|the|this)\s(?:\w+\s){0,2}?(?:response|answer|reply|output)\b|\b(?:respond|reply|answer)\s(?:in|with|using|only|by|entirely)\b",
    re.IGNORECASE,
)
_MATERIAL = re.compile(
    r"\b(?P<verb>translat\w{1,5}|übersetz\w{1,3}|tradui[st]\w{0,2}|traduce|traduzca|korrigier\w{1,2}|corrige[zr]?|proofread\w{0,3}|correct|fix|edit|paraphras\w{1,3}|rewrite|rephrase|summari[sz]\w{1,3}|critique|review|analy[sz]e|expand|improve"
    r"|explain|classify|describe|description|summary|translation|what does)\b[^\n:⟦.!?]{0,100}:(?=\s{0,20}[^\s⟦])",
    re.IGNORECASE,
)
_WORD_FOR_WORD = re.compile(
    r"translat|bersetz|tradu|corrige|korrigier|proofread|correct|fix|edit|paraphras|rewrite|rephrase|what does",
    re.IGNORECASE,
)
_CHINESE_MATERIAL = re.compile(r"(?:翻译|改写|润色|校对|总结|概括|解释)[^\n：:⟦]{0,30}[：:](?=\s*[^\s⟦])")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence that may demand something: `text` in plain words, `raw` as it was said, for the proof."""

    text: str
    raw: str


@dataclass(frozen=True, slots=True)
class Request:
    """A request with its quotations masked, and its sentences."""

    original: str
    masked: str
    quotes: tuple[str, ...]
    sentences: tuple[Sentence, ...]

    def unmask(self, text: str) -> str:
        """The text with its quotations put back, in plain quotation marks."""
        return re.sub(r"⟦(\d{1,3})⟧", lambda found: f'"{self._quote(found[1])}"', text)

    def quote(self, token: str) -> str:
        """What stood in the quotation of a token."""
        return self._quote(token.strip("⟦⟧"))

    def _quote(self, number: str) -> str:
        return self.quotes[int(number)] if int(number) < len(self.quotes) else ""


def read_request(request: str) -> Request:
    """Take a request apart. Long ones are read at their edges only."""
    text = request.translate({ord("⟦"): "(", ord("⟧"): ")", ord("\r"): None, ord("\xa0"): " "})
    if len(text) > 2 * EDGE_CHARS:
        text = f"{text[:EDGE_CHARS]}\n\n{text[-EDGE_CHARS:]}"
    text = "\n".join(
        line for line in split_fences(text).outside.split("\n") if not line.lstrip().startswith(">")
    )
    masked, quotes = _mask(text)
    parts = Request(request, masked, quotes, ())
    return Request(request, masked, quotes, tuple(_sentences(parts)))


def _mask(text: str) -> tuple[str, tuple[str, ...]]:
    quotes: list[str] = []

    def replace(found: re.Match[str]) -> str:
        content = next(group for group in found.groups() if group is not None)
        if len(quotes) > 200:
            return " "
        quotes.append(content)
        ends = content.rstrip().endswith((".", "!", "?")) and re.match(
            r"\s+[A-Z]", text[found.end() : found.end() + 3]
        )
        return f"⟦{len(quotes) - 1}⟧" + ("." if ends else "")

    return _QUOTED.sub(replace, text), tuple(quotes)


def _sentences(request: Request) -> list[Sentence]:
    found: list[Sentence] = []
    for stretch, may_demand in _stretches(_CARRIED_ON.sub(" ", request.masked)):
        for part in _SENTENCE_END.split(_without_shorthand(stretch)):
            text = " ".join((part or "").split())
            english = in_english(text)
            if text and _demands(english, may_demand):
                found.append(Sentence(in_plain_words(english), request.unmask(text)))
    return found[:400]


def _without_shorthand(text: str) -> str:
    for pattern, plain in _SHORTHAND:
        text = pattern.sub(plain, text)
    return text


def _stretches(text: str) -> list[tuple[str, str]]:
    """The text in pieces, each with how it may demand: `freely`, `anchored` (speaks of the answer) or `never`."""
    pieces: list[tuple[str, str]] = []
    rest = text
    while rest:
        found = _first(_MATERIAL.search(rest), _CHINESE_MATERIAL.search(rest))
        if found is None:
            pieces.append((rest, "freely"))
            break
        pieces.append((rest[: found.end()], "freely"))
        rest = rest[found.end() :]
        end = re.search(r"\S\s*?\n\s*\n", rest)
        cut = end.end() if end else len(rest)
        strict = bool(_WORD_FOR_WORD.search(found[0])) or not found[0].isascii()
        line = rest.find("\n")
        if 0 < line < cut and rest[:line].strip():
            # What stands on the line itself is the material; a line below may speak of the answer again.
            pieces.append((rest[:line], "never" if strict else "anchored"))
            rest, cut, strict = rest[line:], cut - line, False
        pieces.append((rest[:cut], "never" if strict else "anchored"))
        rest = rest[cut:]
        if len(rest) > LONG_MATERIAL_CHARS:
            pieces.append((rest, "anchored"))
            break
    return pieces


def _first(*found: re.Match[str] | None) -> re.Match[str] | None:
    return min((each for each in found if each), key=lambda each: each.start(), default=None)


def _demands(text: str, may_demand: str) -> bool:
    if may_demand == "never" or _CONDITION.search(text) or _REPORTED.search(text):
        return False
    if (_YES_OR_NO.search(text) and text.endswith("?")) or _OWNS.search(text):
        return False
    if (_BUILDS.search(text) or _ABOUT_ME.search(text)) and not _ANCHOR.search(text):
        return False
    return bool(_ANCHOR.search(text)) or (may_demand == "freely" and not _QUESTION.search(text))
