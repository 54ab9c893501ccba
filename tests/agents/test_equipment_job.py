"""The scheduler beside a worker's orders: trouble it lives through, and its end."""

import asyncio
from datetime import timedelta

import pytest

import equipment.scheduler
from agents.equipment_job import EquipmentJob
from db.engine import Database
from db.statements.equipment import NewRun, RunStatus, claim_run, run_history
from db.statements.equipment_schedules import all_schedules
from equipment.config import EquipmentSettings
from equipment.scheduler import Scheduler
from nexus.clock import SystemClock
from nexus.errors import StoreUnavailable
from nexus.ids import new_id
from tests.builders import now
from tests.conftest import wait_until
from tests.equipment.scripts import living

SLEEPER = "import time\nprint('here', flush=True)\ntime.sleep(300)\n"


def own_tool(settings: EquipmentSettings, name: str, code: str, fields: str = "") -> None:
    settings.scripts_folder.mkdir(parents=True, exist_ok=True)
    (settings.scripts_folder / f"{name}.py").write_text(code)
    settings.registry_file.write_text(
        f"[tools]\n{name} = {{ file = '{name}.py', description = 'A tool.', {fields} }}\n"
    )


def a_lost_run(database: Database, tool: str) -> None:
    """A run that came due, whose process went away."""
    due = now() - timedelta(minutes=1)
    run = NewRun(new_id(), tool, "{}", "schedule", "gone/1/x", due_at=due)
    database.run_sync(lambda c: claim_run(c, run, lease_s=-1.0, now=due))


async def test_it_meets_its_tools_takes_over_what_was_lost_and_ends_what_runs(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(equipment.scheduler, "DRAIN_S", 0.2)
    settings = EquipmentSettings(equipment_allow_scripts=True)
    name = f"sleeper_{new_id()[-8:].lower()}"
    own_tool(settings, name, SLEEPER, "again_when_lost = true")
    a_lost_run(database, name)
    stop = asyncio.Event()
    work = asyncio.create_task(EquipmentJob(settings, database, SystemClock()).run(stop))
    await wait_until(lambda: living(f"{name}.py"))

    stop.set()
    await work

    assert {"backup", "log_rotate"} <= database.read_sync(all_schedules).keys()
    assert living(f"{name}.py") == [], "nothing outlives it"
    statuses = [run.status for run in database.read_sync(run_history)]
    assert statuses[-1] is RunStatus.LOST
    assert RunStatus.DONE not in statuses


async def test_a_database_that_is_away_and_a_bug_end_neither_the_job_nor_the_worker(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []
    troubles = [StoreUnavailable("away"), ValueError("a bug")]
    turn = Scheduler.turn

    async def troubled(self: Scheduler) -> float:
        looks.append("x")
        if troubles:
            raise troubles.pop(0)
        return await turn(self)

    monkeypatch.setattr(Scheduler, "turn", troubled)
    monkeypatch.setattr("equipment.scheduler.RETRY_S", 0.01)
    monkeypatch.setattr("agents.equipment_job.AGAIN_S", 0.01)
    stop = asyncio.Event()
    work = asyncio.create_task(EquipmentJob(EquipmentSettings(), database, SystemClock()).run(stop))

    await wait_until(lambda: "backup" in database.read_sync(all_schedules))
    stop.set()
    await work

    assert len(looks) >= 3


def test_a_wrong_registry_of_the_owners_leaves_the_shipped_tools(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    settings = EquipmentSettings()
    settings.home.mkdir(parents=True, exist_ok=True)
    settings.registry_file.write_text("[tools]\nx = 1\n")

    job = EquipmentJob(settings, database, SystemClock())

    assert {"health_check", "cost_report", "backup"} <= job.step.names
    assert "equipment.registry_is_wrong" in caplog.text


def test_scripts_that_are_not_allowed_answer_nothing(database: Database) -> None:
    own_tool(EquipmentSettings(), "garden", "print('wet')", "words = ['garden'], answers = true")

    assert "garden" not in EquipmentJob(EquipmentSettings(), database, SystemClock()).step.names
    allowed = EquipmentSettings(equipment_allow_scripts=True)
    assert "garden" in EquipmentJob(allowed, database, SystemClock()).step.names
