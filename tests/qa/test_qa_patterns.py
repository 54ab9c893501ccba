"""Patterns from a spec: refused when dangerous, stopped when slow."""

import pytest

from qa.patterns import check_pattern, find_pattern


@pytest.mark.parametrize(
    "pattern", ["sk-[a-zA-Z0-9]{20,}", r"[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{2,64}", r"\{\d{4}\}", "[]{9}]+"]
)
def test_an_ordinary_pattern_is_accepted(pattern: str) -> None:
    assert check_pattern(pattern) == pattern


@pytest.mark.parametrize("pattern", ["(((a{99}){99}){99}){99}", "(?:(?:ab){0001000}){1000}"])
def test_nested_repeats_that_would_eat_all_memory_are_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="unroll"):
        check_pattern(pattern)


@pytest.mark.parametrize("pattern", ["(", "[a", "a{2,1}", "(?<n>a)(?P=m)", "x" * 2000])
def test_what_is_no_usable_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"regular expression|longer"):
        check_pattern(pattern)


def test_a_pattern_that_runs_away_is_stopped() -> None:
    with pytest.raises(TimeoutError):
        find_pattern("(a+)+b", "a" * 5000)
