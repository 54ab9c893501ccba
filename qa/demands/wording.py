"""A demand in words: for the employee who has to meet it, for the proof, and for the next try."""

from qa.demands.languages import ENGLISH_NAMES
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

MAX_QUOTED_CHARS = 500
_UNITS = {
    "words": ("word", "words"),
    "sentences": ("sentence", "sentences"),
    "paragraphs": ("paragraph", "paragraphs"),
    "blocks": (
        "paragraph with a blank line before and after it",
        "paragraphs with one blank line between each two, and no other blank lines",
    ),
    "divided": ("part divided by a line of ***", "parts divided by lines of ***"),
    "lines": ("line", "lines"),
    "characters": ("character", "characters"),
    "han": ("Chinese character", "Chinese characters"),
    "bullets": ('Markdown bullet point ("* …")', 'Markdown bullet points ("* …")'),
    "numbered": ("numbered item", "numbered items"),
    "placeholders": ("placeholder in [square brackets]", "placeholders in [square brackets]"),
    "highlights": (
        "piece highlighted in Markdown (*like this*)",
        "pieces highlighted in Markdown (*like this*)",
    ),
    "capital_words": ("word in all capital letters", "words in all capital letters"),
}
_MARKS = {
    "no_comma": "use no comma at all",
    "title": "have a title in double angular brackets, like <<title>>",
    "quotation": "stand in double quotation marks as a whole",
    "table": "contain a table",
}


def name_of(demand: Demand) -> str:
    """The stable, dotted name of a demand's check, such as `demand.words`."""
    match demand:
        case CountDemand():
            return f"demand.{demand.unit}"
        case TermDemand():
            return "demand.forbidden" if demand.most == 0 else "demand.keyword"
        case MarkDemand():
            return f"demand.{demand.mark}"
        case EdgeDemand():
            return f"demand.{demand.edge}"
        case _:
            return f"demand.{demand.kind}"


def said_range(least: int | None, most: int | None) -> str:
    """ "at least 3", "at most 5", "exactly 4", "5 to 10" """
    if least is not None and most is not None:
        return f"exactly {least}" if least == most else f"{least} to {most}"
    return f"at least {least}" if least is not None else f"at most {most}"


def asked(demand: Demand) -> str:
    """What is demanded, with the words of the request that say so."""
    said = " ".join(demand.said.split())
    quoted = f" (“{said if len(said) <= 90 else said[:89] + '…'}”)" if said else ""
    return f"wanted: {sentence_for(demand)[:140]}{quoted}"


def sentence_for(demand: Demand) -> str:  # noqa: C901, PLR0911, PLR0912 - one case per kind
    """One demand to the employee, to follow "The answer must "."""
    match demand:
        case CountDemand():
            return f"have {_times(demand.least, demand.most, *_UNITS[demand.unit])}"
        case TermDemand():
            if demand.most == 0:
                return f"not contain “{demand.term}”"
            if demand.least == 1 and demand.most is None:
                return f"contain “{demand.term}”"
            return f"contain “{demand.term}” {_times(demand.least, demand.most, 'time', 'times')}"
        case LetterDemand():
            return f"contain “{demand.letter}” {_times(demand.least, demand.most, 'time', 'times')}"
        case SectionsDemand():
            number = said_range(demand.least, demand.most)
            return f"have {number} sections, each headed “{demand.marker}” and its number in digits"
        case CaseDemand():
            return "be in capital letters only" if demand.case == "upper" else "be in lowercase letters only"
        case LanguageDemand():
            return f"be in {ENGLISH_NAMES.get(demand.language, demand.language)}"
        case MarkDemand():
            return _MARKS[demand.mark]
        case PostscriptDemand():
            return f"close with a postscript that begins with {demand.marker}"
        case EdgeDemand():
            return f"{demand.edge} with exactly “{demand.phrase}”"
        case RepeatDemand():
            return f"first repeat word for word, before anything else: “{_short(demand.text)}”"
        case AnswersDemand():
            return f"be {demand.number} different answers with ****** between them, and no ****** elsewhere"
        case FirstWordDemand():
            where = f"start paragraph {demand.paragraph} with the word “{demand.word}”"
            return f"{where}, with blank lines between paragraphs"
        case ChoiceDemand():
            alternatives = " or ".join(f"“{choice}”" for choice in demand.choices)
            return f"be {'nothing but ' if demand.only else ''}one of: {alternatives}"
        case SumsDemand():
            return "have numbers that add up" + (f" to {demand.total:g}" if demand.total is not None else "")


def _short(text: str) -> str:
    return text if len(text) <= MAX_QUOTED_CHARS else f"{text[:MAX_QUOTED_CHARS]}…"


def _times(least: int | None, most: int | None, one: str, many: str) -> str:
    number = least if most is None else most
    return f"{said_range(least, most)} {one if number == 1 else many}"
