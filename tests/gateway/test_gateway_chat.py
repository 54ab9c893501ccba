"""POST /api/chat: accept, wait, answer."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from redis.asyncio import Redis

from db.statements.queries import get_order
from db.tables import idempotency_keys
from gateway.config import GatewaySettings
from gateway.main import create_app
from nexus.messages import EVENTS, INTAKE
from nexus.work_order import Channel, Role, Status
from tests.gateway.company import LOOPBACK, Company, gateway_settings, rows_in, services_in


async def rings_on(redis: Redis, stream: str) -> list[dict[str, object]]:
    entries: Any = await redis.xrange(stream)
    return [json.loads(fields[b"data"]) for _, fields in entries]


async def test_a_message_becomes_a_work_order_and_the_reply_says_where_it_is(
    app: FastAPI, client: httpx.AsyncClient, redis: Redis
) -> None:
    reply = await client.post("/api/chat", json={"content": "  Hello NEXUS "})
    body = reply.json()
    assert reply.status_code == 202
    assert reply.headers["location"] == body["url"] == f"/api/work-orders/{body['order_id']}"
    assert (body["status"], body["content"], body["receipt"]) == ("queued", None, None)

    order = await services_in(app).database.read(get_order, body["order_id"])
    assert order is not None
    assert (order.content, order.channel, order.session_id) == (
        "Hello NEXUS",
        Channel.REST,
        body["session_id"],
    )
    [ring] = await rings_on(redis, INTAKE)
    assert ring["order_id"] == body["order_id"]
    assert await rings_on(redis, EVENTS) == [], "who watches here is told without a detour"


async def test_who_waits_gets_the_answer_and_its_receipt(client: httpx.AsyncClient, company: Company) -> None:
    call = asyncio.create_task(client.post("/api/chat", json={"message": "Capital of France?", "wait": 20}))
    order_id = await company.finish_next("Paris")
    reply = await call
    body = reply.json()
    assert reply.status_code == 200
    assert (body["order_id"], body["status"], body["content"]) == (order_id, "delivered", "Paris")
    assert body["receipt"]["cost_usd"] == pytest.approx(0.000042)
    assert order_id in body["receipt_text"]


async def test_an_unknown_price_is_null_and_reads_not_priced(
    client: httpx.AsyncClient, company: Company
) -> None:
    order_id = (await client.post("/api/chat", json={"content": "Hi"})).json()["order_id"]
    await company.finish(order_id, receipt={"cost_usd": None})
    detail = (await client.get(f"/api/work-orders/{order_id}")).json()
    assert detail["receipt"]["cost_usd"] is None
    assert "not priced" in detail["receipt_text"]


async def test_an_order_that_fails_is_a_request_that_succeeded(
    client: httpx.AsyncClient, company: Company
) -> None:
    headers = {"Idempotency-Key": "k"}
    accepted = (await client.post("/api/chat", json={"content": "Hi"}, headers=headers)).json()
    await company.finish(accepted["order_id"], None, status=Status.FAILED, reason="no model answers")
    reply = await client.post("/api/chat", json={"content": "Hi"}, headers=headers)
    assert reply.status_code == 200
    assert (reply.json()["status"], reply.json()["reason"]) == ("failed", "no model answers")


async def test_who_waits_too_short_gets_202_and_the_order_goes_on(client: httpx.AsyncClient) -> None:
    reply = await client.post("/api/chat", json={"content": "Hi", "wait": 0.01})
    assert (reply.status_code, reply.json()["status"]) == (202, "queued")


async def test_a_message_can_continue_a_conversation_and_ask_for_a_tier(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    first = (await client.post("/api/chat", json={"content": "one"})).json()
    message = {"content": "two", "session_id": first["session_id"], "tier": "ceo"}
    second = (await client.post("/api/chat", json=message)).json()
    assert second["session_id"] == first["session_id"]
    order = await services_in(app).database.read(get_order, second["order_id"])
    assert order is not None
    assert order.requested_tier is Role.CEO


async def test_the_same_key_and_message_is_one_order_however_often_it_is_sent(
    app: FastAPI, client: httpx.AsyncClient, company: Company
) -> None:
    async def send() -> httpx.Response:
        return await client.post("/api/chat", json={"content": "Hi"}, headers={"Idempotency-Key": "mine"})

    replies = await asyncio.gather(*(send() for _ in range(8)))
    assert sorted(reply.status_code for reply in replies) == [202] + [409] * 7
    [order_id] = {reply.json()["order_id"] for reply in replies}
    assert rows_in(services_in(app).database)["work_orders"] == 1
    await company.finish(order_id)
    again = await send()
    assert (again.status_code, again.json()["content"]) == (200, "Paris")


async def test_a_repeat_while_the_order_is_worked_on_says_where_it_is(client: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "mine"}
    first = (await client.post("/api/chat", json={"content": "Hi"}, headers=headers)).json()
    for wait in (0, 0.01):
        reply = await client.post("/api/chat", json={"content": "Hi", "wait": wait}, headers=headers)
        assert reply.status_code == 409
        assert reply.headers["location"] == first["url"]
        assert reply.headers["retry-after"] == "1"
        body = reply.json()
        assert body["type"] == "urn:nexus:problem:idempotency-key-in-use"
        assert {name: body[name] for name in ("order_id", "session_id", "url")} == {
            name: first[name] for name in ("order_id", "session_id", "url")
        }


async def test_a_key_that_has_expired_is_free_again(app: FastAPI, client: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "mine"}
    first = (await client.post("/api/chat", json={"content": "Hi"}, headers=headers)).json()
    with services_in(app).database.engine.begin() as connection:
        connection.execute(sa.update(idempotency_keys).values(expires_at=datetime.now(UTC)))
    reply = await client.post("/api/chat", json={"content": "Something else"}, headers=headers)
    assert reply.status_code == 202
    assert reply.json()["order_id"] != first["order_id"]


async def test_the_reply_says_which_store_has_it(client: httpx.AsyncClient, company: Company) -> None:
    accepted = (await client.post("/api/chat", json={"content": "Hi"})).json()
    assert accepted["durability"] == "primary"
    await company.finish(accepted["order_id"])
    detail = (await client.get(accepted["url"])).json()
    assert detail["order"]["durability"] == "primary"
    page = (await client.get("/api/work-orders")).json()
    assert (page["partial"], page["items"][0]["durability"]) == (False, "primary")


async def test_the_same_key_with_another_message_is_refused(app: FastAPI, client: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "mine"}
    await client.post("/api/chat", json={"content": "Hi"}, headers=headers)
    reply = await client.post("/api/chat", json={"content": "Ho"}, headers=headers)
    assert reply.status_code == 422
    assert reply.json()["type"] == "urn:nexus:problem:idempotency-key-reused"
    assert rows_in(services_in(app).database)["work_orders"] == 1


async def test_a_repeat_waits_for_the_running_order(client: httpx.AsyncClient, company: Company) -> None:
    headers = {"Idempotency-Key": "mine"}
    await client.post("/api/chat", json={"content": "Hi"}, headers=headers)
    repeat = asyncio.create_task(
        client.post("/api/chat", json={"content": "Hi", "wait": 20}, headers=headers)
    )
    await company.finish_next("Ho")
    assert (await repeat).json()["content"] == "Ho"


async def test_without_redis_messages_are_accepted_and_answers_come_a_second_later(tmp_path: Path) -> None:
    app = create_app(gateway_settings(tmp_path, f"unix://{tmp_path}/nobody.sock"))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, client=LOOPBACK)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            call = asyncio.create_task(client.post("/api/chat", json={"content": "Hi", "wait": 20}))
            await Company(services_in(app).database).finish_next("Ho")
            reply = await call
    assert (reply.status_code, reply.json()["content"]) == (200, "Ho")


async def test_a_store_that_is_away_is_told_with_503_and_when_to_come_back(
    app: FastAPI, client: httpx.AsyncClient, settings: GatewaySettings
) -> None:
    settings.sqlite_path.rename(settings.sqlite_path.with_name("away.db"))
    for name in ("nexus.db-wal", "nexus.db-shm"):
        (settings.home / name).unlink(missing_ok=True)
    services_in(app).database.engine.dispose()
    reply = await client.post("/api/chat", json={"content": "Hi"})
    assert reply.status_code == 503
    assert int(reply.headers["retry-after"]) >= 1
    assert reply.json()["type"] == "urn:nexus:problem:store-unavailable"


async def test_on_postgresql_the_whole_way_works_too(
    postgres_url: str, tmp_path: Path, redis: Redis, valkey_server: str
) -> None:
    app = create_app(gateway_settings(tmp_path, valkey_server, database_url=postgres_url))
    async with app.router.lifespan_context(app):
        services = services_in(app)
        transport = httpx.ASGITransport(app, client=LOOPBACK)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            call = asyncio.create_task(client.post("/api/chat", json={"content": "Hi", "wait": 20}))
            order_id = await Company(services.database, services.bus).finish_next("Ho")
            assert (await call).json()["content"] == "Ho"
            assert (await client.get(f"/api/work-orders/{order_id}")).status_code == 200
            assert (await client.get("/api/work-orders/WO-%00")).status_code == 404
