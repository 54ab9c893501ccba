"""What models write cannot drive the terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nexus.cli.terminal import one_line, plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J\x1b[31mred", "[2J[31mred"),
        ("\x1b]0;title\x07", "]0;title"),
        ("\x9b31m8-bit", "31m8-bit"),
        ("safe\roverwritten", "safeoverwritten"),
        ("a\x08b\x7f", "ab"),
        ("left\u202eright", "leftright"),
        ("[bold]not markup[/bold]", "[bold]not markup[/bold]"),
        ("line\n\tand tab", "line\n\tand tab"),
        ("你好 👩‍💻 café", "你好 👩‍💻 café"),
    ],
)
def test_only_text_is_left(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(st.text())
def test_nothing_that_moves_the_cursor_survives(text: str) -> None:
    kept = plain(text)
    assert all(char in "\n\t" or (ord(char) >= 0x20 and not 0x7F <= ord(char) <= 0x9F) for char in kept)
    assert "\n" not in one_line(text)
