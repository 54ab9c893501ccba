"""The budget while PostgreSQL is away: the spool goes on from what was spent, and gives back what it spent itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from db.budget import Budget
from db.engine import Database
from db.records import CallStatus, Settlement
from db.spool import Spool
from db.statements.attempts import open_attempt
from db.statements.budget import windows_at
from db.statements.calls import settle_call
from db.statements.orders import assign_order
from db.statements.switches import Switch, get_switch, set_switch
from nexus.budget import FROZEN, BudgetRefused, Limits
from nexus.clock import SystemClock
from nexus.usage import Price, Usage
from nexus.work_order import Role
from tests.builders import a_try, an_assignment, assigned, claimed, now
from tests.conftest import wait_until
from tests.db.spooled import a_replay, let_leases_run_out, spooled

CENT = Decimal("0.01")
PRICE = Price(CENT, CENT, CENT, CENT)
LIMITS = Limits({("company", "day"): Decimal("0.25")})


def pay(database: Database, order_id: str, *, cost: Decimal | None = 5 * CENT) -> None:
    """A claimed tier's paid call of at most 10 cents, settled at `cost`; None leaves it running."""
    order = claimed(database, order_id, Role.INTERN)
    assert order is not None
    attempt, call = a_try(order)
    day = LIMITS.day_of(now())
    call = replace(call, price=PRICE, worst_case_usd=10 * CENT, budget_day=day)
    database.run_sync(open_attempt, order, attempt, call, now(), limits=LIMITS)
    if cost is not None:
        settled = Settlement(CallStatus.RECORDED, Usage(1, 1), cost_usd=cost, answer="Paris.")
        database.run_sync(settle_call, call, settled, now())


async def pay_in_spool(spool: Spool, *, cost: Decimal | None = 5 * CENT) -> str:
    order = await spooled(spool)
    admin = claimed(spool.database, order.id, Role.ADMIN)
    assert admin is not None
    spool.database.run_sync(assign_order, admin, an_assignment(), now())
    pay(spool.database, order.id, cost=cost)
    return order.id


def spent_in(database: Database) -> tuple[Decimal, Decimal]:
    """Spent and reserved of the company's day."""
    [window] = [
        w
        for w in database.read_sync(windows_at, LIMITS, now())
        if (w.scope, len(w.period)) == ("company", 10)
    ]
    return window.spent_usd, window.reserved_usd


@asynccontextmanager
async def told(spool: Spool, primary: Database) -> AsyncIterator[Budget]:
    """As in a worker: the spool is told of PostgreSQL's windows."""
    budget = Budget(primary, spool, LIMITS, SystemClock())
    keeping = asyncio.create_task(budget.keep_spool())
    try:
        yield budget
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


async def test_the_spool_goes_on_from_what_postgresql_knew(spool: Spool, primary: Database) -> None:
    for _ in range(3):
        pay(primary, assigned(primary).id)
    async with told(spool, primary):
        await wait_until(lambda: spent_in(spool.database)[0] == 15 * CENT)

    await pay_in_spool(spool, cost=CENT)
    with pytest.raises(BudgetRefused, match=r"\$0.1600 of \$0.2500 spent"):
        await pay_in_spool(spool)


async def test_what_was_spent_in_the_spool_counts_in_postgresql_after_the_replay_and_once_only(
    spool: Spool, primary: Database
) -> None:
    pay(primary, assigned(primary).id)
    await pay_in_spool(spool)
    await pay_in_spool(spool, cost=None)
    let_leases_run_out(spool.database)
    spent, reserved = spent_in(spool.database)

    await a_replay(spool, primary).run()

    assert (spent, reserved) == (5 * CENT, 10 * CENT)
    assert spent_in(primary) == (10 * CENT, 10 * CENT)
    assert spent_in(spool.database) == (15 * CENT, Decimal(0)), "it knows of them as spent elsewhere"
    async with told(spool, primary):
        await wait_until(lambda: spent_in(spool.database)[0] == 20 * CENT)


async def test_a_freeze_that_was_asked_for_during_an_outage_holds_afterwards(
    spool: Spool, primary: Database
) -> None:
    spool.database.run_sync(set_switch, Switch(FROZEN, True, now(), "owner", "too dear"))

    async with told(spool, primary):
        await wait_until(lambda: is_frozen(primary))

    primary.run_sync(set_switch, Switch(FROZEN, False, now() + timedelta(seconds=1), "owner", ""))
    async with told(spool, primary):
        await wait_until(lambda: not is_frozen(spool.database))


def is_frozen(database: Database) -> bool:
    found = database.read_sync(get_switch, FROZEN)
    return found is not None and found.is_on
