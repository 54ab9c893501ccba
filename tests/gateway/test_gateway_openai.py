"""/v1: OpenAI's wire format on the outside, a work order inside. Other clients' tests are in tests/e2e."""

import asyncio
import json
from contextlib import closing
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from db.engine import open_database
from db.records import Accepted
from db.statements.queries import list_orders
from gateway.config import GatewaySettings
from gateway.main import create_app
from gateway.openai_replies import pieces
from gateway.openai_requests import INSTRUCTIONS, ChatCompletionRequest, question_of
from gateway.openai_streams import KEEP_ALIVE_S, Call
from nexus.work_order import Channel, Role, Status, Turn, WorkOrder
from qa.findings import Subject
from qa.spec import parse_spec
from qa.validator import validate
from tests.conftest import wait_until
from tests.gateway.company import LOOPBACK, Company, Running, rows_in, services_in
from tests.gateway.test_gateway_budget import held

QUESTION = [{"role": "user", "content": "Capital of France?"}]
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}


def asking(*messages: dict[str, Any], **fields: object) -> dict[str, Any]:
    return {"model": "nexus", "messages": list(messages) or QUESTION, **fields}


async def ask(client: httpx.AsyncClient, body: dict[str, Any], **headers: str) -> httpx.Response:
    return await client.post("/v1/chat/completions", json=body, headers=headers)


async def answered(
    client: httpx.AsyncClient, company: Company, body: dict[str, Any], answer: str = "Paris"
) -> httpx.Response:
    call = asyncio.create_task(ask(client, body))
    await company.finish_next(answer)
    return await call


def events_in(body: str) -> list[Any]:
    """What a stream said, comments left out; `[DONE]` stands as it is."""
    data = [line.removeprefix("data: ") for line in body.splitlines() if line.startswith("data: ")]
    return [each if each == "[DONE]" else json.loads(each) for each in data]


async def the_order(app: FastAPI) -> WorkOrder:
    [order] = await services_in(app).database.read(list_orders)
    return order


async def test_a_question_is_answered_as_openai_does_with_the_receipt_beside(
    app: FastAPI, client: httpx.AsyncClient, company: Company
) -> None:
    reply = await answered(client, company, asking())
    body = reply.json()
    order = await the_order(app)
    assert reply.status_code == 200
    assert (body["id"], body["object"], body["model"]) == (f"chatcmpl-{order.id}", "chat.completion", "nexus")
    assert body["created"] == int(order.created_at.timestamp())
    assert body["choices"] == [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Paris", "refusal": None},
            "logprobs": None,
            "finish_reason": "stop",
        }
    ]
    usage = body["usage"]
    assert (usage["prompt_tokens"], usage["completion_tokens"], usage["total_tokens"]) == (12, 3, 15)
    assert (body["nexus"]["order_id"], body["nexus"]["status"], body["nexus"]["held"]) == (
        order.id,
        "delivered",
        False,
    )
    assert body["nexus"]["receipt"]["cost_usd"] == pytest.approx(0.000042)
    assert order.channel is Channel.OPENAI


