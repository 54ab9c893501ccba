"""Holds an answer against the demands of its request. Called by `qa.validator`; pure, and no text makes it raise."""

import re
from collections.abc import Callable

from qa.demands import measure
from qa.demands.languages import ENGLISH_NAMES, is_in_language
from qa.demands.models import (
    AnswersDemand,
    CaseDemand,
    ChoiceDemand,
    CountDemand,
    Demand,
    EdgeDemand,
    FirstWordDemand,
    LanguageDemand,
    LetterDemand,
    MarkDemand,
    PostscriptDemand,
    RepeatDemand,
    SectionsDemand,
    SumsDemand,
    TermDemand,
)
from qa.demands.wording import asked, name_of, sentence_for
from qa.findings import CheckResult, Subject, failed, not_checked, passed
from qa.spec import QaSpec

MAX_CHARS = 200_000
MAX_WANTED_CHARS = 200

_THINKING = re.compile(r"\A\s*<think>.*?</think>\s*", re.DOTALL)
_TITLE = re.compile(r"<<[^\n<>]{1,500}>>")
_RULE = re.compile(r":?-{2,}:?[ \t]{0,20}(?:\|[ \t]{0,20}:?-{2,}:?[ \t]{0,20}){1,60}")
_POSTSCRIPTS = {
    "P.P.S": re.compile(r"p\.[ \t]?p\.[ \t]?s", re.IGNORECASE),
    "P.S.": re.compile(r"p\.[ \t]?s\.|\bps[:.]", re.IGNORECASE),
}
_SUM = re.compile(
    r"(?<![\w.+*/-])[$€£]?\d[\d,]{0,12}(?:\.\d{1,6})?%?(?:\s?\+\s?[$€£]?\d[\d,]{0,12}(?:\.\d{1,6})?%?){1,40}\s?=\s?[$€£]?(?P<sum>\d[\d,]{0,14}(?:\.\d{1,6})?)%?(?![\w]|\s?[*/+])"
)
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_SIX = "******"

type Outcome = tuple[bool | None, str]
"""Met or not (None: cannot be told), and what was seen."""


def check_demands(subject: Subject, spec: QaSpec) -> tuple[CheckResult, ...]:
    """One result per demand, in the order of the spec."""
    if not spec.demands:
        return ()
    text = _THINKING.sub("", subject.text, count=1) if "<think>" in subject.text[:50] else subject.text
    own = _own_part(text, spec.demands)
    return tuple(_check(demand, text, own) for demand in spec.demands)


def _own_part(text: str, demands: tuple[Demand, ...]) -> str:
    """The answer without the request that it had to repeat, for what must not occur in the answer itself."""
    for demand in demands:
        if isinstance(demand, RepeatDemand) and _repeats(text, demand.text):
            return text[_length_of(text, demand.text) :]
    return text


def _check(demand: Demand, text: str, own: str) -> CheckResult:
    name = name_of(demand)
    if demand.unchecked:
        return not_checked(name, f"{asked(demand)}: {demand.unchecked}")
    if len(text) > MAX_CHARS:
        return not_checked(name, f"the answer is longer than {MAX_CHARS} characters")
    met, seen = _outcome(demand, text, own)
    evidence = f"{seen}; {asked(demand)}"
    if met is None:
        return not_checked(name, evidence)
    if met:
        return passed(name, evidence)
    return failed(name, evidence, _mend(sentence_for(demand), seen))


def _mend(wanted: str, seen: str) -> str:
    """What the next try must do and what this one had; a long demand is cut so that both are told."""
    short = wanted if len(wanted) <= MAX_WANTED_CHARS else f"{wanted[:MAX_WANTED_CHARS]}…"
    return f"{short[:1].upper()}{short[1:]} (it has: {seen})."


def _outcome(demand: Demand, text: str, own: str) -> Outcome:  # noqa: C901, PLR0911, PLR0912 - one case per kind
    """The one place that knows the check of every kind."""
    match demand:
        case CountDemand():
            return _count(demand, text)
        case TermDemand():
            return _term(demand, own if demand.most is not None and demand.least is None else text)
        case LetterDemand():
            number = text.lower().count(demand.letter.lower())
            return _within(measure.Range(number, number), demand.least, demand.most), _times(number)
        case SectionsDemand():
            return _sections(demand, text)
        case CaseDemand():
            return _case(demand, text)
        case LanguageDemand():
            return _language(demand, own or text)
        case MarkDemand():
            return _mark(demand, text, own)
        case PostscriptDemand():
            there = bool(_POSTSCRIPTS[demand.marker].search(text))
            return there, "a postscript" if there else f"no postscript that begins with {demand.marker}"
        case EdgeDemand():
            return _edge(demand, text)
        case RepeatDemand():
            there = _repeats(text, demand.text)
            return there, "the request stands first" if there else f"it begins with “{text.strip()[:60]}”"
        case AnswersDemand():
            return _answers(demand, text)
        case FirstWordDemand():
            return _first_word(demand, text)
        case ChoiceDemand():
            return _choice(demand, text)
        case SumsDemand():
            return _sums(demand, text)


def _within(number: measure.Range, least: int | None, most: int | None) -> bool:
    return (least is None or number.high >= least) and (most is None or number.low <= most)


def _count(demand: CountDemand, text: str) -> Outcome:
    count: Callable[[str], measure.Range | None] = measure.COUNTS[demand.unit]
    number = count(text)
    if number is None:
        return False, "an empty part between two dividers"
    return _within(number, demand.least, demand.most), f"{number} found"


