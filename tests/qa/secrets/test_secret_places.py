"""Trying an expression only at likely places finds what trying it everywhere finds."""

import itertools
import random
import re
from dataclasses import replace

import pytest

from qa.secrets import coded, personal
from qa.secrets.coded import Coded
from qa.secrets.personal import NUMBERS, number_windows, of_number
from qa.secrets.rules import Prefixes
from qa.secrets.scan import apart, find_secrets
from qa.secrets.shapes import SHAPES, Shape
from qa.secrets.vendors import VENDOR_RULES
from qa.secrets.views import View, joined, read_as, unpacked
from tests.qa.secrets.making import made_from

NOISE = [
    "",
    " ",
    "é",
    "密",
    "x",
    "9",
    "-",
    ".",
    "\n",
    "🔑 ",
    "a" * 30,
    "12 34 ",
    "The token is: ",
    '"',
    "A1.b-_",
]


def a_text(pattern: str, seed: int) -> str:
    """What the pattern describes, several times, among other things."""
    chance = random.Random(seed)
    made = [made_from(re.compile(pattern), chance.randrange(1000)) for _ in range(3)]
    parts = [piece for one in made for piece in (*chance.choices(NOISE, k=3), one)]
    return "".join((*parts, *chance.choices(NOISE, k=3)))


def spans(shape: Shape, text: str) -> set[tuple[int, int]]:
    return {match.span() for match in shape.matches(Coded(text))}


def test_shapes_are_found_at_their_needles_as_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = set[str]()
    for shape, seed in itertools.product(SHAPES, range(40)):
        text = a_text(shape.pattern.pattern, seed)
        monkeypatch.setattr(coded, "_TRY_COSTS", 0)
        here = spans(shape, text)
        monkeypatch.setattr(coded, "_TRY_COSTS", 10**9)
        everywhere = spans(shape, text)
        if everywhere:
            shown.add(shape.pattern.pattern)
        # At its needles it may begin again inside of what it has found.
        assert everywhere <= here, (shape, text)
        assert all(any(a <= c < b for a, b in everywhere) for c, _ in here), (shape, text)
    assert len(shown) > len(SHAPES) / 3, "the texts show little"


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: number.kind)
def test_a_number_is_found_in_the_windows_as_everywhere(
    number: personal.Number, monkeypatch: pytest.MonkeyPatch
) -> None:
    anything = replace(number, is_real=lambda _: True, words=None)
    for seed in range(150):
        text = Coded(a_text(number.pattern.pattern, seed))
        monkeypatch.setattr(coded, "_TRY_COSTS", 0)
        here = list(of_number(anything, text, number_windows(text)))
        monkeypatch.setattr(coded, "_TRY_COSTS", 10**9)
        assert here == list(of_number(anything, text, [(0, len(text.text))])), text.text


def test_a_prefix_is_found_at_every_edge_and_the_shorter_ones_rule_too() -> None:
    prefixes = Prefixes(VENDOR_RULES)
    for number, rule in enumerate(VENDOR_RULES):
        token = made_from(rule.compiled(), number)
        if rule.compiled().match(token + " ") is None:
            continue
        edges = ("", " ", "=", '"') if "(?<!" in rule.rest else ("", " ", "é", "=", "密", "-", '"')
        for before in edges:
            found = [(one.kind, match.start()) for one, match in prefixes.matches(f"{before}{token} ")]
            assert (rule.kind, len(before)) in found, (rule.kind, before, token)
        assert not [one for one in prefixes.matches(f"Z{token} ") if one[1].start() == 1]


def test_views_map_every_place_back_also_when_it_is_asked_late() -> None:
    chance = random.Random(3)
    for _ in range(300):
        text = "".join(chance.choices(["ab", "１", "\u200b", "\u00ad", "ﬁ", "密", " ", "c\u200d"], k=12))
        view = read_as(text)
        for start in range(len(view.text)):
            begin, end = view.span(start, start + 1)
            assert 0 <= begin < end <= len(text)
            assert read_as(text[begin:end]).text.startswith(view.text[start]) or view.text[start] in "fi"


def test_digits_of_every_script_are_digits() -> None:
    arabic = "".join(chr(0x660 + int(digit)) if digit.isdigit() else digit for digit in "4539 1488 0343 6467")
    assert [one.kind for one in personal.find_personal(f"card {arabic}.")] == ["card"]


def test_broken_lines_and_base64_are_found_by_their_runs() -> None:
    token = "ghp_" + "a1B2c3D4e5F6g7H8i9" + "\n" + "J0k1L2m3N4o5P6q7R8"
    view = joined(View(token))
    assert view is not None
    assert view.text == token.replace("\n", "")
    assert view.span(0, len(view.text)) == (0, len(token))
    packed = unpacked(View("x " + "cGFzc3dvcmQ9WGszIXZROXpQcTdtVzI=" + " y"))
    assert packed is not None
    assert packed.text.startswith("password=")
    assert apart(find_secrets("nothing here")) == ()
