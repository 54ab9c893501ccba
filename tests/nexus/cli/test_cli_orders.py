"""`nexus orders`: on the database itself, without the company, with one line for what is wrong."""

import signal
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from db.engine import Database
from db.records import Ending, NewOrder
from db.statements.orders import finish_order
from db.statements.queries import get_order
from db.statements.requeue import retries_of
from db.tables import work_orders
from nexus.cli.main import app
from nexus.cli.pruning import parse_age
from nexus.errors import ConfigurationError
from nexus.work_order import Role, Status
from tests.builders import accepted, claimed, now
from tests.db.old_orders import finished, many_finished, rows_in
from tests.running import NEXUS, Process, an_environment


@pytest.fixture
def company(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A store of each kind, as the environment names it."""
    if not database.is_sqlite:
        url = database.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
        monkeypatch.setenv("DATABASE_URL", url)
    return database


def orders(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["orders", *arguments], env={"COLUMNS": "200"})


def refused(*arguments: str) -> str:
    """The one line on standard error of a command that cannot do what it is asked."""
    result = orders(*arguments)
    assert result.exit_code == 2, result.output
    (line,) = result.stderr.splitlines()
    return line


def ended(database: Database, status: Status = Status.DEAD, reason: str = "five workers died") -> NewOrder:
    order = accepted(database)
    claim = claimed(database, order.id, Role.ADMIN)
    assert claim is not None
    database.run_sync(finish_order, claim, Ending(status, None, reason, "{}"), now())
    return order


def test_the_list_shows_the_newest_first_and_says_how_to_go_on(company: Database) -> None:
    old, new = accepted(company), ended(company)

    lines = orders("list").stdout.splitlines()
    assert (old.id in lines[2], new.id in lines[1]) == (True, True)
    assert "five workers died" in lines[1]

    first = orders("list", "--limit", "1")
    assert old.id not in first.stdout
    assert first.stderr == f"older ones: --before {new.id}\n"
    assert old.id in orders("list", "--limit", "1", "--before", new.id).stdout


def test_on_a_narrow_screen_the_ids_stay_whole(company: Database) -> None:
    order = ended(company)

    listed = CliRunner().invoke(app, ["orders", "list"], env={"COLUMNS": "80"})

    assert order.id in listed.stdout


def test_the_list_can_be_of_one_status(company: Database) -> None:
    queued, dead = accepted(company), ended(company)

    listed = orders("list", "--status", "dead").stdout

    assert dead.id in listed
    assert queued.id not in listed
    assert orders("list", "--status", "asked").stdout == "There is no asked order.\n"


def test_one_order_is_shown_with_its_tries_calls_and_events(company: Database) -> None:
    order_id = finished(company, 0)

    shown = orders("show", order_id).stdout

    for words in (
        f"{order_id}, delivered",
        "try 1",
        "passed",
        "work, x: recorded",
        "order.delivered",
        "Paris.",
    ):
        assert words in shown


def test_what_models_wrote_cannot_move_the_cursor(company: Database) -> None:
    order = ended(company, reason="gone\x1b[2J\x1b[1;1Hfine")

    assert "\x1b" not in orders("show", order.id).stdout
    assert "\x1b[2J" not in orders("list").stdout


def test_requeue_prints_old_and_new(company: Database) -> None:
    old = ended(company)

    result = orders("requeue", old.id)

    (new_id,) = company.read_sync(retries_of, old.id)
    assert (result.exit_code, result.stdout) == (0, f"{old.id} → {new_id}\n")
    new = company.read_sync(get_order, new_id)
    assert new is not None
    assert new.status is Status.QUEUED
    assert f"requeued as   {new_id}" in orders("show", old.id).stdout
    assert f"does again    {old.id}" in orders("show", new_id).stdout


def test_all_dead_orders_are_requeued_once(company: Database) -> None:
    dead = [ended(company).id for _ in range(3)]
    ended(company, Status.FAILED)

    lines = orders("requeue", "--all-dead").stdout.splitlines()

    assert [line.split()[0] for line in lines] == dead
    assert orders("requeue", "--all-dead").stdout == "No dead order waits to be requeued.\n"


def test_what_cannot_be_requeued_has_a_line_of_its_own_and_the_others_are(company: Database) -> None:
    good, delivered = ended(company), ended(company, Status.CANCELLED)

    result = orders("requeue", delivered.id, good.id, "WO-NOBODY")

    assert result.exit_code == 2
    assert result.stdout.startswith(f"{good.id} → WO-")
    first, second = result.stderr.splitlines()
    assert first == f"nexus: {delivered.id} ended as cancelled: only dead and failed orders are requeued."
    assert second.startswith("nexus: WO-NOBODY: there is no such order")


def test_a_second_requeue_while_the_first_is_open_is_one_clear_line(company: Database) -> None:
    old = ended(company)
    orders("requeue", old.id)

    assert "is being done again as WO-" in refused("requeue", old.id)


def test_requeue_wants_orders_or_all_dead(company: Database) -> None:
    assert "--all-dead" in refused("requeue")
    assert "--all-dead" in refused("requeue", "--all-dead", "WO-1")


def test_the_new_order_has_the_deadline_of_the_settings(
    company: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORDER_DEADLINE_S", "7200")
    old = ended(company)

    orders("requeue", old.id)

    new = company.read_sync(get_order, company.read_sync(retries_of, old.id)[0])
    assert new is not None
    assert (new.deadline_at - new.created_at).total_seconds() == 7200


def test_a_dry_run_counts_and_deletes_nothing(company: Database) -> None:
    finished(company, 100)
    finished(company, 1)

    result = orders("prune", "--older-than", "90d", "--dry-run")

    assert result.stdout.startswith("1 orders ended before ")
    assert result.stdout.endswith("Nothing was deleted.\n")
    assert rows_in(company, work_orders) == 2


def test_prune_deletes_and_says_how_much(company: Database) -> None:
    finished(company, 100)
    finished(company, 1)

    result = orders("prune", "--older-than", "12w")

    assert result.exit_code == 0
    assert "Done. 1 of 1 orders deleted" in result.stdout
    assert rows_in(company, work_orders) == 1


@pytest.mark.parametrize("age", ["90", "d", "-1d", "3 months", "23h", "0d"])
def test_an_age_that_is_none_or_too_short_names_the_option(age: str) -> None:
    with pytest.raises(ConfigurationError, match="--older-than") as caught:
        parse_age(age)
    assert age in str(caught.value)


def test_an_order_that_is_not_there_is_one_line(company: Database) -> None:
    assert refused("show", "WO-NOBODY").startswith("nexus: WO-NOBODY: there is no such order")


def test_without_a_database_it_names_the_settings() -> None:
    line = refused("list")
    assert "NEXUS_HOME" in line
    assert "DATABASE_URL" in line


def test_a_postgresql_that_is_away_is_one_line_without_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://owner:hush@127.0.0.1:9/nexus")
    line = refused("list")
    assert "DATABASE_URL" in line
    assert "hush" not in line


def test_a_database_of_another_schema_is_not_touched(sqlite: Database) -> None:
    sqlite.run_sync(
        lambda connection: connection.exec_driver_sql("UPDATE alembic_version SET version_num='0001'")
    )
    assert "schema 0001" in refused("list")


def test_ctrl_c_ends_a_prune_between_two_transactions_and_the_next_one_finishes_it(
    sqlite: Database, tmp_path: Path
) -> None:
    sqlite.run_sync(many_finished, 2_000)
    command = (*NEXUS, "orders", "prune", "--older-than", "90d")
    pruning = Process(command, an_environment(tmp_path), tmp_path / "prune.out")
    pruning.wait_for("2,000 orders ended")

    assert pruning.stop(signal.SIGINT) == 130, pruning.said
    assert "Stopped" in pruning.said
    left = rows_in(sqlite, work_orders)
    assert left > 0

    assert f"Done. {left:,} of {left:,} orders deleted" in orders("prune", "--older-than", "90d").stdout
