"""Whether the tools' schedules are kept, and how old the newest backup is."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from db.engine import Database
from db.statements.equipment import Ended, NewRun, RunStatus, claim_run, finish_run
from db.statements.equipment_schedules import ScheduleRow, meet_tools
from db.statements.equipment_watch import ToolSigns
from equipment.registry import SHIPPED
from heartbeat.checks.schedules import judge_schedules, schedules_check
from heartbeat.config import HeartbeatSettings
from heartbeat.finding import Findings
from nexus.clock import ManualClock
from nexus.model_status import ModelStatus

TOOLS = {tool.name: tool for tool in SHIPPED}
HEALTHY, DEGRADED = ModelStatus.HEALTHY, ModelStatus.DEGRADED
MET = datetime(2026, 11, 20, tzinfo=UTC)
DUE = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)  # backup: 30 3 * * *


def judged(
    claimed: datetime | None, now: datetime, *, backed_up: datetime | None = None, is_paused: bool = False
) -> Findings:
    rows = {"backup": ScheduleRow("backup", MET, is_paused)}
    signs = ToolSigns(rows, {"backup": claimed} if claimed else {}, backed_up)
    return judge_schedules(TOOLS, signs, "UTC", now)


def test_what_somebody_ran_or_may_still_run_is_well() -> None:
    for claimed, now in (
        (DUE, DUE + timedelta(hours=3)),
        (DUE - timedelta(days=1), DUE + timedelta(minutes=4)),
        (DUE - timedelta(days=1), DUE - timedelta(minutes=1)),
    ):
        assert judged(claimed, now)["schedules"].status is HEALTHY


def test_what_came_due_and_nobody_ran_is_told_with_its_time() -> None:
    found = judged(DUE - timedelta(days=1), DUE + timedelta(minutes=6))["schedules"]
    assert found.status is DEGRADED
    assert found.reason.startswith("backup was due at 2026-11-23 03:30 UTC: no worker of the admin")


@pytest.mark.parametrize(
    ("backed_up_days_ago", "status"), [(0, HEALTHY), (1, HEALTHY), (2, DEGRADED), (None, DEGRADED)]
)
def test_a_backup_older_than_its_schedule_twice_is_told(
    backed_up_days_ago: int | None, status: ModelStatus
) -> None:
    done = None
    if backed_up_days_ago is not None:
        done = DUE - timedelta(days=backed_up_days_ago) + timedelta(minutes=2)
    assert judged(DUE, DUE + timedelta(hours=1), backed_up=done)["backup"].status is status


def test_a_new_company_has_nothing_overdue() -> None:
    found = judged(None, MET + timedelta(hours=2))
    assert {name: one.status for name, one in found.items()} == {"schedules": HEALTHY, "backup": HEALTHY}


def test_what_is_paused_or_was_never_met_is_no_component() -> None:
    assert judged(None, DUE + timedelta(days=9), is_paused=True) == {}
    assert judge_schedules(TOOLS, ToolSigns({}, {}, None), "UTC", DUE) == {}


async def test_it_reads_the_companys_records(database: Database, settings: HeartbeatSettings) -> None:
    clock = ManualClock(DUE + timedelta(hours=1))
    look = schedules_check(settings, database, clock).look
    assert await look() == {}
    database.run_sync(partial(meet_tools, now=MET), ["backup"])
    assert await look() == {}, "it looks once a minute"
    clock.advance(61)
    assert {name: one.status for name, one in (await look()).items()} == {
        "schedules": DEGRADED,
        "backup": DEGRADED,
    }
    run = NewRun("01J" + "0" * 23, "backup", "{}", "schedule", "host/1", due_at=DUE)
    assert database.run_sync(partial(claim_run, lease_s=60, now=clock.now()), run)
    ended = Ended(RunStatus.DONE, "kept", 4, 0)
    assert database.run_sync(partial(finish_run, ended=ended, now=clock.now()), run.id, "host/1")
    clock.advance(61)
    assert {one.status for one in (await look()).values()} == {HEALTHY}


async def test_a_wrong_registry_is_said_and_stops_nothing(
    sqlite: Database, settings: HeartbeatSettings
) -> None:
    settings.home.mkdir(parents=True, exist_ok=True)
    settings.registry_file.write_text("[tools.x]\nwrong = 1\n")
    found = await schedules_check(settings, sqlite, ManualClock()).look()
    assert found["schedules"].status is DEGRADED
    assert "equipment.toml" in found["schedules"].reason
