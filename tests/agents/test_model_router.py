"""The model router through the real LiteLLM, against servers as strict as the originals."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from agents.completion import Completion, Finish, ModelRefusesCall, ModelRequest, ModelUnavailable
from agents.config import AgentSettings, ModelChoice, Provider
from agents.fakes import anthropic_api, ollama_api, openai_api
from agents.fakes.script import Fault, Reply, Script
from agents.fakes.server import FakeServer
from agents.model_router import ModelRouter
from agents.price_sheet import price_of
from nexus.usage import Usage
from nexus.work_order import Role, Turn

KEY = "sk-right"
MODELS = {
    Provider.ANTHROPIC: "claude-haiku-4-5",
    Provider.OPENAI: "gpt-5.4-mini",
    Provider.OLLAMA: "qwen3:8b",
    Provider.LOCAL: "SmolLM2",
}
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:litellm", "ignore::UserWarning:pydantic")


@pytest.fixture
async def router() -> AsyncIterator[ModelRouter]:
    router = ModelRouter(AgentSettings.model_validate({"anthropic_api_key": KEY, "openai_api_key": KEY}))
    await router.warm_up()
    yield router
    await router.close()


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


async def ask(router: ModelRouter, choice: ModelChoice, timeout_s: float = 10) -> Completion:
    return await router.complete(
        ModelRequest(choice, "Be brief.", (Turn("user", "Capital?"),), 50, timeout_s, Role.INTERN)
    )


@pytest.mark.parametrize("provider", list(MODELS))
async def test_every_provider_answers_with_its_usage(router: ModelRouter, provider: Provider) -> None:
    with a_server(provider, Reply("Paris.", input_tokens=100, output_tokens=7)) as server:
        completion = await ask(router, at(server, provider))

    assert (completion.text, completion.finish) == ("Paris.", Finish.STOP)
    assert completion.usage == Usage(100, 7)


async def test_cached_tokens_are_counted_apart_and_priced_as_such(router: ModelRouter) -> None:
    reply = Reply("Paris.", input_tokens=100, output_tokens=7, cache_read_tokens=1000)
    with a_server(Provider.OPENAI, reply) as server:
        completion = await ask(router, choice := at(server, Provider.OPENAI))

    assert completion.usage == Usage(100, 7, cache_read_tokens=1000)
    price = price_of(choice)
    assert price is not None
    assert price.cost_of(completion.usage) == Decimal(
        "0.0001815"
    )  # (100·0.75 + 7·4.5 + 1000·0.075) $/million


async def test_the_starter_model_is_cooled_and_claude_gets_no_sampling(router: ModelRouter) -> None:
    with a_server(Provider.LOCAL, "Paris.") as server:
        await ask(router, at(server, Provider.LOCAL, weak=True))
        body = dict(server.calls[-1].body)
    assert (body["temperature"], body["top_p"], body["dry_multiplier"]) == (0.2, 0.9, 0.8)

    with a_server(Provider.ANTHROPIC, "Paris.") as server:
        await ask(router, at(server, Provider.ANTHROPIC))
        assert not {"temperature", "top_p", "top_k"} & set(server.calls[-1].body)


async def test_ollama_is_told_not_to_think_and_how_much_context_to_keep(router: ModelRouter) -> None:
    with a_server(Provider.OLLAMA, "Paris.") as server:
        await ask(router, at(server, Provider.OLLAMA))
        body = str(server.calls[-1].body)

    assert "'think': False" in body
    assert "'num_ctx': 8192" in body


async def test_thinking_is_not_part_of_the_answer(router: ModelRouter) -> None:
    with a_server(Provider.LOCAL, "<think>Hmm, France.</think>\n\nParis.") as server:
        assert (await ask(router, at(server, Provider.LOCAL))).text == "Paris."


@pytest.mark.parametrize("provider", list(MODELS))
async def test_a_cut_off_answer_says_so(router: ModelRouter, provider: Provider) -> None:
    with a_server(provider, Reply("The capital", finish="length")) as server:
        assert (await ask(router, at(server, provider))).finish is Finish.LENGTH


@pytest.mark.parametrize("provider", [Provider.ANTHROPIC, Provider.OPENAI])
async def test_a_refusal_says_so(router: ModelRouter, provider: Provider) -> None:
    with a_server(provider, Reply("I will not.", finish="refusal")) as server:
        assert (await ask(router, at(server, provider))).finish is Finish.REFUSAL


@pytest.mark.parametrize("provider", [Provider.ANTHROPIC, Provider.OPENAI])
@pytest.mark.parametrize(
    ("status", "says"),
    [(400, "refused"), (401, "_API_KEY"), (402, "credit"), (403, "_API_KEY"), (404, "NEXUS_MODEL_INTERN")],
)
async def test_what_will_never_work_is_permanent_and_names_the_fix(
    router: ModelRouter, provider: Provider, status: int, says: str
) -> None:
    with (
        a_server(provider, Fault("http_status", status=status)) as server,
        pytest.raises(ModelRefusesCall, match=says),
    ):
        await ask(router, at(server, provider))


async def test_an_empty_account_is_not_a_rate_limit(router: ModelRouter) -> None:
    broke = Fault("http_status", status=429, code="insufficient_quota")
    with a_server(Provider.OPENAI, broke) as server, pytest.raises(ModelRefusesCall, match="credit"):
        await ask(router, at(server, Provider.OPENAI))


@pytest.mark.parametrize("provider", list(MODELS))
async def test_too_many_requests_is_transient_and_keeps_the_wait_that_was_asked_for(
    router: ModelRouter, provider: Provider
) -> None:
    with (
        a_server(provider, Fault("http_status", status=429, retry_after_s=7)) as server,
        pytest.raises(ModelUnavailable) as caught,
    ):
        await ask(router, at(server, provider))

    assert (caught.value.retry_after_s, caught.value.in_doubt) == (7, False)


@pytest.mark.parametrize("provider", list(MODELS))
@pytest.mark.parametrize("status", [500, 503, 529])
async def test_a_provider_that_says_it_is_broken_is_transient_and_cost_nothing(
    router: ModelRouter, provider: Provider, status: int
) -> None:
    with (
        a_server(provider, Fault("http_status", status=status)) as server,
        pytest.raises(ModelUnavailable) as caught,
    ):
        await ask(router, at(server, provider))

    assert not caught.value.in_doubt


@pytest.mark.parametrize("provider", list(MODELS))
@pytest.mark.parametrize("kind", ["connection_reset", "cut_stream", "truncated_json", "empty_body"])
async def test_a_broken_reply_is_in_doubt_and_the_call_is_not_sent_again(
    router: ModelRouter, provider: Provider, kind: str
) -> None:
    with a_server(provider, Fault(kind)) as server:  # type: ignore[arg-type]
        with pytest.raises(ModelUnavailable) as caught:
            await ask(router, at(server, provider))

        assert caught.value.in_doubt
        assert len(server.calls) == 1, "a second send could be paid twice"


@pytest.mark.parametrize("provider", list(MODELS))
async def test_silence_ends_at_the_deadline_and_is_in_doubt(router: ModelRouter, provider: Provider) -> None:
    with a_server(provider, Fault("timeout_before_first_byte")) as server:
        with pytest.raises(ModelUnavailable) as caught:
            await ask(router, at(server, provider), timeout_s=0.5)

        assert caught.value.in_doubt
        assert len(server.calls) == 1


@pytest.mark.parametrize("provider", list(MODELS))
async def test_a_server_that_is_not_there_cost_nothing(router: ModelRouter, provider: Provider) -> None:
    with a_server(provider, "Paris.") as server:
        gone = at(server, provider)

    with pytest.raises(ModelUnavailable) as caught:
        await ask(router, gone)

    assert not caught.value.in_doubt


async def test_the_key_is_in_no_error(router: ModelRouter) -> None:
    with (
        a_server(Provider.ANTHROPIC, Fault("http_status", status=401)) as server,
        pytest.raises(ModelRefusesCall) as caught,
    ):
        await ask(router, at(server, Provider.ANTHROPIC))

    assert KEY not in str(caught.value)
