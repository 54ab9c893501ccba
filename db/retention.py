"""Retention: delete what is old, a little at a time, while the company works.

Every transaction is short and leaves the database whole, so it may be interrupted at any moment, run at the same
time as another, and run again. On SQLite the write lock is given back between transactions for as long as one took.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from sqlalchemy.engine import Connection

from db.engine import Database
from db.health_tables import health_changes
from db.statements.health_history import HEALTH_KEPT, prune_health
from db.statements.retention import prune_keys, prune_metrics, prune_orders
from db.tables import agent_metrics, idempotency_keys, work_orders

FIRST_BATCH, SMALLEST_BATCH, LARGEST_BATCH = 100, 20, 500
TRANSACTION_S = 0.1  # what a waiting writer hardly notices
LEAST_REST_S = 0.15  # SQLite's waiting writers look every 0.1 s
ROWS_AT_ONCE = 5000


@dataclass(slots=True)
class Pruned:
    """What has been deleted so far: `rows` by table, `work_orders` among them.

    `kept` orders are old enough, but an event that stays stands below one of theirs.
    """

    rows: Counter[str] = field(default_factory=Counter)
    kept: int = 0

    @property
    def orders(self) -> int:
        """How many orders."""
        return self.rows[work_orders.name]


def prune(
    database: Database,
    cutoff: datetime,
    now: datetime,
    *,
    metrics_too: bool = False,
    rest: Callable[[float], None] = time.sleep,
) -> Iterator[Pruned]:
    """Delete orders that ended before `cutoff`, idempotency keys that expired before `now`, and old health changes.

    `metrics_too` also deletes rows of `agent_metrics` from before `cutoff`. Yields after every transaction, always
    the same object. `cutoff` is at least a day ago: a repeated message is known by its key for that long.

    Raises:
        StoreUnavailable: the database does not answer; what was yielded is deleted, the rest is as it was.
    """
    pruned = Pruned()
    for _ in _orders(database, cutoff, pruned, rest):
        yield pruned
    others = [
        (idempotency_keys.name, partial(prune_keys, now=now, limit=ROWS_AT_ONCE)),
        (health_changes.name, partial(prune_health, cutoff=now - HEALTH_KEPT)),
    ]
    if metrics_too:
        others.append((agent_metrics.name, partial(prune_metrics, cutoff=cutoff, limit=ROWS_AT_ONCE)))
    for name, step in others:
        while deleted := _timed(database, step, rest)[0]:
            pruned.rows[name] += deleted
            yield pruned


def _orders(
    database: Database, cutoff: datetime, pruned: Pruned, rest: Callable[[float], None]
) -> Iterator[None]:
    after: str | None = ""
    size = FIRST_BATCH
    while after is not None:
        step = partial(prune_orders, cutoff=cutoff, after=after, limit=size)
        batch, took_s = _timed(database, step, rest)
        pruned.rows.update(batch.rows)
        pruned.kept += batch.kept
        after = batch.last
        size = _next_size(size, took_s)
        yield


def _timed[T](
    database: Database, step: Callable[[Connection], T], rest: Callable[[float], None]
) -> tuple[T, float]:
    """One transaction and how long it took, in seconds, followed by a rest in which others get their turn."""
    began = time.monotonic()
    outcome = database.run_sync(step)
    took_s = time.monotonic() - began
    rest(max(took_s, LEAST_REST_S) if database.is_sqlite else took_s / 2)
    return outcome, took_s


def _next_size(size: int, took_s: float) -> int:
    """So many orders that a transaction takes about `TRANSACTION_S`."""
    factor = min(2.0, max(0.5, TRANSACTION_S / max(took_s, 0.001)))
    return min(LARGEST_BATCH, max(SMALLEST_BATCH, int(size * factor)))
