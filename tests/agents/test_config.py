"""Who works with what: the payroll, from the keys and the overrides there are."""

import pytest

from agents.config import (
    ANTHROPIC_MODELS,
    OPENAI_MODELS,
    OUTPUT_TOKENS,
    STARTER_OUTPUT_TOKENS,
    AgentSettings,
    ModelChoice,
    Provider,
    parse_model,
    resolve_payroll,
)
from nexus.errors import ConfigurationError
from nexus.work_order import TIERS, Role

OLLAMA = ModelChoice(Provider.OLLAMA, "qwen3:8b", "http://localhost:11434")
STARTER = ModelChoice(Provider.LOCAL, "SmolLM2", "http://127.0.0.1:9/v1", weak=True)
SERVER = ModelChoice(Provider.LOCAL, "phi", "http://127.0.0.1:8/v1")
ANTHROPIC_KEY = {"anthropic_api_key": "sk-ant"}
OPENAI_KEY = {"openai_api_key": "sk-oai"}
LOCAL_URL = {"local_model_url": "http://127.0.0.1:8/v1"}


def settings(**values: str) -> AgentSettings:
    return AgentSettings.model_validate(values)


def choices(local: ModelChoice | None = None, /, **values: str) -> dict[Role, ModelChoice | None]:
    return {role: post.choice for role, post in resolve_payroll(settings(**values), local).items()}


def remote(provider: Provider, models: dict[Role, str]) -> dict[Role, ModelChoice | None]:
    return {role: ModelChoice(provider, models[role]) for role in TIERS}


def test_with_nothing_every_tier_names_what_would_help_and_the_admin_works_by_rules() -> None:
    payroll = resolve_payroll(settings(), None)

    assert {role: post.choice for role, post in payroll.items()} == dict.fromkeys(Role)
    assert payroll[Role.ADMIN].problem is None
    for role in TIERS:
        problem = payroll[role].problem or ""
        assert problem.startswith(f"{role.value} has no model")
        assert all(way in problem for way in ("ANTHROPIC_API_KEY", "OPENAI_API_KEY", "Ollama", "nexus up"))


@pytest.mark.parametrize(
    ("keys", "provider", "models"),
    [
        (ANTHROPIC_KEY, Provider.ANTHROPIC, ANTHROPIC_MODELS),
        (OPENAI_KEY, Provider.OPENAI, OPENAI_MODELS),
        (ANTHROPIC_KEY | OPENAI_KEY, Provider.ANTHROPIC, ANTHROPIC_MODELS),
    ],
    ids=["anthropic", "openai", "both"],
)
def test_a_key_serves_the_tiers_and_leaves_the_admin_to_a_local_model(
    keys: dict[str, str], provider: Provider, models: dict[Role, str]
) -> None:
    tiers = remote(provider, models)

    assert choices(**keys) == tiers | {Role.ADMIN: None}
    assert choices(OLLAMA, **keys) == tiers | {Role.ADMIN: OLLAMA}
    assert choices(STARTER, **keys) == tiers | {Role.ADMIN: None}


def test_other_addresses_of_the_providers_are_used() -> None:
    anthropic = choices(anthropic_base_url="http://a", **ANTHROPIC_KEY)[Role.CEO]
    openai = choices(openai_base_url="http://o/v1", **OPENAI_KEY)[Role.CEO]

    assert anthropic == ModelChoice(Provider.ANTHROPIC, ANTHROPIC_MODELS[Role.CEO], "http://a")
    assert openai == ModelChoice(Provider.OPENAI, OPENAI_MODELS[Role.CEO], "http://o/v1")


@pytest.mark.parametrize(
    ("setting", "given", "used"),
    [
        ("anthropic_base_url", "http://proxy:4000/v1/", "http://proxy:4000"),
        ("ollama_base_url", "http://gpu:11434/v1", "http://gpu:11434"),
        ("openai_base_url", "http://proxy:4000", "http://proxy:4000/v1"),
        ("local_model_url", "http://gpu:8080/", "http://gpu:8080/v1"),
        ("local_model_url", "http://gpu:8080/api/v3", "http://gpu:8080/api/v3"),
    ],
)
def test_an_address_may_be_given_with_or_without_its_version(setting: str, given: str, used: str) -> None:
    assert getattr(settings(**{setting: given}), setting) == used


@pytest.mark.parametrize("local", [OLLAMA, SERVER])
def test_without_a_key_the_local_model_does_everything(local: ModelChoice) -> None:
    assert choices(local) == dict.fromkeys(Role, local)


