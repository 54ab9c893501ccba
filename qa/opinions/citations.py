"""Citations that must stand in what was given: quotes, page and section numbers, [3], file names, links. Pure.

Looked at only where something was given, and the answer says that it has its words from there. A quote is compared
word by word: case, punctuation, line breaks, hyphens at a line's end and the shape of quotation marks do not matter,
"…" and "[…]" stand for anything. What may be a translation, or is a link to elsewhere, cannot be told.
"""

# ruff: noqa: E501 - a pattern reads better in one piece

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from qa.demands.languages import is_in_language
from qa.fences import split_fences
from qa.findings import Given, Subject

MAX_CHARS = 200_000
MAX_QUOTES = MAX_SECTIONS = 50
LOOK_BACK_CHARS = 200
"""So far before a quote or a number the words may stand that name its source."""
LEAST_WORDS, LEAST_HAN = 4, 8
PASTED_CHARS = 600
"""A request of this length brings its own text: what is quoted as "the text" may be quoted from it."""

type Outcome = Literal["found", "missing", "unknown"]

_SOURCE = (
    r"(?:document|attachment|attached (?:file|text|document|report)|file|text|article|passage|report|contract|agreement|letter|transcript|paper"
    r"|excerpt|policy|lease|e-?mail|message|source|notes?|minutes|memo|Dokument|Anhang|Datei|Text|Vertrag|Bericht|Brief|document joint|contrat|texte|documento|contrato|texto)"
)
_SAYS = (
    rf"(?:\b(?:according to|as stated in|as written in|in|from|quot\w{{2,4}} from|per) (?:the|your|this|that) (?:\w+ ){{0,2}}{_SOURCE}\b"
    rf"|\b(?:the|your|this) (?:\w+ ){{0,2}}{_SOURCE}(?: itself| also| clearls?y?| explicitly)? (?:says|states|reads|notes|mentions|writes|specifies|provides|stipulates|puts it|describes|refers|warns|concludes)\b"
    rf"|\b(?:section|clause|article|paragraph|page|line) [\d.]{{1,8}}[^.\n]{{0,20}} (?:says|states|reads|provides|stipulates)\b"
    rf"|\b(?:laut|gemäß|im|in) (?:dem|der|Ihrem|deinem|diesem)? ?(?:\w+ )?{_SOURCE}\b|\b(?:steht|heißt es) (?:im|in)\b|\bselon le\b|\bsegún el\b"
    r"|(?:文件|文档|附件|合同|文章|报告|原文|文中)[^。\n]{0,12}(?:说|写|指出|提到|规定|称|中))"
)
_ATTRIBUTED = re.compile(_SAYS, re.IGNORECASE)
_QUOTED = re.compile(
    r'"([^"\n]{3,1500})"|“([^”\n]{3,1500})”|„([^“”"\n]{3,1500})[“”"]|«\s?([^»\n]{3,1500})\s?»|「([^」\n]{3,1500})」'
)
_BLOCK_QUOTE = re.compile(r"^> ?(.{3,1500})$", re.MULTILINE)
_GAP = re.compile(r"\[?(?:…|\.\.\.|\. \. \.)\]?")
_INSERTED = re.compile(r"\[[^\[\]]{1,40}\]")
_WORD = re.compile(r"[\u3400-\u9fff\u3040-\u30ff]|[^\W_\u3400-\u9fff\u3040-\u30ff]+")
_BROKEN_WORD = re.compile(r"(?<=[^\W\d_])[-\u00ad]\n\s*(?=[a-zß-ÿ])")
_PAGE = re.compile(r"\b(?:page|p\.|pg\.|Seite|S\.) ?(\d{1,4})\b", re.IGNORECASE)
_PAGE_MARK = re.compile(
    r"\bpage (\d{1,4})(?: of \d{1,4})?\b|^\s*[-–] ?(\d{1,4}) ?[-–]\s*$|\bSeite (\d{1,4})\b|第\s?(\d{1,4})\s?页",
    re.IGNORECASE | re.MULTILINE,
)
_SECTION = re.compile(
    r"(?:\b(?:section|clause|article|chapter|Abschnitt|Kapitel|§) ?|§ ?)(\d{1,3}(?:\.\d{1,3}){0,3})(?![\d%])",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"^\s*(?:#{1,6} ?|\*\*|§ ?|(?:section|clause|article|chapter|Abschnitt|Kapitel|Artikel)\s)?\s*(\d{1,3}(?:\.\d{1,3}){0,3})[.):]?(?=\s+\S)",
    re.IGNORECASE | re.MULTILINE,
)
_NUMBERED = re.compile(r"(?<![\w\]])\[(\d{1,3})\](?!\()")
_URL = re.compile(r"https?://[^\s<>()\[\]\"'“”]{3,300}")
_FILE = re.compile(
    r"(?<![\w/@.])([\w-][\w .-]{0,60}?\.(?:pdf|docx?|txt|md|csv|xlsx?|json|html?|log|pptx?))(?!\w)",
    re.IGNORECASE,
)
_ATTACHED = re.compile(
    r"\b(?:attached|attachment|you (?:sent|attached|uploaded|provided|shared)|your file|angehängt\w*|Anhang)\b|附件",
    re.IGNORECASE,
)
_BLANKS = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n(?: ?\n)+")
_LANGUAGES = ("en", "de", "fr", "es", "it", "zh", "ja", "ru")


