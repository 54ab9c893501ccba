"""Degenerate repetition, and the many honest texts that repeat themselves."""

import time

import pytest

from qa.checks.answer import check_answer
from qa.checks.loops import find_loop
from qa.findings import CheckStatus, Subject
from qa.spec import AnswerSpec, QaSpec

LONE_WAVE = (
    "A lone wave, a fleeting sight, a fleeting sight, a lone wave,\nA lone wave, a lone wave, a lone wave,\n"
)
LOOPS = {
    "starter model, la Femme": "The painting shows " + "la Femme, " * 12 + "la Fem",
    "starter model, lone wave": LONE_WAVE * 8,
    "starter model, prefix": "Nexus is an AI-powered, AI-driven, and AI-assisted, AI-optimized, AI-e",
    "same line": "I can help.\n" + "Please let me know what you need.\n" * 5,
    "same line with blank lines": "Please let me know what you need.\n\n" * 5,
    "numbered same line": "".join(f"{n}. Be kind to all your friends.\n" for n in range(1, 8)),
    "one word": "It was very " + "very " * 40,
    "one letter": "a" * 900,
    "chinese phrase": "春天来了，" + "我们去公园，" * 10,
    "chinese line": "我们一起去公园散步。\n" * 6,
    "paragraph": "The sea was calm and the boats came home with their nets full of silver fish. " * 5,
    "drift": "Intro. " + "the cat and the dog and the cat or the dog and " * 9 + "the cat",
    "no spaces": "abcd" * 300,
    "emoji": "😂" * 500,
    "punctuation": "Well" + "." * 600,
    "inside an open code block": "```python\n" + "x = x + 1\n" * 200,
    "json that never ends": '{"items": [' + '"apple", ' * 300,
    "table rows without end": "| a | b |\n|---|---|\n" + "| the same thing | again here |\n" * 60,
}
HONEST = {
    "laughter": "Ha ha ha ha ha ha ha! That is a good one.",
    "laughter alone": "ha ha ha ha ha ha",
    "buffalo": "Buffalo buffalo Buffalo buffalo buffalo buffalo Buffalo buffalo.",
    "refrain": "\n\n".join(
        f"Verse {v} tells of {v} ships.\nLet it be, let it be,\nLet it be, let it be." for v in "abc"
    ),
    "chorus": "We will, we will rock you!\n" * 4,
    "separators": "Title\n" + "=" * 120 + "\nText\n" + "-" * 120 + "\n" + "-" * 120,
    "table": "| Day | Open |\n|---|---|\n" + "| Any day of the week | yes, all day |\n" * 9,
    "table of one word": "| p | q |\n|---|---|\n" + "| true | true |\n| true | false |\n" * 8,
    "csv": "a,b,c\n" + "1,yes,no\n" * 30,
    "tabs": "name\tvalue\n" + "the same\tthe same value\n" * 10,
    "code": "Here:\n```python\n" + "    self.rows.append(row)\n" * 10 + "```\nDone.",
    "code without fence": "int main() {\n" + "    printf(x);\n" * 12 + "}",
    "zeros": "```\n" + "0 0 0 0 0 0 0 0 0 0\n" * 10 + "```",
    "json": "[" + ", ".join(['{"name": null, "value": 0}'] * 12) + "]",
    "truth column": "Yes\nNo\n" + "Yes\n" * 9,
    "list of dates": "\n".join(f"January {day}" for day in range(1, 32)),
    "steps": "\n".join(f"{n}. Mix {n} eggs with the flour and stir." for n in range(1, 20)),
    "bottles": "".join(
        f"{n} bottles of beer on the wall, {n} bottles of beer. Take one down and pass it around, {n - 1} bottles "
        "of beer on the wall.\n"
        for n in range(99, 80, -1)
    ),
    "prefix with an end": "She is self-aware, self-confident, self-motivated, self-disciplined and self-reliant.",
    "prefix list": "self-aware, self-confident, self-motivated, self-disciplined, self-reliant",
    "long prose": " ".join(
        f"Sentence {n} speaks of the {n * 7 % 97} things in the garden of the king." for n in range(400)
    ),
    "empty": "",
}


@pytest.mark.parametrize("name", LOOPS)
def test_an_answer_that_repeats_itself_is_failed(name: str) -> None:
    results = check_answer(Subject(LOOPS[name]), QaSpec(name="x", answer=AnswerSpec(complete=False)))
    loops = next(check for check in results if check.name == "answer.no_loops")
    assert loops.status is CheckStatus.FAIL
    assert loops.feedback


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_text_that_repeats_something_passes(name: str) -> None:
    assert find_loop(HONEST[name]) is None


@pytest.mark.parametrize("piece", ["a ", "a b ", "\n", "word, ", "| x ", "```\n", "x-y ", "{", "中"])
def test_a_megabyte_is_looked_at_in_linear_time(piece: str) -> None:
    started = time.process_time()
    find_loop(piece * (1_000_000 // len(piece)) + "end")
    assert time.process_time() - started < 5
