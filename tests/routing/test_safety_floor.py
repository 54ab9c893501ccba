"""The safety floor: what may do harm never goes to the cheapest tier unchecked."""

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nexus.work_order import Role
from routing.requests import read_requests
from routing.safety import Floor, safety_floor
from routing.safety_words import Topic

MESSAGES = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parent / "safety_messages.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]
ONE_MIB = 1024 * 1024
SLOWEST_S = 3.0
"""Measured as 0.05 to 0.14 s on a quiet machine; the limit is for a busy one, and tells growth from a constant."""


@pytest.mark.parametrize(("language", "topic", "message"), MESSAGES)
def test_in_every_language_and_topic_there_is_a_floor(language: str, topic: str, message: str) -> None:
    assert safety_floor(message) is not None, f"{language}, {topic}"


@pytest.mark.parametrize(
    "message",
    [
        "What does 'tax' mean in Latin?",
        "Write a joke about lawyers",
        "SQL DELETE syntax",
        "How do you spell diarrhoea?",
        "Hello",
        "What is the capital of France?",
        "Explain list comprehensions in Python.",
        "Investigate why the build fails.",
        "Who was the director of Casablanca?",
        "Contact list for the team, alphabetically please.",
        "Was bedeutet das Wort Klage?",
        "讲一个律师的笑话",
    ],
)
def test_mere_words_are_no_decision(message: str) -> None:
    assert safety_floor(message) is None


@pytest.mark.parametrize(
    ("message", "topic"),
    [
        ("Should I sign this lease, am I liable?", Topic.LAW),
        ("Can I take ibuprofen with my blood pressure pills?", Topic.MEDICINE),
        ("Soll ich mein Erspartes in Aktienfonds anlegen? Lohnt sich die Geldanlage?", Topic.MONEY),
        ("I want to end my life", Topic.HARM),
    ],
)
def test_an_own_decision_is_advised_to_begin_at_the_ceo_and_may_not_go_below_the_director(
    message: str, topic: Topic
) -> None:
    floor = safety_floor(message)

    assert floor is not None
    assert (floor.role, floor.advised, floor.topic) == (Role.DIRECTOR, Role.CEO, topic)


@pytest.mark.parametrize(
    "disguised",
    [
        "CAN I SUE MY EMPLOYER?",
        "Ｃａｎ　Ｉ　ｓｕｅ　ｍｙ　ｅｍｐｌｏｙｅｒ？",
        "can i s\u200bue my employer",
        "can i take ibuprofn with my blod presure tablets",
        "is it ok to mix antibitoics and wine",
        "s u i c i d e",
        "su1c1de",
        "suiсidе",  # two Cyrillic letters
        "Mein Vermieter says I must leave, muss ich das?",
        "Kann ich 800 mg nehmen?",
        "ｒｍ　-rf /var/lib/postgresql",
    ],
)
def test_case_full_width_letters_typos_and_mixed_languages_hide_nothing(disguised: str) -> None:
    assert safety_floor(disguised) is not None


def test_a_short_message_after_one_with_a_floor_continues_its_subject() -> None:
    floor = safety_floor("and with alcohol?", ["My doctor prescribed metformin. What is it for?"])

    assert floor == Floor(Role.DIRECTOR, Role.DIRECTOR, Topic.MEDICINE, "a matter of health, said before")


@pytest.mark.parametrize(
    ("message", "before"),
    [
        ("Thank you!", ["Can I sue my employer?"]),
        ("and with milk?", ["How do I make porridge?"]),
        ("x " * 150, ["Can I sue my employer?"]),
        ("and why?", ["Can I sue my employer?", "What is the capital of Peru?", "How high is it?"]),
    ],
)
def test_thanks_other_subjects_and_long_messages_continue_nothing(message: str, before: list[str]) -> None:
    assert safety_floor(message, before) is None


@pytest.mark.parametrize(
    "text",
    [
        "delete " * (ONE_MIB // 7),
        "删除客户" * (ONE_MIB // 4),
        " " * ONE_MIB,
        "a." * (ONE_MIB // 2),
        "1 " * (ONE_MIB // 2),
        "ä" * ONE_MIB,
        "send to all " * (ONE_MIB // 12),
        " ".join(f"w{number:x}abcdef" for number in range(ONE_MIB // 12)),
    ],
    ids=["one word", "chinese", "spaces", "dots", "digits", "umlauts", "acts", "all different"],
)
def test_a_mebibyte_takes_bounded_time_and_never_goes_to_the_cheapest_tier(text: str) -> None:
    began = time.perf_counter()
    floor = safety_floor(text)

    assert floor is not None
    assert time.perf_counter() - began < SLOWEST_S


@settings(max_examples=200)
@given(st.text(max_size=400))
def test_any_text_is_judged_and_twice_the_same(text: str) -> None:
    assert safety_floor(text) == safety_floor(text)


def test_on_the_own_requests_few_floors_are_missed_and_few_are_false() -> None:
    """Both error rates; measured (548 requests, 102 with a floor): 4 missed, 20 false, 4 of them on intern's work."""
    requests = read_requests()
    found = {
        request.id: safety_floor(
            request.text, [turn.content for turn in request.history if turn.role == "user"]
        )
        for request in requests
    }
    missed = [each.id for each in requests if each.floor is not None and found[each.id] is None]
    false = [each.id for each in requests if each.floor is None and found[each.id] is not None]

    assert len(missed) <= 6, missed
    assert len(false) <= 30, false
