"""`nexus equipment`, `nexus backup` and `nexus restore`: on the database itself, without the company."""

import os
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from db.backup import list_backups
from db.engine import Database, open_database
from db.statements.equipment import RunStatus, run_history
from db.statements.equipment_queue import Wish, ask_for_run
from db.statements.equipment_schedules import all_schedules
from db.statements.logs import select_audit_events
from db.statements.queries import get_order
from equipment.config import EquipmentSettings
from nexus.cli import equipment_desk
from nexus.cli.main import app
from nexus.ids import new_id
from nexus.settings import load_settings
from tests.builders import accepted, now


@pytest.fixture(autouse=True)
def _the_runs_own_logs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command logs warnings only, for its whole process; here that would be the process of all tests."""
    monkeypatch.setattr(equipment_desk, "configure_logs", lambda *_: None)


@pytest.fixture
def company(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    for name in EquipmentSettings.model_fields.keys() - {"nexus_home"}:
        monkeypatch.delenv(name.upper(), raising=False)
    return sqlite


def nexus(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments], env={"COLUMNS": "220"})


def refused(*arguments: str) -> str:
    """The one line on standard error of a command that cannot do what it is asked."""
    result = nexus(*arguments)
    assert result.exit_code == 2, result.output
    (line,) = result.stderr.splitlines()
    return line


def test_list_shows_every_tool_and_when_it_comes_due(company: Database) -> None:
    shown = nexus("equipment", "list").stdout

    for name in ("health_check", "log_rotate", "backup", "cost_report", "retention", "router_training"):
        assert name in shown
    assert "30 3 * * *" in shown
    assert "by hand" in shown
    assert "never" in shown


def test_run_prints_what_the_tool_says_and_its_history_shows_it(company: Database) -> None:
    ran = nexus("equipment", "run", "cost_report", "period=week")

    assert ran.exit_code == 0, ran.output
    assert ran.stdout.startswith("This week")
    (run,) = company.read_sync(run_history)
    assert (run.status, run.parameters) == (RunStatus.DONE, '{"period":"week"}')
    history = nexus("equipment", "history", "cost_report").stdout
    assert run.id in history
    assert "This week" in history


def test_what_is_asked_for_and_not_taken_is_shown_as_that(company: Database) -> None:
    wish = Wish(id=new_id(), tool="backup", parameters="{}", by="owner", via="local")
    company.run_sync(ask_for_run, wish, now())

    assert "asked" in nexus("equipment", "history", "backup").stdout
    assert f"asked {now():%Y-%m-%d}" in nexus("equipment", "list").stdout


def test_a_channel_that_there_is_not_is_refused(company: Database) -> None:
    said = "'pigeon' is no channel: write telegram, or telegram:CHAT"
    assert said in refused("equipment", "run", "cost_report", "--tell", "pigeon")
    assert said in refused("equipment", "schedule", "backup", "default", "--tell", "pigeon")
    assert company.read_sync(run_history) == []
    assert company.read_sync(all_schedules) == {}


def test_a_new_schedule_leaves_a_pause(company: Database) -> None:
    nexus("equipment", "pause", "backup")
    nexus("equipment", "schedule", "backup", "0 5 * * *", "--tell", "telegram")

    row = company.read_sync(all_schedules)["backup"]
    assert (row.is_paused, row.cron, row.tell) == (True, "0 5 * * *", "telegram")


def test_a_run_that_does_not_end_well_is_exit_1(company: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    monkeypatch.setenv("BACKUP_DIR", "/dev/null/nowhere")

    ran = nexus("backup")

    assert ran.exit_code == 1
    assert "nexus: backup: failed, exit code 1" in ran.stderr


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("run", "coffee"), "no tool 'coffee'"),
        (("run", "cost_report", "period=year"), "period"),
        (("run", "cost_report", "week"), "key=value"),
        (("schedule", "backup", "often"), "no schedule"),
        (("schedule", "retention", "0 4 * * 0", "older_than_days=none"), "older_than_days"),
        (("pause", "coffee"), "no tool"),
    ],
)
def test_what_is_wrong_is_one_line(arguments: tuple[str, ...], word: str, company: Database) -> None:
    assert word in refused("equipment", *arguments)


def test_pause_resume_and_schedule_are_kept_and_audited(company: Database) -> None:
    assert nexus("equipment", "pause", "backup").stdout == "backup is paused.\n"
    assert "paused" in nexus("equipment", "list").stdout
    assert nexus("equipment", "pause", "backup").stdout == "backup: nothing to change.\n"
    assert nexus("equipment", "resume", "backup").stdout == "backup comes due again.\n"
    scheduled = nexus(
        "equipment", "schedule", "retention", "30 4 * * 0", "older_than_days=365", "--tell", "telegram"
    )

    assert "comes due by 30 4 * * 0 (UTC), next " in scheduled.stdout
    row = company.read_sync(all_schedules)["retention"]
    assert (row.cron, row.tell) == ("30 4 * * 0", "telegram")
    assert '"older_than_days":365' in (row.parameters or "")
    actions = [
        audit["action"] for audit in company.read_sync(select_audit_events, work_order_id=None, limit=9)
    ]
    assert actions == ["equipment.scheduled", "equipment.resumed", "equipment.paused"]
    assert (
        nexus("equipment", "schedule", "retention", "default").stdout
        == "retention has no schedule: it is run by hand.\n"
    )


def test_a_backup_is_restored_into_an_empty_store(
    company: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = accepted(company)
    assert nexus("backup").exit_code == 0
    (file,) = list_backups(load_settings(EquipmentSettings).backup_folder)
    monkeypatch.setenv("NEXUS_HOME", str(tmp_path / "another"))

    restored = nexus("restore", str(file))

    assert restored.exit_code == 0, restored.output
    assert "1 orders" in restored.stdout
    settings = load_settings(EquipmentSettings)
    database = open_database(settings)
    assert database.read_sync(get_order, order.id) == company.read_sync(get_order, order.id)
    database.close()
    assert "not empty" in refused("restore", str(file))


def test_restore_says_what_is_wrong_with_a_file(company: Database, tmp_path: Path) -> None:
    (tmp_path / "no.backup").write_text("hello")

    assert "no whole backup" in refused("restore", str(tmp_path / "no.backup"))
    assert "No such file" in refused("restore", str(tmp_path / "none.backup"))


def test_restore_waits_for_the_company_to_be_stopped(company: Database, tmp_path: Path) -> None:
    home = load_settings(EquipmentSettings).home
    (home / "up.lock").write_text(f'{{"pid": {os.getpid()}, "url": "http://127.0.0.1:1"}}')

    assert "stop it first" in refused("restore", str(tmp_path / "any.backup"))
    shutil.rmtree(home)
