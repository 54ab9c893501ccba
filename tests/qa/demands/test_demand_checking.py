"""How an answer is held against each kind of demand: evidence, feedback, NOT CHECKED; and no text breaks it."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.demands.checking import MAX_CHARS, check_demands
from qa.demands.languages import is_in_language
from qa.demands.measure import sentences, words
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
    Unit,
)
from qa.demands.reading import read_demands
from qa.findings import CheckResult, CheckStatus, Subject
from qa.requirements import requirements
from qa.spec import QaSpec

UNITS: tuple[Unit, ...] = (
    "words", "sentences", "paragraphs", "divided", "lines", "characters", "han", "bullets", "numbered",
    "placeholders", "highlights", "capital_words",
)  # fmt: skip
EVERY_KIND: tuple[Demand, ...] = (
    *(CountDemand(unit=unit, least=2, most=5) for unit in UNITS),
    TermDemand(term="alpha", least=2),
    TermDemand(term="beta", most=0),
    LetterDemand(letter="q", least=1),
    SectionsDemand(marker="PART", least=2),
    CaseDemand(case="upper"),
    LanguageDemand(language="fr"),
    *(MarkDemand(mark=mark) for mark in ("no_comma", "title", "quotation", "table")),
    PostscriptDemand(marker="P.S."),
    EdgeDemand(edge="start", phrase="Dear"),
    EdgeDemand(edge="end", phrase="Bye."),
    RepeatDemand(text="Name a spice."),
    AnswersDemand(number=2),
    FirstWordDemand(paragraph=2, word="then"),
    ChoiceDemand(choices=("yes", "no"), only=True),
    SumsDemand(total=10),
)


def a_spec(*demands: Demand) -> QaSpec:
    return QaSpec(name="demands", demands=demands)


def checked(demand: Demand, text: str) -> CheckResult:
    (result,) = check_demands(Subject(text), a_spec(demand))
    return result


def test_the_evidence_says_what_was_found_what_is_wanted_and_who_said_so() -> None:
    result = checked(CountDemand(unit="bullets", least=3, said="Give me at least 3 bullets."), "* a\n* b")
    assert result.status is CheckStatus.FAIL
    assert result.name == "demand.bullets"
    assert result.evidence.startswith("2 found; wanted: have at least 3 Markdown bullet points")
    assert "Give me at least 3 bullets." in result.evidence
    assert result.feedback.startswith("Have at least 3 Markdown bullet points")


def test_a_demand_that_is_marked_is_not_checked_with_the_reason_and_not_told_to_the_employee() -> None:
    demand = CountDemand(unit="words", least=5, unchecked="the request contradicts itself here")
    result = checked(demand, "one")
    assert result.status is CheckStatus.NOT_CHECKED
    assert "contradicts itself" in result.evidence
    assert requirements(a_spec(demand)) == []


def test_the_employee_is_told_every_demand_in_one_sentence() -> None:
    told = requirements(a_spec(*EVERY_KIND))
    assert len(told) == len(EVERY_KIND)
    assert all(sentence and "\n" not in sentence for sentence in told)


@pytest.mark.parametrize(
    ("demand", "right", "wrong"),
    [
        (TermDemand(term="alpha", least=2), "Alpha, alpha", "alpha"),
        (TermDemand(term="can", most=0), "a cancan", "you can"),
        (SectionsDemand(marker="PART", least=2), "PART 1\nPART 2", "PART 1\nPart 2"),
        (CaseDemand(case="lower"), "all small, 1!", "All small"),
        (LanguageDemand(language="hi"), "यह एक छोटी कविता है", "This is a small poem"),
        (MarkDemand(mark="title"), "<<A>>\nx", "<< >>\nx"),
        (MarkDemand(mark="table"), "a | b\n--- | ---\n1 | 2", "a - b"),
        (PostscriptDemand(marker="P.P.S"), "x\nP.P.S. y", "x\nP.S. y"),
        (EdgeDemand(edge="end", phrase="Any questions?"), "x. Any questions?", "Any questions? x."),
        (EdgeDemand(edge="start", phrase="Dear Ann"), "**Dear Ann**, hello", "Hello, dear Ann"),
        (RepeatDemand(text="Name a\nspice."), "name a spice. Salt", "Salt"),
        (AnswersDemand(number=2), "a\n******\nb", "a\n******\na"),
        (FirstWordDemand(paragraph=2, word="then"), "First.\n\n*Then* go.", "First.\n\nGo then."),
        (ChoiceDemand(choices=("yes", "no"), only=True), "No.", "No, not now"),
        (SumsDemand(), "1,200 + 300 = 1,500", "2 + 2 = 5"),
        (LetterDemand(letter="e", most=0), "a dog", "a Hen"),
    ],
)
def test_each_kind_passes_what_is_right_and_fails_what_is_wrong(
    demand: Demand, right: str, wrong: str
) -> None:
    assert checked(demand, right).status is CheckStatus.PASS
    assert checked(demand, wrong).status is CheckStatus.FAIL


@pytest.mark.parametrize(
    ("demand", "wrong", "wanted", "found"),
    [
        (CountDemand(unit="words", most=3), "one two three four five", "at most 3 words", "5 found"),
        (CountDemand(unit="bullets", least=2, most=2), "* a", "exactly 2 Markdown bullet points", "1 found"),
        (TermDemand(term="alpha", least=2), "alpha", "“alpha” at least 2 times", "1 time"),
        (TermDemand(term="beta", most=0), "a beta", "Not contain “beta”", "1 time"),
        (LetterDemand(letter="q", least=2), "q", "“q” at least 2 times", "1 time"),
        (SectionsDemand(marker="PART", least=2), "PART 1", "at least 2 sections", "1 found"),
        (CaseDemand(case="lower"), "All", "lowercase letters only", "1 capital letters"),
        (LanguageDemand(language="hi"), "This is a small poem", "Be in Hindi", "not in Hindi"),
        (MarkDemand(mark="no_comma"), "a, b", "no comma", "1 comma"),
        (MarkDemand(mark="quotation"), "a", "double quotation marks", "begins with 'a'"),
        (EdgeDemand(edge="end", phrase="Bye."), "Hello", "End with exactly “Bye.”", "ends with “Hello”"),
        (RepeatDemand(text="Name salt. " * 90), "Salt", "word for word", "it begins with “Salt”"),
        (AnswersDemand(number=2), "a", "2 different answers", "1 parts"),
        (
            FirstWordDemand(paragraph=2, word="then"),
            "a\n\nb",
            "with the word “then”",
            "paragraph 2 begins with “b”",
        ),
        (ChoiceDemand(choices=("yes", "no"), only=True), "maybe", "“yes” or “no”", "“maybe”"),
    ],
)
def test_the_next_try_is_told_what_is_wanted_and_what_was_found(
    demand: Demand, wrong: str, wanted: str, found: str
) -> None:
    feedback = checked(demand, wrong).feedback
    assert wanted in feedback
    assert f"(it has: {found}" in feedback


def test_what_cannot_be_told_is_not_checked() -> None:
    assert checked(SumsDemand(), "no sum here").status is CheckStatus.NOT_CHECKED
    assert checked(LanguageDemand(language="de"), "Ok").status is CheckStatus.NOT_CHECKED
    assert checked(MarkDemand(mark="no_comma"), "x" * (MAX_CHARS + 1)).status is CheckStatus.NOT_CHECKED


def test_the_repeated_request_is_not_counted_as_the_answers_own_commas() -> None:
    repeat = RepeatDemand(text="Name salt, or pepper.")
    spec = a_spec(repeat, MarkDemand(mark="no_comma"))
    assert [check.status for check in check_demands(Subject("Name salt, or pepper.\nSalt."), spec)] == [
        "pass"
    ] * 2
    assert check_demands(Subject("Name salt, or pepper.\nSalt, yes."), spec)[1].status is CheckStatus.FAIL


def test_two_ways_of_counting_give_a_range() -> None:
    assert str(words("don't stop")) == "2 to 3"
    assert str(sentences("Dr. Smith met Mrs. Jones. They spoke.")) == "2"
    assert str(sentences("It rains. Go in!")) == "2"


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        ("Der Hund läuft durch den Wald und die Katze sitzt auf dem Dach.", "de", True),
        ("Der Hund läuft durch den Wald und die Katze sitzt auf dem Dach.", "fr", False),
        ("这是一个关于春天的故事，花都开了。", "zh", True),
        ("これはとても短い物語です。春が来ました。", "zh", False),
        ("یہ ایک چھوٹی سی کہانی ہے جو بہت پرانی ہے", "ur", True),
        ("Ok", "fr", None),
    ],
)
def test_a_language_is_told_only_when_it_is_clear(text: str, code: str, expected: bool | None) -> None:
    assert is_in_language(text, code) is expected


@given(st.text(max_size=400))
def test_no_text_makes_a_check_raise_and_every_demand_has_its_result(text: str) -> None:
    assert len(check_demands(Subject(text), a_spec(*EVERY_KIND))) == len(EVERY_KIND)


@given(st.text(max_size=400))
def test_no_request_makes_the_readers_raise_and_the_spec_can_be_stored(request_text: str) -> None:
    spec = a_spec(*read_demands(request_text))
    assert QaSpec.model_validate_json(spec.model_dump_json(exclude_none=True)) == spec


@pytest.mark.parametrize(
    "piece", [". ", "P. ", "*a", "[a", "<<a", "| - ", "1 + ", " ", "\n* ", "`", "A-", "-- ", "a\n\n", "p.\t"]
)
def test_the_time_of_a_check_grows_with_the_text_and_no_faster(piece: str) -> None:
    def cost(size: int) -> float:
        text = piece * (size // len(piece))
        began = time.process_time()
        check_demands(Subject(text), a_spec(*EVERY_KIND))
        return time.process_time() - began

    cost(1_000)
    # A quadratic check would need 256 times as long; the slack is for a busy machine.
    assert cost(160_000) < 64 * cost(10_000) + 0.5


@pytest.mark.parametrize(
    "piece",
    [
        '"',
        "at least ",
        "the word ",
        "a, ",
        "*",
        "***\n",
        "<<",
        "[a ",
        "'x ",
        "写100字",
        "p.s. ",
        "repeat the request ",
    ],
)
def test_a_huge_request_is_read_at_its_edges_only(piece: str) -> None:
    began = time.process_time()
    assert len(read_demands(piece * (1024 * 1024 // len(piece)))) <= 40
    assert time.process_time() - began < 5
