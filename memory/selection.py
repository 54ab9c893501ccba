"""What a model is given of a conversation, under a budget of tokens. The conversation itself is kept in full.

    all of it                 while it fits
    otherwise, in this order
      the application's instructions                        as they came
      notes: standing wishes, then the ledger of facts      of what stands before the anchor
      notes: a model's summary, where there is one          of turns before the anchor; between wishes and facts
      the turns from the anchor on                          word for word; very long ones without their middle
      recalled passages                                     earlier ones, found for this very message

What stands before the recalled passages changes only when the anchor jumps (`memory.anchor`) or the summary is another
one, so a provider's cache holds it. The same turns, message and summary always give the same selection. A summary
takes no room from instructions, wishes, facts and last turns, nor, of an order's 6,000 tokens, from what is recalled.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from memory.anchor import Room, anchor_of
from memory.excerpts import excerpt
from memory.facts import Fact
from memory.ledger import ledger_of
from memory.meaning import WordVectors
from memory.quoting import GAP, notes, recalled
from memory.retrieval import Place, gathered, places_in, query_of, ranked
from memory.summaries import IN_SUMMARY, Summary
from memory.turns import TURN_OVERHEAD, Said, cost_of, tokens_of
from memory.wishes import wishes_in
from nexus.work_order import Turn

TAIL_SHARE: Final = 0.25
NOTES_SHARE: Final = 0.3
WISHES_SHARE: Final = 0.1
PINNED_SHARE: Final = 0.25
FRAME_TOKENS: Final = 60  # the words around the notes
SUMMARY_SHARE: Final = 0.18
SUMMARY_FRAME_TOKENS: Final = 44
RECALL_FRAME_TOKENS: Final = 46
LEAST_RECALL: Final = 40
RECALL_MOST: Final = 1_500  # what is quoted for one message is in no cache, so it is paid in full each time


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Turns, from the number `first` to `last`, that are not sent, or not whole, and why."""

    first: int
    last: int
    reason: str


@dataclass(frozen=True, slots=True)
class Selection:
    """What is sent. `turns` are ready for a model; the last one is the recalled block where `recalled` is not empty."""

    turns: tuple[Turn, ...]
    tokens: int
    verbatim_from: int | None  # the number of the first turn that is sent word for word
    recalled: tuple[int, ...]  # numbers of the turns that are quoted
    ledger: tuple[Fact, ...]
    wishes: tuple[tuple[int, str], ...]
    left_out: tuple[LeftOut, ...]
    summarised: int = 0  # the turns 1 to this one are in a summary; 0: there is none

    @property
    def prefix(self) -> tuple[Turn, ...]:
        """The part that stays the same from message to message."""
        return self.turns[:-1] if self.recalled else self.turns


def select(
    history: Sequence[Said],
    message: str,
    budget_tokens: int,
    *,
    vectors: WordVectors | None = None,
    pinned: Sequence[Turn] = (),
    now: datetime | None = None,
    summary: Summary | None = None,
) -> Selection:
    """What is sent of `history` with `message`: `budget_tokens` at most, the message itself not counted.

    `history` is one conversation, oldest first. `pinned` always go in front, an application's own instructions.
    Without `vectors` passages are found by their terms alone. A `summary` is of this conversation; it goes along where
    turns are left out and it has room.
    """
    pinned = tuple(
        Turn(turn.role, excerpt(turn.content, int(budget_tokens * PINNED_SHARE))) for turn in pinned
    )
    left = max(0, budget_tokens - sum(cost_of(turn.content) for turn in pinned))
    room = Room(whole=left, tail=int(left * TAIL_SHARE))
    anchor = anchor_of(history, room, now)
    if anchor == 0 and sum(cost_of(said.content) for said in history) <= left:
        return _whole(history, pinned)
    before, behind = history[:anchor], history[anchor:]
    wishes, ledger = _noted(before, left)
    summary = summary if before and _has_room(summary, left) else None
    noted = notes(wishes, ledger, summary)
    tail = tuple(Turn(said.role, excerpt(said.content, room.turn)) for said in behind)
    prefix = (*pinned, *_with_notes(noted, tail))
    spent = sum(cost_of(turn.content) for turn in prefix)
    known = frozenset([fact.text for fact in ledger] + [text for _, text in wishes])
    searched = (
        *before,
        *(said for said, sent in zip(behind, tail, strict=True) if said.content != sent.content),
    )
    shown = "\n".join(turn.content for turn in tail)
    found = _recalled(searched, behind, message, budget_tokens - spent, vectors, _Shown(known, shown))
    block = recalled((searched[at], text) for at, text in found)
    turns = (*prefix, Turn("user", block)) if block else prefix
    quoted = tuple(searched[at].n for at, _ in found)
    cut = frozenset(said.n for said, sent in zip(behind, tail, strict=True) if said.content != sent.content)
    return Selection(
        turns=turns,
        tokens=sum(cost_of(turn.content) for turn in turns),
        verbatim_from=behind[0].n if behind else None,
        recalled=quoted,
        ledger=ledger,
        wishes=wishes,
        left_out=_left_out(before, frozenset(quoted), ledger, cut, summary),
        summarised=summary.last if summary is not None else 0,
    )


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is sent already and need not be quoted."""

    sentences: frozenset[str]
    tail: str


def _has_room(summary: Summary | None, budget_tokens: int) -> bool:
    """By the budget alone, so that a summary does not come and go with what else is sent."""
    if summary is None:
        return False
    return tokens_of(summary.text) + SUMMARY_FRAME_TOKENS <= int(budget_tokens * SUMMARY_SHARE)


def _with_notes(noted: str, tail: tuple[Turn, ...]) -> tuple[Turn, ...]:
    """The notes in front of the client's first words, in one turn: some models want the two sides to alternate."""
    if not noted or not tail:
        return (Turn("user", noted),) if noted else tail
    return (Turn("user", f"{noted}\n\n{tail[0].content}"), *tail[1:])


