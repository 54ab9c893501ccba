"""The owner's own scripts: one file and one line, typed, and with nothing of the company's in their environment."""

import json
from pathlib import Path

import pytest

from db.engine import Database
from db.statements.equipment import RunStatus
from equipment.config import EquipmentSettings
from equipment.registry import find_tool, load_registry
from equipment.runner import Asked, Runner
from nexus.clock import SystemClock
from nexus.errors import ConfigurationError
from nexus.sandbox import probe
from nexus.sandbox.probe import sandbox_level

GREETER = """
import json, os, pathlib
print(json.dumps({"env": dict(os.environ), "folder": os.getcwd()}))
"""
PARAMETERS = '{ name = "text", times = { type = "integer", default = 1 } }'
LINE = f'greet = {{ file = "greet.py", description = "Says hello.", parameters = {PARAMETERS} }}'


@pytest.fixture
def sandbox() -> None:
    if sandbox_level().startswith("none"):
        pytest.skip(f"scripts are refused here: {sandbox_level()}")


@pytest.fixture
def own(settings: EquipmentSettings) -> EquipmentSettings:
    settings.scripts_folder.mkdir()
    (settings.scripts_folder / "greet.py").write_text(GREETER)
    register(settings, LINE)
    return settings


def register(settings: EquipmentSettings, *lines: str) -> None:
    settings.registry_file.write_text("\n".join(["[tools]", *lines]))


@pytest.mark.usefixtures("sandbox")
async def test_a_file_and_a_line_are_a_tool(own: EquipmentSettings, database: Database) -> None:
    tool = find_tool(load_registry(own), "greet")

    run = await Runner(own, database, SystemClock()).run_now(
        tool, Asked("owner", {"name": "世界", "times": "2"})
    )

    assert run.status is RunStatus.DONE
    seen = json.loads(run.output or "")
    assert seen["env"].pop("PARAM_NAME") == "世界"
    assert seen["env"].pop("PARAM_TIMES") == "2"
    assert seen["folder"] == str(own.home / "equipment-work" / "greet")
    expected = {"PATH", "LANG", "HOME", "TMPDIR", "LC_CTYPE"}  # Python sets the last by itself
    assert seen["env"].keys() <= expected


async def test_where_there_is_no_sandbox_a_script_is_refused_with_the_fix(
    own: EquipmentSettings, database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    (own.scripts_folder / "greet.py").write_text(f"open({str(trace)!r}, 'w').write('ran')")
    monkeypatch.setattr(probe, "_found", [probe.Found(None, "bubblewrap: not installed; landlock: too old")])

    run = await Runner(own, database, SystemClock()).run_now(
        find_tool(load_registry(own), "greet"), Asked("owner", {"name": "x"})
    )

    assert run.status is RunStatus.FAILED
    assert "REFUSED, it was not run: no sandbox on this machine" in (run.output or "")
    assert "apt install bubblewrap" in (run.output or "")
    assert not trace.exists()


@pytest.mark.usefixtures("sandbox")
async def test_a_script_finds_no_secret_of_the_companys(
    own: EquipmentSettings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-canary-0123456789")
    tool = find_tool(load_registry(own), "greet")

    run = await Runner(own, database, SystemClock()).run_now(tool, Asked("owner", {"name": "x"}))

    assert "canary" not in (run.output or "")
    assert "DATABASE_URL" not in (run.output or "")


async def test_without_the_owners_word_no_script_runs(own: EquipmentSettings, database: Database) -> None:
    careful = own.model_copy(update={"equipment_allow_scripts": False})
    tool = find_tool(load_registry(careful), "greet")

    with pytest.raises(ConfigurationError, match="EQUIPMENT_ALLOW_SCRIPTS"):
        await Runner(careful, database, SystemClock()).run_now(tool, Asked("owner", {"name": "x"}))


@pytest.mark.parametrize(
    ("given", "word"),
    [({}, "name"), ({"name": "x", "times": "many"}, "times"), ({"name": "x", "colour": "red"}, "colour")],
    ids=["missing", "no number", "unknown"],
)
async def test_a_wrong_parameter_is_named(
    given: dict[str, object], word: str, own: EquipmentSettings, database: Database
) -> None:
    tool = find_tool(load_registry(own), "greet")

    with pytest.raises(ConfigurationError, match=word):
        await Runner(own, database, SystemClock()).run_now(tool, Asked("owner", given))


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ('greet = { file = "greet.py" }', "tools.greet.description"),
        ('greet = { description = "x" }', "tools.greet.file"),
        ('greet = { file = "none.py", description = "x" }', "tools.greet.file"),
        ('greet = { file = "../../etc/passwd", description = "x" }', "tools.greet.file"),
        ('Greet = { file = "greet.py", description = "x" }', "tools.Greet"),
        ('backup = { file = "greet.py", description = "x" }', "tools.backup"),
        ('greet = { file = "greet.py", description = "x", timeout_s = 0 }', "tools.greet.timeout_s"),
        ('greet = { file = "greet.py", description = "x", schedule = "often" }', "tools.greet.schedule"),
        ('greet = { file = "greet.py", description = "x", schedule = "0 0 31 2 *" }', "tools.greet.schedule"),
        ('greet = { file = "greet.py", description = "x", shell = true }', "tools.greet.shell"),
        (
            'greet = { file = "greet.py", description = "x", parameters = { n = "float" } }',
            "tools.greet.parameters.n",
        ),
        (
            'greet = { file = "greet.py", description = "x", schedule = "0 7 * * *", parameters = { n = "text" } }',
            "tools.greet.schedule: needs a good default for n",
        ),
        ('greet = { file = "greet.py"', "equipment.toml"),
    ],
)
def test_a_wrong_line_is_refused_and_the_field_named(line: str, named: str, own: EquipmentSettings) -> None:
    register(own, line)

    with pytest.raises(ConfigurationError) as refused:
        load_registry(own)

    assert named in str(refused.value)


def test_without_a_registry_file_there_are_the_shipped_tools(settings: EquipmentSettings) -> None:
    names = list(load_registry(settings))

    assert names == ["health_check", "log_rotate", "backup", "cost_report", "retention", "router_training"]


def test_an_unknown_tool_is_answered_with_those_there_are(settings: EquipmentSettings) -> None:
    with pytest.raises(ConfigurationError, match="health_check"):
        find_tool(load_registry(settings), "coffee")


def test_a_link_out_of_the_folder_is_refused(own: EquipmentSettings, tmp_path: Path) -> None:
    (tmp_path / "outside.py").write_text("print('out')")
    (own.scripts_folder / "link.py").symlink_to(tmp_path / "outside.py")
    register(own, 'greet = { file = "link.py", description = "x" }')

    with pytest.raises(ConfigurationError, match="not inside"):
        load_registry(own)