async def test_a_stream_has_a_role_the_text_in_pieces_the_end_the_usage_and_done(
    app: FastAPI, client: httpx.AsyncClient, company: Company
) -> None:
    answer = "The capital of France is Paris, which lies on the Seine. 巴黎是法国的首都。\n\nEnd."
    asked = asking(stream=True, stream_options={"include_usage": True})
    reply = await answered(client, company, asked, answer)
    *chunks, done = events_in(reply.text)
    assert reply.headers["content-type"].startswith("text/event-stream")
    assert done == "[DONE]"
    assert {chunk["id"] for chunk in chunks} == {f"chatcmpl-{(await the_order(app)).id}"}
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    first, *texts, last, counted = chunks
    assert first["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert len(texts) > 1
    assert "".join(chunk["choices"][0]["delta"]["content"] for chunk in texts) == answer
    assert {chunk["choices"][0]["finish_reason"] for chunk in texts} == {None}
    assert last["choices"][0] == {"index": 0, "delta": {}, "finish_reason": "stop", "logprobs": None}
    assert last["nexus"]["receipt"]["order_id"] == last["nexus"]["order_id"]
    assert (counted["choices"], counted["usage"]["total_tokens"]) == ([], 15)
    assert all(chunk["usage"] is None for chunk in chunks[:-1])


async def test_without_being_asked_for_usage_a_stream_has_none(
    client: httpx.AsyncClient, company: Company
) -> None:
    reply = await answered(client, company, asking(stream=True))
    *chunks, _ = events_in(reply.text)
    assert all("usage" not in chunk for chunk in chunks)


async def test_while_the_company_works_a_stream_says_so(
    app: FastAPI, client: httpx.AsyncClient, company: Company
) -> None:
    said = (await client.post("/api/chat", json={"content": "Hi"})).json()
    accepted = Accepted(said["order_id"], said["session_id"], 1, is_new=True)
    comments: list[str] = []
    async for event in Call(services_in(app), accepted, "nexus", 0, keep_alive_s=0.02).stream():
        if event.startswith(": "):
            comments.append(event)
        if len(comments) == 3:
            await company.finish(accepted.order_id)
            comments.append("finished")
    assert comments[:3] == [f": {accepted.order_id} is worked on\n\n"] * 3
    assert (event, KEEP_ALIVE_S) == ("data: [DONE]\n\n", 5)


async def test_what_was_said_before_is_the_orders_own_context_and_the_last_message_its_content(
    app: FastAPI, client: httpx.AsyncClient, company: Company
) -> None:
    body = asking(
        {"role": "system", "content": "Answer in rhyme."},
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello", "tool_calls": None},
        {"role": "developer", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "one"}, {"type": "text", "text": "two"}]},
        model="nexus-ceo",
    )
    call = asyncio.create_task(ask(client, body))
    await queued(app)
    order = await the_order(app)
    assert (order.content, order.requested_tier) == ("one\ntwo", Role.CEO)
    assert order.brings_context
    assert order.context == (
        Turn("user", f"{INSTRUCTIONS}\n\nAnswer in rhyme.\n\nBe brief."),
        Turn("user", "Hi"),
        Turn("assistant", "Hello"),
    )
    await company.finish(order.id)
    assert (await call).status_code == 200


async def test_instructions_stand_in_front_marked_as_the_applications() -> None:
    body = ChatCompletionRequest.model_validate(
        asking({"role": "user", "content": "Hi"}, {"role": "system", "content": "Rhyme."}, *QUESTION)
    )
    question = question_of(body, 100)
    assert question.context == (Turn("user", f"{INSTRUCTIONS}\n\nRhyme."), Turn("user", "Hi"))
    assert (question.content, question.tier) == ("Capital of France?", None)


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"n": 2}, "n"),
        ({"logprobs": True}, "logprobs"),
        ({"top_logprobs": 3}, "top_logprobs"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"tool_choice": {"type": "function", "function": {"name": "f"}}}, "tool_choice"),
        ({"function_call": {"name": "f"}}, "function_call"),
        ({"modalities": ["text", "audio"]}, "modalities"),
        ({"response_format": {"type": "xml"}}, "response_format"),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"schema": {"type": 5}}}},
            "response_format",
        ),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "assistant", "content": "Hi"}]}, "messages"),
        ({"messages": [{"role": "user", "content": "  "}]}, "messages"),
        ({"messages": [{"role": "user", "content": "x" * 1001}]}, "messages"),
        ({"messages": [{"role": "king", "content": "Hi"}]}, "messages.0.role"),
        ({"messages": [{"role": "user", "content": 5}]}, "messages.0.content"),
        ({"messages": [{"role": "user", "content": "a\x00b"}]}, "messages.0.content"),
        (
            {"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}, IMAGE]}]},
            "messages.0.content.1",
        ),
        ({"messages": [*QUESTION, {"role": "tool", "content": "5", "tool_call_id": "x"}]}, "messages.1.role"),
        ({"stream": "perhaps"}, "stream"),
        ({"model": 5}, "model"),
    ],
)
async def test_what_cannot_be_kept_is_400_with_the_field_and_makes_no_order(
    app: FastAPI, client: httpx.AsyncClient, fields: dict[str, Any], param: str
) -> None:
    reply = await ask(client, asking(**fields))
    error = reply.json()["error"]
    assert (reply.status_code, error["type"], error["param"]) == (400, "invalid_request_error", param)
    assert error["message"]
    assert rows_in(services_in(app).database)["work_orders"] == 0


