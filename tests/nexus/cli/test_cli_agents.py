"""`nexus agents | agents pause | agents resume`: the table from a running company, the pause in the database itself."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from db.engine import Database
from db.statements.logs import select_audit_events
from db.statements.pauses import all_pauses, set_pause
from db.statements.pausing import paused_switch
from db.statements.switches import Switch
from nexus.cli.main import app
from nexus.work_order import Role
from tests.builders import assigned, claimed, now
from tests.gateway.company import gateway_settings, running_gateway


@pytest.fixture
def company(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A store of each kind, as the environment names it."""
    if not database.is_sqlite:
        url = database.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
        monkeypatch.setenv("DATABASE_URL", url)
    return database


def said_by(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})
    assert result.exit_code == code, result.output
    return result.stdout if code == 0 else result.stderr


def test_a_role_is_paused_and_resumed_in_the_database_and_audited(company: Database) -> None:
    assert "its orders wait" in said_by("agents", "pause", "intern", "--reason", "holiday")
    pause = company.read_sync(all_pauses)[Role.INTERN]
    assert pause.changed_by.startswith("operator:")
    assert pause.reason == "holiday"
    assert "The Intern is paused already, since" in said_by("agents", "pause", "intern")

    assert "The Intern goes on" in said_by("agents", "resume", "intern")
    assert "The Intern was not paused" in said_by("agents", "resume", "intern")

    assert company.read_sync(all_pauses) == {}
    audit = company.read_sync(select_audit_events, work_order_id=None, limit=10)
    assert [row["status"] for row in audit] == ["off", "on"]


def test_pausing_the_admin_says_where_orders_wait(company: Database) -> None:
    assert "every new order waits at the front desk" in said_by("agents", "pause", "admin")


def test_a_role_that_is_none_is_refused(company: Database) -> None:
    assert "janitor" in said_by("agents", "pause", "janitor", code=2)


def test_without_a_company_there_is_no_table() -> None:
    assert "no company answers" in said_by("agents", "--url", "http://127.0.0.1:9", code=2)


def test_the_table_shows_who_works_on_what_and_who_is_paused(
    database: Database, valkey_server: str, tmp_path: Path
) -> None:
    url = None if database.is_sqlite else database.engine.url.render_as_string(hide_password=False)
    settings = gateway_settings(
        tmp_path / "home", valkey_server, database_url=url and url.replace("+psycopg", "")
    )
    with running_gateway(settings) as running:
        order = assigned(database, content="How many legs \x1b[2J has a spider?")
        assert claimed(database, order.id, Role.INTERN) is not None
        assigned(database)
        wish = Switch(paused_switch(Role.CEO), True, now(), "owner", "too dear")
        database.run_sync(set_pause, wish)

        lines = said_by("agents", "--url", f"http://127.0.0.1:{running.port}").splitlines()

    assert lines[0].split() == ["role", "model", "doing", "paused", "today"]
    by_role = {line.split()[0]: line for line in lines[1:]}
    assert "1: How many legs [2J has a spider? (+1 waits)" in by_role["intern"]
    assert "UTC by owner (too dear)" in by_role["ceo"]
    assert "idle" in by_role["director"]
    assert "\x1b" not in "".join(lines)
