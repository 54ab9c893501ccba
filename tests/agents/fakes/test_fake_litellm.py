"""LiteLLM 1.106.1 against each fake: what it makes of answers and of every fault.

The table is what `agents.model_router` builds on; a new LiteLLM that changes it fails here first.
"""

from types import ModuleType
from typing import Any

import pytest

from agents.fakes.script import Fault, FaultKind, Reply
from agents.fakes.server import FakeServer
from tests.agents.fakes.vendors import ANTHROPIC, KEY, OLLAMA, OPENAI, VENDORS, Vendor

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    # pydantic 2.14 about two habits of LiteLLM's streaming
    pytest.mark.filterwarnings(
        "ignore:Item '.*' on TypedDict class '.*' is using the `ReadOnly`:UserWarning",
        "ignore:Accessing the 'model_(computed_)?fields' attribute:DeprecationWarning",
    ),
]


async def ask(litellm: ModuleType, vendor: Vendor, server: FakeServer, **more: object) -> Any:
    options: dict[str, object] = {
        "model": vendor.litellm_model,
        "api_base": server.base_url + vendor.litellm_base,
        "api_key": KEY,
        "messages": [{"role": "user", "content": "What is 2+2?"}],
        "max_tokens": 50,
        "num_retries": 0,
        "max_retries": 0,
        "timeout": 10,
    }
    return await litellm.acompletion(**(options | more))


async def error_of(litellm: ModuleType, vendor: Vendor, fault: Fault, **more: object) -> Any:
    async with vendor.server(fault) as server:
        with pytest.raises(Exception) as error:  # noqa: PT011 -- the classes are what is being asked
            await ask(litellm, vendor, server, **more)
    return error.value


async def test_an_answer_comes_with_its_usage(litellm: ModuleType, vendor: Vendor) -> None:
    async with vendor.server(Reply("Four.", input_tokens=12, output_tokens=3)) as server:
        answer = await ask(litellm, vendor, server)
    assert answer.choices[0].message.content == "Four."
    assert answer.choices[0].finish_reason == "stop"
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (12, 3)


async def test_a_stream_comes_in_pieces_with_its_usage(litellm: ModuleType, vendor: Vendor) -> None:
    async with vendor.server(Reply("Two words", input_tokens=12, output_tokens=3)) as server:
        stream = await ask(litellm, vendor, server, stream=True, stream_options={"include_usage": True})
        chunks = [chunk async for chunk in stream]
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices) == "Two words"
    usage = next(chunk.usage for chunk in reversed(chunks) if getattr(chunk, "usage", None))
    assert (usage.prompt_tokens, usage.completion_tokens) == (12, 3)


async def test_anthropic_cache_tokens_arrive(litellm: ModuleType) -> None:
    block = {"type": "text", "text": "Hi", "cache_control": {"type": "ephemeral"}}
    reply = Reply("x", input_tokens=10, output_tokens=3, cache_read_tokens=5, cache_write_tokens=2)
    async with ANTHROPIC.server(reply) as server:
        usage = (await ask(litellm, ANTHROPIC, server, messages=[{"role": "user", "content": [block]}])).usage
    assert (usage.prompt_tokens, usage.cache_read_input_tokens, usage.cache_creation_input_tokens) == (
        17,
        5,
        2,
    )


async def test_refusals_look_different_at_each_vendor(litellm: ModuleType) -> None:
    seen = {}
    for vendor in (ANTHROPIC, OPENAI, OLLAMA):
        async with vendor.server(Reply("I cannot.", "refusal")) as server:
            choice = (await ask(litellm, vendor, server)).choices[0]
            seen[vendor.name] = (choice.finish_reason, choice.message.content)
    assert seen == {
        "anthropic": ("content_filter", "I cannot."),
        "openai": ("stop", None),  # the words are in message.provider_specific_fields["refusal"]
        "ollama": ("stop", "I cannot."),
    }


SAME_EVERYWHERE = {
    400: ("BadRequestError", 400),
    401: ("AuthenticationError", 401),
    404: ("NotFoundError", 404),
    429: ("RateLimitError", 429),
    500: ("InternalServerError", 500),
    502: ("BadGatewayError", 502),
    503: ("ServiceUnavailableError", 503),
    504: ("Timeout", 504),
}
DIFFERENT = {
    "anthropic": {402: ("PaymentRequiredError", 402), 403: ("PermissionDeniedError", 403),
                  413: ("BadRequestError", 400), 529: ("InternalServerError", 500)},
    "openai": {402: ("BadRequestError", 402), 403: ("BadRequestError", 403),
               413: ("BadRequestError", 413), 529: ("APIError", 529)},
    "ollama": {402: ("PaymentRequiredError", 402), 403: ("PermissionDeniedError", 403),
               413: ("BadRequestError", 413), 529: ("APIError", 529)},
}  # fmt: skip


@pytest.mark.parametrize("stream", [False, True])
async def test_each_status_has_its_exception_and_keeps_retry_after(
    litellm: ModuleType, vendor: Vendor, stream: bool
) -> None:
    for status, expected in (SAME_EVERYWHERE | DIFFERENT[vendor.name]).items():
        error = await error_of(
            litellm, vendor, Fault("http_status", status=status, retry_after_s=7), stream=stream
        )
        assert (type(error).__name__, error.status_code) == expected, f"status {status}"
        assert error.litellm_response_headers["retry-after"] == "7"