async def test_what_only_colours_an_answer_is_ignored(client: httpx.AsyncClient, company: Company) -> None:
    tool = {"type": "function", "function": {"name": "f", "parameters": {}}}
    reply = await answered(
        client,
        company,
        asking(
            temperature=0.3, top_p=1, max_tokens=5, n=1, tools=[tool], tool_choice="auto", user="me", x_y=1
        ),
    )
    assert reply.json()["choices"][0]["message"]["content"] == "Paris"


@pytest.mark.parametrize(
    "wanted",
    [
        {"type": "json_object"},
        {"type": "json_schema", "json_schema": {"name": "n", "schema": {"required": ["a"]}}},
    ],
)
async def test_a_response_format_becomes_the_orders_acceptance_spec(
    client: httpx.AsyncClient, wanted: dict[str, Any]
) -> None:
    question = question_of(ChatCompletionRequest.model_validate(asking(response_format=wanted)), 100)
    assert question.spec_json is not None
    spec = parse_spec(question.spec_json, "test")
    for answer, passes in (('{"a": 1}', True), ('```json\n{"a": 1}\n```', False), ("a is 1", False)):
        assert validate(Subject(answer), spec).passed is passes


async def test_the_models_are_the_company_and_its_tiers(client: httpx.AsyncClient) -> None:
    listed = (await client.get("/v1/models")).json()
    assert listed["object"] == "list"
    assert [model["id"] for model in listed["data"]] == [
        "nexus",
        "nexus-intern",
        "nexus-director",
        "nexus-ceo",
    ]
    assert (await client.get("/v1/models/nexus-ceo")).json() == listed["data"][-1]


async def test_an_unknown_model_is_404_in_openais_words(client: httpx.AsyncClient) -> None:
    for reply in (await ask(client, asking(model="gpt-9")), await client.get("/v1/models/gpt-9")):
        error = reply.json()["error"]
        assert (reply.status_code, error["code"], error["param"]) == (404, "model_not_found", "model")
        assert "nexus-director" in error["message"]


async def test_errors_have_openais_form_under_v1_and_only_there(
    app: FastAPI, client: httpx.AsyncClient, settings: GatewaySettings
) -> None:
    for method, path, status in (
        ("GET", "/v1/nothing", 404),
        ("PUT", "/v1/models", 405),
        ("POST", "/v1/chat/completions", 415),
    ):
        reply = await client.request(method, path)
        assert (reply.status_code, reply.json().keys()) == (status, {"error"})
    broken = await client.post(
        "/v1/chat/completions", content="{", headers={"content-type": "application/json"}
    )
    assert (broken.status_code, broken.json()["error"]["code"]) == (400, "broken_json")
    assert "urn:nexus" in (await client.get("/v2/models")).json()["type"]


async def test_without_the_secret_a_client_is_told_what_openai_tells_it(settings: GatewaySettings) -> None:
    app = create_app(settings.model_copy(update={"api_secret": SecretStr("s" * 40)}))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, client=LOOPBACK)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            reply = await ask(client, asking())
    assert (reply.status_code, reply.json()["error"]["code"]) == (401, "invalid_api_key")


