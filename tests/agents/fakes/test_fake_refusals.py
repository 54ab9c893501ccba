"""What each fake refuses, as the original would."""

import pytest

from agents.fakes.script import Script
from agents.fakes.server import FakeServer
from tests.agents.fakes.vendors import ANTHROPIC, OLLAMA, OPENAI, Vendor, a_client

USER = {"role": "user", "content": "Hi"}
MODELS = ["claude-haiku-4-5", "claude-opus-4-7", "gpt-4o-mini", "gpt-5-mini", "o3", "llama3.2", "qwen3"]


async def refusal_of(vendor: Vendor, **changes: object) -> tuple[int, str]:
    app = vendor.create_app(Script(), api_key="test-key", models=MODELS)
    async with FakeServer(app) as server:
        response = await vendor.post(server, **changes)
    return response.status_code, response.text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"max_tokens": None}, "max_tokens: Field required"),
        ({"max_tokens": 0}, "greater than or equal to 1"),
        ({"max_tokens": "9"}, "valid integer"),
        ({"messages": None}, "messages: Field required"),
        ({"messages": []}, "at least one message"),
        ({"messages": [{"role": "system", "content": "Hi"}]}, "Unexpected role"),
        ({"messages": [{"role": "assistant", "content": "Hi"}]}, "first message must use"),
        ({"messages": [{"role": "user", "content": ""}]}, "non-empty content"),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": ""}]}]}, "must be non-empty"),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": " "}]}]}, "non-whitespace"),
        ({"system": [{"type": "image"}]}, "system.0.type"),
        ({"max_completion_tokens": 9}, "max_completion_tokens: Extra inputs are not permitted"),
        ({"temperature": 1.5}, "range: 0..1"),
        ({"temperature": 0.5, "top_p": 0.5}, "cannot both be specified"),
        ({"model": "claude-opus-4-7", "temperature": 0.5}, "`temperature` is deprecated"),
        ({"model": "claude-opus-4-7", "top_k": 5}, "`top_k` is deprecated"),
        ({"model": "claude-opus-4-7", "messages": [USER, {"role": "assistant", "content": "{"}]}, "prefill"),
        ({"system": [{"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}] * 5}, "Found 5"),
    ],
)
async def test_anthropic_refuses_with_its_envelope(changes: dict[str, object], words: str) -> None:
    status, text = await refusal_of(ANTHROPIC, **changes)
    assert status == 400
    assert '"type":"error","error":{"type":"invalid_request_error"' in text
    assert words in text
    assert '"request_id":"req_' in text


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "claude-opus-4-7", "temperature": 1},
        {"temperature": 0.2, "stop_sequences": ["x"], "metadata": {"user_id": "u"}},
        {"messages": [USER, {"role": "assistant", "content": "{"}]},
        {"system": "Be kind."},
        {"system": [{"type": "text", "text": "Be kind."}]},
    ],
)
async def test_anthropic_accepts_what_the_original_accepts(changes: dict[str, object]) -> None:
    assert (await refusal_of(ANTHROPIC, **changes))[0] == 200


async def test_anthropic_wants_its_version_header() -> None:
    async with ANTHROPIC.server() as server, a_client() as client:
        url = server.base_url + ANTHROPIC.path
        response = await client.post(url, json=ANTHROPIC.request(), headers={"x-api-key": "test-key"})
    assert (response.status_code, "anthropic-version" in response.text) == (400, True)


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"messages": None}, "missing_required_parameter", "messages"),
        ({"messages": []}, "empty_array", "messages"),
        ({"messages": [{"role": "bot", "content": "Hi"}]}, "invalid_value", "messages[0].role"),
        ({"messages": [{"role": "user", "content": None}]}, "invalid_type", "messages[0].content"),
        ({"dry_multiplier": 0.8}, "unknown_parameter", "dry_multiplier"),
        ({"temperature": 3}, "decimal_above_max_value", "temperature"),
        ({"max_tokens": 0}, "integer_below_min_value", "max_tokens"),
        ({"stream_options": {"include_usage": True}}, None, "stream_options"),
        ({"model": "gpt-5-mini", "max_tokens": 9}, "unsupported_parameter", "max_completion_tokens"),
        ({"model": "o3", "max_tokens": 9}, "unsupported_parameter", "max_completion_tokens"),
        ({"model": "gpt-5-mini", "temperature": 0.2}, "unsupported_value", "Only the default (1)"),
    ],
)
async def test_openai_refuses_with_code_and_param(
    changes: dict[str, object], code: str | None, words: str
) -> None:
    status, text = await refusal_of(OPENAI, **changes)
    assert status == 400
    assert '"type":"invalid_request_error"' in text
    assert f'"code":"{code}"' in text if code else '"code":null' in text
    assert words in text


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "gpt-5-mini", "max_completion_tokens": 9, "temperature": 1},
        {"model": "gpt-5-mini", "reasoning_effort": "none", "temperature": 0.2},
        {"max_tokens": 9, "temperature": 0.2, "response_format": {"type": "json_object"}},
    ],
)
async def test_openai_accepts_what_the_original_accepts(changes: dict[str, object]) -> None:
    assert (await refusal_of(OPENAI, **changes))[0] == 200


