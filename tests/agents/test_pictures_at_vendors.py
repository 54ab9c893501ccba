"""A picture on its way to each vendor, through the real LiteLLM, to servers as strict as the originals."""

import base64
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from agents.completion import ModelRefusesCall, ModelUnavailable
from agents.config import Provider
from agents.fakes import anthropic_api, ollama_api, openai_api
from agents.fakes.script import Script
from agents.fakes.server import FakeServer
from agents.model_router import ModelRouter
from agents.prompt_cache import messages_of
from agents.prompting import prompt_hash, prompt_json
from nexus.work_order import Attachment, Turn
from tests.agents.vendors_at import KEY, a_router, asking, at
from tests.photos import a_picture, saved

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:litellm", "ignore::UserWarning:pydantic")

SEEING = {
    Provider.ANTHROPIC: "claude-haiku-4-5",
    Provider.OPENAI: "gpt-5.4-mini",
    Provider.OLLAMA: "qwen2.5vl:7b",
    Provider.LOCAL: "qwen2.5-vl",
}
BLIND = {Provider.OPENAI: "o3-mini", Provider.OLLAMA: "qwen3:8b", Provider.LOCAL: "SmolLM2"}


@pytest.fixture(params=[True, False], ids=["streamed", "whole"])
async def router(request: pytest.FixtureRequest) -> AsyncIterator[ModelRouter]:
    router = a_router(model_stall_s=5 if request.param else 60)
    await router.warm_up()
    yield router
    await router.close()


def a_vendor(provider: Provider) -> FakeServer:
    script = Script.saying("A red field.")
    match provider:
        case Provider.ANTHROPIC:
            return FakeServer(anthropic_api.create_app(script, api_key=KEY, models=()))
        case Provider.OLLAMA:
            return FakeServer(ollama_api.create_app(script, api_key=None, models=()))
        case _:
            key = KEY if provider is Provider.OPENAI else None
            return FakeServer(openai_api.create_app(script, api_key=key, models=()))


async def show(
    router: ModelRouter, server: FakeServer, provider: Provider, model: str, *pictures: Attachment
) -> str:
    turns = (Turn("user", "Hello"), Turn("assistant", "Hello."), Turn("user", "What is this?"))
    request = replace(asking(at(server, provider, model), turns=turns), pictures=pictures)
    return (await router.complete(request)).text


def parts_seen(server: FakeServer) -> list[Any]:
    """The content of the last message of the newest call."""
    messages: Any = server.calls[-1].body["messages"]
    content = messages[-1]["content"]
    return list(content) if isinstance(content, tuple) else [content]


@pytest.mark.parametrize("provider", list(SEEING))
async def test_a_picture_reaches_every_vendor_in_its_own_words(
    router: ModelRouter, provider: Provider
) -> None:
    one, two = a_picture(), a_picture(saved_png())
    two = replace(two, media_type="image/png")
    encoded = [base64.b64encode(each.data or b"").decode() for each in (one, two)]
    with a_vendor(provider) as server:
        assert await show(router, server, provider, SEEING[provider], one, two) == "A red field."
        raw = str(server.calls[-1].body)
        last = parts_seen(server)

    assert len(server.calls) == 1, "nothing else was asked"
    assert all(raw.count(each) == 1 for each in encoded)
    assert raw.index(encoded[0]) < raw.index(encoded[1])
    if provider is Provider.ANTHROPIC:
        assert [part["type"] for part in last] == ["image", "image", "text"]
    elif provider is Provider.OLLAMA:
        assert last == ["What is this?"]
    else:
        assert [part["type"] for part in last] == ["image_url", "image_url", "text"]


def saved_png() -> bytes:
    return saved(Image.new("RGBA", (20, 20), (0, 0, 0, 0)), "PNG")


@pytest.mark.parametrize("provider", list(BLIND))
async def test_the_fakes_refuse_a_picture_for_a_model_that_is_blind(
    router: ModelRouter, provider: Provider
) -> None:
    with a_vendor(provider) as server, pytest.raises((ModelRefusesCall, ModelUnavailable)):
        await show(router, server, provider, BLIND[provider], a_picture())


@pytest.mark.parametrize("provider", list(SEEING))
async def test_the_fakes_refuse_what_is_no_picture(router: ModelRouter, provider: Provider) -> None:
    with a_vendor(provider) as server, pytest.raises((ModelRefusesCall, ModelUnavailable)):
        await show(router, server, provider, SEEING[provider], a_picture(b"no picture at all"))


async def test_claude_refuses_a_picture_of_another_type_than_it_is_said_to_be(router: ModelRouter) -> None:
    wrong = replace(a_picture(), media_type="image/png")
    with a_vendor(Provider.ANTHROPIC) as server, pytest.raises(ModelRefusesCall, match="image/png"):
        await show(router, server, Provider.ANTHROPIC, SEEING[Provider.ANTHROPIC], wrong)


def test_the_ledger_keeps_what_a_picture_is_and_its_hash_but_not_its_bytes() -> None:
    picture = a_picture()
    with a_vendor(Provider.OPENAI) as server:
        request = replace(asking(at(server, Provider.OPENAI)), pictures=(picture,))
    prompt = prompt_json(request)

    assert picture.sha256 in prompt
    assert '"kind": "image"' in prompt
    assert base64.b64encode(picture.data or b"").decode()[:40] not in prompt
    other = replace(request, pictures=(replace(picture, sha256="0" * 64),))
    assert prompt_hash(prompt_json(other)) != prompt_hash(prompt)
    assert prompt_json(replace(request, pictures=())) != prompt


def test_a_conversation_without_pictures_is_sent_as_before() -> None:
    with a_vendor(Provider.OPENAI) as server:
        request = asking(at(server, Provider.OPENAI))
    assert messages_of(request)[-1] == {"role": "user", "content": "Capital?"}
