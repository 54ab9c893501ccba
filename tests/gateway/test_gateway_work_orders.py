"""GET /api/work-orders: pages, filters, and one order in full."""

import httpx
from fastapi import FastAPI

from nexus.work_order import Status
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
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    names = [operation["operationId"] for operation in operations]
    assert sorted(names) == sorted(set(names))
    assert {"send_message", "list_work_orders", "get_work_order", "health"} <= set(names)
    for operation in operations:
        assert "application/problem+json" in operation["responses"]["default"]["content"]
    schemas = document["components"]["schemas"]
    fields = {"content", "session_id", "tier", "qa", "wait", "budget_usd"}
    assert schemas["ChatRequest"]["properties"].keys() == fields
    assert schemas["ReceiptView"]["properties"]["cost_usd"]["anyOf"][0]["type"] == "number"
    assert "swagger" in (await client.get("/docs")).text
