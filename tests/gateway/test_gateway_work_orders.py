"""GET /api/work-orders: pages, filters, and one order in full."""

from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI

from db.engine import open_database
from db.statements.queries import Narrowing, list_orders
from nexus.settings import CommonSettings
from nexus.work_order import Channel, Status
from tests.builders import accepted, now
from tests.gateway.company import Company


async def send(client: httpx.AsyncClient, content: str) -> str:
    order_id: str = (await client.post("/api/chat", json={"content": content})).json()["order_id"]
    return order_id


async def test_pages_hold_every_order_once_newest_first_while_new_ones_arrive(
    client: httpx.AsyncClient,
) -> None:
    sent = [await send(client, f"message {n}") for n in range(5)]
    seen: list[str] = []
    cursor: str | None = None
    while True:
        query = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        page = (await client.get("/api/work-orders", params=query)).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        await send(client, "later")
    assert seen == sent[::-1]


async def test_orders_can_be_filtered_by_status_and_owner(
    client: httpx.AsyncClient, company: Company
) -> None:
    done, waiting = await send(client, "one"), await send(client, "two")
    await company.finish(done)
    for query, expected in (
        ("status=delivered", [done]),
        ("status=queued", [waiting]),
        ("owner=intern", [done]),
        ("owner=admin&status=queued", [waiting]),
        ("status=failed", []),
    ):
        page = (await client.get(f"/api/work-orders?{query}")).json()
        assert [item["id"] for item in page["items"]] == expected


async def test_orders_can_be_filtered_by_what_they_are_about(
    client: httpx.AsyncClient, company: Company
) -> None:
    done = await send(client, "The PRICE of 5% of_all ÄPFEL")
    await company.finish(done)
    start = (await client.get(f"/api/work-orders/{done}")).json()["order"]
    waiting = await send(client, "two")
    session, at = start["session_id"], quote(start["created_at"])
    for query, expected in (
        ("channel=rest", [waiting, done]),
        ("channel=openai", []),
        ("difficulty=trivial", [done]),
        ("difficulty=complex", []),
        (f"session_id={session}", [done]),
        (f"session_id={session}&status=queued", []),
        (f"created_after={at}", [waiting]),
        (f"created_before={at}", []),
        ("created_after=2001-01-01T00:00:00Z&created_before=2999-01-01T00:00:00%2B02:00", [waiting, done]),
        ("q=price", [done]),
        ("q=5%25 OF_ALL", [done]),
        ("q=5_", []),
        ("q=o", [waiting, done]),
        ("q=o&limit=1", [waiting]),
        (f"q=o&cursor={waiting}", [done]),
    ):
        page = (await client.get(f"/api/work-orders?{query}")).json()
        assert [item["id"] for item in page["items"]] == expected, query


@pytest.mark.parametrize(
    "query",
    [
        "channel=pigeon",
        "difficulty=hard",
        "session_id=a%20b",
        "created_after=yesterday",
        "created_after=2026-01-01T00:00:00",
        "q=",
        "q=" + "x" * 201,
        "q=a%00b",
    ],
)
async def test_a_wrong_filter_is_named(client: httpx.AsyncClient, query: str) -> None:
    reply = await client.get(f"/api/work-orders?{query}")
    assert (reply.status_code, reply.json()["errors"][0]["field"]) == (422, query.partition("=")[0])


async def test_on_postgresql_text_is_found_in_any_case_of_any_letter(
    migrated_postgres_url: str,
) -> None:
    database = open_database(CommonSettings(database_url=migrated_postgres_url))
    try:
        order = accepted(database, content="ÄPFEL und 5% Birnen")
        for text, found in (("äpfel", [order.id]), ("5% birnen", [order.id]), ("5_", [])):
            narrowed = Narrowing(user_id="owner", text=text, session_id=order.session_id)
            assert [each.id for each in database.read_sync(list_orders, narrowed=narrowed)] == found
        later = Narrowing(created_after=now(), channel=Channel.REST)
        assert database.read_sync(list_orders, narrowed=later) == []
    finally:
        database.close()


async def test_one_order_shows_its_whole_history(client: httpx.AsyncClient, company: Company) -> None:
    order_id = await send(client, "Capital of France?")
    await company.finish(order_id)
    detail = (await client.get(f"/api/work-orders/{order_id}")).json()
    assert detail["order"]["status"] == Status.DELIVERED
    assert detail["order"]["tier_rule"] == "short"
    assert detail["receipt"]["order_id"] == order_id
    assert [event["type"] for event in detail["events"]] == [
        "order.queued",
        "order.triaged",
        "order.delivered",
    ]
    assert [event["seq"] for event in detail["events"]] == [1, 2, 3]
    assert detail["events"][-1]["payload"]["receipt"]["cost_usd"] == detail["receipt"]["cost_usd"]
    assert detail["attempts"] == detail["verdicts"] == detail["model_calls"] == []


async def test_the_api_describes_itself(app: FastAPI, client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    paths = document["paths"].items()
    operations = [operation for _, path in paths for operation in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert sorted(names) == sorted(set(names))
    assert {"send_message", "list_work_orders", "get_work_order", "health"} <= set(names)
    for path, methods in paths:
        error = "application/json" if path.startswith("/v1/") else "application/problem+json"
        for operation in methods.values():
            assert operation["responses"]["default"]["content"].keys() == {error}, path
    schemas = document["components"]["schemas"]
    fields = {"content", "session_id", "tier", "qa", "wait", "budget_usd", "channel", "attachments"}
    assert schemas["ChatRequest"]["properties"].keys() == fields
    assert schemas["ReceiptView"]["properties"]["cost_usd"]["anyOf"][0]["type"] == "number"
    assert "/openapi.json" in (await client.get("/docs/start.js")).text