async def test_a_local_server_takes_anyone_and_llama_cpp_s_fields() -> None:
    app = OPENAI.create_app(Script.saying("Hi"), api_key=None, models=[])
    async with FakeServer(app) as server, a_client() as client:
        body = OPENAI.request(
            model="any.gguf", dry_multiplier=0.8, repeat_penalty=1.1, top_k=40, max_tokens=9
        )
        response = await client.post(server.base_url + OPENAI.path, json=body)
        assert response.status_code == 200
        assert server.calls[0].key == "not_needed"


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"model": None}, 400, "model is required"),
        ({"messages": "Hi"}, 400, "cannot unmarshal"),
        ({"think": True}, 400, r"\"llama3.2\" does not support thinking"),
        ({"options": {"num_ctx": "big"}}, 500, r"option \"num_ctx\" must be of type integer"),
        ({"format": "xml"}, 400, "invalid format"),
        ({"keep_alive": "soon"}, 400, "invalid duration"),
    ],
)
async def test_ollama_refuses_in_one_line(changes: dict[str, object], status: int, words: str) -> None:
    got, text = await refusal_of(OLLAMA, **changes)
    assert got == status
    assert text.startswith('{"error":"')
    assert words in text


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "llama3.2:latest"},
        {"model": "qwen3", "think": True},
        {
            "options": {"num_ctx": 4096, "temperature": 0.2, "new_option": "x"},
            "keep_alive": "5m",
            "format": "json",
        },
        {"format": {"type": "object"}, "keep_alive": -1},
    ],
)
async def test_ollama_accepts_what_the_original_accepts(changes: dict[str, object]) -> None:
    assert (await refusal_of(OLLAMA, **changes))[0] == 200


async def test_a_wrong_key_and_no_key_are_401(vendor: Vendor) -> None:
    async with vendor.server() as server, a_client(server.base_url) as client:
        wrong = {name: value.replace("test-key", "other") for name, value in vendor.headers.items()}
        assert (await client.post(vendor.path, json=vendor.request(), headers=wrong)).status_code == 401
        assert (await client.post(vendor.path, json=vendor.request())).status_code == 401
        assert [call.key for call in server.calls] == ["wrong", "missing"]
        assert [call.outcome for call in server.calls] == ["refused", "refused"]


async def test_an_unknown_model_is_404(vendor: Vendor) -> None:
    status, text = await refusal_of(vendor, model="nothing-9")
    assert status == 404
    assert "nothing-9" in text


async def test_what_is_no_json_object_is_400(vendor: Vendor) -> None:
    async with vendor.server() as server, a_client(server.base_url) as client:
        for content in (b"", b"{", b"[1]"):
            assert (
                await client.post(vendor.path, content=content, headers=vendor.headers)
            ).status_code == 400


async def test_an_unknown_path_is_404_in_the_vendor_s_words_and_in_the_ledger(vendor: Vendor) -> None:
    async with vendor.server() as server, a_client(server.base_url) as client:
        response = await client.post("/v1/v1/messages", json=vendor.request(), headers=vendor.headers)
        assert response.status_code == 404
        assert "Not found: /v1/v1/messages" in str(response.json()["error"])
        assert server.calls[0].path == "/v1/v1/messages"


async def test_a_refused_request_uses_up_no_turn(vendor: Vendor) -> None:
    async with vendor.server("first", "second") as server:
        await vendor.post(server, model="nothing-9")
        assert vendor.text_of((await vendor.post(server)).json()) == "first"