@pytest.mark.parametrize("status", [Status.FAILED])
async def test_an_order_that_fails_is_an_error_with_the_reason_that_is_not_to_be_repeated(
    client: httpx.AsyncClient, app: FastAPI, company: Company, status: Status
) -> None:
    for stream in (False, True):
        call = asyncio.create_task(ask(client, asking(stream=stream)))
        await company.finish(await queued(app), None, status=status, reason="no model answers")
        reply = await call
        if stream:
            *_, error, done = events_in(reply.text)
            assert done == "[DONE]"
        else:
            error = reply.json()
            assert (reply.status_code, reply.headers["x-should-retry"]) == (500, "false")
            assert reply.headers["location"].startswith("/api/work-orders/WO-")
        assert error["error"]["code"] == "order_failed"
        assert "no model answers" in error["error"]["message"]


async def test_an_order_that_asks_or_is_held_is_answered_with_the_question(
    client: httpx.AsyncClient, app: FastAPI, company: Company
) -> None:
    call = asyncio.create_task(ask(client, asking()))
    await company.finish(await queued(app), "Which file?", status=Status.ASKED)
    asked = (await call).json()
    assert (asked["choices"][0]["message"]["content"], asked["nexus"]["status"]) == ("Which file?", "asked")

    call = asyncio.create_task(ask(client, asking()))
    await held(app, order_id := await queued(app))
    reply = (await call).json()
    assert reply["choices"][0]["finish_reason"] == "stop"
    assert "would cost about" in reply["choices"][0]["message"]["content"]
    assert f"{order_id}/approve" in reply["choices"][0]["message"]["content"]
    assert (reply["nexus"]["held"], reply["usage"]["total_tokens"]) == (True, 0)


async def test_the_same_key_is_one_order_and_every_repeat_gets_its_answer(
    client: httpx.AsyncClient, app: FastAPI, company: Company
) -> None:
    calls = [asyncio.create_task(ask(client, asking(), **{"Idempotency-Key": "k"})) for _ in range(3)]
    await company.finish_next("Paris")
    replies = [await call for call in calls]
    replies.append(await ask(client, asking(), **{"Idempotency-Key": "k"}))
    assert {reply.json()["choices"][0]["message"]["content"] for reply in replies} == {"Paris"}
    assert len({reply.json()["id"] for reply in replies}) == 1
    other = asking({"role": "system", "content": "Rhyme."}, *QUESTION)
    refused = await ask(client, other, **{"Idempotency-Key": "k"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "idempotency_key_reused")
    assert rows_in(services_in(app).database)["work_orders"] == 1


async def test_a_gateway_that_stops_says_that_the_order_goes_on(
    client: httpx.AsyncClient, app: FastAPI
) -> None:
    call = asyncio.create_task(ask(client, asking()))
    order_id = await queued(app)
    services_in(app).stopping.set()
    services_in(app).replies.release()
    reply = await call
    assert (reply.status_code, reply.json()["error"]["code"]) == (503, "order_open")
    assert (order_id in reply.json()["error"]["message"], reply.headers["x-should-retry"]) == (True, "false")


async def test_a_client_that_leaves_ends_the_waiting_and_not_the_order(
    gateway: Running, settings: GatewaySettings
) -> None:
    replies = services_in(gateway.server._app).replies
    url = f"http://127.0.0.1:{gateway.port}/v1/chat/completions"
    async with httpx.AsyncClient(trust_env=False) as client:
        for stream in (False, True):
            with pytest.raises(httpx.ReadTimeout):
                await client.post(url, json=asking(stream=stream), timeout=0.5)
    await wait_until(lambda: replies.waiting_calls == 0)
    with closing(open_database(settings)) as database:
        orders = await database.read(list_orders)
    assert [order.status for order in orders] == [Status.QUEUED] * 2


@given(st.text())
def test_pieces_are_the_text_and_nothing_else(text: str) -> None:
    assert "".join(pieces(text)) == text


async def queued(app: FastAPI) -> str:
    """Wait until an order is queued; its id."""
    found: list[WorkOrder] = []
    async with asyncio.timeout(20):
        while not found:
            found = await services_in(app).database.read(list_orders, status=Status.QUEUED)
    return found[0].id
