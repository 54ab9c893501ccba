"""No request and no answer of 1 MiB takes a second to read or to check; the same input gives the same verdict."""

import os
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from qa.defaults import chat_spec
from qa.demands.checking import MAX_CHARS, check_demands
from qa.demands.models import (
    AnswersDemand,
    CaseDemand,
    CountDemand,
    Demand,
    EdgeDemand,
    LanguageDemand,
    LetterDemand,
    MarkDemand,
    PostscriptDemand,
    RepeatDemand,
    SectionsDemand,
    SumsDemand,
    TermDemand,
)
from qa.demands.reading import read_demands
from qa.findings import Subject
from qa.spec import QaSpec

ROOT = Path(__file__).parents[3]
MIB = 1024 * 1024
PIECES = (
    '"', "'x ", "at least ", "the word ", "a, ", "*", "***\n", "<<", "[a ", "写100字", "p.s. ", "repeat the request ",
    "at least 3 words ", "word: a, ", "not ", "no more than 5 words or ", "1 ", "1, ", "one hundred ", "limit it to ",
    "include the word ⟦1⟧ and ", '"a" and "b", ', "the letter q ", "who never ", "how to write ", "keywords: a, b; ",
    "mindestens 3 wörter und ", "au moins 3 mots ", "al menos 3 palabras ", "avoid the use of ", "all caps words ",
    "highlight 3 ", "- ", "\n- a", "in all capital letters ", "must not be ", "(“a” ", "write json in ", "python ",
    "answer yes or ", "\t", "a", "é", "start paragraph 2 with ", "x.", "?", "word count ", "double quotation marks ",
)  # fmt: skip
EVERY_CHECK: tuple[Demand, ...] = (
    CountDemand(unit="words", least=1), CountDemand(unit="sentences", least=1), CountDemand(unit="paragraphs", least=1),
    CountDemand(unit="blocks", least=1), CountDemand(unit="divided", least=1), CountDemand(unit="lines", least=1),
    CountDemand(unit="bullets", least=1), CountDemand(unit="placeholders", least=1),
    CountDemand(unit="highlights", least=1),
    CountDemand(unit="capital_words", least=1), TermDemand(term="alpha", least=1), LetterDemand(letter="q", least=1),
    SectionsDemand(marker="PART", least=1), CaseDemand(case="upper"), LanguageDemand(language="fr"),
    *(MarkDemand(mark=mark) for mark in ("no_comma", "title", "quotation", "table")), PostscriptDemand(marker="P.S."),
    EdgeDemand(edge="end", phrase="Bye."), RepeatDemand(text="Name a spice."), AnswersDemand(number=2), SumsDemand(),
)  # fmt: skip
PRINT_VERDICTS = """
import sys
from pathlib import Path
from nexus.cli.exam_qa import read_rows
from qa.defaults import chat_spec
from qa.findings import Subject
from qa.validator import validate

for row in read_rows(Path(sys.argv[1])):
    spec = chat_spec(row.prompt)
    print(spec.model_dump_json(), validate(Subject(row.response, request=row.prompt), spec).to_json())
"""


@pytest.mark.parametrize("number", range(len(PIECES)))
def test_a_request_of_one_mebibyte_is_read_within_a_second(number: int) -> None:
    piece = PIECES[number]
    for size in (MIB, 4000):
        began = time.process_time()
        chat_spec(piece * (size // len(piece)))
        assert time.process_time() - began < 1


def test_mixtures_of_hostile_pieces_are_read_within_a_second() -> None:
    for first, second in pairwise(PIECES):
        began = time.process_time()
        read_demands((first + second) * (3900 // len(first + second)))
        assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "piece", [*PIECES, ". ", "P. ", "| - ", "1 + ", "`", "-- ", "a\n\n", "A-", "<think>"]
)
def test_the_checks_of_a_long_answer_take_less_than_a_second(piece: str) -> None:
    spec = QaSpec(name="every kind", demands=EVERY_CHECK)
    for size in (MAX_CHARS, MIB):
        began = time.process_time()
        check_demands(Subject((piece * (size // len(piece) + 1))[:size]), spec)
        assert time.process_time() - began < 1


def test_specs_and_verdicts_are_the_same_whatever_the_hash_seed() -> None:
    sample = Path(__file__).parent / "sample.jsonl"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", PRINT_VERDICTS, str(sample)],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4242")
    }
    assert len(outputs) == 1
    assert outputs.pop().count(b"\n") >= 100
