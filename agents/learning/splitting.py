"""What is trained on and what is held out. Pure.

A part is drawn by the message's own words, with all that is nearly the same, so that no router, old or new, was ever
trained on it. The newest orders are held out too, and only those that the router in use cannot have seen: they come
as tomorrow's will, so a message that was sent before stays among them.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from routing.hygiene import Evidence, folded

DRAWN_SHARE: Final = 0.15
NEWEST_SHARE: Final = 0.2
"""Of the weight, not of the number: a flood of the same message does not push the other new orders out."""
LEAST_NEWEST: Final = 60


@dataclass(frozen=True, slots=True)
class Split:
    """`newest` and `drawn` are held out; no order stands in two of the three."""

    training: tuple[Evidence, ...]
    newest: tuple[Evidence, ...]
    drawn: tuple[Evidence, ...]

    @property
    def trained_until(self) -> datetime | None:
        """The newest order that is trained on."""
        return max((each.at for each in self.training), default=None)


def split(evidence: Sequence[Evidence], unseen_since: datetime | None = None) -> Split:
    """Split evidence that `hygiene.clean` has grouped and sorted; the newest part begins after `unseen_since`."""
    first: dict[int, Evidence] = {}
    for each in evidence:
        first.setdefault(each.group, each)
    drawn_groups = {group for group, each in first.items() if _is_drawn(each)}
    drawn = tuple(each for each in evidence if each.group in drawn_groups)
    left = [each for each in evidence if each.group not in drawn_groups]
    begins = _newest_begins(left, unseen_since)
    return Split(tuple(left[:begins]), tuple(left[begins:]), drawn)


def _newest_begins(left: Sequence[Evidence], unseen_since: datetime | None) -> int:
    begins, taken = len(left), 0.0
    most = NEWEST_SHARE * sum(each.weight for each in left)
    while begins and (taken < most or len(left) - begins < LEAST_NEWEST):
        begins -= 1
        taken += left[begins].weight
    if unseen_since is None:
        return begins
    return max(begins, sum(each.at <= unseen_since for each in left))


def _is_drawn(each: Evidence) -> bool:
    """By the words alone: the same today and in a year."""
    digest = hashlib.sha256(folded(each.text).encode()).digest()
    return int.from_bytes(digest[:4]) / 2**32 < DRAWN_SHARE
