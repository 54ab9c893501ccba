"""Reading a long conversation for an order: the newest turns of its session, at most 2,000, in blocks; and the
summaries of its older turns. Whatever is read here is of the order's own session.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from db.memory_tables import summaries
from db.statements.calls import close_running_calls
from db.statements.pauses import pause_of
from db.tables import messages, work_orders
from nexus.work_order import Role, WorkOrder

NEWEST: Final = 2_000
"""The most turns that are read for one message; what is older stays in the database and is looked at by people."""
BLOCK: Final = 500
"""The first turn that is read moves on in such steps, so what is sent keeps the same beginning for long."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A turn of a conversation, without its number."""

    role: str
    content: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """The newest summary that stands: of the turns 1 to `last`."""

    last: int
    text: str


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was said before an order: the number of the first turn that was read, and these turns, oldest first.

    `count` is how many messages the database held before the order's own, the ones that were not read among them.
    """

    first: int
    turns: tuple[Spoken, ...]
    count: int
    summary: Standing | None = None


@dataclass(frozen=True, slots=True)
class SummaryOutcome:
    """What became of a summary. `kept`: the share of the firm facts in it, None where none came; `note`: why not."""

    status: Literal["stands", "refused", "failed"]
    text: str | None = None
    kept: float | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class SummaryAsked:
    """A summary that was asked for after an order, and what became of it; `asked`: it is not there (yet)."""

    last: int
    status: str
    kept: float | None
    note: str | None


ASKED_AGAIN: Final = timedelta(minutes=10)
"""So long one that was asked for and never came, because it was cut or its worker died, keeps others from asking."""

_M, _S = messages.c, summaries.c
_OWN = (
    sa.select(sa.func.min(_M.id))
    .where(_M.order_id == sa.bindparam("order"), _M.session_id == sa.bindparam("session"))
    .scalar_subquery()
)
# By the index of (session_id, id) alone: no row is read.
_COUNT = sa.select(sa.func.count()).where(_M.session_id == sa.bindparam("session"), _M.id < _OWN)
_BEFORE = (
    sa.select(_M.role, _M.content, _M.created_at)
    .where(
        _M.session_id == sa.bindparam("session"),
        _M.order_id < sa.bindparam("order"),
        _M.order_id != sa.bindparam("retried"),  # its question is this order's own
    )
    .order_by(_M.id.desc())
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_STANDING = (
    sa.select(_S.last, _S.text)
    .where(_S.session_id == sa.bindparam("session"), _S.status == "stands")
    .order_by(_S.last.desc())
    .limit(1)
)
_TRIED_TO = sa.select(sa.func.max(_S.last)).where(
    _S.session_id == sa.bindparam("session"), _S.status.in_(("refused", "failed"))
)
_IS_ASKED = sa.and_(_S.session_id == sa.bindparam("session"), _S.status == "asked")
_ASKED = sa.select(_S.order_id, _S.asked_at).where(_IS_ASKED)
_FORGET_ASKED = sa.delete(summaries).where(_IS_ASKED)
_ENDED = sa.select(work_orders.c.finished_at).where(work_orders.c.id == sa.bindparam("order"))
_CLAIM = {
    "postgresql": postgresql.insert(summaries).on_conflict_do_nothing().returning(_S.last),
    "sqlite": sqlite.insert(summaries).on_conflict_do_nothing().returning(_S.last),
}
_END = sa.update(summaries).where(_IS_ASKED, _S.last == sa.bindparam("upto"))
_ASKED_BY = (
    sa.select(_S.last, _S.status, _S.kept, _S.note)
    .where(_S.order_id == sa.bindparam("order"))
    .order_by(_S.last)
)


def earlier_turns(connection: Connection, order: WorkOrder) -> Earlier:
    """The turns of the order's own session before it. No other session is ever looked at."""
    place = {"order": order.id, "session": order.session_id}
    count = connection.execute(_COUNT, place).scalar_one()
    first = max(0, (count - (NEWEST - BLOCK)) // BLOCK * BLOCK)
    # A turn may have come in beside: those behind `_OWN` whose order is older.
    found = {**place, "retried": order.retry_of or "", "most": NEWEST if not first else count - first}
    rows = connection.execute(_BEFORE, found).all()
    turns = tuple(Spoken(row.role, row.content, row.created_at) for row in reversed(rows))
    stands = connection.execute(_STANDING, {"session": order.session_id}).first()
    summary = Standing(stands.last, stands.text) if stands is not None else None
    return Earlier(max(1, first + 1), turns, count, summary)


def summary_tried_to(connection: Connection, session_id: str) -> int:
    """The last turn for which a summary of the session was refused or failed; 0: none was."""
    return connection.execute(_TRIED_TO, {"session": session_id}).scalar() or 0


def begin_summary(connection: Connection, order: WorkOrder, last: int, now: datetime) -> bool:
    """Claim the summary of the turns 1 to `last` of the order's session, in the order's name.

    False: not now. The order has not ended, the Admin is paused, this very summary was asked for before, or one of the
    session is being asked for.
    """
    ended = connection.execute(_ENDED, {"order": order.id}).scalar()
    if ended is None or pause_of(connection, Role.ADMIN) is not None:
        return False
    asked = connection.execute(_ASKED, {"session": order.session_id}).all()
    if any(row.asked_at > now - ASKED_AGAIN for row in asked):
        return False
    for each in asked:
        close_running_calls(connection, each.order_id, now, "its worker stopped")
    connection.execute(_FORGET_ASKED, {"session": order.session_id})
    row = {
        "session_id": order.session_id,
        "last": last,
        "order_id": order.id,
        "asked_at": now,
        "status": "asked",
    }
    return connection.execute(_CLAIM[connection.dialect.name], row).first() is not None


def end_summary(
    connection: Connection, order: WorkOrder, last: int, outcome: SummaryOutcome, *, count: int
) -> bool:
    """Write what became of it. False, and nothing of it is kept: turns were deleted since `count` was read."""
    place = {"order": order.id, "session": order.session_id}
    if connection.execute(_COUNT, place).scalar_one() != count:
        outcome = SummaryOutcome("failed", note="turns of it were deleted meanwhile")
    values = {"status": outcome.status, "text": outcome.text, "kept": outcome.kept, "note": outcome.note}
    key = {"session": order.session_id, "upto": last}
    return connection.execute(_END, {**key, **values}).rowcount > 0 and outcome.status == "stands"


def summaries_asked_by(connection: Connection, order_id: str) -> tuple[SummaryAsked, ...]:
    """The summaries that were asked for after the order."""
    rows = connection.execute(_ASKED_BY, {"order": order_id})
    return tuple(SummaryAsked(row.last, row.status, row.kept, row.note) for row in rows)
