"""No line makes a pattern slow: four times the text costs four times the time, not sixteen times."""

import time
from collections.abc import Callable

import pytest

from qa.secrets import adversaries
from qa.secrets.personal import find_contacts, find_personal
from qa.secrets.scan import find_secrets
from qa.secrets.vendors import VENDOR_RULES

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


def test_a_text_of_nothing_but_prefixes_is_linear_too() -> None:
    for mark in ("-", " ", "_"):
        text = "".join(f"{mark}{prefix}" for rule in VENDOR_RULES for prefix in rule.prefixes)
        short, long = (_seconds(find_secrets, (text * size)[:size]) for size in (SHORT, LONG))
        assert long < max(MOST * short, 0.05)
