"""The payroll: which model each role works with, and the settings of the workers.

Default model ids are data here and nowhere else; every one can be overridden by an environment variable.
Front processes may import this module and nothing else of `agents`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, field_validator
from pydantic_settings import NoDecode

from agents.own_prices import OwnPrice, parse_own_prices
from agents.route_settings import RouteSettings
from nexus.errors import ConfigurationError
from nexus.work_order import TIERS, Role


class Provider(StrEnum):
    """Who runs a model. `local` is any OpenAI-compatible server of the owner's; `scripted` is no model at all."""

    ANTHROPIC = "anthropic"
    OPENAI = "openai"
    OLLAMA = "ollama"
    LOCAL = "local"
    SCRIPTED = "scripted"


LOCAL_PROVIDERS: Final = (Provider.OLLAMA, Provider.LOCAL, Provider.SCRIPTED)

ANTHROPIC_MODELS: Final = {
    Role.CEO: "claude-opus-4-6",
    Role.DIRECTOR: "claude-sonnet-4-6",
    Role.INTERN: "claude-haiku-4-5",
}
OPENAI_MODELS: Final = {
    Role.CEO: "gpt-5.4",
    Role.DIRECTOR: "gpt-5.4-mini",
    Role.INTERN: "gpt-5.4-nano",
}
OLLAMA_MODEL: Final = "qwen3:8b"
STARTER_MODEL: Final = "SmolLM2-135M-Instruct"

# What an answer may be at most, in tokens. A cut-off answer is retried, so these are generous.
OUTPUT_TOKENS: Final = {Role.ADMIN: 200, Role.INTERN: 2_048, Role.DIRECTOR: 8_192, Role.CEO: 16_384}
STARTER_OUTPUT_TOKENS: Final = 1_024


class AgentSettings(RouteSettings):
    """What workers, `nexus up` and `nexus doctor` need to know."""

    anthropic_api_key: SecretStr | None = Field(
        default=None, description="Key for Claude, the brief's payroll."
    )
    anthropic_base_url: str | None = Field(
        default=None, description="Another server that speaks Anthropic's Messages API, without /v1."
    )
    openai_api_key: SecretStr | None = Field(
        default=None, description="Key for OpenAI; serves the tiers when there is no Anthropic key."
    )
    openai_base_url: str | None = Field(
        default=None, description="Another server that speaks OpenAI's API, with /v1."
    )
    ollama_base_url: str = Field(
        default="http://localhost:11434",
        description="Ollama; when it answers, the Admin works on it, and so do tiers without a key.",
    )
    local_model_url: str | None = Field(
        default=None,
        description="Any OpenAI-compatible server of yours (vLLM, LM Studio, llama-server), with /v1.",
    )
    local_model_name: str | None = Field(
        default=None, description="Model to ask LOCAL_MODEL_URL for; empty: the first it lists."
    )
    nexus_starter_url: str | None = Field(
        default=None, description="The starter model's server; `nexus up` sets it for its workers."
    )
    nexus_model_ceo: str | None = Field(
        default=None,
        description="CEO's model, e.g. claude-opus-4-6. Alone it is followed by the other providers' when it does not "
        "answer; with commas (also a last one) this is the whole list.",
    )
    nexus_model_director: str | None = Field(
        default=None, description="Director's model, e.g. anthropic/claude-sonnet-4-6."
    )
    nexus_model_intern: str | None = Field(default=None, description="Intern's model, e.g. ollama/qwen3:8b.")
    nexus_model_admin: str | None = Field(default=None, description="Admin's model, e.g. ollama/qwen3:8b.")
    model_prices: Annotated[dict[str, OwnPrice], NoDecode, BeforeValidator(parse_own_prices)] = Field(
        default={},
        description="Prices of models that nobody lists, or corrections, in dollars per million tokens: "
        '{"openai/my-model": {"input": 1, "output": 2, "cache_read": 0.1, "cache_write": 1.25}}.',
    )
    vision_models: str = Field(
        default="",
        description="Models that can see pictures where nobody else says so, by provider/model or the model's name, "
        "with commas: local/qwen2.5-vl, openai/my-model.",
    )
    nexus_script: str | None = Field(
        default=None,
        description="JSON file of answers for `scripted/…` models, for trials without any model.",
    )

    @property
    def vision_names(self) -> frozenset[str]:
        """What VISION_MODELS names."""
        return frozenset(name.strip() for name in self.vision_models.split(",") if name.strip())

    @field_validator("anthropic_base_url", "ollama_base_url")
    @classmethod
    def _without_v1(cls, url: str | None) -> str | None:
        """These providers' paths begin with their own version; one that was pasted along is dropped."""
        return url and url.rstrip("/").removesuffix("/v1")

    @field_validator("openai_base_url", "local_model_url")
    @classmethod
    def _with_v1(cls, url: str | None) -> str | None:
        """The path where an OpenAI-compatible server speaks, also when only its address was given."""
        plain = url and url.rstrip("/")
        return f"{plain}/v1" if plain and not urlsplit(plain).path else plain

    model_timeout_s: float = Field(
        default=300, gt=0, description="Longest a model call may take, in seconds."
    )
    model_stall_s: float = Field(
        default=60, gt=0, description="Longest a model may say nothing in the middle of a call, in seconds."
    )
    local_opinion: Literal["off", "note", "retry"] = Field(
        default="off",
        description="Ask a local model that costs nothing as well, where answers can be compared (a number, a choice, "
        "yes or no): `note` shows in the proof whether it agrees, `retry` has the work done again where it does not.",
    )
    local_opinion_wait_s: float = Field(
        default=5, ge=0, le=60, description="Longest an answer waits for the local model's, in seconds."
    )
    local_summary: bool = Field(
        default=True,
        description="Have a local model that costs nothing summarise the older turns of a long conversation, "
        "beside the facts and quotes that are sent anyway. It is used only where it keeps 95 % of the facts.",
    )
    front_desk_deadline_s: float = Field(
        default=3, gt=0, description="Longest the Admin waits for its model before rules decide, in seconds."
    )
    worker_concurrency: int = Field(
        default=16, ge=1, le=256, description="Orders one worker process works on at once, per role."
    )
    lease_s: float = Field(
        default=30,
        ge=0.3,
        description="How long a claim holds without renewal, in seconds; renewed at a third.",
    )


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """One model at one place. `weak` marks the starter model, which every receipt then says.

    `own_price` is what MODEL_PRICES says of it, `sees` that VISION_MODELS names it; no part of its identity.
    """

    provider: Provider
    model: str
    base_url: str | None = None
    weak: bool = False
    own_price: OwnPrice | None = field(default=None, compare=False)
    sees: bool = field(default=False, compare=False)

    @property
    def label(self) -> str:
        """As the owner writes it, e.g. `ollama/qwen3:8b`."""
        return f"{self.provider.value}/{self.model}"

    @property
    def is_local(self) -> bool:
        """True when it runs on the owner's machine and costs nothing."""
        return self.provider in LOCAL_PROVIDERS


