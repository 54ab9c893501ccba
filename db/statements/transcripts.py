"""Voice messages that have become words: the ledger row before a call, and afterwards the words in their places."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.records import CallRecord
from db.statements.attachments import infos_of
from db.statements.calls import start_call
from db.statements.events import Happening, append_events, last_seq
from db.statements.orders import write_fenced, write_unless_cancelled
from db.tables import attachments, messages
from nexus.budget import Limits, exact
from nexus.work_order import WorkOrder, with_attachments


@dataclass(frozen=True, slots=True)
class Transcript:
    """What one voice message of an order says. `n` is the attachment's number, counted from 1."""

    n: int
    text: str
    seconds: float
    model: str
    cost_usd: Decimal | None  # None: not priced


_KEEP = (
    sa.update(attachments)
    .where(
        attachments.c.order_id == sa.bindparam("order"),
        attachments.c.n == sa.bindparam("number", type_=sa.Integer),
        attachments.c.text.is_(None),
    )
    .values(text=sa.bindparam("words"))
)
_SAY = (
    sa.update(messages)
    .where(messages.c.order_id == sa.bindparam("order"), messages.c.session_id == sa.bindparam("session"))
    .where(messages.c.role == "user")
    .values(content=sa.bindparam("words"))
)


def open_transcription(
    connection: Connection, order: WorkOrder, call: CallRecord, now: datetime, *, limits: Limits
) -> None:
    """Write the ledger row of a call that is about to be made, its worst case reserved.

    Raises:
        OrderCancelled, LeaseLost: as `write_unless_cancelled`; nothing is written.
        BudgetRefused, BudgetBusy, PaidCallsFrozen: as `reserve`; nothing is written.
    """
    write_unless_cancelled(connection, order, now)
    start_call(connection, call, now, limits=limits)


def store_transcripts(
    connection: Connection, order: WorkOrder, words: str, heard: Sequence[Transcript], now: datetime
) -> int:
    """Put the words where they belong, and tell; returns the event's number. The claim goes on.

    The attachments get their transcripts; the order's message and the conversation's become `words`.

    Raises:
        LeaseLost: nothing is written.
    """
    write_fenced(connection, order, now, content=words)
    for each in heard:
        kept = connection.execute(_KEEP, {"order": order.id, "number": each.n, "words": each.text})
        if kept.rowcount == 0:  # this very step was committed, although its reply was lost
            return last_seq(connection, order.session_id)
    said = with_attachments(words, infos_of(connection, order.id))
    connection.execute(_SAY, {"order": order.id, "session": order.session_id, "words": said})
    return append_events(connection, order, [_transcribed(words, heard)], now)


def _transcribed(words: str, heard: Sequence[Transcript]) -> Happening:
    costs = [each.cost_usd for each in heard]
    cost_usd = None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0))
    return Happening(
        "order.transcribed",
        {
            "text": words,
            "seconds": round(sum(each.seconds for each in heard), 1),
            "model": ", ".join(dict.fromkeys(each.model for each in heard)),
            "cost_usd": exact(cost_usd),
        },
    )
