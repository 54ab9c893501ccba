"""What an order is given of its conversation, and what is written down of the rest. Called by `agents.front_desk`.

A short conversation goes along whole. Of a long one `memory.selection` picks, in a thread, from at most 2,000 turns
of the order's own session, or of the context that the order has brought.
"""

import asyncio
import json
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from agents.background import MARK
from db.engine import Database
from db.records import Assignment
from db.statements.memory import earlier_turns
from memory.quoting import NOTES_MARK, RECALL_MARK
from memory.summaries import IN_SUMMARY, Summary
from memory.turns import Said, cost_of, numbered
from nexus.errors import ConfigurationError
from nexus.logs import get_logger
from nexus.work_order import Turn, WorkOrder

if TYPE_CHECKING:  # they import NumPy, which short conversations do without
    from memory.meaning import WordVectors
    from memory.selection import Selection

log = get_logger(__name__)

CONTEXT_TOKENS: Final = 6_000
"""The most that an order is given of its conversation."""
MOST_RANGES: Final = 200


class Recollection:
    """Remembers for one worker's Admin."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()  # word vectors are not for two threads at once
        self._vectors: WordVectors | None = None
        self._looked = False

    async def remembered(
        self, order: WorkOrder, history: Sequence[Turn], turns_read: int, assignment: Assignment
    ) -> Assignment:
        """The assignment with the order's context, and with what was left out of it.

        `history` are the newest `turns_read` turns, or the context that the order has brought.

        Raises:
            StoreUnavailable: the conversation cannot be read now.
        """
        is_all = order.brings_context or len(history) < turns_read
        if is_all and _fits(history):
            return replace(assignment, context=_from_the_client(history))
        pinned: tuple[Turn, ...] = ()
        summary: Summary | None = None
        if order.brings_context:
            pinned, rest = _pinned(history)
            said = numbered(rest, 1 + len(pinned))
        else:
            earlier = await self._database.read(earlier_turns, order)
            spoken = enumerate(earlier.turns, earlier.first)
            said = tuple(Said(n, each.role, each.content, each.at) for n, each in spoken)
            if (
                earlier.summary is not None and order.retry_of is None
            ):  # what is done again is not to be in it
                summary = Summary(earlier.summary.last, earlier.summary.text)
        now = None if order.brings_context else order.created_at
        kept = await asyncio.to_thread(self._select, order.content, pinned, said, now, summary)
        return replace(assignment, context=kept.turns, left_out_json=_left_out_json(kept, said))

    def _select(
        self,
        message: str,
        pinned: tuple[Turn, ...],
        said: Sequence[Said],
        now: datetime | None,
        summary: Summary | None,
    ) -> "Selection":
        from memory.selection import select  # noqa: PLC0415 - imports NumPy

        with self._lock:
            vectors = self._vectors_for(said)
            return select(
                said, message, CONTEXT_TOKENS, vectors=vectors, pinned=pinned, now=now, summary=summary
            )

    def _vectors_for(self, said: Sequence[Said]) -> "WordVectors | None":
        """None where everything fits anyway, or there are none here: then passages are found by their terms alone."""
        if sum(cost_of(each.content) for each in said) <= CONTEXT_TOKENS:
            return None
        if not self._looked:
            self._looked = True
            from memory.meaning import WordVectors  # noqa: PLC0415 - imports NumPy
            from nexus.static_vectors import load_vectors  # noqa: PLC0415 - likewise

            try:
                self._vectors = WordVectors(load_vectors())
            except ConfigurationError as error:
                log.warning("memory.without_vectors", error=str(error))
        return self._vectors


def split_recalled(context: tuple[Turn, ...]) -> tuple[tuple[Turn, ...], str]:
    """A stored context without the block of recalled passages at its end, and that block; "" where there is none.

    The block goes into the message itself: what stands before the message is then the same from order to order.
    """
    last = context[-1] if context else None
    if last is None or last.role != "user" or not last.content.startswith(RECALL_MARK):
        return context, ""
    return context[:-1], last.content


def _pinned(history: Sequence[Turn]) -> tuple[tuple[Turn, ...], Sequence[Turn]]:
    """What always stays in front: an application's instructions, and the notes of a context that was made here."""
    count = 0
    for mark in (MARK, NOTES_MARK):
        if len(history) > count and history[count].role == "user" and history[count].content.startswith(mark):
            count += 1
    return tuple(history[:count]), history[count:]


def _from_the_client(history: Sequence[Turn]) -> tuple[Turn, ...]:
    """All of it, but for what stands before the client's first words: providers refuse to begin with the other side."""
    begins = next((at for at, turn in enumerate(history) if turn.role == "user"), len(history))
    return tuple(history[begins:])


def _fits(history: Sequence[Turn]) -> bool:
    return sum(cost_of(turn.content) for turn in history) <= CONTEXT_TOKENS


def _left_out_json(kept: "Selection", said: Sequence[Said]) -> str | None:
    """What was not sent, by the turns' numbers; None when everything was."""
    if not kept.left_out and not kept.recalled and (not said or said[0].n == 1):
        return None
    ranges = [[each.first, each.last, each.reason] for each in kept.left_out[:MOST_RANGES]]
    unread = said[0].n - 1 if said and kept.left_out else 0
    if unread > kept.summarised:
        ranges.insert(0, [kept.summarised + 1, unread, "older than what is read for a message"])
    if summarised := min(unread, kept.summarised):
        ranges.insert(0, [1, summarised, IN_SUMMARY])
    told: dict[str, object] = {
        "turns": said[-1].n if said else 0,
        "tokens": kept.tokens,
        "verbatim_from": kept.verbatim_from,
        "recalled": list(kept.recalled),
        "wishes": [n for n, _ in kept.wishes],
        "ledger": [fact.n for fact in kept.ledger],
        "left_out": ranges,
    }
    if kept.summarised:
        told["summarised"] = [1, kept.summarised]
    return json.dumps(told, ensure_ascii=False)