@dataclass(frozen=True, slots=True)
class Post:
    """A role and what it works with: its model, and in order what takes over when that does not answer.

    Without a model it has a `problem`: one line that names the fix.
    """

    role: Role
    choice: ModelChoice | None
    max_output_tokens: int
    problem: str | None = None
    fallbacks: tuple[ModelChoice, ...] = ()

    @property
    def choices(self) -> tuple[ModelChoice, ...]:
        """Every model of the post, the first to be asked first."""
        return (self.choice, *self.fallbacks) if self.choice is not None else ()

    def limit_of(self, choice: ModelChoice) -> int:
        """Most output tokens that `choice` is asked for."""
        return min(self.max_output_tokens, STARTER_OUTPUT_TOKENS) if choice.weak else self.max_output_tokens


type Payroll = dict[Role, Post]


def resolve_payroll(settings: AgentSettings, local: ModelChoice | None) -> Payroll:
    """Who works with what, the first choice first: what NEXUS_MODEL_… names, then Anthropic, OpenAI, the local model.

    Raises:
        ConfigurationError: a NEXUS_MODEL_… names no provider this build knows.
    """
    payroll = {role: _post(role, _tier_choices(role, settings, local)) for role in TIERS}
    # The starter model must not judge difficulty (docs/decisions/0005): with it alone the Admin works by rules.
    front_desk = () if local is None or local.weak else (local,)
    payroll[Role.ADMIN] = _post(Role.ADMIN, _overrides(Role.ADMIN, settings, local)[:1] or front_desk)
    return {role: _as_the_owner_says(post, settings) for role, post in payroll.items()}


def _as_the_owner_says(post: Post, settings: AgentSettings) -> Post:
    """With what MODEL_PRICES and VISION_MODELS tell of its models."""
    prices, seeing = settings.model_prices, settings.vision_names
    if post.choice is None or not (prices or seeing):
        return post
    choices = [
        replace(
            choice,
            own_price=prices.get(choice.label),
            sees=choice.label in seeing or choice.model in seeing,
        )
        for choice in post.choices
    ]
    return replace(post, choice=choices[0], fallbacks=tuple(choices[1:]))


