"""Texts such as models write, by the hundreds: all deliverable. And the checker can say no."""

import pytest
from telegram import MessageEntity

from interfaces.telegram.format import MAX_PARTS, Answer, Part, answer_parts
from tests.interfaces.telegram.formats import answer_faults, part_faults, run
from tests.interfaces.telegram.model_texts import Sample, sample


def a_part(text: str, *entities: MessageEntity) -> Part:
    return Part(text, entities)


def test_six_hundred_texts_of_models_can_be_delivered() -> None:
    counts, faults = run(600, seed=2)
    assert faults == []
    assert counts.texts == 600
    # The texts are worth something: several parts, files, formatting.
    assert counts.parts > 1000
    assert counts.files > 20
    assert counts.entities > 20_000


def test_the_same_seed_gives_the_same_text_and_the_same_answer() -> None:
    assert sample(7) == sample(7) != sample(8)
    assert answer_parts(sample(7).markdown) == answer_parts(sample(7).markdown)


@pytest.mark.parametrize(
    ("part", "fault"),
    [
        (a_part("x" * 4097), "4097 units"),
        (a_part("👍" * 2049), "4098 units"),
        (a_part("\u200b \u3000"), "empty text"),
        (a_part("a\ud83d"), "lone surrogate"),
        (a_part("a\x00"), "control character"),
        (a_part("a "), "at the end"),
        (a_part("\na"), "at the beginning"),
        (a_part("a\u202eb"), "direction"),
        (a_part("a", MessageEntity("mention", 0, 1)), "of type"),
        (a_part("a", MessageEntity("bold", 0, 2)), "from 0 to 2"),
        (a_part("a", MessageEntity("bold", 0, 0)), "from 0 to 0"),
        (a_part("👍", MessageEntity("bold", 0, 1)), "surrogate pair"),
        (a_part("abc", MessageEntity("bold", 1, 1), MessageEntity("bold", 0, 1)), "out of order"),
        (a_part("abcd", MessageEntity("bold", 0, 2), MessageEntity("italic", 1, 2)), "crosses"),
        (a_part("abcd", MessageEntity("bold", 0, 4), MessageEntity("bold", 1, 1)), "bold in bold"),
        (a_part("abcd", MessageEntity("code", 0, 4), MessageEntity("bold", 1, 1)), "in code"),
        (a_part("abcd", MessageEntity("bold", 0, 4), MessageEntity("pre", 1, 1)), "pre in"),
        (
            a_part("abcd", MessageEntity("blockquote", 0, 4), MessageEntity("expandable_blockquote", 1, 1)),
            "in",
        ),
        (a_part("a b", MessageEntity("bold", 1, 1)), "of nothing"),
        (a_part("a", MessageEntity("text_link", 0, 1, url="http://localhost/")), "a link to"),
        (a_part("a", MessageEntity("text_link", 0, 1, url="tg://user?id=1")), "a link to"),
        (a_part("a", MessageEntity("code", 0, 1, language="py")), "a language"),
        (a_part("a" * 201, *(MessageEntity("bold", at, 1) for at in range(0, 202, 2))), "101 entities"),
    ],
)
def test_the_checker_finds_what_is_wrong_with_a_part(part: Part, fault: str) -> None:
    assert any(fault in found for found in part_faults(part))


def test_the_checker_finds_a_missing_word_code_in_pieces_and_a_wrong_file() -> None:
    text = Sample("one w1q two w2q", ("w1q", "w2q"), ("x = 1",))
    assert any("w2q" in fault for fault in answer_faults(Answer((Part("one w1q two"),), None), text))
    assert any("w2q" in fault for fault in answer_faults(Answer((Part("w2q w1q"),), None), text))
    assert any("in pieces" in fault for fault in answer_faults(Answer((Part("w1q w2q x = 1"),), None), text))
    assert list(answer_faults(Answer((Part("one…"),), b"else"), text)) == ["a file that is not the answer"]
    assert any(
        "parts" in fault for fault in answer_faults(Answer((Part("a"),) * (MAX_PARTS + 1), None), text)
    )
    assert any(
        "4096" not in fault for fault in answer_faults(Answer((Part("x" * 4000),), None), text, room=300)
    )


def test_a_broken_cut_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interfaces.telegram.parts.MAX_UNITS", 4097)
    _, faults = run(40, seed=3)
    assert any("4097 units" in fault for fault in faults)


def test_a_missing_repair_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "interfaces.telegram.parts.nested", lambda _, spans: tuple(sorted(spans, key=lambda span: span.start))
    )
    _, faults = run(40, seed=3)
    assert any("code in" in fault or "in code" in fault for fault in faults)
