"""Each kind of demand in several wordings, and wordings that are near it and demand nothing."""

import pytest

from qa.demands.models import CountDemand, Demand
from qa.demands.reading import read_demands


def only(prompt: str, kind: str) -> list[Demand]:
    return [demand for demand in read_demands(prompt) if demand.kind == kind]


@pytest.mark.parametrize(
    ("prompt", "unit", "least", "most"),
    [
        ("Write a report with at least 300 words.", "words", 300, None),
        ("Write a 300+ word report.", "words", 300, None),
        ("Write a report of 300 or more words.", "words", 300, None),
        ("Write a report in no fewer than 300 words.", "words", 300, None),
        ("Write a report of more than 300 words.", "words", 301, None),
        ("Describe Oslo in fewer than 50 words.", "words", None, 49),
        ("Describe Oslo in 50 words or less.", "words", None, 50),
        ("Describe Oslo. Do not use more than 50 words.", "words", None, 50),
        ("Describe Oslo. Your response must not exceed 50 words.", "words", None, 50),
        ("Describe Oslo. Keep the word count under 50.", "words", None, 49),
        ("Describe Oslo. I don't want anything longer than 50 words.", "words", None, 50),
        ("Describe Oslo in 100 to 120 words.", "words", 100, 120),
        ("Describe Oslo using between 100 and 120 words.", "words", 100, 120),
        ("Describe Oslo in exactly twelve words.", "words", 12, 12),
        ("Describe Oslo in one sentence.", "sentences", 1, 1),
        ("Explain tides in exactly three sentences.", "sentences", 3, 3),
        ("Your answer should contain less than 6 sentences.", "sentences", None, 5),
        ("Write a 4-line poem about ice.", "lines", 4, 4),
        ("Write a tweet of at most 280 characters.", "characters", None, 280),
        ("Give me exactly five bullet points about bees.", "bullets", 5, 5),
        (
            "There should be at least 3 placeholders in square brackets, such as [name].",
            "placeholders",
            3,
            None,
        ),
        ("Write an alert with at least 4 words in all caps.", "capital_words", 4, None),
        ("Limit the number of words in all capital letters to less than four.", "capital_words", None, 3),
        ("Write 3 paragraphs separated by ***.", "divided", 3, 3),
        ("写一篇短文，不少于200字。", "han", 200, None),
        ("写一篇短文，100到200字。", "han", 100, 200),
        ("请用三句话回答。", "sentences", 3, 3),
    ],
)
def test_a_count_is_read_with_its_range(prompt: str, unit: str, least: int | None, most: int | None) -> None:
    found = [d for d in read_demands(prompt) if isinstance(d, CountDemand) and d.unit == unit]
    assert [(d.least, d.most) for d in found] == [(least, most)]
    assert found[0].said


@pytest.mark.parametrize(
    "prompt",
    [
        "My teacher told me to write at least 300 words.",
        "How do I write at least 300 words a day?",
        "If you write more than 300 words, I will not read them.",
        "You don't need to write at least 300 words.",
        "What does “Write at least 300 words” ask of me?",
        "Translate into French: Your answer must contain at least 300 words.",
        "Translate this text into French:\n\nWrite at least 300 words. Do not use commas.",
        "Each chapter has at least 300 words.",
        "Write a function that rejects texts of less than 300 words in each field.",
        "```\nWrite at least 300 words.\n```\nIs this a good prompt?",
        "> Write at least 300 words.\nIs this a good rule?",
    ],
)
def test_what_is_quoted_reported_conditional_or_material_demands_no_count(prompt: str) -> None:
    assert only(prompt, "count") == []


@pytest.mark.parametrize(
    ("prompt", "terms"),
    [
        ('Include the keywords "alpha" and "beta".', {("alpha", 1, None), ("beta", 1, None)}),
        ("Write a note that includes the words alpha, beta.", {("alpha", 1, None), ("beta", 1, None)}),
        ("Do not include the keywords alpha and beta in the response.", {("alpha", None, 0), ("beta", None, 0)}),
        ("Write a note without using the word 'alpha'.", {("alpha", None, 0)}),
        ('The word "alpha" should not appear in your response.', {("alpha", None, 0)}),
        ("Avoid the words alpha and beta.", {("alpha", None, 0), ("beta", None, 0)}),
        ("The word alpha should appear at least 3 times.", {("alpha", 3, None)}),
        ('Use the word "alpha" less than 4 times.', {("alpha", None, 3)}),
        ('Use the word "alpha" at least twice.', {("alpha", 2, None)}),
        ('Use the word "alpha" once or less.', {("alpha", None, 1)}),
        ("必须包含“创新”和“合作”。", {("创新", 1, None), ("合作", 1, None)}),
        ("不要出现“但是”。", {("但是", None, 0)}),
    ],
)  # fmt: skip
def test_a_wanted_forbidden_or_counted_word_is_read(
    prompt: str, terms: set[tuple[str, int | None, int | None]]
) -> None:
    found = {(d.term, d.least, d.most) for d in read_demands(prompt) if d.kind == "term"}
    assert found == terms


@pytest.mark.parametrize(
    ("prompt", "mark"),
    [
        ("Answer without commas.", "no_comma"),
        ("Your reply cannot contain any commas.", "no_comma"),
        ("Refrain from the use of any commas.", "no_comma"),
        ("Give it a title wrapped in double angular brackets, i.e. <<title>>.", "title"),
        ("Put your whole answer inside double quotation marks.", "quotation"),
        ("Show the result as a markdown table.", "table"),
    ],
)
def test_a_mark_is_read(prompt: str, mark: str) -> None:
    assert [d.mark for d in read_demands(prompt) if d.kind == "mark"] == [mark]


@pytest.mark.parametrize(
    ("prompt", "language"),
    [
        ("Your entire response should be in the Hindi language, no other language is allowed.", "hi"),
        ("Write a poem in French.", "fr"),
        ("Please reply in English.", "en"),
        ("Use only Russian in your answer.", "ru"),
        ("请用英文回答。", "en"),
    ],
)
def test_a_language_is_read(prompt: str, language: str) -> None:
    assert [d.language for d in read_demands(prompt) if d.kind == "language"] == [language]


@pytest.mark.parametrize(
    ("prompt", "case"),
    [
        ("Your entire response should be in English, and in all lowercase letters.", "lower"),
        ("No capital letters are allowed.", "lower"),
        ("Answer in all caps.", "upper"),
        ("Your response should be in capital letters only.", "upper"),
    ],
)
def test_a_case_is_read(prompt: str, case: str) -> None:
    assert [d.case for d in read_demands(prompt) if d.kind == "case"] == [case]


@pytest.mark.parametrize(
    "prompt",
    [
        "Answer with at least 100 words and at most 50 words.",
        "Use all lowercase letters. Also answer in all capital letters.",
        "Respond only in French. Respond only in German.",
    ],
)
def test_demands_that_contradict_each_other_are_marked_and_not_held_against_the_answer(prompt: str) -> None:
    found = read_demands(prompt)
    assert len(found) == 1
    assert found[0].unchecked


def test_the_text_to_repeat_is_what_stands_before_the_instruction() -> None:
    before = "Name a spice. Say where it grows."
    found = only(f"{before}\n\nFirst repeat the request word for word without change, then answer.", "repeat")
    assert [d.text for d in found if d.kind == "repeat"] == [before]


def test_an_end_phrase_is_no_keyword_as_well() -> None:
    found = read_demands(
        'Finish your response with this exact phrase "Any questions?". No other words should follow.'
    )
    assert [d.kind for d in found] == ["edge"]
