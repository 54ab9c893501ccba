"""What is left after a run: the database's rows, the stub's ledger, the senders' notes, the faults.

Plain facts without a judgement; `tests.chaos.checker` judges them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.tables import (
    attempts,
    budget_windows,
    deliveries,
    events,
    idempotency_keys,
    model_calls,
    outbox,
    sessions,
    verdicts,
    work_orders,
)
from tests.chaos.driver import Injected
from tests.chaos.mail import read_lines
from tests.chaos.stub import TOKEN


@dataclass(frozen=True, slots=True)
class Order:
    """A row of `work_orders`. `token` is found in its content."""

    id: str
    token: str
    session_id: str
    status: str
    fence: int
    claims: int
    attempts: int
    lease_until: float | None
    failure_reason: str | None
    result: str | None
    created_at: float
    finished_at: float | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A row of `attempts`, with its verdict (None: not judged)."""

    order_id: str
    n: int
    fence: int
    status: str
    started_at: float
    finished_at: float | None
    passed: bool | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A row of `model_calls`; `n` is its attempt's number, None when it belongs to none. Money in dollars."""

    order_id: str
    n: int | None
    purpose: str
    status: str
    request_id: str | None
    role: str = "intern"
    budget_day: str | None = None
    cost_usd: Decimal | None = None
    worst_case_usd: Decimal | None = None
    started_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """A row of `budget_windows`, in dollars."""

    scope: str
    period: str
    spent_usd: Decimal
    reserved_usd: Decimal


@dataclass(frozen=True, slots=True)
class Event:
    """A row of `events`."""

    session_id: str
    seq: int
    order_id: str
    type: str


@dataclass(frozen=True, slots=True)
class StubCall:
    """A call as the model saw it. `status` is the reply's: 0 cut off on purpose, -1 client gone, None no reply."""

    id: str
    token: str
    t: float
    status: int | None = None
    replied_at: float | None = None


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A sender was told that its message is an order. `durability` is the reply's own word, if it had one."""

    key: str
    token: str
    order_id: str
    t: float
    durability: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A sender read an ended order."""

    order_id: str
    look: int
    status: str
    text: str | None


@dataclass(frozen=True, slots=True)
class SeenEvent:
    """An event that came by WebSocket; `after` is the number of the one before it."""

    session_id: str
    seq: int
    after: int
    order_id: str
    type: str


@dataclass(frozen=True, slots=True)
class SenderNotes:
    """What one sender wrote down."""

    accepted: Sequence[Acceptance] = ()
    answers: Sequence[Answer] = ()
    refused: Sequence[str] = ()
    unknown: Sequence[str] = ()
    events: Sequence[SeenEvent] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    finished: bool = True


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything. Times are Unix times in seconds."""

    orders: Sequence[Order] = ()
    keys: Mapping[str, str] = field(default_factory=dict)
    attempts: Sequence[Attempt] = ()
    calls: Sequence[Call] = ()
    events: Sequence[Event] = ()
    windows: Sequence[Window] = ()
    deliveries: Sequence[tuple[str, str, str]] = ()
    last_seqs: Mapping[str, int] = field(default_factory=dict)
    outbox: frozenset[str] = frozenset()
    streams: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    stub_calls: Sequence[StubCall] = ()
    stub_refusals: Sequence[str] = ()
    senders: Sequence[SenderNotes] = ()
    sent: frozenset[str] = frozenset()
    cancelled: frozenset[str] = frozenset()  # tokens of messages that somebody asked to cancel
    capped: bool = False  # money was to run out: what the budget refuses has failed by right
    faults: Sequence[Injected] = ()
    last_fault_at: float = 0.0
    gathered_at: float = 0.0


def orders_from(connection: Connection) -> list[Order]:
    """Every order."""
    columns = [getattr(work_orders.c, name) for name in Order.__slots__ if name != "token"]
    rows = connection.execute(sa.select(*columns, work_orders.c.content))
    return [
        Order(
            **{
                **{name: _plain(value) for name, value in row._mapping.items() if name != "content"},
                "token": _token(row.content),
            }
        )
        for row in rows
    ]


def _token(content: str) -> str:
    found = TOKEN.search(content)
    return found.group() if found else ""