def _term(demand: TermDemand, text: str) -> Outcome:
    term = demand.term.lower().replace("’", "'")
    plain = text.lower().replace("’", "'")
    pieces = plain.count(term)
    # Chinese has no spaces between words: there every place counts.
    whole = len(re.findall(rf"(?<!\w){re.escape(term)}(?!\w)", plain)) if term.isascii() else pieces
    number = measure.Range(whole, max(pieces, whole))
    return _within(number, demand.least, demand.most), _times(number)


def _times(number: object) -> str:
    return f"{number} time" if str(number) == "1" else f"{number} times"


def _sections(demand: SectionsDemand, text: str) -> Outcome:
    number = len(re.findall(rf"(?<![A-Za-z]){re.escape(demand.marker)}\s?\d+", text))
    return _within(measure.Range(number, number), demand.least, demand.most), f"{number} found"


def _case(demand: CaseDemand, text: str) -> Outcome:
    wrong = str.islower if demand.case == "upper" else str.isupper
    number = sum(1 for letter in text if wrong(letter))
    kind = "small" if demand.case == "upper" else "capital"
    if not any(letter.isalpha() for letter in text):
        return None, "no letters"
    return number == 0, f"{number} {kind} letters"


def _language(demand: LanguageDemand, text: str) -> Outcome:
    answer = is_in_language(text, demand.language)
    name = ENGLISH_NAMES.get(demand.language, demand.language)
    return answer, {
        True: f"it reads as {name}",
        False: f"not in {name}",
        None: "too little to tell its language",
    }[answer]


def _mark(demand: MarkDemand, text: str, own: str) -> Outcome:
    match demand.mark:
        case "no_comma":
            number = own.count(",") + own.count("，")
            return number == 0, f"{number} comma{'' if number == 1 else 's'}"
        case "title":
            found = any(title.strip("<> \t") for title in _TITLE.findall(text))
            return found, "a title" if found else "no title in << >>"
        case "quotation":
            plain = text.strip()
            there = len(plain) > 1 and plain[0] in '"“”«「' and plain[-1] in '"“”»」'
            return there, f"begins with {plain[:1]!r} and ends with {plain[-1:]!r}"
        case "table":
            there = _has_table(text)
            return there, "a table" if there else "no table"


def _has_table(text: str) -> bool:
    """A Markdown table (by the rule under its head), an HTML one, or lines with tabs inside."""
    lines = (line.strip() for line in text.split("\n"))
    return "<table" in text or any(
        "\t" in line or (len(line) < 2000 and _RULE.fullmatch(line.strip("| \t"))) for line in lines
    )


def _edge(demand: EdgeDemand, text: str) -> Outcome:
    wanted = _plain(demand.phrase)
    if demand.edge == "start":
        there = _plain(text).startswith(wanted)
        return there, f"begins with “{text.strip()[:60]}”"
    end = _plain(text)
    there = end.endswith(wanted) or (
        end.rstrip(".!?").endswith(wanted.rstrip(".!?")) and wanted[-1:].isalnum()
    )
    return there, f"ends with “{text.strip()[-60:]}”"


def _plain(text: str) -> str:
    text = text.replace("’", "'").replace("“", '"').replace("”", '"')
    return " ".join(text.strip().strip('"*_` \n').lower().split())


def _squeezed(text: str) -> str:
    return " ".join(text.replace("’", "'").replace("“", '"').replace("”", '"').lower().split())


def _repeats(text: str, wanted: str) -> bool:
    return _squeezed(text).startswith(_squeezed(wanted))


def _length_of(text: str, wanted: str) -> int:
    """Where in `text` the repetition of `wanted` ends, whatever the white space."""
    left = sum(map(len, wanted.split()))
    for index, char in enumerate(text):
        if left <= 0:
            return index
        left -= not char.isspace()
    return len(text)


def _answers(demand: AnswersDemand, text: str) -> Outcome:
    parts = text.split(_SIX)
    inner = [
        part.strip() for index, part in enumerate(parts) if part.strip() or index not in (0, len(parts) - 1)
    ]
    if any(not part for part in inner):
        return False, "an empty answer between two dividers"
    if len(set(inner)) != len(inner):
        return False, "two answers that are the same"
    return len(inner) == demand.number, f"{len(inner)} parts between {_SIX}"


def _first_word(demand: FirstWordDemand, text: str) -> Outcome:
    blocks = [block.strip() for block in text.split("\n\n") if block.strip()]
    if len(blocks) < demand.paragraph:
        return False, f"{len(blocks)} paragraphs"
    first = re.match(r"\W*([\w-]+)", blocks[demand.paragraph - 1])
    word = first[1] if first else ""
    return word.lower() == demand.word.lower(), f"paragraph {demand.paragraph} begins with “{word[:40]}”"


def _choice(demand: ChoiceDemand, text: str) -> Outcome:
    plain = _plain(text)
    found = [
        choice for choice in demand.choices if re.search(rf"(?<!\w){re.escape(_plain(choice))}(?!\w)", plain)
    ]
    if demand.only:
        return plain.strip(" .!*") in {
            _plain(choice).strip(" .!*") for choice in demand.choices
        }, f"“{text.strip()[:60]}”"
    return bool(found), f"found {found[0][:60]!r}" if found else "none of the allowed answers"


def _sums(demand: SumsDemand, text: str) -> Outcome:
    sums = list(_SUM.finditer(text[:200_000]))
    for found in sums:
        *parts, total = (float(number.replace(",", "")) for number in _NUMBER.findall(found[0]))
        if abs(sum(parts) - total) > 0.011 * max(1.0, len(parts) * 0.5):
            return False, f"{found[0][:80]} is wrong, the sum is {sum(parts):g}"
    if not sums:
        return None, "no sum is written out"
    stated = {float(found["sum"].replace(",", "")) for found in sums}
    if demand.total is not None and demand.total not in stated:
        return None, f"no sum of {demand.total:g} is written out"
    return True, f"{len(sums)} sums are right"
