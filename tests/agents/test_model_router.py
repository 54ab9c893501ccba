"""The model router through the real LiteLLM, against servers as strict as the originals.

Every fault on every provider is in `test_fault_matrix.py`, money in `test_call_cost.py`.
"""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from agents.completion import Finish, ModelRefusesCall, ModelUnavailable, Trouble
from agents.config import Provider
from agents.fakes.script import Fault, Reply
from agents.model_router import ModelRouter
from agents.price_sheet import price_of
from agents.vendor_replies import BrokenReply, Reading, read_line, read_whole
from nexus.usage import Usage
from tests.agents.vendors_at import KEY, MODELS, a_router, a_server, ask, at
from tests.conftest import wait_until

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:litellm", "ignore::UserWarning:pydantic")


@pytest.fixture
async def router() -> AsyncIterator[ModelRouter]:
    router = a_router()
    await router.warm_up()
    yield router
    await router.close()


@pytest.fixture
async def streaming() -> AsyncIterator[ModelRouter]:
    """Streams every call that may take longer than five seconds, as these do."""
    router = a_router(model_stall_s=5)
    await router.warm_up()
    yield router
    await router.close()


@pytest.fixture
async def impatient() -> AsyncIterator[ModelRouter]:
    """Takes a second of silence for the end."""
    router = a_router(model_stall_s=1)
    await router.warm_up()
    yield router
    await router.close()


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


@pytest.mark.parametrize("provider", list(MODELS))
async def test_a_streamed_answer_is_the_same_as_a_whole_one(
    router: ModelRouter, streaming: ModelRouter, provider: Provider
) -> None:
    text = "Two lines\n\nwith “quotes”, 中文, a [DONE] and\tdata: in them."
    with a_server(provider, Reply(text, input_tokens=100, output_tokens=7)) as server:
        whole = await ask(router, at(server, provider))
        streamed = await ask(streaming, at(server, provider))
        asked = [(call.path, call.body.get("stream") is True) for call in server.calls]

    path = asked[0][0]
    assert asked == [(path, provider is Provider.OLLAMA), (path, True)], "and nothing else is asked"
    assert whole.text == streamed.text == text
    assert whole.usage == streamed.usage == Usage(100, 7)
    assert whole.finish is streamed.finish is Finish.STOP


@pytest.mark.parametrize("provider", list(MODELS))
async def test_a_slow_answer_may_take_longer_than_a_model_may_be_silent(
    impatient: ModelRouter, provider: Provider
) -> None:
    slow = Reply("one two three four five", chunk_delay_s=0.3)
    with a_server(provider, slow) as server:
        completion = await ask(impatient, at(server, provider))

    assert completion.text == "one two three four five"
    assert completion.latency_ms >= 1_400


@pytest.mark.parametrize("provider", list(MODELS))
@pytest.mark.parametrize(
    "silence", [Fault("timeout_before_first_byte"), Fault("stall")], ids=lambda f: f.kind
)
async def test_silence_ends_a_streamed_call_long_before_its_deadline(
    impatient: ModelRouter, provider: Provider, silence: Fault
) -> None:
    with (
        a_server(provider, silence) as server,
        pytest.raises(ModelUnavailable, match=" 1 s") as caught,
    ):
        await ask(impatient, at(server, provider), timeout_s=60)

    assert (caught.value.trouble, caught.value.in_doubt) == (Trouble.TIMEOUT, True)


@pytest.mark.parametrize("provider", list(MODELS))
async def test_a_call_that_is_cancelled_hangs_up(streaming: ModelRouter, provider: Provider) -> None:
    """So that the provider stops working, and charging, for nobody."""
    slow = Reply("word " * 200, chunk_delay_s=0.05)
    with a_server(provider, slow) as server:
        call = asyncio.create_task(ask(streaming, at(server, provider)))
        await wait_until(lambda: server.calls and server.calls[0].outcome == "in_progress")
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call

        await wait_until(lambda: server.calls[0].outcome == "hung_up", timeout_s=5)


@pytest.mark.parametrize("provider", list(MODELS))
async def test_connections_are_used_again_after_a_stream(streaming: ModelRouter, provider: Provider) -> None:
    with a_server(provider, "Paris.") as server:
        for _ in range(5):
            await ask(streaming, at(server, provider))

        assert len({call.client_port for call in server.calls}) == 1


def test_a_finish_that_nobody_knows_is_not_taken_for_the_end() -> None:
    """LiteLLM makes `stop` of a context window that was exceeded in the middle of the answer."""
    body = b'{"id":"x","content":[{"type":"text","text":"Half of"}],"usage":{"input_tokens":9},"stop_reason":"%s"}'
    with pytest.raises(BrokenReply, match="pause_turn"):
        read_whole(Provider.ANTHROPIC, body % b"pause_turn")
    answer = read_whole(Provider.ANTHROPIC, body % b"model_context_window_exceeded")

    assert answer.finish is Finish.LENGTH


def test_a_line_that_is_no_json_is_not_skipped() -> None:
    """LiteLLM drops it, and with it a piece of the answer."""
    reading = Reading()
    with pytest.raises(BrokenReply):
        read_line(Provider.LOCAL, 'data: {"choices": [{"delta": {"content": "Hal', reading)
