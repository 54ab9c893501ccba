"""Settings: the environment, then `.env`, then the defaults; and what is wrong is named."""

from pathlib import Path

import pytest
from pydantic import Field

from nexus.budget import BudgetSettings
from nexus.errors import ConfigurationError
from nexus.settings import MAX_SOCKET_PATH, CommonSettings, load_settings


class WorkerSettings(CommonSettings):
    lease_s: float = Field(default=30, gt=0)


def test_a_wrong_value_is_refused_in_one_line_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LOG_LEVEL", "LOUD")

    with pytest.raises(ConfigurationError, match=r"^LOG_LEVEL: .*'INFO'") as wrong:
        load_settings(CommonSettings)

    assert "\n" not in str(wrong.value)


def test_every_wrong_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_FORMAT", "xml")
    monkeypatch.setenv("LEASE_S", "soon")

    with pytest.raises(ConfigurationError, match=r"LOG_FORMAT: .*; LEASE_S: "):
        load_settings(WorkerSettings)


def test_a_home_too_deep_for_a_socket_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NEXUS_HOME", str(tmp_path / ("deep" * MAX_SOCKET_PATH)))
    settings = load_settings(CommonSettings)

    with pytest.raises(ConfigurationError, match="NEXUS_HOME is too deep"):
        _ = settings.effective_redis_url


def test_the_length_that_counts_is_that_in_bytes() -> None:
    chinese = Path("/") / ("数" * 30)

    with pytest.raises(ConfigurationError, match="too deep"):
        _ = CommonSettings(nexus_home=chinese).valkey_socket


def test_a_redis_of_ones_own_needs_no_socket(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NEXUS_HOME", str(tmp_path / ("deep" * MAX_SOCKET_PATH)))
    monkeypatch.setenv("REDIS_URL", "redis://redis:6379/0")

    assert load_settings(CommonSettings).effective_redis_url == "redis://redis:6379/0"


def test_the_environment_goes_before_the_file_and_the_file_before_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path(".env").write_text("LOG_LEVEL=ERROR\nLOG_FORMAT=json\nSOMEBODY_ELSES=1\n")
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")

    settings = load_settings(CommonSettings)

    assert (settings.log_level, settings.log_format, settings.database_url) == ("DEBUG", "json", None)


def test_an_empty_variable_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NEXUS_HOME", "DATABASE_URL", "REDIS_URL", "LOG_LEVEL", "SQLITE_DB_PATH"):
        monkeypatch.setenv(name, "")

    assert load_settings(CommonSettings) == CommonSettings(nexus_home=Path(".nexus"))
    assert load_settings(CommonSettings).database_url is None


def test_names_are_read_in_either_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("log_level", "ERROR")

    assert load_settings(CommonSettings).log_level == "ERROR"


@pytest.mark.parametrize(
    ("value", "path"),
    [("mine.db", "home/mine.db"), ("deep/mine.db", "home/deep/mine.db"), ("~/mine.db", "~/mine.db")],
)
def test_a_relative_database_file_is_in_the_home(tmp_path: Path, value: str, path: str) -> None:
    settings = CommonSettings(nexus_home=tmp_path / "home", sqlite_db_path=Path(value))

    assert settings.sqlite_path == tmp_path / Path(path).expanduser()


def test_a_value_that_should_be_json_is_one_line_that_names_the_setting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BUDGET_DAY_USD_BY_ROLE", "nope")

    with pytest.raises(ConfigurationError, match=r"^BUDGET_DAY_USD_BY_ROLE: must be JSON"):
        load_settings(BudgetSettings)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("BUDGET_DAY_USD", "-1", "BUDGET_DAY_USD: "),
        ("BUDGET_DAY_USD", "lots", "BUDGET_DAY_USD: "),
        ("BUDGET_TIMEZONE", "Mars/Olympus", "no time zone"),
        ("BUDGET_DAY_USD_BY_ROLE", '{"janitor": 1}', "BUDGET_DAY_USD_BY_ROLE"),
        ("UNPRICED_MODELS", "maybe", "UNPRICED_MODELS"),
    ],
)
def test_a_wrong_limit_is_one_line_that_names_the_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(ConfigurationError, match=said):
        load_settings(BudgetSettings)


def test_a_limit_can_be_taken_away_by_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUDGET_DAY_USD", "none")

    assert load_settings(BudgetSettings).budget_day_usd is None


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder of secrets as systemd makes one."""
    folder = tmp_path / "credentials"
    folder.mkdir()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    return folder


def test_a_secret_comes_as_a_file_named_after_its_setting(secrets: Path) -> None:
    (secrets / "database_url").write_text("postgresql://nexus:s3cret@db/nexus\n")

    assert load_settings(CommonSettings).database_url == "postgresql://nexus:s3cret@db/nexus"


def test_the_environment_goes_before_a_secret_file(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (secrets / "redis_url").write_text("redis://file:6379/0")
    monkeypatch.setenv("REDIS_URL", "redis://environment:6379/0")

    assert load_settings(CommonSettings).redis_url == "redis://environment:6379/0"


def test_an_empty_secret_file_is_one_that_is_not_there(secrets: Path) -> None:
    (secrets / "database_url").write_text("\n")

    assert load_settings(CommonSettings).database_url is None
