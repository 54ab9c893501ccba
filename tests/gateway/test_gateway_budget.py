"""/api/budget, the freeze, and the owner's yes to a held order."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from db.statements.holding import hold_order
from db.statements.orders import assign_order, claim_order
from db.statements.outbox import due_rings
from db.statements.switches import get_switch
from gateway.routes.budget import LimitRequest
from nexus.budget import COMPANY, FROZEN
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


async def set_limit(client: httpx.AsyncClient, usd: object, **place: str) -> httpx.Response:
    body = {"scope": "company", "kind": "day", "limit_usd": usd} | place
    return await client.put("/api/budget/limits", json=body)


async def company_day(client: httpx.AsyncClient) -> dict[str, Any]:
    windows = (await client.get("/api/budget")).json()["windows"]
    [found] = [w for w in windows if w["scope"] == "company" and len(w["period"]) == len("2026-11-22")]
    return dict(found)


async def test_a_limit_is_changed_taken_away_and_given_back_to_the_setting(client: httpx.AsyncClient) -> None:
    reply = await set_limit(client, 5.25)
    assert reply.status_code == 200
    view = reply.json()
    assert (view["scope"], view["kind"], view["limit_usd"]) == ("company", "day", 5.25)
    assert (view["limit_from"]["kind"], view["limit_from"]["by"]) == ("set", "owner")
    assert (await company_day(client))["limit_from"] == view["limit_from"]

    assert (await set_limit(client, None)).json()["limit_usd"] is None
    assert (await company_day(client))["limit_usd"] is None

    back = (await set_limit(client, "setting")).json()
    assert (back["limit_usd"], back["limit_from"]) == (10, {"kind": "setting", "by": None, "at": None})
    assert (await company_day(client))["limit_usd"] == 10


async def test_a_role_gets_a_limit_for_the_month(client: httpx.AsyncClient) -> None:
    assert (await set_limit(client, 3, scope="ceo", kind="month")).json()["scope"] == "ceo"

    windows = (await client.get("/api/budget")).json()["windows"]
    assert [(w["scope"], len(w["period"]), w["limit_usd"]) for w in windows if w["scope"] == "ceo"] == [
        ("ceo", 7, 3)
    ]


async def test_health_and_prometheus_show_the_limit_that_holds(client: httpx.AsyncClient) -> None:
    before = (await client.get("/metrics")).text
    assert 'nexus_budget_limit_set{period="day",scope="company"} 0.0' in before
    await set_limit(client, 0)

    reason = (await client.get("/api/health/detailed")).json()["components"]["budget"]["reason"]
    assert "100% of the company's day is used ($0.0000, set by owner on 20" in reason


async def test_prometheus_says_which_limits_were_set(client: httpx.AsyncClient) -> None:
    await set_limit(client, 7)

    metrics = (await client.get("/metrics")).text
    assert 'nexus_budget_limit_usd{period="day",scope="company"} 7.0' in metrics
    assert 'nexus_budget_limit_set{period="day",scope="company"} 1.0' in metrics
    assert 'nexus_budget_limit_set{period="month",scope="company"} 0.0' in metrics


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"limit_usd": -1}, "limit_usd"),
        ({"limit_usd": 1_000_000.01}, "limit_usd"),
        ({"limit_usd": 1e300}, "limit_usd"),
        ({"limit_usd": True}, "limit_usd"),
        ({"limit_usd": "5"}, "limit_usd"),
        ({"limit_usd": "NaN"}, "limit_usd"),
        ({"limit_usd": "none"}, "limit_usd"),
        ({"limit_usd": [5]}, "limit_usd"),
        ({"scope": "Company"}, "scope"),
        ({"scope": "nobody"}, "scope"),
        ({"scope": None}, "scope"),
        ({"kind": "week"}, "kind"),
        ({"until": "tomorrow"}, "until"),
    ],
)
async def test_nonsense_is_refused_and_names_the_field(
    client: httpx.AsyncClient, wrong: dict[str, object], field: str
) -> None:
    reply = await client.put(
        "/api/budget/limits", json={"scope": "company", "kind": "day", "limit_usd": 5} | wrong
    )

    assert reply.status_code == 422
    assert [error["field"] for error in reply.json()["errors"]] == [field]
    assert (await company_day(client))["limit_from"]["kind"] == "setting"


@pytest.mark.parametrize("body", [b"", b"{}", b'{"scope": "company", "kind": "day"}', b"[]", b"5"])
async def test_a_limit_must_be_said(client: httpx.AsyncClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    reply = await client.put("/api/budget/limits", content=body, headers=headers)

    assert reply.status_code in (400, 422)


async def test_infinity_is_no_limit(client: httpx.AsyncClient) -> None:
    body = b'{"scope": "company", "kind": "day", "limit_usd": Infinity}'
    reply = await client.put("/api/budget/limits", content=body, headers={"Content-Type": "application/json"})

    assert reply.status_code in (400, 422)


@pytest.mark.parametrize(
    ("usd", "kept"), [(0, 0), (1_000_000, 1_000_000), (0.1, 0.1), (1e-9, 1e-9), (1e-12, 0)]
)
async def test_a_limit_is_exact_to_the_nano_dollar(
    client: httpx.AsyncClient, usd: float, kept: float
) -> None:
    assert (await set_limit(client, usd)).json()["limit_usd"] == kept


async def test_a_change_is_audited_with_who_made_it(client: httpx.AsyncClient) -> None:
    await set_limit(client, 5)

    [row] = (await client.get("/api/audit", params={"action": "budget.limit_changed"})).json()["items"]
    assert (row["actor"], row["status"]) == ("owner", "set")
    assert (row["details"]["was_usd"], row["details"]["limit_usd"]) == ("10", "5")


def test_the_request_knows_every_role() -> None:
    scopes = LimitRequest.model_json_schema()["properties"]["scope"]["enum"]
    assert set(scopes) == {COMPANY, *Role}
