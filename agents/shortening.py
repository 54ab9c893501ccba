"""Shortening a conversation for a model that cannot take it whole: the newest turns, long ones without their middle.

What an order is given of its conversation is chosen by `agents.remembering`; this is for models that are too small for
that, and for a second try after one was too long.
"""

from nexus.work_order import Turn

TURN_CHARS = 4_000


def compress(history: tuple[Turn, ...], budget_chars: int) -> tuple[Turn, ...]:
    """The newest turns that fit in `budget_chars`, oldest first, beginning with one of the client's.

    The middle of a very long turn is left out, and marked. Providers refuse a conversation that begins with
    the assistant, so what would stand before the first question is dropped.
    """
    kept: list[Turn] = []
    for turn in reversed(history):
        short = Turn(turn.role, _shorten(turn.content))
        budget_chars -= len(short.content)
        if budget_chars < 0:
            break
        kept.append(short)
    while kept and kept[-1].role != "user":
        kept.pop()
    return tuple(reversed(kept))


def _shorten(content: str) -> str:
    left_out = len(content) - TURN_CHARS
    if left_out <= 0:
        return content
    half = TURN_CHARS // 2
    return f"{content[:half]}\n[… {left_out} characters left out …]\n{content[-half:]}"