@dataclass(frozen=True, slots=True)
class Citation:
    """What the answer says stands in what was given, and whether it does."""

    kind: Literal["quote", "page", "section", "reference", "file", "link"]
    said: str
    outcome: Outcome


def find_citations(subject: Subject) -> tuple[Citation, ...]:
    """Every citation of the answer that is said to be from what was given; () where nothing was."""
    sources = _sources(subject)
    if not sources:
        return ()
    text = _tidied(split_fences(subject.text[:MAX_CHARS]).outside)
    given = "\n".join(_tidied(source.text[:MAX_CHARS]) for source in sources)
    found = [*_quotes(text, given, subject.request)]
    if subject.given:
        found += [*_pages(text, given), *_sections(text, given, subject.request), *_references(text, given)]
        found += _files(text, subject)
    return (*found, *_links(text, f"{given}\n{subject.request}"))


def _tidied(text: str) -> str:
    """With one blank for a run of them, and one empty line: the patterns would try every place of a long run."""
    return _BLANK_LINES.sub("\n\n", _BLANKS.sub(" ", text))


def _sources(subject: Subject) -> tuple[Given, ...]:
    pasted = (Given("the message", subject.request),) if len(subject.request) >= PASTED_CHARS else ()
    return (*subject.given, *pasted)


def _quotes(text: str, given: str, request: str) -> Iterator[Citation]:
    words = _words(given)
    whole, asked = f" {' '.join(words)} ", f" {' '.join(_words(request))} "
    for quote in list(_attributed(text))[:MAX_QUOTES]:
        parts = [_words(_INSERTED.sub(" … ", part)) for part in _GAP.split(_INSERTED.sub("…", quote))]
        parts = [part for part in parts if part]
        length = sum(map(len, parts))
        if length < (LEAST_HAN if _is_han(quote) else LEAST_WORDS):
            continue
        outcome: Outcome = "found" if _stands(parts, whole) or _stands(parts, asked) else "missing"
        if outcome == "missing" and not _same_language(quote, given):
            outcome = "unknown"
        yield Citation("quote", quote, outcome)


def _attributed(text: str) -> Iterator[str]:
    """Quotes in a sentence that names its source, and block quotes after one."""
    for paragraph in re.split(r"\n\s*\n", text):
        for found in _QUOTED.finditer(paragraph):
            least, start = max(0, found.start() - LOOK_BACK_CHARS), found.start()
            begin = max(
                paragraph.rfind(". ", least, start) + 1, paragraph.rfind("\n", least, start) + 1, least
            )
            before, after = paragraph[begin:start], paragraph[found.end() : found.end() + 120]
            # The cue behind a quote must be of the same sentence.
            if _ATTRIBUTED.search(before) or _ATTRIBUTED.search(re.split(r"[.\n]", after)[0]):
                yield next(group for group in found.groups() if group is not None)
    before = ""
    for line in text.split("\n"):
        block = _BLOCK_QUOTE.match(line)
        if block is not None and _ATTRIBUTED.search(before):
            yield block[1].strip(' "“”')
        if block is None and line.strip():
            before = line


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", _BROKEN_WORD.sub("", text)).casefold()
    return _WORD.findall(plain.replace("’", "").replace("'", ""))


