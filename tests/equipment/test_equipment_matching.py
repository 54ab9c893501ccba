"""Which messages a tool answers: a labelled set of over 280, half of which was not looked at while it was tuned."""

import time
import zlib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipment.config import EquipmentSettings
from equipment.matching import Match, Said, match_tool
from equipment.own_scripts import read_own_scripts
from equipment.registry import SHIPPED
from equipment.tool import Tool

LABELLED = Path(__file__).parent / "messages.tsv"
NONE = "-"
TALK = (Said("Tell me about Rome.", by_client=True), Said("Rome is the capital of Italy.", by_client=False))


def labelled(half: str) -> list[tuple[str, dict[str, str], str]]:
    lines = [line.split("\t") for line in LABELLED.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    return [
        (tool, dict(pair.split("=") for pair in given.split()), message)
        for tool, given, message in lines
        if half == ("tuned", "held out")[zlib.crc32(message.encode()) % 2 == 0]
    ]


def matched(message: str, *before: Said) -> str | None:
    match = match_tool(message, SHIPPED, before)
    return match.tool if match else None


@pytest.mark.parametrize("half", ["tuned", "held out"])
def test_nearly_every_question_to_a_tool_is_found_and_no_near_miss_is_answered(half: str) -> None:
    rows, counts, wrong = labelled(half), Counter[str](), []
    for tool, parameters, message in rows:
        match = match_tool(message, SHIPPED)
        found = (match.tool, dict(match.parameters)) if match else (NONE, {})
        right = found == (tool, parameters)
        counts["miss" if tool == NONE else "wanted"] += 1
        counts["false" if match and not right else "found" if match else "silent"] += 1
        if not right:
            wrong.append((message, found))

    precision = counts["found"] / (counts["found"] + counts["false"])
    recall = counts["found"] / counts["wanted"]
    print(f"{half}: {len(rows)} messages, precision {precision:.3f}, recall {recall:.3f}")
    assert min(counts["miss"], counts["wanted"]) >= 60
    assert (precision, recall >= 0.95) == (1.0, True), wrong


def test_the_reason_names_the_tool_its_parameters_the_score_and_the_words_it_rests_on() -> None:
    match = match_tool("What did we spend this week?", SHIPPED)

    assert match == Match("cost_report", {"period": "week"}, 1.0, 0.0, ("we", "spend", "this week"))
    assert (
        match.reason == "the tool cost_report, period=week answers this (score 1.00 by: we, spend, this week)"
    )


@pytest.mark.parametrize(
    "message",
    [
        "how full is the disk? " * 20,
        'What does "how full is the disk?" mean',
        "> how full is the disk?",
        "`df -h` how full is the disk?",
        "how full is the disk?\n\ndisk /dev/sda1 91%",
        "how full is the disk? see https://example.com",
        "take a backup now\n- and\n- then",
        "",
        "   \n ",
        "？",
    ],
)
def test_long_quoted_pasted_and_empty_text_is_no_question_to_a_tool(message: str) -> None:
    assert matched(message) is None


def test_in_a_conversation_only_what_can_mean_nothing_else_is_answered() -> None:
    laptop = (
        Said("My laptop's disk makes a noise.", by_client=True),
        Said("Copy its files.", by_client=False),
    )
    trip = (Said("We drove to Rome.", by_client=True), Said("How nice!", by_client=False))

    assert matched("how full is the disk?", *TALK) == "health_check"
    assert matched("how full is the disk?", *laptop) is None, "it may be the laptop's"
    assert matched("what did we spend this week?", *trip) is None, "it may be on the trip"
    assert matched("take a backup now", *trip) == "backup"


def test_a_conversation_with_the_tool_itself_is_no_other() -> None:
    before = (Said("how full is the disk?", by_client=True), Said("The disk is 47% full.", by_client=False))

    assert matched("how full is the disk now?", *before) == "health_check"
    assert matched("is the disk full?", *before, *TALK[:0]) == "health_check"


@pytest.mark.parametrize(
    "message", ["retention", "Delete old orders.", "删除旧工单。", "Rotate the logs.", "log rotate"]
)
def test_what_deletes_is_never_run_by_a_message(message: str) -> None:
    assert matched(message) is None
    assert {tool.name for tool in SHIPPED if tool.answers.may_answer} == {
        "health_check",
        "backup",
        "cost_report",
    }


def an_own_tool(settings: EquipmentSettings, line: str) -> Tool:
    settings.home.mkdir(parents=True, exist_ok=True)
    settings.scripts_folder.mkdir(exist_ok=True)
    (settings.scripts_folder / "water.py").write_text("print('wet')")
    settings.registry_file.write_text(
        f"[tools]\nwater = {{ file = 'water.py', description = 'Waters.', {line} }}\n"
    )
    (tool,) = read_own_scripts(settings)
    return tool


WORDS = "words = ['garden', '花园'], examples = ['Is the garden wet?', '花园湿了吗？']"


def test_a_script_of_the_owners_answers_only_where_the_owner_says_so() -> None:
    silent = an_own_tool(EquipmentSettings(), WORDS)
    speaks = an_own_tool(EquipmentSettings(), f"{WORDS}, answers = true")

    assert match_tool("Is the garden wet?", [*SHIPPED, silent]) is None
    match = match_tool("is the garden wet", [*SHIPPED, speaks])
    assert match is not None
    assert match.tool == "water"
    assert match_tool("花园湿了吗", [*SHIPPED, speaks]) is not None
    assert match_tool("Is the garden of Versailles wet?", [*SHIPPED, speaks]) is None


def test_two_tools_that_could_both_answer_leave_it_to_people() -> None:
    one = an_own_tool(EquipmentSettings(), f"{WORDS}, answers = true")
    match = match_tool("Is the garden wet?", [one, one])

    assert match is None, "the next best is as good"


def test_a_match_takes_less_than_a_millisecond() -> None:
    messages = [message for half in ("tuned", "held out") for _, _, message in labelled(half)]
    for message in messages:
        match_tool(message, SHIPPED)
    began = time.process_time()
    for message in messages:
        match_tool(message, SHIPPED)

    assert (time.process_time() - began) / len(messages) < 0.001


@given(st.text(max_size=400))
def test_no_text_makes_it_raise(message: str) -> None:
    match = match_tool(message, SHIPPED, [Said(message, by_client=True)])

    assert match is None or match.score >= 0.65
