"""The counted features: named, finite, bounded, and about the text they are given."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.features import FEATURES, HEAD_CHARS, NAMES, TAIL_CHARS, clipped, features


def value(name: str, text: str) -> float:
    return float(features([text])[0, NAMES.index(name)])


def test_every_feature_has_a_name_of_its_own_and_a_meaning() -> None:
    assert len(set(NAMES)) == len(FEATURES) >= 20
    assert all(feature.meaning for feature in FEATURES)


@settings(max_examples=60)
@given(st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=300))
def test_any_text_gives_finite_numbers_and_always_the_same(text: str) -> None:
    once, again = features([text]), features(["something else", text])
    assert np.isfinite(once).all()
    assert np.array_equal(once[0], again[1])


@pytest.mark.parametrize(
    ("name", "more", "less"),
    [
        ("chars", "a long text " * 20, "short"),
        ("code", "def f(x):\n    return {x: 1}; g()", "please define a word"),
        ("math", "solve x^2 + 3 = 7", "solve this for me"),
        ("latex", r"\frac{a}{b} \sqrt{2}", "a over b"),
        ("questions", "why? 为什么？", "because."),
        ("list_items", "1. one\n2. two\n- three", "one two three"),
        ("choices", "Which?\nA. red\nB. blue", "Which is red or blue"),
        ("han", "请翻译这句话", "translate this sentence"),
        ("blanks", "the ____ of it", "the end of it"),
        ("years", "in 1914 and 2001", "in 191 and 20"),
        ("numbers", "12, 3.5 and 1,000", "twelve"),
        ("thought", "Prove the theorem by induction", "Say hello"),
        ("risk", "Should I sue my landlord over the lease contract?", "Tell me a joke"),
    ],
)
def test_a_feature_counts_what_its_name_says(name: str, more: str, less: str) -> None:
    assert value(name, more) > value(name, less)


def test_of_a_long_text_the_beginning_and_the_end_are_looked_at_and_all_of_it_is_measured() -> None:
    text = "begin " + "x" * 100_000 + " end"
    assert clipped(text) == text[:HEAD_CHARS] + "\n" + text[-TAIL_CHARS:]
    assert value("chars", text) == pytest.approx(np.log1p(len(text)))


@pytest.mark.parametrize(
    "piece", ["a", "你好", "1", "\\x", "a b", "_", '"', " \n", "A. x\n", "$", ".", "(", "\u0fff", "</", "\t"]
)
def test_a_megabyte_of_anything_costs_no_more_than_a_page(piece: str) -> None:
    features([piece * 10])  # what is built once
    text = piece * (2**20 // len(piece))
    began = time.process_time()
    features([text])
    # 3 to 4 ms on the machine this was written on; a pattern that runs away takes seconds
    assert time.process_time() - began < 0.05
