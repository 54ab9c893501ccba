"""Bad input: the right status, a problem document, and nothing stored."""

import json
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from tests.gateway.company import rows_in, services_in

JSON = {"Content-Type": "application/json"}

BAD_MESSAGES: dict[str, tuple[int, object]] = {
    "empty": (422, {"content": ""}),
    "whitespace": (422, {"content": " \n\t\u3000"}),
    "over-long": (422, {"content": "x" * 1001}),
    "a number": (422, {"content": 7}),
    "a list": (422, {"content": ["x"]}),
    "null": (422, {"content": None}),
    "a NUL character": (422, {"content": "a\x00b"}),
    "nothing": (422, {}),
    "both names": (422, {"content": "a", "message": "b"}),
    "an unknown field": (422, {"content": "a", "contnet": "b"}),
    "not an object": (422, ["content"]),
    "wait below zero": (422, {"content": "a", "wait": -1}),
    "wait over the limit": (422, {"content": "a", "wait": 31}),
    "wait as text": (422, {"content": "a", "wait": "5"}),
    "wait as truth": (422, {"content": "a", "wait": True}),
    "wait for ever": (422, {"content": "a", "wait": float("inf")}),
    "an unknown tier": (422, {"content": "a", "tier": "board"}),
    "the admin as tier": (422, {"content": "a", "tier": "admin"}),
    "a spec with an unknown part": (422, {"content": "a", "qa": {"name": "x", "colour": "red"}}),
    "a spec that is no object": (422, {"content": "a", "qa": "strict"}),
    "a spec with a broken pattern": (
        422,
        {"content": "a", "qa": {"name": "x", "format": {"type": "text", "pattern": "("}}},
    ),
    "a spec that runs a command": (422, {"content": "a", "qa": {"name": "x", "command": "rm -rf /"}}),
    "a malformed session": (422, {"content": "a", "session_id": "../x"}),
    "an unknown session": (404, {"content": "a", "session_id": "sess-nobody"}),
}

BAD_BODIES: dict[str, tuple[int, bytes]] = {
    "no body": (400, b""),
    "broken JSON": (400, b'{"content": "a"'),
    "not UTF-8": (400, b'{"content": "\xff"}'),
    "half a surrogate": (400, b'{"content": "\\ud800"}'),
    "deeper than any message": (400, b"[" * 5000),
    "oversize": (413, b'{"content": "' + b"x" * 100_000 + b'"}'),
}


def assert_problem(reply: httpx.Response, status: int) -> dict[str, Any]:
    assert reply.status_code == status, reply.text
    assert reply.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = reply.json()
    assert body["status"] == status
    assert body["type"].startswith("urn:nexus:problem:")
    assert body["title"]
    assert body["detail"]
    assert body["instance"].startswith("/")
    assert reply.headers["x-request-id"] == body["request_id"]
    return body


@pytest.fixture(autouse=True)
def nothing_is_stored(app: FastAPI) -> Any:
    before = rows_in(services_in(app).database)
    yield
    assert rows_in(services_in(app).database) == before


@pytest.mark.parametrize("case", BAD_MESSAGES)
async def test_a_bad_message_is_refused(client: httpx.AsyncClient, case: str) -> None:
    status, message = BAD_MESSAGES[case]
    body = assert_problem(await client.post("/api/chat", content=json.dumps(message), headers=JSON), status)
    if status == 422:
        assert all(error["field"] and error["message"] for error in body["errors"])


@pytest.mark.parametrize("case", BAD_BODIES)
async def test_a_bad_body_is_refused(client: httpx.AsyncClient, case: str) -> None:
    status, data = BAD_BODIES[case]
    assert_problem(await client.post("/api/chat", content=data, headers=JSON), status)


async def test_a_body_without_a_length_is_counted_while_it_comes(client: httpx.AsyncClient) -> None:
    async def endless() -> Any:
        for _ in range(1000):
            yield b" " * 10_000

    assert_problem(await client.post("/api/chat", content=endless(), headers=JSON), 413)


async def test_the_field_that_is_wrong_is_named_and_its_value_is_not_repeated(
    client: httpx.AsyncClient,
) -> None:
    reply = await client.post("/api/chat", json={"content": "a", "tier": "sekrit"})
    body = assert_problem(reply, 422)
    assert [error["field"] for error in body["errors"]] == ["tier"]
    assert "sekrit" not in reply.text


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_only_what_is_declared_as_json_is_read(client: httpx.AsyncClient, media_type: str) -> None:
    reply = await client.post("/api/chat", content=b'{"content": "a"}', headers={"Content-Type": media_type})
    assert_problem(reply, 415)


@pytest.mark.parametrize("key", ["", "x" * 256, "with space", "tab\tbed"])
async def test_a_bad_idempotency_key_is_refused(client: httpx.AsyncClient, key: str) -> None:
    reply = await client.post("/api/chat", json={"content": "a"}, headers={"Idempotency-Key": key})
    body = assert_problem(reply, 422)
    assert body["errors"][0]["field"] == "Idempotency-Key"


@pytest.mark.parametrize(
    "query",
    ["status=open", "owner=board", "limit=0", "limit=201", "limit=x", "cursor=1", "cursor=WO-%00", "status="],
)
async def test_a_bad_filter_is_refused(client: httpx.AsyncClient, query: str) -> None:
    assert_problem(await client.get(f"/api/work-orders?{query}"), 422)


@pytest.mark.parametrize("order_id", ["WO-01JD0Z7M2T9V6Q4B8X3N5K1YHR", "x", "%00", "x" * 5000, "' OR 1=1"])
async def test_an_unknown_order_is_not_found(client: httpx.AsyncClient, order_id: str) -> None:
    assert_problem(await client.get(f"/api/work-orders/{order_id}"), 404)


async def test_an_unknown_route_is_not_found_and_a_wrong_method_is_told_the_right_one(
    client: httpx.AsyncClient,
) -> None:
    assert_problem(await client.get("/api/nothing"), 404)
    assert_problem(await client.get("/health/"), 404)
    reply = await client.get("/api/chat")
    assert_problem(reply, 405)
    assert reply.headers["allow"] == "POST"


async def test_a_bug_is_told_with_an_id_and_without_a_trace(
    app: FastAPI, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise ValueError("the secret detail")

    monkeypatch.setattr("gateway.routes.chat.submit_message", broken)
    reply = await client.post("/api/chat", json={"content": "a"}, headers={"X-Request-ID": "mine-1"})
    body = assert_problem(reply, 500)
    assert body["request_id"] == "mine-1"
    assert "secret" not in reply.text


async def test_a_request_id_that_could_harm_a_log_is_replaced(client: httpx.AsyncClient) -> None:
    reply = await client.get("/health", headers={"X-Request-ID": "a b\u001b[31m".encode("latin-1").decode()})
    assert len(reply.headers["x-request-id"]) == 26
