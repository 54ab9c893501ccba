"""Summaries that a local model writes of turns that are not sent any more: what goes in, and whether one may stand.

A summary is of all turns from the first on. The next one is made of the one before it, of what was said since, and of
the ledger of all its turns. It may stand for them only when it keeps the facts: of the ledger's facts that say
something firm (names, numbers, dates, paths, addresses, identifiers), 95 % must stand in it, each with its values word
for word, and nothing firm in it may be new. Whoever asks sees to it that the model is a local one that is not weak;
where none is on the payroll there is no summary.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from memory.excerpts import excerpt, excerpt_cost
from memory.facts import Fact, values_in
from memory.ledger import ledger_of
from memory.turns import Said, tokens_of

LEAST_KEPT: Final = 0.95
ROLL_TURNS: Final = 40
"""So many more turns must have been left out before there is a first, or another, summary."""
SUMMARY_TOKENS: Final = 1_000
"""The most that a summary may have."""
LEDGER_TOKENS: Final = 1_800  # as much as the notes have room for
TURNS_TOKENS: Final = 2_200
"""Of turns in one prompt: with ledger, summary before and answer it fits into a context of 8,192 tokens."""
TURN_TOKENS: Final = (400, 200, 100)
"""What each turn may have at most in a prompt: the first of these with which all have room."""
IN_SUMMARY: Final = "only in a model's summary"
"""Why a turn is not sent."""
_ENDS: Final = ".,;:!?)"  # what follows a path or an address at a sentence's end, and is no part of it


@dataclass(frozen=True, slots=True)
class Summary:
    """What a model has written of the turns 1 to `last`."""

    last: int
    text: str


@dataclass(frozen=True, slots=True)
class Task:
    """What the next summary is made of: the one before, what was said since, in excerpts, and the ledger of all."""

    turns: tuple[Said, ...]  # all that it is to stand for, whole
    ledger: tuple[Fact, ...]
    said_since: tuple[tuple[Said, str], ...]
    before: Summary | None

    @property
    def last(self) -> int:
        """The last turn that it is to stand for."""
        return self.turns[-1].n


def next_task(left_out: Sequence[Said], before: Summary | None, tried_to: int) -> Task | None:
    """What is to be summarised of `left_out`, all turns from the first on that are not sent; None: nothing is due.

    `tried_to` is the last turn for which a summary was refused or failed. Those turns are not tried again: in the next
    summary they stand with what the ledger has of them.
    """
    since = max(before.last if before is not None else 0, tried_to)
    said = [each for each in left_out if each.n > since]
    if len(said) < ROLL_TURNS:
        return None
    quoted = _that_fit(said)
    turns = tuple(each for each in left_out if each.n <= quoted[-1][0].n)
    return Task(turns, ledger_of(turns, LEDGER_TOKENS), quoted, before)


def _that_fit(said: Sequence[Said]) -> tuple[tuple[Said, str], ...]:
    """The turns in excerpts: all of them, or as many of the oldest as have room."""
    for most in TURN_TOKENS:
        if sum(excerpt_cost(each.content, most) for each in said) <= TURNS_TOKENS:
            break
    kept, left = [], TURNS_TOKENS
    for each in said:
        left -= excerpt_cost(each.content, most)
        if left < 0:
            break
        kept.append((each, excerpt(each.content, most)))
    return tuple(kept)


def share_kept(summary: str, ledger: Sequence[Fact]) -> float:
    """The share of firm facts whose every value stands in the summary; 1 where there is none."""
    text = " ".join(summary.split())
    firm = (fact for fact in ledger if fact.is_firm)
    kept = [all(_stands(value, text) for value in _whole(fact.values, fact.text)) for fact in firm]
    return sum(kept) / len(kept) if kept else 1.0


def invented(summary: str, turns: Sequence[Said]) -> frozenset[str]:
    """Values that the summary states and no turn has said."""
    said = "\n".join(turn.content for turn in turns)
    stated = _whole(values_in(summary), summary)
    return frozenset(value for value in stated if not _stands(value, said))


def why_not(summary: str, turns: Sequence[Said], ledger: Sequence[Fact]) -> str | None:
    """Why the summary may not stand for the turns, whose ledger this is; None: it may."""
    if not summary.strip():
        return "it is empty"
    if tokens_of(summary) > SUMMARY_TOKENS:
        return f"it is longer than {SUMMARY_TOKENS:,} tokens"
    if share_kept(summary, ledger) < LEAST_KEPT:
        return f"{LEAST_KEPT:.0%} of the facts are needed"
    new = sorted(invented(summary, turns))
    return f"it states what nobody said: {', '.join(new[:5])}" if new else None


def may_stand_for(summary: str, turns: Sequence[Said], ledger: Sequence[Fact]) -> bool:
    """True when the summary keeps the ledger and adds nothing."""
    return why_not(summary, turns, ledger) is None


def _whole(values: Iterable[str], text: str) -> list[str]:
    """Those that are words of their own where they were found: 2041 is none in INV-2041A, which is a value itself."""
    return [value for value in values if _stands(value, text)]


def _stands(value: str, text: str) -> bool:
    """Word for word, and not within a longer word or number: 11 stands neither in 2011 nor in 3.11."""
    word = value.rstrip(_ENDS) or value
    if word not in text:
        return False
    return (
        re.search(rf"(?<![A-Za-z0-9])(?<!\d[.,]){re.escape(word)}(?![A-Za-z0-9])(?![.,]\d)", text) is not None
    )
