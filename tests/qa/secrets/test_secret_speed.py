"""No line makes a pattern slow: four times the text costs four times the time, not sixteen times."""

import re
import time
from collections.abc import Callable

import pytest

from qa.secrets import adversaries
from qa.secrets.personal import find_contacts, find_personal
from qa.secrets.redaction import redacted
from qa.secrets.scan import find_secrets
from qa.secrets.vendors import VENDOR_RULES
from tests.conftest import REPOSITORY

SHORT, LONG = 40_000, 160_000
# Linear is 4, square is 16; other processes disturb the clock.
MOST = 9


def _seconds(search: Callable[[str], object], text: str) -> float:
    times = []
    for _ in range(3):
        began = time.process_time()
        search(text)
        times.append(time.process_time() - began)
    return min(times)


def _everything(text: str) -> None:
    find_secrets(text)
    find_personal(text)
    find_contacts(text)


@pytest.mark.parametrize("piece", [piece for piece, _ in adversaries.lines(1)], ids=repr)
def test_the_time_grows_with_the_text_and_not_with_its_square(piece: str) -> None:
    _everything(piece)
    short, long = (_seconds(_everything, (piece * size)[:size]) for size in (SHORT, LONG))
    assert long < max(MOST * short, 0.05)


MIB = 1 << 20
# Of the time that `re` takes to find the words of ordinary text: both are slowed by what else the machine does.
MOST_OF_ORDINARY, MOST_OF_ONE_PATTERN = 9.0, 9.0


def _ordinary_text() -> str:
    text = "\n".join(path.read_text() for path in sorted((REPOSITORY / "docs").glob("*.md")))
    return (text * (MIB // len(text) + 1))[:MIB]


def _words_ms(data: bytes) -> float:
    return _seconds(lambda _: re.findall(rb"\w+", data), "")


def test_an_ordinary_answer_is_searched_in_a_few_times_what_finding_its_words_takes() -> None:
    text = _ordinary_text()
    data = text.encode()
    ratios = []
    for _ in range(5):
        ratios.append(_seconds(lambda text: redacted(text, personal=True), text) / _words_ms(data))
        if min(ratios) < MOST_OF_ORDINARY:
            return
    pytest.fail(f"{ratios}: it was 5.8 when this was written, and 11.2 with expressions alone")


@pytest.mark.parametrize("name", [name for name, _ in adversaries.random_lines(1)])
def test_no_pattern_is_slow_over_a_line_in_which_nothing_repeats(name: str) -> None:
    line = dict(adversaries.random_lines(MIB // 4))[name]
    data = _ordinary_text().encode()[: MIB // 4]
    words_s = _words_ms(data)
    slow = {}
    for pattern, search in adversaries.patterns():
        ratio = _seconds(search, line) / words_s
        if ratio > MOST_OF_ONE_PATTERN:
            slow[pattern] = ratio
    assert slow == {}


def test_a_text_of_nothing_but_prefixes_is_linear_too() -> None:
    for mark in ("-", " ", "_"):
        text = "".join(f"{mark}{prefix}" for rule in VENDOR_RULES for prefix in rule.prefixes)
        short, long = (_seconds(find_secrets, (text * size)[:size]) for size in (SHORT, LONG))
        assert long < max(MOST * short, 0.05)
