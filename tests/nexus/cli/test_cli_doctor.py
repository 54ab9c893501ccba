"""`nexus doctor`: every problem is one line with one fix, and no secret is ever shown."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import httpx
import pytest

from agents.config import AgentSettings, ModelChoice, Post, Provider, resolve_payroll
from agents.fakes import anthropic_api, openai_api
from agents.fakes.script import Fault, Script
from agents.fakes.server import FakeServer
from agents.price_sheet import Listing
from db.engine import Database
from db.migrate import newest_revision
from gateway.config import GatewaySettings
from nexus.cli.checks import posts
from nexus.cli.checks.finding import Finding, Level
from nexus.cli.checks.machine import check_home, check_port
from nexus.cli.checks.posts import check_post
from nexus.cli.checks.providers import accounts_of, check_account
from nexus.cli.checks.stores import check_database, check_redis
from nexus.cli.doctor import examine
from nexus.cli.ports import free_port
from nexus.settings import CommonSettings
from nexus.usage import FREE_PRICE
from nexus.work_order import Role

KEY = "sk-ant-very-secret"


def agents(**values: object) -> AgentSettings:
    return AgentSettings.model_validate(values)


def account_findings(settings: AgentSettings) -> list[Finding]:
    payroll = resolve_payroll(settings, None)
    return [
        finding
        for account in accounts_of(settings)
        for finding in asyncio.run(check_account(account, payroll))
    ]


@contextmanager
def anthropic(*, key: str = KEY, script: Script | None = None) -> Iterator[AgentSettings]:
    app = anthropic_api.create_app(script or Script.saying("x"), api_key=key, models=["claude-sonnet-4-6"])
    with FakeServer(app) as server:
        yield agents(anthropic_api_key=KEY, anthropic_base_url=server.base_url)
        calls = httpx.get(f"{server.base_url}/__calls", trust_env=False).json()
        assert [call["path"] for call in calls] == ["/v1/models"]  # which costs nothing


def test_a_good_key_is_accepted_and_models_that_are_not_served_are_named() -> None:
    with anthropic() as settings:
        findings = account_findings(settings)
    assert findings[0] == Finding(Level.OK, "anthropic key", "ANTHROPIC_API_KEY is accepted")
    assert [finding.about for finding in findings[1:]] == ["intern", "ceo"]
    assert "NEXUS_MODEL_CEO" in findings[2].text


def test_a_wrong_key_fails_and_is_named_but_not_shown() -> None:
    with anthropic(key="another") as settings:
        (finding,) = account_findings(settings)
    assert finding.level is Level.FAIL
    assert "ANTHROPIC_API_KEY is refused (401)" in finding.text
    assert KEY not in finding.text


def test_a_provider_that_cannot_be_reached_is_a_warning() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    (finding,) = account_findings(agents(openai_api_key=KEY, openai_base_url=url))
    assert finding.level is Level.WARN
    assert "OPENAI_BASE_URL" in finding.text


def test_an_openai_key_is_checked_where_openai_base_url_says() -> None:
    app = openai_api.create_app(
        Script.saying("x"), api_key=KEY, models=["gpt-5.4", "gpt-5.4-mini", "gpt-5.4-nano"]
    )
    with FakeServer(app) as server:
        settings = agents(openai_api_key=KEY, openai_base_url=f"{server.base_url}/v1")
        findings = account_findings(settings)
    assert [finding.level for finding in findings] == [Level.OK]


@pytest.mark.parametrize(
    ("ends", "level", "says"),
    [
        (None, Level.OK, "claude-opus-4-6"),
        (date(2027, 3, 1), Level.OK, "until 2027-03-01"),
        (date(2026, 11, 30), Level.WARN, "set NEXUS_MODEL_CEO to a newer model"),
        (date(2026, 11, 21), Level.FAIL, "was retired on 2026-11-21: set NEXUS_MODEL_CEO"),
    ],
)
def test_a_model_near_its_end_warns_and_one_past_it_fails(
    monkeypatch: pytest.MonkeyPatch, ends: date | None, level: Level, says: str
) -> None:
    monkeypatch.setattr(posts, "listing_of", lambda _: Listing(FREE_PRICE, ends))
    post = Post(Role.CEO, ModelChoice(Provider.ANTHROPIC, "claude-opus-4-6"), 100)
    finding = check_post(post, date(2026, 11, 22))
    assert finding.level is level
    assert says in finding.text


def test_a_model_without_a_price_is_a_warning_that_names_the_setting() -> None:
    finding = check_post(Post(Role.CEO, ModelChoice(Provider.OPENAI, "gpt-99"), 100), date(2026, 11, 22))
    assert finding.level is Level.WARN
    assert "NEXUS_MODEL_CEO" in finding.text


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
    assert lines[-1].startswith("0 to fix, 1 to look at")
    assert any("ollama serve" in line for line in lines)
    assert not (tmp_path / "home").exists()


def test_one_problem_is_enough_for_exit_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORT", "eighty")
    assert examine() == 1
    assert "FAIL settings         PORT" in capsys.readouterr().out


def test_a_provider_that_fails_is_a_warning_and_the_key_is_not_judged() -> None:
    with anthropic(script=Script.saying(Fault("http_status", status=500))) as settings:
        assert all(finding.level is not Level.FAIL for finding in account_findings(settings))
