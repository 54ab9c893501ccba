"""What is asked of a full store: pages of the list, and what workers ask while nothing happens.

Each is timed in a read or write transaction of its own, as processes ask it; its plan is the database's own.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from statistics import median

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from benchmarks.filling import Filling
from db.engine import Database
from db.statements.outbox import due_rings, overdue_orders, sweep, waiting_orders
from db.statements.queries import count_open, list_orders
from db.statements.requeue import dead_letters
from nexus.work_order import Role, Status

REPEATS = 101
PAGE = 50
DEPTHS = (0, 10, 50, 99)  # percent of all orders that stand before the page
FILTERS: dict[str, tuple[Status | None, Role | None]] = {
    "all": (None, None),
    "status=delivered": (Status.DELIVERED, None),
    "status=failed (2 %)": (Status.FAILED, None),
    "status=dead (0.1 %)": (Status.DEAD, None),
    "owner=intern": (None, Role.INTERN),
    "owner=ceo (5 %)": (None, Role.CEO),
    "status=delivered, owner=intern": (Status.DELIVERED, Role.INTERN),
    "status=failed, owner=ceo (none)": (Status.FAILED, Role.CEO),
}

type Question = Callable[[Connection], object]


@dataclass(frozen=True, slots=True)
class Look:
    """The median time of one question, in milliseconds, and how the database finds the answer."""

    name: str
    ms: float
    plan: str

    @property
    def reads_all(self) -> bool:
        """True when the plan goes over the whole of a table that grows with every order."""
        return any(word in self.plan for word in ("SCAN work_orders\n", "Seq Scan on work_orders"))


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its median time, and its time in relation to the first page's, asked a moment before it."""

    ms: float
    ratio: float


def pages(database: Database, filling: Filling, status: Status | None, owner: Role | None) -> list[Page]:
    """A page at each of `DEPTHS`. A ratio is taken inside each repeat, so that noise hits both alike."""
    cursors = [_cursor(filling, depth) for depth in DEPTHS]
    questions = [
        partial(list_orders, status=status, owner=owner, before=before, limit=PAGE) for before in cursors
    ]
    repeats = [[_timed_ms(database, question) for question in questions] for _ in range(REPEATS)]
    return [
        Page(median(times), median(ms / repeat[0] for ms, repeat in zip(times, repeats, strict=True)))
        for times in zip(*repeats, strict=True)
    ]


def _cursor(filling: Filling, depth: int) -> str | None:
    return filling.order_id(int(filling.orders * (1 - depth / 100))) if depth else None


def idle_looks(database: Database) -> list[Look]:
    """What workers and gateways ask every second, and an operator now and then."""
    now = datetime.now(UTC)
    questions: dict[str, Question] = {
        "due_rings": partial(due_rings, now=now),
        "waiting_orders": partial(waiting_orders, role=Role.INTERN, now=now, limit=10),
        "sweep": partial(sweep, now=now),
        "overdue_orders": partial(overdue_orders, now=now),
        "count_open": count_open,
        "dead_letters (an operator's)": partial(dead_letters, limit=100),
    }
    return [
        Look(name, median(_timed_ms(database, question) for _ in range(REPEATS)), plan_of(database, question))
        for name, question in questions.items()
    ]


def _timed_ms(database: Database, question: Question) -> float:
    began = time.perf_counter()
    database.run_sync(question)
    return (time.perf_counter() - began) * 1000


def plan_of(database: Database, question: Question) -> str:
    """The plan of the first statement that `question` runs, one step a line."""
    asked: list[tuple[str, object]] = []

    def note(*execution: object) -> None:
        asked.append((str(execution[2]), execution[3]))

    def explain(connection: Connection) -> str:
        sa.event.listen(connection, "before_cursor_execute", note)
        question(connection)
        sa.event.remove(connection, "before_cursor_execute", note)
        statement, parameters = asked[0]
        word = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN (COSTS OFF)"
        rows = connection.exec_driver_sql(f"{word} {statement}", parameters)  # type: ignore[arg-type]
        return "\n".join(str(row[-1]) for row in rows) + "\n"

    return database.run_sync(explain)
