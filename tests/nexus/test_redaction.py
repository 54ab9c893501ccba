"""No secret is written down: twelve canaries, in every place where a text can come from."""

import json
import logging

import pytest
import structlog
from pydantic import Field, SecretStr

from nexus.logs import configure_logs
from nexus.redaction import MASK, learn_secrets, redact, redact_details, redact_value, secrets_of
from nexus.settings import CommonSettings

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJlLWNhbmFyeQ"
CANARIES = {
    "anthropic key": (
        "the key sk-ant-api03-CanaryA1b2C3d4E5f6 is refused",
        "sk-ant-api03-CanaryA1b2C3d4E5f6",
    ),
    "openai key": (
        "Incorrect API key provided: sk-proj-Canary0123456789abcd.",
        "sk-proj-Canary0123456789abcd",
    ),
    "bearer": ("headers: Authorization: Bearer c4n4ryTokenOfMine", "c4n4ryTokenOfMine"),
    "basic": ("Authorization: Basic Y2FuYXJ5OmNhbmFyeS1wYXNz", "Y2FuYXJ5OmNhbmFyeS1wYXNz"),
    "jwt": (f"refused: {JWT}", JWT),
    "telegram": (
        "POST https://api.telegram.example/bot123456789:AAcanaryCanaryCanaryCanaryCanary123/getMe",
        "AAcanaryCanaryCanaryCanaryCanary123",
    ),
    "url password": ("cannot reach postgresql://nexus:Canary-pw-77@db.example:5432/nexus", "Canary-pw-77"),
    "redis password": ("rediss://:Canary-redis-9@cache.example/0", "Canary-redis-9"),
    "private key": (
        "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEICanary\nAwEHoUQDQgAE\n-----END EC PRIVATE KEY-----",
        "MHcCAQEEICanary",
    ),
    "github token": (
        "clone with ghp_Canary0123456789abcdefghij012345",
        "ghp_Canary0123456789abcdefghij012345",
    ),
    "query": ("GET /ws?ticket=canary-ticket-5512&x=1", "canary-ticket-5512"),
    "environment": ("env: ANTHROPIC_API_KEY=canarykeywithoutform", "canarykeywithoutform"),
}
HARMLESS = [
    "A valid bearer token is needed",
    "Send the gateway's API_SECRET as `Authorization: Bearer …`.",
    "basic authentication is not supported",
    "12 input_tokens=400 output_tokens=12 at 12:30:45, see http://127.0.0.1:8000/docs",
    "WO-01JD0Z7M2T9V6Q4B8X3N5K1YHR ask-me-anything-about-risk-management",
]


class KeyedSettings(CommonSettings):
    canary_key: SecretStr | None = Field(default=None)
    more_keys: tuple[SecretStr, ...] = Field(default=())


@pytest.fixture(autouse=True)
def _own_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nexus.redaction._learned", {})


@pytest.mark.parametrize("kind", CANARIES)
def test_what_has_a_secrets_shape_is_cut_out(kind: str) -> None:
    text, secret = CANARIES[kind]
    assert secret not in redact(text)
    assert MASK in redact(text)
    assert secret not in json.dumps(redact_value({"a": [text, {"b": (text,)}], text: 1}))
    assert secret not in redact(json.dumps({"text": text}))


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_words_stay(text: str) -> None:
    assert redact(text) == text


def test_a_known_secret_is_found_wherever_it_stands_and_however_it_is_written() -> None:
    learn_secrets(['correct "horse" battery'])
    for text in (
        'x correct "horse" battery y',
        json.dumps({"a": 'correct "horse" battery'}),
        "GET /?q=correct%20%22horse%22%20battery",
    ):
        assert "horse" not in redact(text)


def test_a_secret_too_short_to_be_one_is_not_learned() -> None:
    learn_secrets(["", "secret"])
    assert redact("a secret is kept") == "a secret is kept"


def test_not_more_is_remembered_than_a_bounded_number_and_the_newest_stay() -> None:
    learn_secrets(f"canary-{n:04}-canary" for n in range(1000))
    assert redact("canary-0999-canary") == MASK
    assert redact("canary-0001-canary") == "canary-0001-canary"


def test_secrets_of_settings_are_their_secret_fields_and_the_passwords_in_their_urls() -> None:
    settings = KeyedSettings(
        database_url="postgresql://nexus:p%40ss-canary@db/nexus",
        redis_url="redis://:redis-canary@cache/0",
        canary_key=SecretStr("key-canary"),
        more_keys=(SecretStr("old-canary"), SecretStr("new-canary")),
    )
    assert set(secrets_of(settings)) == {
        "p@ss-canary",
        "p%40ss-canary",
        "redis-canary",
        "key-canary",
        "old-canary",
        "new-canary",
    }


def test_what_is_called_a_password_is_cut_out_whatever_it_looks_like() -> None:
    said = redact_details({"password": "x", "nested": {"API_KEY": 5, "key": SecretStr("y")}, "name": "z"})
    assert said == {"password": MASK, "nested": {"API_KEY": MASK, "key": MASK}, "name": "z"}


@pytest.mark.parametrize("style", ["console", "json"])
def test_no_log_line_holds_a_secret(
    style: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    handlers, level = logging.root.handlers[:], logging.root.level
    before = structlog.get_config()
    try:
        settings = KeyedSettings.model_validate({"log_format": style, "canary_key": "shapeless canary"})
        configure_logs(settings, "tests")
        log = structlog.stdlib.get_logger("nexus.canaries")
        for text, _ in CANARIES.values():
            log.warning("canary.in_a_value", text=text, authorization="plain")
            logging.getLogger("some.library").warning("a library says %s", text)
        _fail_loudly(log)
        said = capsys.readouterr().err
    finally:
        logging.root.handlers[:] = handlers
        logging.root.setLevel(level)
        structlog.configure(**before)
    assert "a library says" in said
    assert "RuntimeError" in said
    assert [secret for _, secret in CANARIES.values() if secret in said] == []
    assert "shapeless canary" not in said
    assert "plain" not in said


def _fail_loudly(log: structlog.stdlib.BoundLogger) -> None:
    try:
        raise RuntimeError("the secret is shapeless canary, and sk-ant-api03-CanaryA1b2C3d4E5f6")
    except RuntimeError:
        log.exception("canary.in_a_trace")


def test_the_search_does_not_slow_down_on_texts_made_to_slow_it_down() -> None:
    for piece in ("a", "1", "-", "://", "x:", "bearer ", "eyJ.", "=", "a_", " token", "sk-", "://a:", "1:"):
        redact((piece * 100_000)[:100_000])
