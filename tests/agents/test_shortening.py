"""What is left of a conversation that a model cannot take whole."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.shortening import TURN_CHARS, compress
from nexus.work_order import Turn

PLENTY = 24_000
texts = st.text(max_size=3 * TURN_CHARS)
turns = st.lists(st.builds(Turn, st.sampled_from(["user", "assistant"]), texts), max_size=30).map(tuple)


def a_conversation(exchanges: int, chars: int = 10) -> tuple[Turn, ...]:
    return tuple(
        Turn(role, f"{n} {role} ".ljust(chars, "."))
        for n, role in product(range(exchanges), ("user", "assistant"))
    )


def test_a_short_conversation_is_remembered_in_full() -> None:
    conversation = a_conversation(5)

    assert compress(conversation, PLENTY) == conversation


def test_of_a_long_conversation_the_newest_is_remembered_in_order() -> None:
    conversation = a_conversation(10, chars=1_000)

    assert compress(conversation, 4_000) == conversation[-4:]


def test_of_a_long_message_its_beginning_and_end_are_remembered_and_the_gap_is_said() -> None:
    (short,) = compress((Turn("user", "A" * 5_000 + "Z" * 5_000),), PLENTY)

    assert short.content.startswith("AAA")
    assert short.content.endswith("ZZZ")
    assert "[… 6000 characters left out …]" in short.content
    assert len(short.content) < TURN_CHARS + 60


@pytest.mark.parametrize(
    ("history", "budget"),
    [(a_conversation(10, chars=1_000), 3_000), (a_conversation(10)[1:], PLENTY)],
    ids=["cut by size", "cut by number"],
)
def test_what_is_remembered_begins_with_the_owner(history: tuple[Turn, ...], budget: int) -> None:
    assert compress(history, budget)[0].role == "user"


@given(turns, st.integers(0, PLENTY))
def test_what_is_remembered_fits_and_is_the_end_of_what_was_said(
    history: tuple[Turn, ...], budget: int
) -> None:
    kept = compress(history, budget)

    assert sum(len(turn.content) for turn in kept) <= budget
    said = history[len(history) - len(kept) :]
    assert [turn.role for turn in kept] == [turn.role for turn in said]
    for turn, original in zip(kept, said, strict=True):
        assert turn == original or len(original.content) > TURN_CHARS


def test_emoji_and_chinese_survive_compression() -> None:
    message = Turn("user", "数据库👩‍💻" * 2_000)

    (short,) = compress((message,), PLENTY)

    assert short.content.encode().decode() == short.content
    assert short.content.startswith("数据库👩‍💻")
