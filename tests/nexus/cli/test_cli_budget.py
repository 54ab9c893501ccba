"""`nexus budget set`: limits that are changed on the database itself, on both stores."""

import json

import pytest
from typer.testing import CliRunner, Result

from db.engine import Database
from db.statements.alerts import alerts_after
from db.statements.limits import all_limit_changes
from db.statements.logs import select_audit_events
from nexus.cli.main import app


@pytest.fixture
def company(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A store of each kind, as the environment names it."""
    if not database.is_sqlite:
        url = database.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
        monkeypatch.setenv("DATABASE_URL", url)
    return database


def nexus(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})


def said_by(*arguments: str) -> str:
    result = nexus(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def row_of(name: str) -> str:
    [line] = [line for line in said_by("budget").splitlines() if line.strip().startswith(name)]
    return line


def test_a_limit_is_set_shown_taken_away_and_given_back(company: Database) -> None:
    assert row_of("company, day").rstrip().endswith("BUDGET_DAY_USD")

    said = said_by("budget", "set", "5")
    assert said == "The limit of the company's day is $5.00 from the next paid call on; it was $10.00.\n"
    shown = row_of("company, day")
    assert "$5.00" in shown
    assert "set by operator:" in shown

    assert "is none from" in said_by("budget", "set", "none")
    assert " none " in row_of("company, day")
    back = said_by("budget", "set", "setting")
    assert "is $10.00 (BUDGET_DAY_USD) from the next paid call on; it was none." in back
    assert row_of("company, day").rstrip().endswith("BUDGET_DAY_USD")


def test_a_roles_month_is_limited(company: Database) -> None:
    said_by("budget", "set", "0.50", "--month", "--role", "ceo")

    assert "$0.5000" in row_of("ceo, month")
    [change] = company.read_sync(all_limit_changes)
    assert (change.scope, change.kind, str(change.limit_usd)) == ("ceo", "month", "0.5")
    assert change.changed_by.startswith("operator:")


def test_a_change_is_audited_and_told(company: Database) -> None:
    said_by("budget", "set", "5")

    [row] = company.read_sync(select_audit_events, work_order_id=None, limit=10)
    assert (row["action"], row["status"]) == ("budget.limit_changed", "set")
    [alert] = company.read_sync(alerts_after, "", 10)
    assert json.loads(alert.details)["by"] == row["actor"]


@pytest.mark.parametrize("amount", ["much", "", "NaN", "inf", "1000001", "5 USD", "1e99", "None"])
def test_what_is_no_amount_is_one_line_and_changes_nothing(company: Database, amount: str) -> None:
    result = nexus("budget", "set", amount)

    assert result.exit_code == 2
    [line] = result.stderr.splitlines()
    assert line.startswith("nexus: nexus budget set ")
    assert company.read_sync(all_limit_changes) == []


def test_a_negative_amount_is_refused(company: Database) -> None:
    assert nexus("budget", "set", "--", "-5").exit_code == 2
    assert company.read_sync(all_limit_changes) == []


def test_without_a_database_it_names_the_settings() -> None:
    result = nexus("budget", "set", "5")
    assert result.exit_code == 2
    assert "NEXUS_HOME" in result.stderr


def test_in_a_narrow_terminal_amounts_are_whole(company: Database) -> None:
    said_by("budget", "set", "5")
    shown = CliRunner().invoke(app, ["budget"], env={"COLUMNS": "80"}).stdout
    assert "…" not in shown
    for word in ("company, day", "$5.00", "$100.00"):
        assert word in shown
