"""The bot's settings, and what they say when they are wrong."""

import pytest

from interfaces.telegram.config import TelegramSettings
from nexus.errors import ConfigurationError
from nexus.settings import load_settings

TOKEN = "123456789:AAE-abcdefghijklmnopqrstuvwxyz0123456"


def settings(monkeypatch: pytest.MonkeyPatch, **values: str) -> TelegramSettings:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return load_settings(TelegramSettings)


def test_a_token_gives_the_bots_id(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings(monkeypatch, TELEGRAM_BOT_TOKEN=f" {TOKEN} ")
    assert (found.bot_id, found.token) == (123456789, TOKEN)


@pytest.mark.parametrize("blank", ["", "  "])
def test_without_a_token_the_setting_is_named(monkeypatch: pytest.MonkeyPatch, blank: str) -> None:
    found = settings(monkeypatch, TELEGRAM_BOT_TOKEN=blank)
    assert found.telegram_bot_token is None
    with pytest.raises(ConfigurationError, match="TELEGRAM_BOT_TOKEN"):
        _ = found.token


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TELEGRAM_BOT_TOKEN", "my-secret-token-that-is-none"),
        ("TELEGRAM_ALLOWED_IDS", "@anna"),
        ("TELEGRAM_GROUPS", "1,,2"),
        ("TELEGRAM_API_BASE_URL", "api.telegram.org"),
        ("TELEGRAM_WEBHOOK_URL", "http://nexus.example"),
        ("TELEGRAM_WEBHOOK_PORT", "70000"),
        ("GATEWAY_URL", "nexus.lan:8000"),
    ],
)
def test_a_wrong_value_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=name) as refusal:
        settings(monkeypatch, **{name: value})
    assert "my-secret" not in str(refusal.value)


def test_ids_are_read_with_blanks_and_signs(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settings(monkeypatch, TELEGRAM_ALLOWED_IDS=" 1, 5000000001 ", TELEGRAM_GROUPS="-100123, -7")
    assert found.allowed_ids == {1, 5_000_000_001}
    assert found.groups == {-100123, -7}


def test_the_company_is_found_where_its_gateway_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings(monkeypatch, HOST="::", PORT="9000").company_url == "http://[::1]:9000"
    assert settings(monkeypatch, GATEWAY_URL="http://n:1/").company_url == "http://n:1"