def _whole(history: Sequence[Said], pinned: tuple[Turn, ...]) -> Selection:
    """All of it; an answer before the first question is dropped, for providers refuse to begin with it."""
    begins = next((at for at, said in enumerate(history) if said.role == "user"), len(history))
    turns = (*pinned, *(said.turn for said in history[begins:]))
    dropped = history[:begins]
    return Selection(
        turns=turns,
        tokens=sum(cost_of(turn.content) for turn in turns),
        verbatim_from=history[begins].n if begins < len(history) else None,
        recalled=(),
        ledger=(),
        wishes=(),
        left_out=(LeftOut(dropped[0].n, dropped[-1].n, "stands before the client's first word"),)
        if dropped
        else (),
    )


def _noted(
    before: Sequence[Said], budget_tokens: int
) -> tuple[tuple[tuple[int, str], ...], tuple[Fact, ...]]:
    """The standing wishes, the newest where not all fit, and the ledger in what is left for notes."""
    left = int(budget_tokens * WISHES_SHARE)
    kept: dict[str, int] = {}
    for said in reversed(before):
        for text in reversed(wishes_in(said)):
            cost = tokens_of(text) + 4
            if text not in kept and cost <= left:
                kept[text] = said.n
                left -= cost
    wishes = tuple((n, text) for text, n in reversed(kept.items()))
    spent = sum(tokens_of(text) + 4 for text in kept) + FRAME_TOKENS
    ledger = ledger_of(before, max(0, int(budget_tokens * NOTES_SHARE) - spent))
    return wishes, tuple(fact for fact in ledger if fact.text not in kept)


def _recalled(
    turns: Sequence[Said],
    behind: Sequence[Said],
    message: str,
    budget_tokens: int,
    vectors: WordVectors | None,
    shown: _Shown,
) -> list[tuple[int, str]]:
    """Index and quote of every turn that has something to say to the message, oldest first."""
    room = min(RECALL_MOST, budget_tokens - RECALL_FRAME_TOKENS - TURN_OVERHEAD)
    if room < LEAST_RECALL or not turns:
        return []
    places = places_in(turns)
    order = [
        at
        for at in ranked(turns, places, query_of(message, behind), vectors)
        if not _is_shown(turns, places[at], shown)
    ]
    taken = gathered(turns, places, order, room)
    kept = [at for at in sorted(taken) if not _is_shown(turns, places[at], shown)]
    groups = groupby(kept, key=lambda at: places[at].turn)
    return [(turn, _quote(turns[turn], [places[at] for at in group])) for turn, group in groups]


def _is_shown(turns: Sequence[Said], place: Place, shown: _Shown) -> bool:
    text = turns[place.turn].content[place.passage.start : place.passage.end]
    return text in shown.sentences or (len(text) > 40 and text in shown.tail)


def _quote(said: Said, places: Sequence[Place]) -> str:
    """The passages as they stand in the turn, with what is between them, or a mark where something is left out."""
    parts: list[str] = []
    end = 0
    for place in places:
        start = place.passage.start
        gap = said.content[end:start]
        parts += [gap if not gap.strip() and parts else f" {GAP} " if parts else GAP if gap.strip() else ""]
        parts.append(said.content[start : place.passage.end])
        end = place.passage.end
    return "".join(parts) + (GAP if said.content[end:].strip() else "")


def _left_out(
    before: Sequence[Said],
    quoted: frozenset[int],
    ledger: Sequence[Fact],
    cut: frozenset[int],
    summary: Summary | None,
) -> tuple[LeftOut, ...]:
    noted = {fact.n for fact in ledger}
    summarised = summary.last if summary is not None else 0

    def reasons() -> Iterator[tuple[int, str]]:
        for said in before:
            if said.n in quoted:
                yield said.n, "quoted in part or whole, for this message"
            elif said.n in noted:
                yield said.n, "only its facts, in the ledger"
            elif said.n <= summarised:
                yield said.n, IN_SUMMARY
            else:
                yield said.n, "earlier, and not about this message"
        yield from ((n, "long: without its middle") for n in sorted(cut))

    ranges: list[LeftOut] = []
    for n, reason in reasons():
        if ranges and ranges[-1].reason == reason and ranges[-1].last == n - 1:
            ranges[-1] = LeftOut(ranges[-1].first, n, reason)
        else:
            ranges.append(LeftOut(n, n, reason))
    return tuple(ranges)
