"""`nexus doctor`: every problem is one line with one fix, and no secret is ever shown."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from agents.config import ANTHROPIC_MODELS, STARTER_MODEL, AgentSettings, ModelChoice
from agents.fakes import anthropic_api, openai_api
from agents.fakes.script import Fault, Rule, Script
from agents.fakes.server import FakeServer
from db.engine import Database
from db.migrate import newest_revision
from gateway.config import GatewaySettings
from nexus.cli.checks.finding import Finding, Level
from nexus.cli.checks.machine import check_home, check_port
from nexus.cli.checks.posts import check_models, check_posts
from nexus.cli.checks.sandbox import check_sandbox
from nexus.cli.checks.stores import check_database, check_redis
from nexus.cli.doctor import STARTER_URL, examine
from nexus.cli.ports import free_port
from nexus.cli.survey import Plan, plan_models
from nexus.sandbox import probe
from nexus.sandbox.client import use_runner
from nexus.sandbox.probe import sandbox_level
from nexus.settings import CommonSettings
from nexus.work_order import Role
from qa.config import QaSettings

KEY = "sk-ant-very-secret"
TODAY = datetime.now(UTC).date()


def agents(**values: object) -> AgentSettings:
    return AgentSettings.model_validate(values)


def a_plan(settings: AgentSettings, local: ModelChoice | None = None) -> Plan:
    return asyncio.run(plan_models(settings, local, STARTER_URL, TODAY))


def findings_of(settings: AgentSettings) -> dict[str, Finding]:
    """By what they are about."""
    plan = a_plan(settings)
    found = [*check_posts(plan.payroll.values(), plan.reports), *check_models(plan.reports)]
    assert len({finding.about for finding in found}) == len(found), "one line each"
    return {finding.about: finding for finding in found}


@contextmanager
def anthropic(*, key: str = KEY, script: Script | None = None) -> Iterator[AgentSettings]:
    app = anthropic_api.create_app(script or Script(), api_key=key, models=list(ANTHROPIC_MODELS.values()))
    with FakeServer(app) as server:
        yield agents(anthropic_api_key=KEY, anthropic_base_url=server.base_url)
        calls = httpx.get(f"{server.base_url}/__calls", trust_env=False).json()
        assert {call["method"] for call in calls} == {"GET"}, "looking costs nothing"


def test_every_model_is_one_line_with_its_price_and_every_role_says_who_works_in_it() -> None:
    with anthropic() as settings:
        found = findings_of(settings)

    assert {finding.level for finding in found.values()} == {Level.OK}
    assert found.keys() == {role.value for role in Role} | set(ANTHROPIC_MODELS.values())
    assert found["ceo"].text == "claude-opus-4-6 (anthropic)"
    assert found["claude-opus-4-6"].text == "anthropic, $5.00 in, $25.00 out per million tokens"


def test_a_wrong_key_is_one_line_though_it_is_wrong_for_three_models_and_it_is_not_shown() -> None:
    with anthropic(key="another") as settings:
        found = findings_of(settings)

    problem = found["anthropic key"]
    assert problem == Finding(
        Level.FAIL, "anthropic key", "ANTHROPIC_API_KEY is refused (401): set a valid key."
    )
    assert KEY not in str(found)
    assert "claude-opus-4-6" not in found
    assert (
        found["ceo"].text
        == f"{STARTER_MODEL} (starter model, on this machine, free), in place of claude-opus-4-6"
    )


def test_a_provider_that_cannot_be_reached_is_a_warning() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    found = findings_of(agents(openai_api_key=KEY, openai_base_url=url))

    assert found["openai"].level is Level.WARN
    assert "OPENAI_BASE_URL" in found["openai"].text


def test_a_provider_that_fails_is_a_warning_and_the_key_is_not_judged() -> None:
    script = Script((Rule((Fault("http_status", status=500),), path="/v1/models*"),))
    with anthropic(script=script) as settings:
        found = findings_of(settings)

    assert {found[model].level for model in ANTHROPIC_MODELS.values()} == {Level.WARN}
    assert found["ceo"].level is Level.OK


def test_a_model_without_a_price_is_a_warning_that_names_the_setting() -> None:
    app = openai_api.create_app(Script(), api_key=KEY, models=["gpt-99"])
    with FakeServer(app) as server:
        own = {"nexus_model_ceo": "gpt-99", "openai_api_key": KEY, "openai_base_url": server.base_url}
        found = findings_of(agents(**own))

    assert found["gpt-99"].level is Level.WARN
    assert "set MODEL_PRICES, or UNPRICED_MODELS=allow" in found["gpt-99"].text


def test_a_role_that_nobody_can_fill_is_to_be_fixed() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    both = "ollama/qwen3:8b,ollama/llama3.2"  # a list is the whole list: no starter model comes to help
    found = findings_of(agents(nexus_model_ceo=both, ollama_base_url=url))

    assert found["ceo"].level is Level.FAIL
    assert found["ceo"].text.startswith("nobody can work here: see what is said of qwen3:8b, llama3.2")


def test_a_postgresql_that_is_there_shows_its_schema(migrated_postgres_url: str) -> None:
    finding = check_database(CommonSettings(database_url=migrated_postgres_url))
    assert finding.level is Level.OK
    assert finding.text.startswith("PostgreSQL, ")
    assert f"schema {newest_revision()}" in finding.text


def test_a_sqlite_file_that_is_there_shows_its_schema(sqlite: Database) -> None:
    assert sqlite.is_sqlite
    finding = check_database(CommonSettings())
    assert finding.level is Level.OK
    assert finding.text.startswith("SQLite, ")
    assert f"schema {newest_revision()}" in finding.text


def test_an_empty_database_is_fine_and_is_left_as_it_is(postgres_url: str) -> None:
    for settings in (CommonSettings(), CommonSettings(database_url=postgres_url)):
        for _ in range(2):  # the second time would find what the first had made
            finding = check_database(settings)
            assert finding.level is Level.OK
            assert "schema 0" not in finding.text
    assert not CommonSettings().sqlite_path.exists()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://owner:hush@127.0.0.1:9/nexus", "no PostgreSQL answers at 127.0.0.1:9/nexus"),
        ("mysql://owner:hush@127.0.0.1/nexus", "must be postgresql://"),
        ("not a url", "DATABASE_URL is not a URL"),
    ],
)
def test_a_database_that_cannot_be_used_fails_with_the_setting_named(url: str, says: str) -> None:
    finding = check_database(CommonSettings(database_url=url))
    assert finding.level is Level.FAIL
    assert says in finding.text
    assert "DATABASE_URL" in finding.text
    assert "hush" not in finding.text


def test_a_missing_postgresql_database_is_told_from_a_dead_server(postgres_url: str) -> None:
    finding = check_database(CommonSettings(database_url=postgres_url.replace("/test_", "/none_")))
    assert finding.level is Level.FAIL
    assert "no such database" in finding.text


async def test_redis_answers_or_names_its_setting(valkey_server: str) -> None:
    assert (await check_redis(CommonSettings(redis_url=valkey_server))).level is Level.OK
    dead = await check_redis(CommonSettings(redis_url=f"redis://:hush@127.0.0.1:{free_port()}/0"))
    assert dead.level is Level.FAIL
    assert "REDIS_URL" in dead.text
    assert "hush" not in dead.text
    embedded = await check_redis(CommonSettings())
    assert embedded == Finding(Level.OK, "redis", "the embedded Valkey starts with `nexus up`")


def test_a_data_folder_that_is_a_file_or_too_deep_fails(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for home in (tmp_path / "file", tmp_path / ("deep" * 30)):
        finding = check_home(CommonSettings(nexus_home=home))
        assert finding.level is Level.FAIL
        assert "NEXUS_HOME" in finding.text


def test_a_port_of_another_program_fails_and_a_free_one_does_not() -> None:
    assert check_port(GatewaySettings(port=free_port())).level is Level.OK
    with FakeServer(openai_api.create_app(Script.saying("x"), api_key=None, models=[])) as other:
        finding = check_port(GatewaySettings(port=other.port))
    assert finding.level is Level.FAIL
    assert "PORT=" in finding.text


def test_a_fresh_machine_has_nothing_to_fix_and_nothing_is_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORT", str(free_port()))
    monkeypatch.setenv("OLLAMA_BASE_URL", f"http://127.0.0.1:{free_port()}")
    assert examine() == 0
    lines = capsys.readouterr().out.splitlines()
    without = int(sandbox_level().startswith("none"))  # a machine may have none
    assert lines[-1].startswith(f"0 to fix, {1 + without} to look at")
    assert any(re.match(r"(OK|WARN) +sandbox +(bubblewrap|landlock|none)", line) for line in lines)
    assert any("ollama serve" in line for line in lines)
    assert not (tmp_path / "home").exists()


def test_a_machine_without_a_sandbox_is_a_warning_with_the_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "_found", [probe.Found(None, "bubblewrap: not installed; landlock: too old")])

    finding = check_sandbox(QaSettings())

    assert finding.level is Level.WARN
    assert "bubblewrap: not installed" in finding.text
    assert "apt install bubblewrap" in finding.text


def test_a_runner_that_does_not_answer_is_a_warning(tmp_path: Path) -> None:
    try:
        finding = check_sandbox(QaSettings(qa_runner_socket=tmp_path / "nobody.sock"))
    finally:
        use_runner(None)

    assert finding.level is Level.WARN
    assert "the qa-runner does not answer" in finding.text


def test_one_problem_is_enough_for_exit_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORT", "eighty")
    assert examine() == 1
    assert "FAIL settings         PORT" in capsys.readouterr().out