def test_the_starter_model_works_but_never_judges_and_is_kept_short() -> None:
    payroll = resolve_payroll(settings(), STARTER)

    assert payroll[Role.ADMIN].choice is None
    assert [payroll[role].choice for role in TIERS] == [STARTER] * 3
    assert {payroll[role].limit_of(STARTER) for role in TIERS} == {STARTER_OUTPUT_TOKENS}


def test_a_capable_model_may_say_as_much_as_its_role() -> None:
    payroll = resolve_payroll(settings(**ANTHROPIC_KEY), OLLAMA)

    assert {role: post.max_output_tokens for role, post in payroll.items()} == OUTPUT_TOKENS


def test_an_override_changes_one_role_and_no_other() -> None:
    expected = remote(Provider.ANTHROPIC, ANTHROPIC_MODELS) | {Role.INTERN: OLLAMA, Role.ADMIN: None}

    assert choices(nexus_model_intern="ollama/qwen3:8b", **ANTHROPIC_KEY) == expected


@pytest.mark.parametrize(
    ("value", "provider", "model", "base_url"),
    [
        ("claude-opus-4-6", Provider.ANTHROPIC, "claude-opus-4-6", None),
        ("anthropic/claude-opus-4-6", Provider.ANTHROPIC, "claude-opus-4-6", None),
        ("gpt-5.4", Provider.OPENAI, "gpt-5.4", None),
        ("o3-mini", Provider.OPENAI, "o3-mini", None),
        ("openai/ft:gpt-5.4:me", Provider.OPENAI, "ft:gpt-5.4:me", None),
        ("ollama/llama3.2", Provider.OLLAMA, "llama3.2", "http://localhost:11434"),
        ("ollama_chat/llama3.2", Provider.OLLAMA, "llama3.2", "http://localhost:11434"),
        ("qwen3:8b", Provider.OLLAMA, "qwen3:8b", "http://localhost:11434"),
        ("hf.co/me/mine:Q4_K_M", Provider.OLLAMA, "hf.co/me/mine:Q4_K_M", "http://localhost:11434"),
        ("local/org/phi", Provider.LOCAL, "org/phi", LOCAL_URL["local_model_url"]),
        ("scripted/tester", Provider.SCRIPTED, "tester", None),
    ],
)
@pytest.mark.parametrize("role", Role)
def test_a_model_is_named_with_or_without_its_provider(
    role: Role, value: str, provider: Provider, model: str, base_url: str | None
) -> None:
    override = {f"nexus_model_{role.value}": value}

    chosen = choices(None, **ANTHROPIC_KEY, **OPENAI_KEY, **LOCAL_URL, **override)[role]

    assert chosen == ModelChoice(provider, model, base_url)


@pytest.mark.parametrize("value", ["local/starter", "local/SmolLM2"])
def test_the_starter_model_may_be_asked_for_by_name_and_stays_weak(value: str) -> None:
    assert choices(STARTER, nexus_model_intern=value, **ANTHROPIC_KEY)[Role.INTERN] is STARTER


@pytest.mark.parametrize("value", ["opus", "mistral/large", "", "anthropic"])
def test_an_unknown_provider_names_the_variable_and_those_there_are(value: str) -> None:
    with pytest.raises(
        ConfigurationError, match=rf"^NEXUS_MODEL_CEO={value}: .*anthropic/…, openai/…, ollama/…, local/…"
    ):
        parse_model(value, settings(**ANTHROPIC_KEY), "NEXUS_MODEL_CEO")


def test_an_empty_override_is_none() -> None:
    assert choices(nexus_model_ceo="", **ANTHROPIC_KEY)[Role.CEO] == choices(**ANTHROPIC_KEY)[Role.CEO]


@pytest.mark.parametrize(
    ("value", "needs"),
    [
        ("claude-opus-4-6", "ANTHROPIC_API_KEY"),
        ("anthropic/claude-opus-4-6", "ANTHROPIC_API_KEY"),
        ("gpt-5.4", "OPENAI_API_KEY"),
        ("local/phi", "LOCAL_MODEL_URL"),
        ("local/starter", "LOCAL_MODEL_URL"),
    ],
)
def test_an_override_without_what_it_needs_names_both_settings(value: str, needs: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^NEXUS_MODEL_DIRECTOR={value} needs {needs}"):
        resolve_payroll(settings(nexus_model_director=value), None)


@pytest.mark.parametrize("value", ["anthropic/", "ollama/", "scripted/"])
def test_a_provider_without_a_model_is_refused_at_start(value: str) -> None:
    with pytest.raises(ConfigurationError, match="NEXUS_MODEL_CEO"):
        parse_model(value, settings(**ANTHROPIC_KEY), "NEXUS_MODEL_CEO")


def test_keys_are_never_shown() -> None:
    assert "sk-ant" not in repr(settings(**ANTHROPIC_KEY))
