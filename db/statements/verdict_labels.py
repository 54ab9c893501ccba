"""What the company's own orders say about the tiers: for each order, how the first judged try of each tier ended.

Read by `agents.learning.labels`, in pages, the newest orders first, so that memory is bounded. Orders that a tool
answered, a front end's own requests, questions asked back and messages with attachments say nothing about how hard
their words are, and are left out. What was deleted is not there to be read.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.records import EQUIPMENT, AttemptStatus
from db.routing_tables import route_decisions
from db.tables import attachments, attempts, audit_logs, verdicts, work_orders
from nexus.work_order import TIERS, Role, Status

PAGE: Final = 500
MOST_ORDERS: Final = 20_000
HALF_CHARS: Final = 4_096  # of a longer message its beginning and its end
NOT_WORK: Final = ("equipment", "background_call")
"""Triage rules of orders that no tier was chosen for by their words."""
ASKED_AGAIN: Final = ("order.escalate", "order.retry")
_JUDGED: Final = (AttemptStatus.PASSED.value, AttemptStatus.REJECTED.value)


@dataclass(frozen=True, slots=True)
class FirstTry:
    """The first judged try of a tier. `checks` are the names of the checks that were really made."""

    role: Role
    passed: bool
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DoneAgain:
    """The owner wanted the order done again, by `tier`; None: by whoever the Admin chose."""

    tier: Role | None


@dataclass(frozen=True, slots=True)
class TriedOrder:
    """An ended order. `tries` in the order they were made; `delivered_by` is None where nothing was delivered.

    `content` is the message, of one over 8,192 characters the first and the last 4,096. `propensity` is how probable
    the choice of `chosen` as the first tier was; None where nothing was written of it.
    """

    id: str
    session_id: str
    at: datetime
    content: str
    is_again: bool
    tries: tuple[FirstTry, ...]
    delivered_by: Role | None
    again: tuple[DoneAgain, ...]
    chosen: Role | None = None
    propensity: float | None = None


_LENGTH = sa.func.length(work_orders.c.content)
_ENDS = sa.case(
    (_LENGTH <= 2 * HALF_CHARS, work_orders.c.content),
    else_=sa.func.substr(work_orders.c.content, 1, HALF_CHARS, type_=sa.Text).concat(
        sa.func.substr(work_orders.c.content, _LENGTH - HALF_CHARS + 1, type_=sa.Text)
    ),
)
_ORDERS = (
    sa.select(
        work_orders.c.id,
        work_orders.c.session_id,
        work_orders.c.finished_at,
        _ENDS.label("content"),
        work_orders.c.retry_of,
        work_orders.c.status,
        work_orders.c.owner,
        route_decisions.c.chosen,
        route_decisions.c.propensity,
    )
    .join(route_decisions, route_decisions.c.order_id == work_orders.c.id, isouter=True)
    .where(
        work_orders.c.id < sa.bindparam("before"),
        work_orders.c.finished_at.is_not(None),
        work_orders.c.status.in_((Status.DELIVERED.value, Status.FAILED.value, Status.CANCELLED.value)),
        work_orders.c.tier_rule.is_not(None),
        work_orders.c.tier_rule.not_in(NOT_WORK),
        ~sa.exists().where(attachments.c.order_id == work_orders.c.id),
        sa.exists().where(attempts.c.order_id == work_orders.c.id, attempts.c.status.in_(_JUDGED)),
    )
    .order_by(work_orders.c.id.desc())
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
_IDS: sa.BindParameter[list[str]] = sa.bindparam("ids", expanding=True)
_TRIES = (
    sa.select(attempts.c.order_id, attempts.c.role, attempts.c.provider, verdicts.c.passed, verdicts.c.checks)
    .join(verdicts, verdicts.c.attempt_id == attempts.c.id)
    .where(attempts.c.order_id.in_(_IDS), attempts.c.status.in_(_JUDGED))
    .order_by(attempts.c.order_id, attempts.c.n)
)
_AGAIN = (
    sa.select(audit_logs.c.work_order_id, audit_logs.c.details)
    .where(audit_logs.c.work_order_id.in_(_IDS), audit_logs.c.action.in_(ASKED_AGAIN))
    .order_by(audit_logs.c.id)
)
AFTER_ALL: Final = f"WO-{'Z' * 27}"  # no order's id is above this one, in any collation


def page_of_tried_orders(
    connection: Connection, before: str = AFTER_ALL, *, limit: int = PAGE
) -> tuple[TriedOrder, ...]:
    """At most `limit` ended orders with a judged try whose ids are below `before`, the newest first."""
    rows = connection.execute(_ORDERS, {"before": before, "limit": limit}).all()
    ids = [row.id for row in rows]
    tries, again = _tries_of(connection, ids), _again_of(connection, ids)
    return tuple(
        TriedOrder(
            id=row.id,
            session_id=row.session_id,
            at=row.finished_at,
            content=row.content,
            is_again=row.retry_of is not None,
            tries=tuple(tries[row.id].values()),
            delivered_by=Role(row.owner) if row.status == Status.DELIVERED else None,
            again=tuple(again[row.id]),
            chosen=Role(row.chosen) if row.chosen in set(Role) else None,
            propensity=row.propensity,
        )
        for row in rows
        if tries[row.id]
    )


def _tries_of(connection: Connection, ids: Sequence[str]) -> Mapping[str, dict[Role, FirstTry]]:
    tries: defaultdict[str, dict[Role, FirstTry]] = defaultdict(dict)
    if not ids:
        return tries
    for row in connection.execute(_TRIES, {"ids": list(ids)}):
        role = Role(row.role)
        if role in TIERS and row.provider != EQUIPMENT and role not in tries[row.order_id]:
            tries[row.order_id][role] = FirstTry(role, bool(row.passed), tuple(_made(row.checks)))
    return tries


def _made(checks: str) -> Iterator[str]:
    """Names of the checks that passed or failed; a verdict that cannot be read has none."""
    try:
        listed = json.loads(checks)
    except ValueError:
        return
    for check in listed:
        if check.get("status") in ("pass", "fail"):
            yield str(check.get("name", ""))


def _again_of(connection: Connection, ids: Collection[str]) -> Mapping[str, list[DoneAgain]]:
    again: defaultdict[str, list[DoneAgain]] = defaultdict(list)
    if not ids:
        return again
    for row in connection.execute(_AGAIN, {"ids": list(ids)}):
        tier = json.loads(row.details).get("tier")
        again[row.work_order_id].append(DoneAgain(Role(tier) if tier in set(Role) else None))
    return again
