"""From a request to its demands: every reader, without doubles, and with what contradicts itself marked.

Pure and deterministic. Readers are conservative: they miss a demand rather than invent one.
"""

from collections.abc import Callable, Iterator

from qa.demands.chinese import read_chinese
from qa.demands.counting import read_counts
from qa.demands.edges import read_edges
from qa.demands.letters import read_letters
from qa.demands.marked import read_marked
from qa.demands.models import (
    MAX_DEMANDS,
    CaseDemand,
    ChoiceDemand,
    CountDemand,
    Demand,
    EdgeDemand,
    LanguageDemand,
    LetterDemand,
    SectionsDemand,
    TermDemand,
)
from qa.demands.parts import read_parts
from qa.demands.request import Request, read_request
from qa.demands.shapes import read_shapes
from qa.demands.terms import read_terms

type Reader = Callable[[Request], Iterator[Demand]]

READERS: tuple[Reader, ...] = (
    read_counts,
    read_marked,
    read_parts,
    read_terms,
    read_letters,
    read_shapes,
    read_edges,
    read_chinese,
)
"""Every reader, in the order of the proof. A new one is one function and one line here."""


def read_demands(request: str) -> tuple[Demand, ...]:
    """What the request demands of its answer, at most MAX_DEMANDS of them."""
    parts = read_request(request)
    merged: dict[object, Demand] = {}
    for reader in READERS:
        for demand in reader(parts):
            key = _key(demand)
            known = merged.get(key)
            merged[key] = demand if known is None else _both(known, demand)
    return tuple(_without_conflicts(list(merged.values())))[:MAX_DEMANDS]


def _key(demand: Demand) -> object:
    """What the demand is about; two demands about the same are one, or contradict each other."""
    match demand:
        case CountDemand():
            return demand.kind, demand.unit
        case TermDemand():
            return demand.kind, demand.term.lower()
        case LetterDemand():
            return demand.kind, demand.letter.lower()
        case SectionsDemand():
            return demand.kind
        case CaseDemand() | LanguageDemand():
            return demand.kind
        case _:
            return demand.model_dump_json(exclude={"said", "unchecked"})


def _both(known: Demand, other: Demand) -> Demand:
    """Both together: the narrower range, or a contradiction."""
    if isinstance(known, CountDemand | TermDemand | LetterDemand | SectionsDemand):
        assert isinstance(other, CountDemand | TermDemand | LetterDemand | SectionsDemand)  # noqa: S101 - same key
        least = max((each for each in (known.least, other.least) if each is not None), default=None)
        most = min((each for each in (known.most, other.most) if each is not None), default=None)
        if least is not None and most is not None and least > most:
            return known.model_copy(update={"unchecked": "the request contradicts itself here"})
        return known.model_copy(update={"least": least, "most": most})
    if isinstance(known, CaseDemand) and isinstance(other, CaseDemand) and known.case != other.case:
        return known.model_copy(update={"unchecked": "the request asks for both cases"})
    if (
        isinstance(known, LanguageDemand)
        and isinstance(other, LanguageDemand)
        and known.language != other.language
    ):
        return known.model_copy(update={"unchecked": "the request names more than one language"})
    return known


def _without_conflicts(demands: list[Demand]) -> Iterator[Demand]:
    """Two readings of one number are one demand: parts that are divided by *** are not counted a second time."""
    divided = any(isinstance(each, CountDemand) and each.unit == "divided" for each in demands)
    marked = any(isinstance(each, SectionsDemand) for each in demands)
    letters = {each.letter.lower() for each in demands if isinstance(each, LetterDemand)}
    phrases = [each.phrase for each in demands if isinstance(each, EdgeDemand)]
    phrases += [choice for each in demands if isinstance(each, ChoiceDemand) for choice in each.choices]
    foreign = any(isinstance(each, LanguageDemand) and each.language != "en" for each in demands)
    first_word = any(each.kind == "first_word" for each in demands)
    for demand in demands:
        if (
            isinstance(demand, CountDemand)
            and demand.unit == "paragraphs"
            and (divided or marked)
            and not first_word
        ):
            continue
        if isinstance(demand, TermDemand) and (
            demand.term.lower() in letters or _is_said_elsewhere(demand, phrases)
        ):
            continue
        if first_word and isinstance(demand, CountDemand) and demand.unit == "paragraphs":
            # To find the third paragraph, both sides must count alike: by blank lines.
            yield demand.model_copy(update={"unit": "blocks"})
            continue
        if isinstance(demand, TermDemand) and demand.least == 1 and foreign and not _is_literal(demand):
            yield demand.model_copy(
                update={"unchecked": "the answer is in another language, where the word may differ"}
            )
            continue
        yield demand


def _is_literal(demand: TermDemand) -> bool:
    """The request quotes the word, or it is of no English: then it is wanted as it stands in any language."""
    said = demand.said.replace("“", '"').replace("”", '"').replace("'", '"').lower()
    return f'"{demand.term.lower()}"' in said or not demand.term.isascii()


def _is_said_elsewhere(demand: TermDemand, phrases: list[str]) -> bool:
    """True for "end with the phrase X": X is the end, not one more keyword."""
    return demand.least == 1 and any(demand.term.lower() in phrase.lower() for phrase in phrases)