def attempts_from(connection: Connection) -> list[Attempt]:
    """Every try, in order."""
    columns = [getattr(attempts.c, name) for name in Attempt.__slots__ if name != "passed"]
    query = sa.select(*columns, verdicts.c.passed)
    query = query.outerjoin(verdicts, verdicts.c.attempt_id == attempts.c.id)
    rows = connection.execute(query.order_by(attempts.c.order_id, attempts.c.n))
    return [Attempt(**{name: _plain(value) for name, value in row._mapping.items()}) for row in rows]


def calls_from(connection: Connection) -> list[Call]:
    """The ledger."""
    columns = [getattr(model_calls.c, name) for name in Call.__slots__ if name != "n"]
    query = sa.select(*columns, attempts.c.n).outerjoin(attempts, attempts.c.id == model_calls.c.attempt_id)
    return [Call(**row._mapping) for row in connection.execute(query)]


def events_from(connection: Connection) -> list[Event]:
    """Every event, in order of session and number."""
    columns = [getattr(events.c, name) for name in Event.__slots__]
    rows = connection.execute(sa.select(*columns).order_by(events.c.session_id, events.c.seq))
    return [Event(**row._mapping) for row in rows]


def _dicts(connection: Connection, table: sa.Table, names: Sequence[str]) -> list[dict[str, Any]]:
    rows = connection.execute(sa.select(*(table.c[name] for name in names)))
    return [dict(row._mapping) for row in rows]


def pairs(connection: Connection, *columns: sa.Column[Any]) -> list[tuple[Any, ...]]:
    """Some columns of a table."""
    return [tuple(row) for row in connection.execute(sa.select(*columns))]


def rows_of(connection: Connection) -> dict[str, Any]:
    """The database's part of `Evidence`."""
    return {
        "orders": orders_from(connection),
        "keys": dict(pairs(connection, idempotency_keys.c.key, idempotency_keys.c.order_id)),
        "attempts": attempts_from(connection),
        "calls": calls_from(connection),
        "events": events_from(connection),
        "windows": [Window(**row) for row in _dicts(connection, budget_windows, Window.__slots__)],
        "deliveries": pairs(connection, deliveries.c.order_id, deliveries.c.channel, deliveries.c.target),
        "last_seqs": dict(pairs(connection, sessions.c.id, sessions.c.last_seq)),
        "outbox": frozenset(row[0] for row in pairs(connection, outbox.c.order_id)),
    }


def stub_calls_of(ledger: Path) -> tuple[list[StubCall], list[str]]:
    """The model's ledger, and what it had to refuse."""
    calls: dict[str, StubCall] = {}
    refusals = []
    for line in read_lines(ledger):
        match line["at"]:
            case "call":
                calls[line["id"]] = StubCall(line["id"], line["token"], line["t"])
            case "reply":
                was = calls[line["id"]]
                calls[line["id"]] = StubCall(was.id, was.token, was.t, line["status"], line["t"])
            case "refused":
                refusals.append(line["message"])
    return list(calls.values()), refusals


def notes_of(path: Path, *, finished: bool = True) -> SenderNotes:
    """One sender's notes."""
    by_kind: dict[str, list[dict[str, Any]]] = {}
    for line in read_lines(path):
        by_kind.setdefault(line["at"], []).append(line)
    return SenderNotes(
        accepted=[
            Acceptance(a["key"], a["token"], a["order"], a["t"], a.get("durability"))
            for a in by_kind.get("accepted", ())
        ],
        answers=[Answer(a["order"], a["look"], a["status"], a["text"]) for a in by_kind.get("answer", ())],
        refused=[f"{r['token']}: {r['status']} {r['text']}" for r in by_kind.get("refused", ())],
        unknown=[f"{u['order']}: {u['status']}" for u in by_kind.get("unknown", ())],
        events=[
            SeenEvent(e["session"], e["seq"], e["after"], e["order"], e["type"])
            for e in by_kind.get("event", ())
        ],
        counts=_sum(line["counts"] for line in by_kind.get("counts", ())),
        finished=finished,
    )


def _sum(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for some in counts:
        total.update(some)
    return dict(total)


def _plain(value: Any) -> Any:
    """Times as Unix times, everything else as it is."""
    return value.timestamp() if isinstance(value, datetime) else value
