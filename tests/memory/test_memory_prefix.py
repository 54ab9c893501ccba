"""The prefix stays byte for byte the same while a provider's cache is warm, and what that saves."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from memory.anchor import Room, anchor_of
from memory.selection import select
from memory.turns import Said, cost_of
from nexus.work_order import Turn
from tests.memory import studio
from tests.memory.planted import a_conversation

BUDGET = 6_000
START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
READ, WRITE, PLAIN = 0.1, 1.25, 1.0  # prices of cached, newly cached and other input, of the input price


def timed(pause_s: float) -> list[Said]:
    talk = a_conversation(studio.FACTS, studio.WORLD, seed=1)
    return [
        Said(each.n, each.role, each.content, START + timedelta(seconds=pause_s * each.n))
        for each in talk.said
    ]


def kept_of(before: tuple[Turn, ...], after: tuple[Turn, ...]) -> int:
    """How many turns of the earlier prefix the later one begins with: all of them or, for a cache, none."""
    return len(before) if after[: len(before)] == before else 0


def cost(prefixes: list[tuple[Turn, ...]], rest: list[int], least: int) -> float:
    """In input tokens at the plain price; a prefix that begins with the one before is read for that part.

    What is shorter than `least` tokens is not cached.
    """
    paid = 0.0
    last: tuple[Turn, ...] = ()
    for prefix, more in zip(prefixes, rest, strict=True):
        seen = sum(cost_of(turn.content) for turn in prefix[: kept_of(last, prefix)]) if last else 0
        whole = sum(cost_of(turn.content) for turn in prefix)
        if whole < least:
            paid, last = paid + (whole + more) * PLAIN, ()
            continue
        seen = seen if seen >= least else 0
        paid += seen * READ + (whole - seen) * WRITE + more * PLAIN
        last = prefix
    return paid


def window(history: list[Said]) -> tuple[Turn, ...]:
    """The newest turns that fit, as it was before."""
    kept, left = [], BUDGET
    for each in reversed(history):
        left -= cost_of(each.content)
        if left < 0:
            break
        kept.append(each.turn)
    return tuple(reversed(kept))


def test_while_it_is_warm_the_prefix_grows_and_is_seldom_made_anew() -> None:
    history = timed(pause_s=20)
    asked = [at for at, each in enumerate(history) if each.role == "user" and at]
    prefixes, recalled = [], []
    for at in asked:
        selection = select(history[:at], history[at].content, BUDGET, now=history[at].at)
        prefixes.append(selection.prefix)
        recalled.append(selection.tokens - sum(cost_of(turn.content) for turn in selection.prefix))
    kept = [bool(kept_of(before, after)) for before, after in pairwise(prefixes)]
    windows = [window(history[:at]) for at in asked]
    none = [0] * len(windows)
    ratios = {least: cost(prefixes, recalled, least) / cost(windows, none, least) for least in (1_024, 4_096)}
    told = ", ".join(f"{ratio:.2f} from {least} tokens on" for least, ratio in ratios.items())
    print(f"prefix kept {sum(kept) / len(kept):.1%}; cost to a sliding window's: {told}")

    assert sum(kept) / len(kept) >= 0.9
    assert max(ratios.values()) <= 0.8


def test_a_sliding_window_keeps_no_prefix_once_it_is_full() -> None:
    """The control."""
    history = timed(pause_s=20)
    late = [window(history[:at]) for at in range(300, 340, 2)]

    assert sum(bool(kept_of(before, after)) for before, after in pairwise(late)) <= 3


def test_it_is_made_anew_when_nothing_was_said_for_five_minutes_for_then_nothing_is_lost() -> None:
    history = timed(pause_s=1)[:200]
    room = Room(whole=2_000, tail=1_000)
    warm = history[-1].at
    assert warm is not None
    anchors = {
        anchor_of(history[:at], room, warm + wait)
        for wait in (timedelta(seconds=10), timedelta(minutes=6))
        for at in (180,)
    }
    at_once = anchor_of(history[:180], room, history[179].at)
    later = anchor_of(history[:180], room, warm + timedelta(minutes=6))

    assert later >= at_once
    assert max(anchors) == later


def test_the_anchor_is_always_one_of_the_clients_turns() -> None:
    history = timed(pause_s=5)

    for at in range(2, len(history), 7):
        anchor = anchor_of(history[:at], Room(whole=1_500, tail=600))
        assert anchor == at or history[anchor].role == "user"