def _tier_choices(role: Role, settings: AgentSettings, local: ModelChoice | None) -> tuple[ModelChoice, ...]:
    """What the owner lists with commas is the whole list. One model alone is followed by the others, but a local one,
    which may have been chosen so that nothing leaves the house, only by what is local.
    """
    named = _overrides(role, settings, local)
    if "," in (_override_text(role, settings) or ""):
        return named
    others = [] if named and named[0].is_local else list(_remote_choices(role, settings))
    choices = [*named, *others, *([local] if local is not None else [])]
    return tuple(dict.fromkeys(choices))


def _remote_choices(role: Role, settings: AgentSettings) -> Iterator[ModelChoice]:
    if settings.anthropic_api_key is not None:
        yield ModelChoice(Provider.ANTHROPIC, ANTHROPIC_MODELS[role], settings.anthropic_base_url)
    if settings.openai_api_key is not None:
        yield ModelChoice(Provider.OPENAI, OPENAI_MODELS[role], settings.openai_base_url)


def _post(role: Role, choices: tuple[ModelChoice, ...]) -> Post:
    if not choices:
        problem = None
        if role is not Role.ADMIN:
            problem = (
                f"{role.value} has no model: set ANTHROPIC_API_KEY or OPENAI_API_KEY, start Ollama, "
                "or run `nexus up`, which brings a starter model."
            )
        return Post(role, None, OUTPUT_TOKENS[role], problem)
    return Post(role, choices[0], OUTPUT_TOKENS[role], fallbacks=choices[1:])


def _overrides(role: Role, settings: AgentSettings, local: ModelChoice | None) -> tuple[ModelChoice, ...]:
    names = [name.strip() for name in (_override_text(role, settings) or "").split(",")]
    return tuple(parse_model(name, settings, _variable(role), local) for name in names if name)


def _override_text(role: Role, settings: AgentSettings) -> str | None:
    value: str | None = getattr(settings, _variable(role).lower())
    return value


def _variable(role: Role) -> str:
    return f"NEXUS_MODEL_{role.value.upper()}"


def parse_model(
    value: str, settings: AgentSettings, variable: str, local: ModelChoice | None = None
) -> ModelChoice:
    """`provider/model`, or a bare model id whose provider its name tells.

    Raises:
        ConfigurationError: in one line that names `variable`: no such provider, or its key is not set.
    """
    head, slash, tail = value.partition("/")
    name = {"ollama_chat": "ollama"}.get(head, head)
    if slash and name in set(Provider):
        provider, model = Provider(name), tail
    else:
        provider, model = _provider_of(value, variable), value
    if not model:
        raise ConfigurationError(f"{variable}={value} names no model: write {name}/ and the model's id.")
    _require_key(provider, settings, variable, value)
    match provider:
        case Provider.ANTHROPIC:
            return ModelChoice(provider, model, settings.anthropic_base_url)
        case Provider.OPENAI:
            return ModelChoice(provider, model, settings.openai_base_url)
        case Provider.OLLAMA:
            return ModelChoice(provider, model, settings.ollama_base_url)
        case Provider.LOCAL:
            return _local_choice(model, settings, variable, local)
        case Provider.SCRIPTED:
            return ModelChoice(provider, model)


def _provider_of(model: str, variable: str) -> Provider:
    if model.startswith("claude"):
        return Provider.ANTHROPIC
    if model.startswith(("gpt-", "o1", "o3", "o4", "chatgpt")):
        return Provider.OPENAI
    if ":" in model:
        return Provider.OLLAMA
    known = ", ".join(f"{provider.value}/…" for provider in Provider if provider is not Provider.SCRIPTED)
    raise ConfigurationError(f"{variable}={model}: no provider by that name; write one of {known}.")


def _require_key(provider: Provider, settings: AgentSettings, variable: str, value: str) -> None:
    keys = {
        Provider.ANTHROPIC: ("ANTHROPIC_API_KEY", settings.anthropic_api_key),
        Provider.OPENAI: ("OPENAI_API_KEY", settings.openai_api_key),
    }
    name, key = keys.get(provider, ("", SecretStr("-")))
    if key is None:
        raise ConfigurationError(f"{variable}={value} needs {name}: set it, or choose another model.")


def _local_choice(
    model: str, settings: AgentSettings, variable: str, local: ModelChoice | None
) -> ModelChoice:
    if local is not None and local.provider is Provider.LOCAL and model in (local.model, "starter"):
        return local
    if settings.local_model_url is None:
        raise ConfigurationError(
            f"{variable}=local/{model} needs LOCAL_MODEL_URL: set it to the server's /v1."
        )
    return ModelChoice(Provider.LOCAL, model, settings.local_model_url)
