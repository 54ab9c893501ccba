"""Pauses while PostgreSQL is away and afterwards: the host's spool and PostgreSQL come to the same word."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from db.budget import Budget
from db.engine import Database
from db.pauses import Pauses
from db.spool import Spool
from db.statements.outbox import ring_is_due
from db.statements.pauses import all_pauses
from nexus.budget import Limits
from nexus.clock import SystemClock
from nexus.settings import CommonSettings
from nexus.work_order import Role
from tests.builders import assigned, claimed, now
from tests.conftest import wait_until
from tests.db.spooled import goes_local, spooled


@asynccontextmanager
async def in_touch(spool: Spool, primary: Database) -> AsyncIterator[None]:
    """As in every worker: the two stores tell each other of their switches."""
    keeping = asyncio.create_task(Budget(primary, spool, Limits({}), SystemClock()).keep_spool())
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


def paused_in(database: Database) -> set[Role]:
    return set(database.read_sync(all_pauses))


async def test_a_pause_is_at_once_in_both_stores(spool: Spool, primary: Database) -> None:
    pauses = Pauses(primary, spool, SystemClock())
    await pauses.set(Role.INTERN, is_on=True, by="owner")

    assert paused_in(primary) == paused_in(spool.database) == {Role.INTERN}

    await pauses.set(Role.INTERN, is_on=False, by="owner")
    assert paused_in(primary) == paused_in(spool.database) == set()


async def test_during_an_outage_the_spool_is_asked_and_told_and_postgresql_hears_of_it_afterwards(
    spool: Spool, primary: Database
) -> None:
    waiting = assigned(primary)  # from before
    goes_local(spool)
    cut_off = Spool.open(CommonSettings(database_url="postgresql://nobody@127.0.0.1:1/x"))
    assert cut_off is not None
    pauses = Pauses(primary, cut_off, SystemClock())

    await pauses.set(Role.ADMIN, is_on=True, by="owner", reason="outage")
    order = await spooled(spool)

    assert claimed(spool.database, order.id, Role.ADMIN) is None
    assert set(await pauses.held()) == {Role.ADMIN}
    assert paused_in(primary) == set()
    cut_off.close()
    async with in_touch(spool, primary):
        await wait_until(lambda: paused_in(primary) == {Role.ADMIN})
    assert claimed(primary, waiting.id, Role.INTERN) is not None, "nobody paused the Intern"


async def test_a_resume_in_one_store_rings_for_what_waits_in_the_other(
    spool: Spool, primary: Database
) -> None:
    pauses = Pauses(primary, spool, SystemClock())
    await pauses.set(Role.INTERN, is_on=True, by="owner")
    order = assigned(primary)
    assert claimed(primary, order.id, Role.INTERN) is None
    assert not primary.read_sync(ring_is_due, now=now())

    await Pauses(spool.database, None, SystemClock()).set(Role.INTERN, is_on=False, by="owner")

    async with in_touch(spool, primary):
        await wait_until(lambda: primary.read_sync(ring_is_due, now=now()))
    assert claimed(primary, order.id, Role.INTERN) is not None
