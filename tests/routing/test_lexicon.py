"""Folding, word lists, and what they count as kinds of work."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.folding import MAX_CHARS, fold, plain_form
from routing.lexicon import Lexicon
from routing.work import kinds_of_work, risk
from routing.work_words import Work


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("ÄRZTE", "arzte"),
        ("Straße", "strasse"),
        ("Ｔａｘ", "tax"),
        ("łódź", "lodz"),
        ("İlaç", "ilac"),
        ("me\u00addi\u200bcine", "medicine"),
        ("résumé", "resume"),
        ("がん", "がん"),
        ("Ёлка", "елка"),
        ("don’t", "don't"),
    ],
)
def test_every_spelling_has_one_plain_form(written: str, plain: str) -> None:
    assert plain_form(written) == plain


@settings(max_examples=200)
@given(st.text(max_size=200))
def test_folding_a_folded_word_changes_nothing(text: str) -> None:
    once = plain_form(text)

    assert plain_form(plain_form(once)) == plain_form(once)


def test_of_a_long_text_both_ends_are_read() -> None:
    folded = fold("begin " + "x" * 3 * MAX_CHARS + " end")

    assert (folded.words[0], folded.words[-1], folded.whole) == ("begin", "end", False)


@pytest.fixture
def lexicon() -> Lexicon[str]:
    return Lexicon(
        {"grave": "=sue chest_pain 起诉", "plain": "medic contract"}, not_meant="contact", misspelt=True
    )


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("I will sue", "grave"),
        ("Sue's pursuit of issues", "grave"),
        ("a tissue", None),
        ("Chest  pain!", "grave"),
        ("chest. Pain?", "grave"),
        ("我要起诉他", "grave"),
        ("paramedical", None),
        ("medical", "plain"),
        ("contarct", "plain"),
        ("cntract", "plain"),
        ("contract and chest pain", "grave"),
        ("contact", None),
        ("", None),
    ],
)
def test_beginnings_whole_words_several_words_and_misspellings_are_found(
    lexicon: Lexicon[str], text: str, label: str | None
) -> None:
    assert lexicon.first(fold(text)) == label


@pytest.mark.parametrize(
    ("text", "work"),
    [
        ("Prove that there are infinitely many primes", Work.THOUGHT),
        ("Entwirf eine Architektur für verteilte Sensoren", Work.THOUGHT),
        ("设计一个分布式系统，说明取舍", Work.THOUGHT),
        ("Write an email to the caterer", Work.CRAFT),
        ("Напиши письмо соседке", Work.CRAFT),
        ("What is the capital of Peru?", Work.SMALL),
        ("¿Cuánto es 7 por 8?", Work.SMALL),
    ],
)
def test_the_kind_of_work_with_the_most_words_is_what_is_asked_for(text: str, work: Work) -> None:
    counts = kinds_of_work(text)

    assert max(counts, key=lambda each: counts[each]) is work


def test_risk_is_nothing_a_subject_or_a_decision() -> None:
    asked = ["Name five birds", "What are symptoms of measles?", "Can I take two of these antibiotics?"]

    assert [risk(text) for text in asked] == [0, 1, 2]


def test_counting_a_mebibyte_is_bounded() -> None:
    began = time.perf_counter()
    kinds_of_work("prove design write " * 60_000)

    assert time.perf_counter() - began < 3.0
