"""The rules of the house, checked. Each failure says what to do."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from db.engine import Database
from db.tables import metadata
from tests.conftest import REPOSITORY

PACKAGES = (
    "nexus",
    "db",
    "qa",
    "equipment",
    "routing",
    "memory",
    "agents",
    "gateway",
    "interfaces",
    "heartbeat",
)
MAX_LINES = 400


def python_files() -> list[Path]:
    return [path for package in PACKAGES for path in (REPOSITORY / package).rglob("*.py")]


def test_imports_point_one_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)

    assert lint_imports(no_cache=True) == EXIT_STATUS_SUCCESS, (
        "run `make lint`: it names the import to turn round"
    )


def test_the_gateway_does_not_load_litellm() -> None:
    code = "import sys, gateway.main; print('litellm' in sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert loaded.stdout.strip() == "False", "LiteLLM costs 160 MB and seconds: only workers load it, lazily"


def test_package_files_are_empty() -> None:
    """But the one that gives the brief its `from interfaces.telegram import create_telegram_bot`, when asked for it."""
    packages = [
        path for path in python_files() if path.name == "__init__.py" and path.parent.name != "telegram"
    ]
    full = [path for path in packages if path.read_text().strip()]

    assert full == [], "an import in __init__.py escapes the import rules: move it into a module"


def test_no_module_carries_a_name_of_the_standard_library() -> None:
    named = [path for path in (REPOSITORY / "qa").glob("*.py") if path.stem in sys.stdlib_module_names]

    assert named == [], "`python3 qa/runner.py` puts qa/ first on the path: rename the module"


def test_modules_stay_small_enough_to_be_one_room() -> None:
    written = [path for path in python_files() if "migrations" not in path.parts]
    large = [str(path) for path in written if len(path.read_text().splitlines()) > MAX_LINES]

    assert large == [], f"split what is over {MAX_LINES} lines"


def test_nothing_is_run_through_a_shell() -> None:
    pattern = re.compile(r"shell\s*=\s*True|os\.system\(|os\.popen\(")
    guilty = [str(path) for path in python_files() if pattern.search(path.read_text())]

    assert guilty == [], "pass an argument list; model text and settings must never reach a shell"


def test_the_migrations_make_exactly_the_tables_of_the_code(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        difference = compare_metadata(context, metadata)

    assert difference == [], "write a migration for what changed in db/tables.py"


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_names_no_host(name: str) -> None:
    assert not re.search(r"https?://|--index-url|--find-links", (REPOSITORY / name).read_text())


def test_the_company_runs_on_the_versions_that_are_tested() -> None:
    run, tested = (_pinned(REPOSITORY / name) for name in ("requirements.lock", "requirements-dev.lock"))

    assert run
    assert run <= tested


def _pinned(lock: Path) -> set[str]:
    return set(re.findall(r"^\S+==\S+", lock.read_text(), re.MULTILINE))
