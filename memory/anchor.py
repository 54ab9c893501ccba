"""Where the turns begin that are sent word for word: chosen so that the prefix of a prompt stays the same for long.

Providers read a prefix that they have seen within five minutes for a tenth of its price. A window that slides by one
exchange at every message never has such a prefix. So the beginning, the anchor, stays where it is while turns are
added behind it. When they no longer fit, it jumps, so far that only 60 % of the room is taken; and it jumps too when
nothing was said for five minutes, for then nothing is lost by it.

The anchor follows from the turns alone: it is found by going through them again, so nothing need be stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from memory.excerpts import TURN_TOKENS, excerpt_cost
from memory.turns import Said, cost_of

WARM_FOR: Final = timedelta(minutes=5)
AFTER_COMPACTION: Final = 0.6


@dataclass(frozen=True, slots=True)
class Room:
    """Tokens for the turns that are sent whole: all that there is, as long as nothing had to go, then `tail`."""

    whole: int
    tail: int

    @property
    def turn(self) -> int:
        """The most that one turn gets, once something had to go."""
        return max(24, min(TURN_TOKENS, self.tail // 4))


def anchor_of(turns: Sequence[Said], room: Room, now: datetime | None = None) -> int:
    """The index in `turns` of the first one that is sent word for word; always one of the client's, or the end."""
    whole = _sums([cost_of(said.content) for said in turns])
    if whole[-1] <= room.whole:
        return 0
    short = _sums([excerpt_cost(said.content, room.turn) for said in turns])
    anchor, before = 0, None
    for here, said in enumerate((*turns, None)):
        if said is not None and said.role != "user":
            before = said.at
            continue
        at = now if said is None else said.at
        cold = before is not None and at is not None and at - before > WARM_FOR
        anchor = _moved(turns, anchor, here, (whole, short), room, cold=cold)
        before = at
    return anchor


def _moved(
    turns: Sequence[Said],
    anchor: int,
    here: int,
    sums: tuple[list[int], list[int]],
    room: Room,
    *,
    cold: bool,
) -> int:
    """The anchor when the turns before `here` are what was said."""
    whole, short = sums
    if anchor == 0 and whole[here] <= room.whole:
        return 0
    taken = short[here] - short[anchor]
    wanted = int(room.tail * AFTER_COMPACTION)
    if anchor and taken <= (wanted if cold else room.tail):
        return anchor
    while anchor < here and (short[here] - short[anchor] > wanted or turns[anchor].role != "user"):
        anchor += 1
    return anchor


def _sums(costs: Sequence[int]) -> list[int]:
    sums = [0]
    for cost in costs:
        sums.append(sums[-1] + cost)
    return sums
