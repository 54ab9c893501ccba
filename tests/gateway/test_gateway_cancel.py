"""POST /api/work-orders/{id}/cancel and `order.cancel`: the reply means that nothing more is started."""

import asyncio
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI

from db.statements.cancel import cancels_among, end_cancelled
from db.statements.orders import claim_order
from gateway import cancelling
from nexus.work_order import Role, Status, WorkOrder
from tests.gateway.company import Company, services_in


async def sent(client: httpx.AsyncClient) -> str:
    order_id: str = (await client.post("/api/chat", json={"content": "Hi"})).json()["order_id"]
    return order_id


async def held(app: FastAPI, order_id: str) -> WorkOrder:
    """A worker has it."""
    database, now = services_in(app).database, datetime.now(UTC)
    order = await database.run(claim_order, order_id, role=Role.ADMIN, holder="w/1", lease_s=30, now=now)
    assert order is not None
    return order


async def test_an_order_that_nobody_works_on_ends_at_once_and_again_is_the_same(
    client: httpx.AsyncClient,
) -> None:
    order_id = await sent(client)
    for _ in range(2):
        reply = await client.post(f"/api/work-orders/{order_id}/cancel")
        assert (reply.status_code, reply.json()["status"]) == (200, "cancelled")
    detail = (await client.get(f"/api/work-orders/{order_id}")).json()
    assert [event["type"] for event in detail["events"]] == ["order.queued", "order.cancelled"]


async def test_who_waits_for_the_order_learns_of_it_at_once(client: httpx.AsyncClient) -> None:
    waiting = asyncio.create_task(client.post("/api/chat", json={"content": "Hi", "wait": 20}))
    async with asyncio.timeout(10):
        while not (items := (await client.get("/api/work-orders")).json()["items"]):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await client.post(f"/api/work-orders/{items[0]['id']}/cancel")
        assert (await waiting).json()["status"] == "cancelled"


async def test_a_worker_that_holds_it_is_given_the_time_to_end_it(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    order = await held(app, order_id := await sent(client))
    cancel = asyncio.create_task(client.post(f"/api/work-orders/{order_id}/cancel"))
    database = services_in(app).database
    async with asyncio.timeout(10):
        while not await database.read(cancels_among, [order_id]):  # noqa: ASYNC110 - a row rings no event
            await asyncio.sleep(0.01)
        assert not cancel.done(), "the reply is the acknowledgement"
        await database.run(end_cancelled, order, datetime.now(UTC))
        reply = await cancel
    assert (reply.status_code, reply.json()["status"]) == (200, "cancelled")


async def test_a_worker_that_does_not_react_loses_the_order(
    app: FastAPI, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cancelling, "WORKER_HAS_S", 0.1)
    order = await held(app, order_id := await sent(client))
    reply = await client.post(f"/api/work-orders/{order_id}/cancel")
    assert (reply.status_code, reply.json()["status"]) == (200, "cancelled")
    found = await services_in(app).store.order(order_id)
    assert found is not None
    assert found.value.fence > order.fence


async def test_an_order_that_had_ended_otherwise_is_a_conflict_that_names_how(
    client: httpx.AsyncClient, company: Company
) -> None:
    order_id = await sent(client)
    await company.finish(order_id, status=Status.DELIVERED)
    reply = await client.post(f"/api/work-orders/{order_id}/cancel")
    assert reply.status_code == 409
    assert reply.json()["type"] == "urn:nexus:problem:order-has-ended"
    assert "delivered" in reply.json()["detail"]
    assert reply.headers["location"] == f"/api/work-orders/{order_id}"


@pytest.mark.parametrize("order_id", ["WO-01JD0Z7M2T9V6Q4B8X3N5K1YHR", "nonsense", "WO-%00"])
async def test_an_unknown_order_is_not_found(client: httpx.AsyncClient, order_id: str) -> None:
    assert (await client.post(f"/api/work-orders/{order_id}/cancel")).status_code == 404
