"""`nexus router train | rollback | show` on the company's own verdicts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from agents.learning.company import learn
from db.engine import Database
from nexus.cli.main import app
from nexus.cli.router_company import history
from nexus.settings import CommonSettings
from routing.shelf import Shelf
from tests.agents.learned_company import NOW, a_company, live
from tests.conftest import REPOSITORY


def nexus(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments], env={"COLUMNS": "220"})


@pytest.fixture
def home() -> Path:
    return CommonSettings().home


def test_a_company_without_a_training_says_how_to_begin() -> None:
    assert list(history(())) == [
        "No router was trained on this company's verdicts yet: `nexus router train` does it."
    ]


def test_going_back_is_said_and_done(sqlite: Database, home: Path) -> None:
    live(sqlite, 600)
    assert learn(a_company(sqlite, home), NOW, "tests").decision.adopted

    result = nexus("router", "rollback")

    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("the shipped router is in use again, in the place of learned-")
    assert Shelf(home).pointer().version is None


def test_with_nothing_to_go_back_to_it_is_one_line(sqlite: Database) -> None:
    result = nexus("router", "rollback")

    assert result.exit_code == 2
    assert result.stderr == "nexus: no router was adopted here, so there is nothing to go back to.\n"


def test_the_history_has_adoptions_refusals_and_their_numbers(
    sqlite: Database, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from nexus.cli.router_company import show_history  # noqa: PLC0415

    live(sqlite, 600)
    learn(a_company(sqlite, home), NOW, "monday")
    learn(a_company(sqlite, home), NOW, "tuesday")
    nexus("router", "rollback")

    show_history()

    lines = [line for line in capsys.readouterr().out.splitlines() if " UTC  " in line]
    assert [line.split(" UTC  ")[1].split(" ")[0] for line in lines] == ["back", "refused", "adopted"]
    assert "(monday)" in lines[-1]


def test_a_history_that_cannot_be_read_does_not_hide_the_router(capsys: pytest.CaptureFixture[str]) -> None:
    from nexus.cli.router_company import show_history  # noqa: PLC0415

    show_history()

    assert "which cannot be read" in capsys.readouterr().out


def test_training_by_hand_prints_what_the_process_says(sqlite: Database, home: Path) -> None:
    live(sqlite, 10)
    environment = {**os.environ, "NEXUS_HOME": str(home)}
    command = [sys.executable, "-m", "nexus.cli.main", "router", "train"]

    done = subprocess.run(
        command, env=environment, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=120
    )

    assert done.returncode == 0, done.stderr
    assert "190 more are needed" in done.stdout
