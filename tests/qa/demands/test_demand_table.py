"""The table of wordings: each is put into a request, and exactly the demands of its heading are read.

An expectation is written `words>=300`, `bullets=4`, `kw:river` (wanted), `no:apple` (forbidden), `kw:moon<=2`,
`letter:q>=2`, `sections:PART>=2`, `first:2:however`, `end:…`, `choice:a|b`, or the name of a mark; ` ; ` joins.
"""

# ruff: noqa: E501 - a pattern reads better in one piece

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from qa.defaults import chat_spec
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
    SectionsDemand,
    TermDemand,
)

HERE = Path(__file__).parent
TABLE = HERE / "wordings.txt"
NOTHING = "nothing is demanded"
TASKS = (
    "Write a short essay about {t}.", "Tell me about {t}.", "Explain {t} to a beginner.",
    "Draft a blog post about {t}.",
    "Write a letter to a friend about {t}.", "Compose a poem about {t}.", "I need a description of {t}.",
    "Could you write a story about {t}?", "Describe {t}.", "What do you know about {t}?",
)  # fmt: skip
TOPICS = (
    "the history of tea",
    "a lighthouse",
    "my new bicycle",
    "the city of Porto",
    "the life of bees",
    "a rainy day",
)
FOREIGN_TASKS = {
    "介绍一下茶。": "[\u4e00-\u9fff]",
    "Erzähl mir etwas über Tee.": r"\b(?:antwort\w*|schreib|mindestens|höchstens|wörter|bitte|genau|keine|verwende|beende|wort)\b",
    "Parle-moi du thé.": r"\b(?:au moins|écris|réponds|réponse|mots|phrases maximum|exactement|n'utilise|utilise|mot|termine)\b",
    "Háblame del té.": r"\b(?:escribe|al menos|palabras?|respuesta|responde|contesta|no uses|incluye)\b",
}


def wordings() -> dict[str, list[tuple[str, str]]]:
    """By kind: what is to be read, and the whole request."""
    table: dict[str, list[tuple[str, str]]] = {}
    kind = expected = ""
    for number, line in enumerate(TABLE.read_text(encoding="utf-8").split("\n")):
        if line.startswith("## "):
            kind, expected = line[3:], ""
        elif line.startswith("= "):
            expected = line[2:]
        elif line and not line.startswith("#"):
            table.setdefault(kind, []).append((expected, request_with(kind, line, number)))
    return table


def request_with(kind: str, wording: str, number: int) -> str:
    topic = TOPICS[number % len(TOPICS)]
    if kind == NOTHING or "{t}" in wording or wording.startswith(("Is ", "Does ")):
        return wording.replace("{t}", topic)
    if kind == "choice":
        return f"Is tea healthy? {wording}"
    foreign = (task for task, words in FOREIGN_TASKS.items() if re.search(words, wording, re.IGNORECASE))
    task = next(foreign, TASKS[number % len(TASKS)].format(t=topic))
    if kind == "repeat" or number % 3:
        return f"{task}{' ' if number % 2 else '\n\n'}{wording}"
    return f"{wording}{'' if wording[-1] in '.!?。”»' else '.'} {task}"


def read(request: str) -> set[str]:
    spec = chat_spec(request)
    found = {"json"} if spec.format is not None and spec.format.type == "json" else set()
    for demand in spec.demands:
        found |= {f"unchecked {demand.kind}"} if demand.unchecked else set(codes(demand))
    return found


def codes(demand: Demand) -> Iterator[str]:  # noqa: C901, PLR0912 - one case per kind
    match demand:
        case CountDemand():
            yield from ranged(demand.unit, demand.least, demand.most)
        case TermDemand(most=0):
            yield f"no:{demand.term.lower()}"
        case TermDemand(least=1, most=None):
            yield f"kw:{demand.term.lower()}"
        case TermDemand():
            yield from ranged(f"kw:{demand.term.lower()}", demand.least, demand.most)
        case LetterDemand(most=0):
            yield f"letter:{demand.letter.lower()}<=0"
        case LetterDemand():
            yield from ranged(f"letter:{demand.letter.lower()}", demand.least, demand.most)
        case SectionsDemand():
            yield from ranged(f"sections:{demand.marker}", demand.least, demand.most)
        case CaseDemand():
            yield f"case:{demand.case}"
        case LanguageDemand():
            yield f"lang:{demand.language}"
        case MarkDemand():
            yield demand.mark
        case PostscriptDemand():
            yield f"ps:{demand.marker}"
        case EdgeDemand():
            yield f"{demand.edge}:{demand.phrase}"
        case AnswersDemand():
            yield f"answers:{demand.number}"
        case FirstWordDemand():
            yield f"first:{demand.paragraph}:{demand.word.lower()}"
        case ChoiceDemand():
            yield "choice:" + "|".join(each.lower().strip(". ") for each in demand.choices)
        case _:
            yield demand.kind


def ranged(name: str, least: int | None, most: int | None) -> Iterator[str]:
    if least is not None and least == most:
        yield f"{name}={least}"
        return
    if least is not None:
        yield f"{name}>={least}"
    if most is not None:
        yield f"{name}<={most}"


def expected_codes(expected: str) -> set[str]:
    if expected.startswith("choice:"):
        return {expected.lower()}
    return set(expected.split(" ; ")) if expected else set()


@pytest.mark.parametrize("kind", sorted(wordings()))
def test_every_wording_of_the_table_is_read_as_it_is_meant_and_nothing_else(kind: str) -> None:
    wrong = [
        f"{request!r}: wanted {expected!r}, read {sorted(read(request))}"
        for expected, request in wordings()[kind]
        if read(request) != expected_codes(expected)
    ]
    assert wrong == []


def test_a_whole_request_with_several_demands_is_read_as_it_is_meant() -> None:
    blocks = (HERE / "composed.txt").read_text(encoding="utf-8").split("\n= ")[1:]
    wrong = [
        f"{request!r}: wanted {expected!r}, read {sorted(read(request))}"
        for expected, _, request in (block.strip().partition("\n") for block in blocks)
        if read(request) != expected_codes(expected)
    ]
    assert len(blocks) >= 40
    assert wrong == []


def test_the_table_has_every_kind_in_at_least_twenty_five_wordings() -> None:
    sizes = {kind: len(rows) for kind, rows in wordings().items()}
    assert sum(sizes.values()) >= 1_100
    assert {kind: size for kind, size in sizes.items() if size < 25} == {}
