"""What each role is doing, what waits for it, and how its work of some days went: for `GET /api/agents`.

What is done now is read from leases and the outbox, which are small. Work is counted by the moment its calls began,
which is an index of the ledger; a try counts where its first call began.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.records import AttemptStatus, CallStatus
from db.tables import attempts, model_calls, outbox, verdicts, work_orders
from db.types import UtcDateTime, db_now
from nexus.work_order import Role

MOST = 20
TITLE_CHARS = 80
_MOST_READ = 1000  # more than all workers of a company hold at once
_READ_CHARS = 400  # enough for a title, whatever blanks a message begins with
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class InHand:
    """An order that a worker holds, since when, and how it begins."""

    order_id: str
    session_id: str
    title: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Present:
    """What the roles are doing, oldest order first, and how many orders wait for each. What is missing is nothing."""

    in_hand: dict[Role, list[InHand]]
    waiting: dict[Role, int]


@dataclass(frozen=True, slots=True)
class Work:
    """How a role's work of a period went. `attempts` are those that have ended."""

    attempts: int = 0
    passed: int = 0
    verdicts: int = 0
    verdicts_passed: int = 0
    p50_ms: int | None = None
    p95_ms: int | None = None
    cost_usd: Decimal = NOTHING

    @property
    def success_rate(self) -> float | None:
        """The share of the tries that passed; None without any."""
        return self.passed / self.attempts if self.attempts else None

    @property
    def qa_pass_rate(self) -> float | None:
        """The share of QA's verdicts that are good; None without any."""
        return self.verdicts_passed / self.verdicts if self.verdicts else None


_O, _C, _A = work_orders.c, model_calls.c, attempts.c
_TRY_SINCE = (
    sa.select(sa.func.max(_A.started_at, type_=UtcDateTime()))
    .where(_A.order_id == _O.id, _A.status == AttemptStatus.RUNNING.value)
    .correlate(work_orders)
    .scalar_subquery()
)
# Not sorted here: that would lead both stores from the index of open orders to one of all orders.
_IN_HAND = (
    sa.select(
        _O.id,
        _O.session_id,
        _O.owner,
        sa.func.substr(_O.content, 1, _READ_CHARS).label("content"),
        sa.func.coalesce(_TRY_SINCE, _O.updated_at, type_=UtcDateTime()).label("since"),
    )
    .where(_O.finished_at.is_(None), _O.lease_until > db_now())
    .limit(_MOST_READ)
)
_WAITING = sa.select(outbox.c.role, sa.func.count().label("orders")).group_by(outbox.c.role)

_START, _END = (sa.bindparam(name, type_=UtcDateTime()) for name in ("starts", "ends"))
_BEGUN = sa.and_(_C.started_at >= _START, _C.started_at < _END)
_COST = sa.select(_C.role, sa.func.sum(_C.cost_usd).label("cost_usd")).where(_BEGUN).group_by(_C.role)
_TRIED = (
    sa.select(
        _A.role,
        _A.status,
        verdicts.c.passed,
        sa.func.count(_A.id.distinct()).label("tries"),
    )
    .select_from(
        model_calls.join(attempts, _A.id == _C.attempt_id).outerjoin(verdicts, verdicts.c.attempt_id == _A.id)
    )
    .where(_BEGUN, _A.started_at >= _START, _A.status != AttemptStatus.RUNNING.value)
    .group_by(_A.role, _A.status, verdicts.c.passed)
)
_RANKED = (
    sa.select(
        _C.role,
        _C.latency_ms,
        sa.func.row_number().over(partition_by=_C.role, order_by=_C.latency_ms).label("place"),
        sa.func.count().over(partition_by=_C.role).label("total"),
    )
    .where(_BEGUN, _C.status == CallStatus.RECORDED.value, _C.latency_ms.is_not(None))
    .subquery()
)


def _rank(percent: int) -> sa.ColumnElement[Any]:
    """The smallest latency that is not passed by `percent` of all (nearest rank)."""
    reached = _RANKED.c.place * 100 >= _RANKED.c.total * percent
    return sa.func.min(sa.case((reached, _RANKED.c.latency_ms)))


_LATENCY = sa.select(_RANKED.c.role, _rank(50).label("p50"), _rank(95).label("p95")).group_by(_RANKED.c.role)


def present(connection: Connection) -> Present:
    """What the roles are doing now, at most 20 orders each, and what waits for them. Read-only."""
    in_hand: dict[Role, list[InHand]] = defaultdict(list)
    for row in sorted(connection.execute(_IN_HAND), key=lambda row: str(row.id)):
        held = InHand(row.id, row.session_id, _title(row.content), row.since)
        in_hand[Role(row.owner)].append(held)
    waiting = {Role(row.role): row.orders for row in connection.execute(_WAITING)}
    return Present({role: held[:MOST] for role, held in in_hand.items()}, waiting)


def _title(content: str) -> str:
    line = " ".join(content.split())
    return line if len(line) <= TITLE_CHARS else f"{line[: TITLE_CHARS - 1]}…"


def work_of(connection: Connection, starts: datetime, ends: datetime) -> dict[Role, Work]:
    """The work of every role from `starts` to `ends`, which is excluded. Read-only."""
    times = {"starts": starts, "ends": ends}
    costs = {Role(row.role): row.cost_usd for row in connection.execute(_COST, times)}
    latencies = {Role(row.role): (row.p50, row.p95) for row in connection.execute(_LATENCY, times)}
    tried: dict[Role, list[sa.Row[Any]]] = defaultdict(list)
    for row in connection.execute(_TRIED, times):
        tried[Role(row.role)].append(row)
    return {
        role: _work(tried.get(role, []), latencies.get(role, (None, None)), costs.get(role)) for role in Role
    }


def _work(tried: list[sa.Row[Any]], latency: tuple[int | None, int | None], cost_usd: Decimal | None) -> Work:
    def tries(counts: list[bool]) -> int:
        return sum(row.tries for row, counted in zip(tried, counts, strict=True) if counted)

    return Work(
        attempts=tries([True for _ in tried]),
        passed=tries([row.status == AttemptStatus.PASSED.value for row in tried]),
        verdicts=tries([row.passed is not None for row in tried]),
        verdicts_passed=tries([bool(row.passed) for row in tried]),
        p50_ms=latency[0],
        p95_ms=latency[1],
        cost_usd=cost_usd or NOTHING,
    )
