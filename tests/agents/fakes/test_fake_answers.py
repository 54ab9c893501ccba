"""What every fake does when nothing goes wrong, seen with a plain HTTP client."""

import json
from datetime import timedelta

import httpx
import pytest

from agents.fakes.script import Reply, Script
from agents.fakes.server import FakeServer
from tests.agents.fakes.vendors import ANTHROPIC, KEY, OLLAMA, OPENAI, Vendor, a_client
from tests.conftest import wait_until

COUNTED = Reply("Four.", input_tokens=10, output_tokens=3, cache_read_tokens=5, cache_write_tokens=2)


def data_lines(response: httpx.Response) -> list[str]:
    return [line.removeprefix("data: ") for line in response.text.splitlines() if line.startswith("data: ")]


async def test_a_scripted_reply_is_the_answer(vendor: Vendor) -> None:
    async with vendor.server("Four.") as server:
        response = await vendor.post(server)
    assert response.status_code == 200
    assert vendor.text_of(response.json()) == "Four."
    assert response.json()["model"] == vendor.model


async def test_tokens_are_estimated_when_the_script_does_not_give_them() -> None:
    async with OPENAI.server("12345") as server:
        usage = (await OPENAI.post(server)).json()["usage"]
    assert usage["completion_tokens"] == 2
    assert usage["prompt_tokens"] > 10


async def test_anthropic_reports_cached_tokens_only_when_the_request_asks_for_a_cache() -> None:
    block = {"type": "text", "text": "Be kind.", "cache_control": {"type": "ephemeral"}}
    async with ANTHROPIC.server(COUNTED) as server:
        with_cache = (await ANTHROPIC.post(server, system=[block])).json()["usage"]
        without = (await ANTHROPIC.post(server)).json()["usage"]
    assert (with_cache["input_tokens"], with_cache["cache_read_input_tokens"]) == (10, 5)
    assert with_cache["cache_creation_input_tokens"] == 2
    assert (without["input_tokens"], without["cache_read_input_tokens"]) == (17, 0)


async def test_openai_counts_cached_tokens_into_the_prompt() -> None:
    async with OPENAI.server(COUNTED) as server:
        usage = (await OPENAI.post(server)).json()["usage"]
    assert (usage["prompt_tokens"], usage["completion_tokens"], usage["total_tokens"]) == (17, 3, 20)
    assert usage["prompt_tokens_details"] == {"cached_tokens": 5}


async def test_ollama_counts_in_its_own_fields() -> None:
    async with OLLAMA.server(COUNTED) as server:
        body = (await OLLAMA.post(server)).json()
    assert (body["prompt_eval_count"], body["eval_count"], body["done_reason"]) == (17, 3, "stop")


@pytest.mark.parametrize(
    ("finish", "reason"), [("length", "max_tokens"), ("refusal", "refusal"), ("stop", "end_turn")]
)
async def test_anthropic_gives_a_stop_reason(finish: str, reason: str) -> None:
    script = Script.from_json(json.dumps({"default": {"text": "x", "finish": finish}}))
    async with ANTHROPIC.server() as server:
        server.script = script
        assert (await ANTHROPIC.post(server)).json()["stop_reason"] == reason


async def test_an_openai_refusal_has_its_own_field() -> None:
    async with OPENAI.server(Reply("I cannot.", "refusal")) as server:
        choice = (await OPENAI.post(server)).json()["choices"][0]
    assert choice["finish_reason"] == "stop"
    assert choice["message"] == {"role": "assistant", "content": None, "refusal": "I cannot."}


async def test_anthropic_streams_its_events_in_order() -> None:
    async with ANTHROPIC.server("Two words") as server:
        response = await ANTHROPIC.post(server, stream=True)
    events = [json.loads(line) for line in data_lines(response)]
    assert [event["type"] for event in events] == [
        "message_start", "content_block_start", "ping", "content_block_delta", "content_block_delta",
        "content_block_stop", "message_delta", "message_stop",
    ]  # fmt: skip
    assert response.text.startswith("event: message_start\n")
    assert "".join(e["delta"]["text"] for e in events if e["type"] == "content_block_delta") == "Two words"
    assert events[-2]["delta"]["stop_reason"] == "end_turn"
    assert events[-2]["usage"]["output_tokens"] == 3


