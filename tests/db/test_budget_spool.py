"""The budget while PostgreSQL is away: the spool goes on from what was spent, and gives back what it spent itself."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from db.budget import Budget
from db.engine import Database
from db.records import CallStatus, Settlement
from db.spool import Spool
from db.statements.alerts import newest_alert
from db.statements.attempts import open_attempt
from db.statements.budget import windows_at
from db.statements.budget_alerts import tell_used_up
from db.statements.calls import settle_call
from db.statements.limits import all_limit_changes, limits_in_force
from db.statements.orders import assign_order
from db.statements.switches import Switch, get_switch, set_switch
from nexus.budget import FROZEN, BudgetRefused, BudgetUsedUp, LimitChange, Limits
from nexus.clock import SystemClock
from nexus.settings import CommonSettings
from nexus.usage import Price, Usage
from nexus.work_order import Role
from tests.builders import a_try, an_assignment, assigned, claimed, now
from tests.conftest import wait_until
from tests.db.paid_calls import a_change, alerts_in, change
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


@contextmanager
def cut_off(primary: Database) -> Iterator[Budget]:
    """The budget of a process that sees that its host is in local mode."""
    spool = Spool.open(CommonSettings(database_url="postgresql://nobody@127.0.0.1:1/x"))
    assert spool is not None
    assert spool.is_local
    try:
        yield Budget(primary, spool, LIMITS, SystemClock())
    finally:
        spool.close()


def limits_in(database: Database) -> list[LimitChange]:
    return database.read_sync(all_limit_changes)


async def test_a_limit_that_was_changed_during_an_outage_holds_there_at_once_and_everywhere_afterwards(
    spool: Spool, primary: Database
) -> None:
    change(primary, replace(a_change("0.50"), changed_at=now() - timedelta(hours=1)), LIMITS)
    with cut_off(primary) as budget:
        limits = await budget.set_limit(a_change("0.05", by="telegram:1"))

    assert limits.at(("company", "day")) == 5 * CENT
    assert len(limits_in(primary)) == 1, "PostgreSQL was not asked"
    assert primary.read_sync(limits_in_force, LIMITS).at(("company", "day")) == Decimal("0.50")
    with pytest.raises(BudgetRefused, match="the limit was set by telegram:1 on"):
        await pay_in_spool(spool)
    async with told(spool, primary):
        await wait_until(lambda: limits_in(primary) == limits_in(spool.database))
    with pytest.raises(BudgetRefused, match="the limit was set by telegram:1 on"):
        pay(primary, assigned(primary).id)


async def test_a_limit_that_was_changed_in_postgresql_is_known_in_the_spool_before_the_next_outage(
    spool: Spool, primary: Database
) -> None:
    set_ = change(primary, a_change("0.05"), LIMITS)
    async with told(spool, primary):
        await wait_until(lambda: limits_in(spool.database) == [set_])

    with pytest.raises(BudgetRefused, match="the limit was set by owner on"):
        await pay_in_spool(spool)
    back = change(primary, a_change(None, is_set=False), LIMITS)
    async with told(spool, primary):
        await wait_until(lambda: limits_in(spool.database) == [back])
    await pay_in_spool(spool)


async def test_alerts_of_an_outage_move_to_postgresql_once_and_behind_what_was_read_there(
    spool: Spool, primary: Database
) -> None:
    with cut_off(primary) as budget:
        await budget.set_limit(a_change("0.05"))
    for _ in range(2):
        with pytest.raises(BudgetUsedUp) as refused:
            await pay_in_spool(spool)
        spool.database.run_sync(tell_used_up, refused.value, now())
    change(primary, a_change("0.40"), LIMITS)  # as another host that is not cut off
    read_so_far = primary.read_sync(newest_alert)
    raised = alerts_in(spool.database)
    assert [alert.kind for alert in raised] == ["budget.limit_changed", "budget.used_up"]

    for _ in range(2):
        await a_replay(spool, primary).move_logs()

    arrived = [alert for alert in alerts_in(primary) if alert.id > read_so_far]
    assert [(alert.key, alert.at) for alert in arrived] == [(alert.key, alert.at) for alert in raised]
    assert alerts_in(spool.database) == []
