"""The four providers as fakes that are as strict as the originals, and requests to them."""

from agents.completion import Completion, ModelRequest
from agents.config import AgentSettings, ModelChoice, Provider
from agents.fakes import anthropic_api, ollama_api, openai_api
from agents.fakes.script import Fault, Reply, Script
from agents.fakes.server import FakeServer
from agents.model_router import ModelRouter
from nexus.work_order import Role, Turn

KEY = "sk-right"
MODELS = {
    Provider.ANTHROPIC: "claude-haiku-4-5",
    Provider.OPENAI: "gpt-5.4-mini",
    Provider.OLLAMA: "qwen3:8b",
    Provider.LOCAL: "SmolLM2",
}


def a_router(**settings: object) -> ModelRouter:
    keys = {"anthropic_api_key": KEY, "openai_api_key": KEY}
    return ModelRouter(AgentSettings.model_validate(keys | settings))


def a_server(provider: Provider, *turns: str | Reply | Fault) -> FakeServer:
    script, models = Script.saying(*turns), [MODELS[provider]]
    match provider:
        case Provider.ANTHROPIC:
            return FakeServer(anthropic_api.create_app(script, api_key=KEY, models=models))
        case Provider.OPENAI:
            return FakeServer(openai_api.create_app(script, api_key=KEY, models=models))
        case Provider.LOCAL:
            return FakeServer(openai_api.create_app(script, api_key=None, models=models))
        case _:
            return FakeServer(ollama_api.create_app(script, api_key=None, models=models))


def at(
    server: FakeServer, provider: Provider, model: str | None = None, *, weak: bool = False
) -> ModelChoice:
    with_v1 = provider in (Provider.OPENAI, Provider.LOCAL)
    url = server.base_url + ("/v1" if with_v1 else "")
    return ModelChoice(provider, model or MODELS[provider], url, weak=weak)


def asking(
    choice: ModelChoice,
    timeout_s: float = 10,
    system: str = "Be brief.",
    turns: tuple[Turn, ...] = (Turn("user", "Capital?"),),
) -> ModelRequest:
    return ModelRequest(choice, system, turns, 50, timeout_s, Role.INTERN)


async def ask(router: ModelRouter, choice: ModelChoice, timeout_s: float = 10) -> Completion:
    return await router.complete(asking(choice, timeout_s))
