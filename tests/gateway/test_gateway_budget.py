"""/api/budget, the freeze, and the owner's yes to a held order."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal

import httpx
from fastapi import FastAPI

from db.statements.holding import hold_order
from db.statements.orders import assign_order, claim_order
from db.statements.outbox import due_rings
from db.statements.switches import get_switch
from nexus.budget import FROZEN
from nexus.hold import Hold, HoldOption
from nexus.work_order import Role
from tests.builders import an_assignment
from tests.gateway.company import services_in

HOLD = Hold(
    question="CEO (opus) would cost about $0.38, at most $0.62: more than the $0.20 you want to be asked about.",
    options=(
        HoldOption(role=Role.CEO, model="opus", about_usd=Decimal("0.38"), at_most_usd=Decimal("0.62")),
        HoldOption(
            role=Role.DIRECTOR, model="sonnet", about_usd=Decimal("0.06"), at_most_usd=Decimal("0.12")
        ),
    ),
    span_s=600,
)


async def held(app: FastAPI, order_id: str) -> None:
    """As the CEO's worker holds an order."""
    database, now = services_in(app).database, datetime.now(UTC)
    order = await database.run(claim_order, order_id, role=Role.ADMIN, holder="w/1", lease_s=30, now=now)
    assert order is not None
    await database.run(assign_order, order, an_assignment(Role.CEO), now)
    order = await database.run(claim_order, order_id, role=Role.CEO, holder="w/2", lease_s=30, now=now)
    assert order is not None
    await database.run(hold_order, order, HOLD, now)


async def a_held_order(app: FastAPI, client: httpx.AsyncClient) -> str:
    order_id: str = (await client.post("/api/chat", json={"content": "Hi"})).json()["order_id"]
    await held(app, order_id)
    return order_id


async def test_the_budget_shows_its_limits_before_anything_is_spent(client: httpx.AsyncClient) -> None:
    view = (await client.get("/api/budget")).json()

    assert view["freeze"] == {"frozen": False, "since": None, "by": None, "reason": None}
    assert [(w["scope"], w["limit_usd"], w["spent_usd"]) for w in view["windows"]] == [
        ("company", 100, 0),
        ("company", 10, 0),
    ]
    assert (view["order_limit_usd"], view["ask_above_usd"]) == (2, 0.5)


async def test_a_freeze_holds_until_the_thaw_and_names_its_reason(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    frozen = await client.post("/api/budget/freeze", json={"reason": "holiday"})
    assert (frozen.status_code, frozen.json()["frozen"], frozen.json()["reason"]) == (200, True, "holiday")
    switch = await services_in(app).database.read(get_switch, FROZEN)
    assert switch is not None
    assert switch.is_on

    thawed = await client.post("/api/budget/thaw")

    assert thawed.json()["frozen"] is False
    assert (await client.get("/api/budget")).json()["freeze"]["frozen"] is False


async def test_a_freeze_with_an_unknown_field_names_it(client: httpx.AsyncClient) -> None:
    reply = await client.post("/api/budget/freeze", json={"why": "holiday"})

    assert reply.status_code == 422
    assert reply.json()["errors"][0]["field"] == "why"


async def test_who_waits_for_an_order_is_asked_at_once_when_it_is_held(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    waiting = asyncio.create_task(client.post("/api/chat", json={"content": "Hi", "wait": 20}))
    async with asyncio.timeout(10):
        while not (items := (await client.get("/api/work-orders")).json()["items"]):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await held(app, items[0]["id"])
        reply = await waiting

    assert (reply.status_code, reply.json()["status"]) == (202, "held")
    assert reply.json()["hold"]["options"][1] == {
        "role": "director",
        "model": "sonnet",
        "about_usd": 0.06,
        "at_most_usd": 0.12,
    }


async def test_a_yes_sends_the_order_to_the_tier_that_was_chosen(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    order_id = await a_held_order(app, client)

    reply = await client.post(f"/api/work-orders/{order_id}/approve", json={"tier": "director"})

    assert (reply.status_code, reply.json()["status"], reply.json()["owner"]) == (200, "triaged", "director")
    assert reply.json()["hold"] is None
    assert "you chose the director" in reply.json()["tier_reason"]
    due = await services_in(app).database.run(due_rings, now=datetime.now(UTC))
    assert [(ring.order_id, ring.role) for ring in due] == [(order_id, Role.DIRECTOR)]
    events = (await client.get(f"/api/work-orders/{order_id}")).json()["events"]
    assert [event["type"] for event in events][-2:] == ["order.held", "order.approved"]


async def test_a_yes_without_a_body_is_to_the_tier_that_was_to_do_it(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    order_id = await a_held_order(app, client)

    reply = await client.post(f"/api/work-orders/{order_id}/approve")

    assert (reply.status_code, reply.json()["owner"]) == (200, "ceo")


async def test_what_is_not_held_or_not_offered_is_a_conflict_that_says_so(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    fresh: str = (await client.post("/api/chat", json={"content": "Hi"})).json()["order_id"]
    reply = await client.post(f"/api/work-orders/{fresh}/approve")
    assert (reply.status_code, reply.json()["type"]) == (409, "urn:nexus:problem:order-not-held")
    assert "is queued" in reply.json()["detail"]

    order_id = await a_held_order(app, client)
    reply = await client.post(f"/api/work-orders/{order_id}/approve", json={"tier": "intern"})
    assert reply.status_code == 409
    assert "offers ceo, director" in reply.json()["detail"]


async def test_a_held_order_can_be_cancelled_and_an_unknown_one_not_approved(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    order_id = await a_held_order(app, client)

    assert (await client.post(f"/api/work-orders/{order_id}/cancel")).json()["status"] == "cancelled"
    assert (await client.post("/api/work-orders/WO-01JD0Z7M2T9V6Q4B8X3N5K1YHR/approve")).status_code == 404


async def test_an_order_can_bring_its_own_limit(client: httpx.AsyncClient) -> None:
    reply = await client.post("/api/chat", json={"content": "Hi", "budget_usd": 0.25})
    order = (await client.get(f"/api/work-orders/{reply.json()['order_id']}")).json()["order"]

    assert order["budget_usd"] == 0.25
    refused = await client.post("/api/chat", json={"content": "Hi", "budget_usd": -1})
    assert refused.json()["errors"][0]["field"] == "budget_usd"
