"""A voice message on its way to OpenAI and to a server of one's own, through the real LiteLLM, to strict fakes."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from agents.completion import ModelRefusesCall, ModelRequest, ModelUnavailable, Sound, Trouble
from agents.config import AgentSettings, ModelChoice, Provider
from agents.fakes import openai_api
from agents.fakes.openai_audio import TRANSCRIPTIONS, read_form, sound_of
from agents.fakes.script import Fault, Reply, Script
from agents.fakes.server import FakeServer
from agents.model_router import ModelRouter
from agents.price_sheet import price_of
from agents.voice import find_voice
from agents.voice_prices import most_for_sound
from nexus.usage import Usage
from nexus.work_order import Attachment, Role, Turn
from tests.agents.vendors_at import KEY
from tests.sounds import a_flac, a_voice, a_wav, a_webm, an_m4a, an_mp3, an_ogg

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:litellm", "ignore::UserWarning:pydantic")

WORDS = "What is the capital of France?"
SOUNDS = {
    "ogg": an_ogg(),
    "mp3": an_mp3(),
    "m4a": an_m4a(),
    "wav": a_wav(),
    "webm": a_webm(),
    "flac": a_flac(),
}


def a_vendor(*turns: str | Reply | Fault, key: str | None = KEY, models: tuple[str, ...] = ()) -> FakeServer:
    return FakeServer(openai_api.create_app(Script.saying(*(turns or (WORDS,))), api_key=key, models=models))


def settings_for(server: FakeServer, **settings: object) -> AgentSettings:
    url = f"{server.base_url}/v1"
    return AgentSettings.model_validate({"openai_api_key": KEY, "openai_base_url": url} | settings)


def asking(settings: AgentSettings, sound: Attachment | None = None, timeout_s: float = 10) -> ModelRequest:
    choice = find_voice(settings).choice
    assert choice is not None
    kept = sound or a_voice()
    turns = (Turn("user", kept.words),)
    return ModelRequest(choice, "", turns, 2_000, timeout_s, Role.ADMIN, sound=Sound(kept, 2.0))


@pytest.fixture
async def routers() -> AsyncIterator[list[ModelRouter]]:
    made: list[ModelRouter] = []
    yield made
    for router in made:
        await router.close()


def a_router(routers: list[ModelRouter], settings: AgentSettings) -> ModelRouter:
    routers.append(ModelRouter(settings))
    return routers[-1]


@pytest.mark.parametrize("ending", SOUNDS)
async def test_every_kind_of_sound_reaches_openai_whole_and_once(
    routers: list[ModelRouter], ending: str
) -> None:
    with a_vendor() as server:
        settings = settings_for(server)
        reply = await a_router(routers, settings).complete(asking(settings, a_voice(SOUNDS[ending])))
        (call,) = server.calls

    assert reply.text == WORDS
    assert reply.usage == Usage(20, 8) or ending == "mp3"
    assert (call.path, call.key, call.outcome) == (TRANSCRIPTIONS, "right", "answered")
    form = read_form(dict(call.raw_headers), call.raw_body) or {}
    assert sound_of(form) == SOUNDS[ending]
    assert (form["model"], form["response_format"]) == ("gpt-4o-mini-transcribe", "json")


async def test_a_model_that_is_paid_by_the_second_counts_seconds(routers: list[ModelRouter]) -> None:
    with a_vendor() as server:
        settings = settings_for(server, voice_model="openai/whisper-1")
        request = asking(settings, a_voice(an_ogg(61.2)))
        reply = await a_router(routers, settings).complete(request)

    price = price_of(request.choice)
    assert price is not None
    assert reply.usage == Usage(62)
    assert price.cost_of(reply.usage) == Decimal("0.0062"), "0.6 cents a minute"


async def test_a_server_of_ones_own_is_free_and_gets_its_own_key_and_no_other(
    routers: list[ModelRouter],
) -> None:
    with a_vendor(key="sk-own") as server:
        settings = AgentSettings.model_validate(
            {"openai_api_key": KEY, "voice_base_url": server.base_url, "voice_api_key": "sk-own"}
            | {"voice_model": "Systran/faster-whisper-small"}
        )
        request = asking(settings)
        reply = await a_router(routers, settings).complete(request)
        (call,) = server.calls

    assert (reply.text, call.key) == (WORDS, "right")
    assert (request.choice.provider, request.choice.is_local) == (Provider.LOCAL, True)
    form = read_form(dict(call.raw_headers), call.raw_body) or {}
    assert form["model"] == "Systran/faster-whisper-small"


async def test_a_server_without_a_key_is_sent_none_of_ours(routers: list[ModelRouter]) -> None:
    with a_vendor(key=KEY) as server:
        settings = AgentSettings.model_validate({"openai_api_key": KEY, "voice_base_url": server.base_url})
        with pytest.raises(ModelRefusesCall, match="VOICE_API_KEY") as refused:
            await a_router(routers, settings).complete(asking(settings))
        assert server.calls[0].key == "wrong"
    assert refused.value.trouble is Trouble.KEY


@pytest.mark.parametrize(
    ("fault", "trouble", "in_doubt"),
    [
        (Fault("http_status", 429, retry_after_s=3), Trouble.RATE_LIMIT, False),
        (Fault("http_status", 503), Trouble.SERVER, False),
        (Fault("connection_reset"), Trouble.CONNECTION, True),
        (Fault("empty_body"), Trouble.BROKEN_REPLY, True),
        (Fault("wrong_type"), Trouble.BROKEN_REPLY, True),
        (Fault("truncated_json"), Trouble.BROKEN_REPLY, True),
    ],
)
async def test_what_time_may_heal_is_told_from_what_may_have_been_paid_and_nothing_is_sent_twice(
    routers: list[ModelRouter], fault: Fault, trouble: Trouble, in_doubt: bool
) -> None:
    with a_vendor(fault) as server:
        settings = settings_for(server)
        with pytest.raises(ModelUnavailable) as failed:
            await a_router(routers, settings).complete(asking(settings))
        assert len(server.calls) == 1
    assert (failed.value.trouble, failed.value.in_doubt) == (trouble, in_doubt)


async def test_silence_in_the_middle_of_a_call_ends_with_its_time(routers: list[ModelRouter]) -> None:
    with a_vendor(Reply(WORDS, delay_s=30)) as server:
        settings = settings_for(server)
        router = a_router(routers, settings)
        await router.warm_up()
        with pytest.raises(ModelUnavailable) as failed:
            await router.complete(asking(settings, timeout_s=1.0))
    assert (failed.value.trouble, failed.value.in_doubt) == (Trouble.TIMEOUT, True)


@pytest.mark.parametrize(
    ("settings", "sound", "said", "trouble"),
    [
        ({}, a_voice(b"OggS" + bytes(100)), "corrupted", Trouble.REQUEST),
        ({}, a_voice(an_ogg(0.05)), "too short", Trouble.REQUEST),
        ({"voice_model": "openai/whisper-9"}, a_voice(), "VOICE_MODEL", Trouble.NO_MODEL),
        ({"openai_api_key": "sk-wrong"}, a_voice(), "OPENAI_API_KEY", Trouble.KEY),
    ],
)
async def test_what_openai_refuses_is_told_in_its_words_or_with_the_setting(
    routers: list[ModelRouter], settings: dict[str, object], sound: Attachment, said: str, trouble: Trouble
) -> None:
    with a_vendor(models=("gpt-4o-mini-transcribe",)) as server:
        chosen = settings_for(server, **settings)
        with pytest.raises(ModelRefusesCall, match=said) as refused:
            await a_router(routers, chosen).complete(asking(chosen, sound))
    assert refused.value.trouble is trouble


async def test_a_server_that_is_not_there_names_its_setting(routers: list[ModelRouter]) -> None:
    settings = AgentSettings.model_validate({"voice_base_url": "http://127.0.0.1:9/v1"})
    with pytest.raises(ModelUnavailable, match="VOICE_BASE_URL") as failed:
        await a_router(routers, settings).complete(asking(settings))
    assert not failed.value.in_doubt


@pytest.mark.parametrize("model", ["gpt-4o-mini-transcribe", "gpt-4o-transcribe", "whisper-1"])
def test_the_worst_case_is_above_what_a_minute_costs_by_the_price_list(model: str) -> None:
    """Prices a minute as https://platform.openai.com/docs/pricing names them."""
    listed = {"gpt-4o-mini-transcribe": "0.003", "gpt-4o-transcribe": "0.006", "whisper-1": "0.006"}
    choice = ModelChoice(Provider.OPENAI, model)
    sound = Sound(a_voice(), 60.0)
    request = ModelRequest(choice, "", (Turn("user", "x"),), 2_000, 10, Role.ADMIN, sound=sound)
    most_usd = most_for_sound(price_of(choice), request)
    assert most_usd is not None
    assert Decimal(listed[model]) <= most_usd < Decimal("0.05")


def test_a_free_transcriber_reserves_nothing() -> None:
    choice = ModelChoice(Provider.LOCAL, "whisper-1", "http://127.0.0.1:1/v1")
    request = ModelRequest(choice, "", (), 2_000, 10, Role.ADMIN, sound=Sound(a_voice(), 60.0))
    assert most_for_sound(price_of(choice), request) == 0