def _is_han(text: str) -> bool:
    return bool(re.search(r"[\u3400-\u9fff]", text))


def _stands(parts: Sequence[Sequence[str]], whole: str) -> bool:
    """Every part, one after the other."""
    place = 0
    for part in parts:
        place = whole.find(f" {' '.join(part)} ", place)
        if place < 0:
            return False
        place += 1
    return True


def _same_language(quote: str, given: str) -> bool:
    """False where the quote may be a translation of what was given."""
    if _is_han(quote) != _is_han(given):
        return False
    if _is_han(quote):
        return True
    mine = {code for code in _LANGUAGES if is_in_language(given[:5_000], code) is True}
    return (
        not mine or len(_words(quote)) < 10 or any(is_in_language(quote, code) is not False for code in mine)
    )


def _pages(text: str, given: str) -> Iterator[Citation]:
    """Page numbers, where the given text says where its pages are."""
    marks = [int(number) for groups in _PAGE_MARK.findall(given) for number in groups if number]
    if len(set(marks)) < 2:
        return
    for sentence in _sentences(text):
        if _ATTRIBUTED.search(sentence):
            for found in _PAGE.finditer(sentence):
                yield Citation("page", found[0], "found" if int(found[1]) <= max(marks) else "missing")


def _sections(text: str, given: str, request: str) -> Iterator[Citation]:
    """Section numbers, where the given text has numbered headings."""
    known = {number.rstrip(".") for number in _HEADING.findall(given)}
    if len(known) < 2:
        return
    known |= {found[1] for found in _SECTION.finditer(f"{given}\n{request}")}
    for found in islice(_SECTION.finditer(text), MAX_SECTIONS):
        least = max(0, found.start() - LOOK_BACK_CHARS)
        line = text[max(text.rfind("\n", least, found.start()) + 1, least) : found.end() + 80]
        if line.lstrip().startswith("#") or not _names_source(line, found[0]):
            continue
        is_there = found[1] in known or any(number.startswith(f"{found[1]}.") for number in known)
        yield Citation("section", found[0], "found" if is_there else "missing")


def _names_source(line: str, number: str) -> bool:
    """A law has sections too: only what is said of the given text counts."""
    return bool(
        re.search(
            rf"{re.escape(number)}[^.\n]{{0,30}} (?:of|in) (?:the|your|this) (?:\w+ ){{0,2}}{_SOURCE}\b",
            line,
            re.IGNORECASE,
        )
    ) or bool(
        _ATTRIBUTED.search(line)
        and not re.search(r"\b(?:Act|Code|Law|Regulation|GDPR|BGB|StGB|U\.S\.C)\b", line)
    )


def _references(text: str, given: str) -> Iterator[Citation]:
    """[3], where the given text numbers its sources and the answer does not number its own."""
    known = set(_NUMBERED.findall(given))
    own = set(re.findall(r"^\s*\[(\d{1,3})\]", text, re.MULTILINE))
    if len(known) < 2 or own:
        return
    for number in dict.fromkeys(_NUMBERED.findall(text)):
        yield Citation("reference", f"[{number}]", "found" if number in known else "missing")


def _files(text: str, subject: Subject) -> Iterator[Citation]:
    """File names that are said to be attached."""
    names = " ".join(
        (
            *(given.name for given in subject.given),
            *(given.text[:MAX_CHARS] for given in subject.given),
            subject.request,
        )
    ).casefold()
    for sentence in _sentences(text):
        if _ATTACHED.search(sentence):
            for found in _FILE.finditer(sentence):
                name = found[1].split()[-1].casefold()
                yield Citation("file", found[1], "found" if name in names else "missing")


def _links(text: str, given: str) -> Iterator[Citation]:
    for url in dict.fromkeys(found[0].rstrip(".,;:!?") for found in _URL.finditer(text)):
        yield Citation("link", url, "found" if url in given else "unknown")


def _sentences(text: str) -> list[str]:
    return re.split(r"(?<=[a-z)\"”][.!?])\s+|\n", text)
