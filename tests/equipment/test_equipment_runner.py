"""One run: its row, its audit, its lease, and how it ended."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest

from db.engine import Database
from db.statements.alerts import alerts_after
from db.statements.equipment import (
    Run,
    RunStatus,
    claim_run,
    get_run,
    mark_told,
    prune_runs,
    run_history,
    untold_runs,
)
from db.statements.logs import select_audit_events
from equipment.config import EquipmentSettings
from equipment.runner import Asked, Runner
from equipment.tool import Parameters, Tool
from nexus.clock import SystemClock
from nexus.errors import StoreUnavailable
from nexus.ids import new_id
from tests.builders import now
from tests.conftest import wait_until
from tests.equipment.scripts import a_tool, living
from tests.equipment.test_equipment_scheduler import THREE, lease_is_over


class MarkedParameters(Parameters):
    marker: str


@pytest.fixture
def runner(settings: EquipmentSettings, database: Database) -> Runner:
    return Runner(settings, database, SystemClock(), lease_s=3.0)


async def run_it(runner: Runner, tool: Tool, **parameters: object) -> Run:
    return await runner.run_now(tool, Asked("tester", parameters, "telegram:7"))


@pytest.mark.parametrize(
    ("code", "timeout_s", "status", "exit_code"),
    [
        ("print('fine')", 20.0, RunStatus.DONE, 0),
        ("raise SystemExit(4)", 20.0, RunStatus.FAILED, 4),
        ("import os; os.abort()", 20.0, RunStatus.FAILED, -6),
        ("import time; time.sleep(300)", 1.0, RunStatus.TIMED_OUT, -9),
        ("while True: print('flood')", 1.0, RunStatus.TIMED_OUT, -9),
    ],
    ids=["done", "fails", "crashes", "hangs", "floods"],
)
async def test_how_a_run_ended_stands_in_its_row(
    code: str, timeout_s: float, status: RunStatus, exit_code: int, runner: Runner, tmp_path: Path
) -> None:
    run = await run_it(runner, a_tool(tmp_path, code, timeout_s=timeout_s))

    assert (run.status, run.exit_code) == (status, exit_code)
    assert run.finished_at is not None
    assert run.triggered_by == "tester"
    assert len(run.output or "") < 70_000


async def test_a_run_by_hand_is_audited_and_its_channel_told_once(
    runner: Runner, database: Database, tmp_path: Path
) -> None:
    run = await run_it(runner, a_tool(tmp_path, "print('你好')"))

    (audit,) = database.read_sync(select_audit_events, work_order_id=None, limit=9)
    assert (audit["actor"], audit["action"]) == ("tester", "equipment.run")
    assert run.id in str(audit["details"])
    assert [waiting.id for waiting in database.read_sync(untold_runs)] == [run.id]
    assert database.run_sync(mark_told, run.id, now())
    assert not database.run_sync(mark_told, run.id, now())
    assert database.read_sync(untold_runs) == []


async def test_secrets_and_nul_bytes_do_not_get_into_the_row(runner: Runner, tmp_path: Path) -> None:
    run = await run_it(runner, a_tool(tmp_path, "print('sk-ant-api03-' + 'a' * 95, chr(0))"))

    assert "a" * 95 not in (run.output or "")
    assert "\0" not in (run.output or "")


async def test_the_lease_is_renewed_while_a_tool_runs(
    runner: Runner, database: Database, tmp_path: Path
) -> None:
    tool = a_tool(tmp_path, "import time; time.sleep(5)")  # longer than the lease

    run = await run_it(runner, tool)

    assert run.status is RunStatus.DONE


async def test_who_loses_the_lease_ends_the_tool(runner: Runner, database: Database, tmp_path: Path) -> None:
    from db.statements.equipment import lose_runs  # noqa: PLC0415

    marker = new_id()
    tool = a_tool(tmp_path, "import time; time.sleep(300)", name=f"t{marker.lower()}", timeout_s=300.0)
    running = asyncio.create_task(run_it(runner, tool))
    await wait_until(lambda: living(marker.lower()))

    lease_is_over(database)
    assert len(database.run_sync(lose_runs, now())) == 1

    assert (await running).status is RunStatus.LOST
    assert living(marker.lower()) == []


async def test_a_process_that_ends_gives_a_scheduled_run_to_the_next(
    runner: Runner, database: Database, tmp_path: Path
) -> None:
    from db.statements.equipment import any_run_is_over  # noqa: PLC0415

    name = f"t{new_id().lower()}"
    tool = a_tool(tmp_path, "import time; time.sleep(300)", name=name, timeout_s=300.0, again_when_lost=True)
    new = replace(runner.a_run(tool, Parameters()), due_at=THREE)
    assert database.run_sync(claim_run, new, lease_s=30.0, now=now())
    running = asyncio.create_task(runner.carry_out(tool, new))
    await wait_until(lambda: living(name))

    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert database.read_sync(any_run_is_over)
    assert living(name) == []


async def test_a_scheduled_run_that_fails_is_an_alert_and_one_by_hand_is_not(
    runner: Runner, database: Database, tmp_path: Path
) -> None:
    tool = a_tool(tmp_path, "raise SystemExit(1)")
    await run_it(runner, tool)
    assert database.read_sync(alerts_after, "", 9) == []

    new = replace(runner.a_run(tool, Parameters()), due_at=THREE)
    assert database.run_sync(claim_run, new, lease_s=30.0, now=now())
    assert await runner.carry_out(tool, new) is RunStatus.FAILED

    (alert,) = database.read_sync(alerts_after, "", 9)
    assert alert.kind == "equipment.failed"
    assert "probe, due 2026-06-01 03:00 UTC, failed" in alert.text


async def test_history_is_paged_by_the_id_of_the_last_run(
    runner: Runner, database: Database, tmp_path: Path
) -> None:
    tool = a_tool(tmp_path, "")
    for n in range(5):
        new = replace(runner.a_run(tool, Parameters()), due_at=THREE.replace(minute=n), id=f"R{n}")
        assert database.run_sync(claim_run, new, lease_s=30.0, now=now())

    first = database.read_sync(run_history, tool="probe", limit=2)
    rest = database.read_sync(run_history, tool="probe", cursor=first[-1].id, limit=9)

    assert [run.id for run in first + rest] == ["R4", "R3", "R2", "R1", "R0"]
    assert database.read_sync(run_history, tool="other") == []


async def test_old_runs_go_but_the_newest_due_time_of_a_tool_stays(
    runner: Runner, database: Database, tmp_path: Path
) -> None:
    tool = a_tool(tmp_path, "")
    for n in range(3):
        new = replace(runner.a_run(tool, Parameters()), due_at=THREE.replace(minute=n), id=f"R{n}")
        assert database.run_sync(claim_run, new, lease_s=30.0, now=THREE)
        await runner.carry_out(tool, new)
    by_hand = await run_it(runner, tool)

    assert database.run_sync(prune_runs, now().replace(year=2100)) == 3

    assert [run.id for run in database.read_sync(run_history)] == ["R2"]
    assert database.read_sync(get_run, by_hand.id) is None


async def test_while_the_database_is_away_a_run_is_ended_before_another_may_take_it(
    runner: Runner, database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> bool:
        raise StoreUnavailable("no answer")

    tool = a_tool(tmp_path, "import time; time.sleep(300)", timeout_s=300.0)
    new = replace(runner.a_run(tool, Parameters()), due_at=THREE)
    assert database.run_sync(claim_run, new, lease_s=30.0, now=now())
    monkeypatch.setattr(database, "run_ahead", away)
    began = time.monotonic()

    await runner.carry_out(tool, new)

    assert time.monotonic() - began < 15
    assert living(str(tool.work)) == []
