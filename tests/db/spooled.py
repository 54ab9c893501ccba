"""A host's spool for tests: orders in it at every stage of their life, and what two stores hold."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.engine import Database, open_database
from db.records import (
    Accepted,
    AttemptStatus,
    CallStatus,
    CheckRecord,
    IdempotencyKey,
    NewOrder,
    Settlement,
    VerdictRecord,
)
from db.replay import Replay
from db.spool import Spool
from db.statements.attempts import close_attempt, open_attempt, record_metric, store_verdict, verdict_event
from db.statements.calls import settle_call
from db.statements.modes import Mode, write_mode
from db.statements.orders import assign_order, finish_order, hand_over
from db.statements.outbox import waiting_orders
from db.store import Store
from db.tables import metadata, store_modes
from nexus.clock import SystemClock
from nexus.errors import LeaseLost
from nexus.settings import CommonSettings
from nexus.usage import Usage
from nexus.work_order import Role, WorkOrder
from tests.builders import NO_LIMITS, a_try, an_assignment, an_ending, an_order, assigned, claimed, now
from tests.conftest import wait_until

type Rows = dict[str, list[dict[str, Any]]]


def a_key(name: str, fingerprint: str = "same", *, lives: timedelta = timedelta(hours=24)) -> IdempotencyKey:
    return IdempotencyKey("owner", name, fingerprint, now() + lives)


def goes_local(spool: Spool, reason: str = "a test") -> None:
    """The host's mode, as another process would have written it."""
    spool.database.run_sync(write_mode, Mode.LOCAL, "here", reason, now())


async def spooled(spool: Spool, *, born_here: bool = True, **changes: object) -> NewOrder:
    """An order that was accepted into the spool."""
    order = an_order(**changes)  # type: ignore[arg-type]
    accepted = await spool.accept(order, now(), born_here=born_here)
    assert accepted is not None, "the host is not in local mode"
    return replace(order, id=accepted.order_id)


def work_to_the_end(database: Database, order_id: str, role: Role = Role.INTERN) -> WorkOrder:
    """The tier's part: a try that QA rejects, then one that passes, each paid for."""
    _try_once(database, order_id, role, passed=False)
    return _try_once(database, order_id, role, passed=True)


def _try_once(database: Database, order_id: str, role: Role, *, passed: bool) -> WorkOrder:
    order = claimed(database, order_id, role)
    assert order is not None
    database.run_sync(_work, order, passed)
    return order


def _work(connection: Connection, order: WorkOrder, passed: bool) -> None:
    attempt, call = a_try(order, order.attempts + 1)
    open_attempt(connection, order, attempt, call, now(), limits=NO_LIMITS)
    settlement = Settlement(
        CallStatus.RECORDED, Usage(10, 5), Decimal("0.000042"), "Paris.", "stop", 12, "r1"
    )
    settle_call(connection, call, settlement, now())
    verdict = VerdictRecord(passed, (CheckRecord("not_empty", "pass", "6 characters"),))
    store_verdict(connection, order, attempt.id, verdict, now())
    status = AttemptStatus.PASSED if passed else AttemptStatus.REJECTED
    close_attempt(connection, attempt.id, status, now(), answer="Paris.")
    record_metric(connection, order, attempt, call, now(), success=passed)
    if passed:
        finish_order(connection, order, an_ending(), now(), before=[verdict_event(verdict)])
    else:
        hand_over(connection, order, order.owner, now())


def serve_next(database: Database) -> str | None:
    """What a worker of the spool does with the oldest order that waits: its id once it has ended, or None."""
    waiting = database.read_sync(waiting_orders, Role.ADMIN, now=now(), limit=1)
    order = claimed(database, waiting[0], Role.ADMIN) if waiting else None
    if order is None:
        return None
    try:
        database.run_sync(assign_order, order, an_assignment(), now())
        work_to_the_end(database, order.id)
    except (LeaseLost, AssertionError):
        return None  # between two steps the replay has taken it
    return order.id


def finished(database: Database, **changes: object) -> NewOrder:
    """An order that has gone its whole way in one store."""
    order = assigned(database, **changes)  # type: ignore[arg-type]
    work_to_the_end(database, order.id)
    return order


def everything_in(database: Database) -> Rows:
    """Every row of every table but the mode log, in the order of the keys."""
    with database.engine.connect() as connection:
        return {
            table.name: [
                dict(row._mapping)
                for row in connection.execute(sa.select(table).order_by(*table.primary_key.columns))
            ]
            for table in metadata.sorted_tables
            if table is not store_modes
        }


def rows(database: Database, table: str, **equal: object) -> list[Mapping[str, Any]]:
    """Rows of one table."""
    found = metadata.tables[table]
    query = sa.select(found).filter_by(**equal).order_by(*found.primary_key.columns)
    with database.engine.connect() as connection:
        return [dict(row._mapping) for row in connection.execute(query)]


def nothing_left(spool: Spool) -> bool:
    """True when every order and all that belongs to it has left the spool."""
    return not any(everything_in(spool.database).values())


def let_leases_run_out(database: Database) -> None:
    """As if every worker had died half a minute ago."""
    orders = metadata.tables["work_orders"]
    ago = now() - timedelta(seconds=30)
    with database.engine.begin() as connection:
        connection.execute(sa.update(orders).where(orders.c.lease_until.is_not(None)).values(lease_until=ago))


@dataclass(frozen=True)
class Host:
    """A gateway process's stores."""

    store: Store
    primary: Database
    spool: Spool

    async def accept(self, **changes: Any) -> Accepted:
        return await self.store.accept(an_order(**changes), now())

    async def is_local(self) -> None:
        await wait_until(lambda: self.spool.is_local)

    async def is_back(self) -> None:
        await wait_until(lambda: not self.spool.is_local, 60)


@asynccontextmanager
async def a_host(settings: CommonSettings) -> AsyncIterator[Host]:
    primary, spool = open_database(settings), Spool.open(settings)
    assert spool is not None
    await spool.start(primary)
    keeper = asyncio.create_task(spool.keep(primary))
    try:
        yield Host(Store(primary, spool, SystemClock()), primary, spool)
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)
        spool.close()
        primary.close()


def a_replay(spool: Spool, primary: Database) -> Replay:
    return Replay(spool.database, primary, spool.keys, host="here", clock=SystemClock())
