"""A tool that answers, and a cancel, a crash or a lost lease in the middle of it."""

import asyncio
from pathlib import Path

import pytest
import sqlalchemy as sa

from agents.handler import OrderHandler
from db.engine import Database
from db.records import AttemptStatus
from db.statements.cancel import cancel_order
from db.statements.equipment import RunStatus
from db.tables import work_orders
from nexus.work_order import Role, Status
from tests.agents.conftest import StubModel
from tests.agents.tools_at_work import FULL, WAITING, Equip, a_check, folder_of, runs_of
from tests.agents.working import history_of, receipt_of, work_through
from tests.builders import accepted, now
from tests.conftest import wait_until


async def test_cancelling_ends_the_running_tool(equip: Equip, database: Database, tmp_path: Path) -> None:
    handler = equip(a_check(tmp_path, WAITING))
    order = accepted(database, content=FULL)
    keeper = asyncio.create_task(handler._place.leases.run())
    step = asyncio.create_task(handler.handle(Role.ADMIN, order.id))
    await wait_until((folder_of("health_check") / "began").exists)

    database.run_sync(cancel_order, order.id, now())
    await step
    keeper.cancel()

    history = history_of(database, order.id)
    assert history.order.status is Status.CANCELLED
    (run,) = runs_of(database)
    assert (run.status, run.finished_at is not None) == (RunStatus.FAILED, True)
    assert [attempt.status for attempt in history.attempts] == [AttemptStatus.ABANDONED]


async def _die_at_the_tool(handler: OrderHandler, database: Database, order_id: str) -> None:
    """As after a kill: the claim stands, its lease is over, and nothing was written of the end."""
    mark = folder_of("health_check") / "began"
    step = asyncio.create_task(handler.handle(Role.ADMIN, order_id))
    await wait_until(mark.exists)
    mark.unlink()
    step.cancel()
    await asyncio.gather(step, return_exceptions=True)
    over = {"lease_until": now().replace(year=2020)}
    database.run_sync(lambda c: c.execute(sa.update(work_orders).values(**over)))


@pytest.mark.parametrize("again", [True, False], ids=["harmless", "not twice"])
async def test_after_a_crash_in_the_middle_only_a_tool_that_may_be_is_run_again(
    equip: Equip, database: Database, model: StubModel, tmp_path: Path, again: bool
) -> None:
    handler = equip(a_check(tmp_path, WAITING, again=again))
    order = accepted(database, content=FULL)
    await _die_at_the_tool(handler, database, order.id)
    (folder_of("health_check") / "gate").touch()
    model.replies = ["I cannot see your disk."]

    history = await work_through(handler, database, order.id)

    assert history.order.status is Status.DELIVERED
    assert len(runs_of(database)) == (2 if again else 1)
    assert (receipt_of(history).equipment == "health_check") is again
    statuses = [attempt.status for attempt in history.attempts]
    assert statuses == [AttemptStatus.ABANDONED, AttemptStatus.PASSED]


async def test_a_tool_at_which_two_workers_died_is_not_run_a_third_time(
    equip: Equip, database: Database, model: StubModel, tmp_path: Path
) -> None:
    handler = equip(a_check(tmp_path, WAITING))
    order = accepted(database, content=FULL)
    for _ in range(2):
        await _die_at_the_tool(handler, database, order.id)
    model.replies = ["I cannot see your disk."]

    history = await work_through(handler, database, order.id)

    assert history.order.result == "I cannot see your disk."
    assert len(runs_of(database)) == 2


async def test_a_worker_that_has_lost_the_order_writes_nothing_of_what_the_tool_said(
    equip: Equip, database: Database, tmp_path: Path
) -> None:
    handler = equip(a_check(tmp_path, WAITING))
    order = accepted(database, content=FULL)
    step = asyncio.create_task(handler.handle(Role.ADMIN, order.id))
    await wait_until((folder_of("health_check") / "began").exists)
    database.run_sync(lambda c: c.execute(sa.update(work_orders).values(fence=work_orders.c.fence + 1)))
    (folder_of("health_check") / "gate").touch()

    assert await step == ()
    history = history_of(database, order.id)
    assert (history.order.is_open, history.order.result, history.order.tier_rule) == (True, None, None)
    assert [attempt.status for attempt in history.attempts] == [AttemptStatus.RUNNING]