async def test_openai_streams_usage_only_when_asked() -> None:
    async with OPENAI.server("Two words") as server:
        plain = data_lines(await OPENAI.post(server, stream=True))
        counted = data_lines(await OPENAI.post(server, stream=True, stream_options={"include_usage": True}))
    assert plain[-1] == counted[-1] == "[DONE]"
    assert all("usage" not in json.loads(line) for line in plain[:-1])
    chunks = [json.loads(line) for line in counted[:-1]]
    assert "".join(c["choices"][0]["delta"].get("content", "") for c in chunks[:-1]) == "Two words"
    assert chunks[-2]["choices"][0]["finish_reason"] == "stop"
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"]["completion_tokens"] == 3


async def test_ollama_streams_lines_unless_told_not_to() -> None:
    async with OLLAMA.server("Two words") as server:
        response = await OLLAMA.post(server, stream=None)
    lines = [json.loads(line) for line in response.text.splitlines()]
    assert response.headers["content-type"] == "application/x-ndjson"
    assert [line["message"]["content"] for line in lines] == ["Two", " words", ""]
    assert [line["done"] for line in lines] == [False, False, True]
    assert lines[-1]["eval_count"] == 3


async def test_ollama_shows_thoughts_unless_think_is_false() -> None:
    app = OLLAMA.create_app(
        Script.saying(Reply("4", thinking="2 and 2")), api_key=None, models=["qwen3", "llama3.2"]
    )
    async with FakeServer(app) as server:
        aloud, quiet, unable = [
            (await OLLAMA.post(server, **changes)).json()["message"]
            for changes in ({"model": "qwen3"}, {"model": "qwen3", "think": False}, {"model": "llama3.2"})
        ]
    assert aloud["thinking"] == "2 and 2"
    assert "thinking" not in quiet | unable


async def test_ollama_only_loads_the_model_when_there_are_no_messages() -> None:
    async with OLLAMA.server("never said") as server:
        loaded = (await OLLAMA.post(server, messages=[])).json()
        unloaded = (await OLLAMA.post(server, messages=[], keep_alive=0)).json()
    assert (loaded["done_reason"], loaded["message"]["content"]) == ("load", "")
    assert unloaded["done_reason"] == "unload"


async def test_the_models_are_listed(vendor: Vendor) -> None:
    path = "/api/tags" if vendor is OLLAMA else "/v1/models"
    async with vendor.server() as server, a_client(server.base_url) as client:
        assert vendor.model in (await client.get(path, headers=vendor.headers)).text
        assert (await client.get(path)).status_code == 401


async def test_ollama_shows_what_a_model_can() -> None:
    async with OLLAMA.server() as server, a_client(server.base_url) as client:
        shown = await client.post("/api/show", json={"model": "llama3.2"}, headers=OLLAMA.headers)
        missing = await client.post("/api/show", json={"model": "other"}, headers=OLLAMA.headers)
        version = await client.get("/api/version", headers=OLLAMA.headers)
    assert shown.json()["capabilities"] == ["completion", "tools"]
    assert missing.status_code == 404
    assert set(version.json()) == {"version"}


async def test_the_ledger_shows_the_request_but_never_the_key(vendor: Vendor) -> None:
    async with vendor.server() as server:
        await vendor.post(server)
        (call,) = server.calls
    assert (call.n, call.path, call.model, call.key) == (1, vendor.path, vendor.model, "right")
    assert (call.outcome, call.status, call.fault) == ("answered", 200, None)
    assert call.body["model"] == vendor.model
    assert call.headers["content-type"] == "application/json"
    assert KEY not in repr(call)
    assert call.finished_at is not None
    assert timedelta(0) <= call.finished_at - call.started_at < timedelta(seconds=5)
    with pytest.raises(TypeError):
        call.body["model"] = "changed"  # type: ignore[index]


async def test_a_client_that_leaves_is_noted(vendor: Vendor) -> None:
    async with vendor.server(Reply("late", delay_s=60)) as server, a_client() as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.post(
                server.base_url + vendor.path, json=vendor.request(), headers=vendor.headers, timeout=0.2
            )
        await wait_until(lambda: server.calls[0].outcome == "hung_up")


async def test_another_process_can_steer_it_and_read_the_calls(vendor: Vendor) -> None:
    async with vendor.server() as server, a_client(server.base_url) as client:
        done = await client.post("/__script", json={"default": {"text": "steered"}})
        wrong = await client.post("/__script", json={"default": {"kind": "x"}})
        assert vendor.text_of((await vendor.post(server)).json()) == "steered"
        (call,) = (await client.get("/__calls")).json()
    assert (done.status_code, wrong.status_code) == (204, 422)
    assert "default.fault.kind" in wrong.json()["error"]
    assert (call["outcome"], call["body"]["model"], call["key"]) == ("answered", vendor.model, "right")
    assert KEY not in json.dumps(call)
