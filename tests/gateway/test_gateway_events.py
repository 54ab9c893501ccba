"""GET /api/work-orders/{id}/events: every event of one order once, and then the end."""

import asyncio
import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from db.engine import open_database
from db.records import NewOrder
from db.statements.orders import accept_order
from db.statements.queries import OrderPlace
from gateway.config import GatewaySettings
from gateway.order_events import KEEP_ALIVE_S, PAGE, OrderEvents
from nexus.bus import Bus
from nexus.ids import new_order_id, new_session_id
from nexus.work_order import Channel
from tests.gateway.company import Company, Running, services_in

TYPES = ["order.queued", "order.triaged", "order.delivered"]


async def send(client: httpx.AsyncClient, content: str = "Hi", **fields: str) -> dict[str, Any]:
    reply: dict[str, Any] = (await client.post("/api/chat", json={"content": content, **fields})).json()
    return reply


def read(text: str) -> list[dict[str, str]]:
    """The events of a stream; comments are left out."""
    blocks = [block for block in text.split("\n\n") if block and not block.startswith(":")]
    return [dict(line.split(": ", 1) for line in block.splitlines()) for block in blocks]


async def test_an_ended_orders_events_are_told_once_with_the_answer_and_then_it_ends(
    client: httpx.AsyncClient, company: Company
) -> None:
    sent = await send(client)
    other = await send(client, "Another", session_id=sent["session_id"])
    await company.finish(sent["order_id"])
    await company.finish(other["order_id"])
    reply = await client.get(f"/api/work-orders/{sent['order_id']}/events")
    events = read(reply.text)
    assert reply.headers["content-type"].startswith("text/event-stream")
    assert [event["event"] for event in events] == TYPES
    data = json.loads(events[-1]["data"])
    assert (data["order_id"], data["content"]) == (sent["order_id"], "Paris")
    assert isinstance(data["receipt"]["cost_usd"], float)
    assert [int(event["id"]) for event in events] == sorted({int(event["id"]) for event in events})


async def test_events_come_as_they_happen_and_the_stream_ends_by_itself(
    gateway: Running, settings: GatewaySettings, bus: Bus
) -> None:
    seen: list[str] = []
    with closing(open_database(settings)) as database:
        company = Company(database, bus)
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{gateway.port}", trust_env=False, timeout=20
        ) as client:
            order_id = (await send(client))["order_id"]
            async with client.stream("GET", f"/api/work-orders/{order_id}/events") as reply:
                async for line in reply.aiter_lines():
                    if line.startswith("event: "):
                        seen.append(line.removeprefix("event: "))
                    if line == "event: order.queued":
                        await company.finish(order_id)
    assert seen == TYPES


async def test_a_client_that_comes_back_goes_on_behind_what_it_saw(
    client: httpx.AsyncClient, company: Company
) -> None:
    await company.finish((sent := await send(client))["order_id"])
    url = f"/api/work-orders/{sent['order_id']}/events"
    for last, expected in (("1", TYPES[1:]), ("2", TYPES[2:]), ("3", []), ("999", []), ("", TYPES)):
        reply = await client.get(url, headers={"Last-Event-ID": last})
        assert [event["event"] for event in read(reply.text)] == expected
    for last in ("x", "-1", "1" * 16):
        refused = await client.get(url, headers={"Last-Event-ID": last})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "Last-Event-ID")


async def test_an_order_late_in_a_long_conversation_is_found_without_reading_the_whole(
    app: FastAPI, client: httpx.AsyncClient, company: Company
) -> None:
    first = await send(client)
    database, session_id = services_in(app).database, first["session_id"]
    for _ in range(PAGE + 5):
        await database.run(accept_order, an_order(session_id), datetime.now(UTC))
    last = await send(client, "The last one", session_id=session_id)
    await company.finish(last["order_id"])
    events = read((await client.get(f"/api/work-orders/{last['order_id']}/events")).text)
    assert [int(event["id"]) for event in events] == [PAGE + 7, PAGE + 8, PAGE + 9]
    await company.finish(first["order_id"])
    events = read((await client.get(f"/api/work-orders/{first['order_id']}/events")).text)
    assert [event["event"] for event in events] == TYPES


def an_order(session_id: str, user_id: str = "owner") -> NewOrder:
    return NewOrder(
        id=new_order_id(),
        session_id=session_id,
        user_id=user_id,
        channel=Channel.REST,
        content="Hi",
        requested_tier=None,
        spec_json=None,
        deadline_at=datetime.now(UTC) + timedelta(minutes=5),
    )


async def test_while_nothing_happens_a_comment_keeps_the_connection_and_no_query_is_made(
    app: FastAPI, client: httpx.AsyncClient, company: Company
) -> None:
    sent = await send(client)
    place = OrderPlace("owner", sent["session_id"], 1)
    events = OrderEvents.after(services_in(app), sent["order_id"], place, None)
    events.keep_alive_s = 0.02
    said: list[str] = []
    async for text in events.stream(ended=False):
        said.append(text)
        if said.count(": waiting\n\n") == 3 and not said[-1].startswith("id"):
            await company.finish(sent["order_id"])
    assert said[1:4] == [": waiting\n\n"] * 3
    assert (said[-1].splitlines()[1], KEEP_ALIVE_S) == ("event: order.delivered", 15)


async def test_a_stopping_gateway_ends_the_stream(app: FastAPI, client: httpx.AsyncClient) -> None:
    sent = await send(client)
    call = asyncio.create_task(client.get(f"/api/work-orders/{sent['order_id']}/events"))
    async with asyncio.timeout(20):
        while not services_in(app).replies.followed_sessions:  # noqa: ASYNC110 - a count rings no event
            await asyncio.sleep(0.01)
    services_in(app).stopping.set()
    assert [event["event"] for event in read((await call).text)] == TYPES[:1]
    assert services_in(app).replies.followed_sessions == 0


@pytest.mark.parametrize("path", ["", "/events"])
async def test_what_is_another_users_is_not_there(app: FastAPI, client: httpx.AsyncClient, path: str) -> None:
    foreign = an_order(new_session_id(), user_id="somebody else")
    await services_in(app).database.run(accept_order, foreign, datetime.now(UTC))
    for order_id in (foreign.id, new_order_id(), "WO-%00", "nonsense"):
        reply = await client.get(f"/api/work-orders/{order_id}{path}")
        assert (reply.status_code, reply.json()["type"]) == (404, "urn:nexus:problem:not-found")
    for action in ("cancel", "approve"):
        assert (await client.post(f"/api/work-orders/{foreign.id}/{action}")).status_code == 404
    assert (await client.get(f"/api/sessions/{foreign.session_id}")).status_code == 404
    assert (await client.get("/api/sessions")).json()["items"] == []
    assert (await client.get("/api/work-orders")).json()["items"] == []