async def test_an_openai_quota_is_told_from_a_rate_limit_by_the_body_only(litellm: ModuleType) -> None:
    error = await error_of(litellm, OPENAI, Fault("http_status", status=429, code="insufficient_quota"))
    assert error.code == "429"
    assert error.body["code"] == "insufficient_quota"


WHOLE: dict[FaultKind, dict[str, str]] = {
    "connection_reset": {"anthropic": "InternalServerError", "openai": "InternalServerError"},
    "timeout_before_first_byte": {"anthropic": "Timeout", "openai": "Timeout", "ollama": "Timeout"},
    "stall": {"anthropic": "Timeout", "openai": "Timeout", "ollama": "Timeout"},
    "cut_stream": {"anthropic": "InternalServerError", "openai": "InternalServerError"},
    "empty_body": {"openai": "InternalServerError"},
    "truncated_json": {"openai": "InternalServerError"},
    "wrong_type": {"openai": "InternalServerError"},
}


@pytest.mark.parametrize("kind", WHOLE)
async def test_each_broken_answer_has_its_exception(
    litellm: ModuleType, vendor: Vendor, kind: FaultKind
) -> None:
    silent = kind in {"timeout_before_first_byte", "stall"}
    error = await error_of(litellm, vendor, Fault(kind), timeout=0.5 if silent else 10)
    assert type(error).__name__ == WHOLE[kind].get(vendor.name, "APIConnectionError")


@pytest.mark.parametrize("vendor", [ANTHROPIC, OLLAMA], ids=lambda vendor: vendor.name)
async def test_litellm_sends_again_after_a_reset_though_retries_are_off(
    litellm: ModuleType, vendor: Vendor
) -> None:
    async with vendor.server(Fault("connection_reset")) as server:
        with pytest.raises(Exception):  # noqa: B017, PT011 -- the count is what is being asked
            await ask(litellm, vendor, server)
        assert len(server.calls) == 2


@pytest.mark.parametrize("vendor", [ANTHROPIC, OLLAMA], ids=lambda vendor: vendor.name)
async def test_a_client_of_our_own_stops_litellm_from_sending_again(
    litellm: ModuleType, vendor: Vendor
) -> None:
    from litellm.llms.custom_httpx.http_handler import AsyncHTTPHandler  # noqa: PLC0415

    class SendOnce(AsyncHTTPHandler):  # type: ignore[misc]
        async def single_connection_post_request(self, *_: object, **__: object) -> None:
            raise  # noqa: PLE0704 -- called while the connection error is being handled

    client = SendOnce()
    async with vendor.server(Fault("connection_reset")) as server:
        with pytest.raises(Exception):  # noqa: B017, PT011
            await ask(litellm, vendor, server, client=client)
        assert len(server.calls) == 1
    await client.close()


BROKEN_STREAMS: list[tuple[Vendor, FaultKind]] = [
    *((vendor, kind) for vendor in VENDORS for kind in ("stall", "cut_stream")),
    (ANTHROPIC, "error_in_stream"),
    (OPENAI, "error_in_stream"),
]


@pytest.mark.parametrize(("vendor", "kind"), BROKEN_STREAMS, ids=lambda value: getattr(value, "name", value))
async def test_a_broken_stream_is_a_mid_stream_error_that_holds_the_part(
    litellm: ModuleType, vendor: Vendor, kind: FaultKind
) -> None:
    async with vendor.server(Fault(kind, text="one two", after_chunks=1)) as server:
        with pytest.raises(litellm.exceptions.MidStreamFallbackError) as error:
            _ = [chunk async for chunk in await ask(litellm, vendor, server, stream=True, timeout=2)]
    assert error.value.status_code == 500
    assert error.value.generated_content == "one"
    assert error.value.is_pre_first_chunk is False


async def test_an_ollama_error_line_becomes_a_bad_request(litellm: ModuleType) -> None:
    async with OLLAMA.server(Fault("error_in_stream")) as server:
        with pytest.raises(litellm.BadRequestError, match="unexpected response"):
            _ = [chunk async for chunk in await ask(litellm, OLLAMA, server, stream=True)]


@pytest.mark.parametrize("kind", ["empty_body", "truncated_json", "empty_answer"])
async def test_litellm_takes_a_stream_that_ends_early_for_a_finished_one(
    litellm: ModuleType, vendor: Vendor, kind: FaultKind
) -> None:
    async with vendor.server(Fault(kind)) as server:
        chunks = [chunk async for chunk in await ask(litellm, vendor, server, stream=True)]
    assert chunks[-1].choices[0].finish_reason == "stop"


async def test_a_wrong_key_and_an_unknown_model_are_told_apart(litellm: ModuleType, vendor: Vendor) -> None:
    async with vendor.server() as server:
        with pytest.raises(litellm.AuthenticationError):
            await ask(litellm, vendor, server, api_key="wrong")
        with pytest.raises(litellm.NotFoundError):
            await ask(litellm, vendor, server, model=vendor.litellm_model.partition("/")[0] + "/nothing-9")
