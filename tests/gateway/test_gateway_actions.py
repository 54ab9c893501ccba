"""POST …/escalate and …/retry: an ended order once more, as a new one."""

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from db.statements.logs import select_audit_events
from db.statements.queries import get_order
from gateway.again import NOT_CONTENT
from gateway.handing_up import AGAIN, BETTER
from nexus.messages import INTAKE
from nexus.work_order import Role, Status, Turn, WorkOrder
from tests.gateway.company import Company, rows_in, services_in
from tests.gateway.test_gateway_openai import asking

QUESTION = "Capital of France?"


async def ended(
    client: httpx.AsyncClient, company: Company, status: Status = Status.DELIVERED, **fields: Any
) -> dict[str, Any]:
    sent: dict[str, Any] = (await client.post("/api/chat", json={"content": QUESTION, **fields})).json()
    await company.finish(
        sent["order_id"], "Paris" if status is Status.DELIVERED else None, status=status, reason="why not"
    )
    return sent


async def act(
    client: httpx.AsyncClient, order_id: str, action: str, key: str = "", **body: str
) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    json = {"json": body} if body else {}
    return await client.post(f"/api/work-orders/{order_id}/{action}", headers=headers, **json)  # type: ignore[arg-type]


def handed_up_turns(question: str, answer: str) -> tuple[Turn, ...]:
    """What a higher tier is given of an answer that QA had let pass."""
    return Turn("user", question), Turn("assistant", answer), Turn("user", f"{BETTER}\n{AGAIN}")


async def the_order(app: FastAPI, order_id: str) -> WorkOrder:
    order = await services_in(app).database.read(get_order, order_id)
    assert order is not None
    return order


async def test_escalate_is_a_new_order_in_the_same_conversation_for_the_next_tier(
    app: FastAPI, client: httpx.AsyncClient, company: Company
) -> None:
    old = await ended(client, company, budget_usd=0.5, qa={"name": "mine"})
    reply = await act(client, old["order_id"], "escalate")
    body = reply.json()
    assert (reply.status_code, body["status"], body["session_id"]) == (202, "queued", old["session_id"])
    assert reply.headers["location"] == body["url"] != old["url"]
    before, new = await the_order(app, old["order_id"]), await the_order(app, body["order_id"])
    assert (before.owner, new.requested_tier, new.retry_of) == (Role.INTERN, Role.DIRECTOR, before.id)
    assert (new.content, new.budget_usd, new.spec_json) == (
        before.content,
        before.budget_usd,
        before.spec_json,
    )
    assert new.brings_context, "what came after the old order does not get in"
    assert before.context == ()
    assert [turn.content for turn in new.context[:2]] == [QUESTION, "Paris"]
    assert before.status is Status.DELIVERED


async def test_a_tier_can_be_named_a_cheaper_one_also(
    app: FastAPI, client: httpx.AsyncClient, company: Company
) -> None:
    old = await ended(client, company)
    for tier in ("ceo", "intern"):
        new = (await act(client, old["order_id"], "escalate", tier=tier)).json()
        assert (await the_order(app, new["order_id"])).requested_tier == tier
        await company.finish(new["order_id"])
    assert (await act(client, old["order_id"], "escalate", tier="admin")).status_code == 422


async def test_above_the_ceo_there_is_nobody(
    app: FastAPI, client: httpx.AsyncClient, company: Company
) -> None:
    old = await ended(client, company)
    await services_in(app).database.run(_make_it_the_ceos)
    reply = await act(client, old["order_id"], "escalate")
    assert (reply.status_code, reply.json()["errors"][0]["field"]) == (422, "tier")
    assert (await act(client, old["order_id"], "retry")).status_code == 202


def _make_it_the_ceos(connection: Any) -> None:
    connection.exec_driver_sql("UPDATE work_orders SET owner = 'ceo'")


async def test_a_retry_is_for_the_same_tier_which_is_told_what_was_not_liked(
    app: FastAPI, client: httpx.AsyncClient, company: Company
) -> None:
    old = await ended(client, company)
    new = await the_order(app, (await act(client, old["order_id"], "retry")).json()["order_id"])
    assert (new.requested_tier, new.content) == (Role.INTERN, QUESTION)
    assert new.context == (Turn("user", QUESTION), Turn("assistant", "Paris"), Turn("user", NOT_CONTENT))


@pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELLED, Status.DEAD])
async def test_a_retry_of_what_had_no_answer_has_the_old_context_only(
    app: FastAPI, client: httpx.AsyncClient, company: Company, status: Status
) -> None:
    old = await ended(client, company, status)
    new = await the_order(app, (await act(client, old["order_id"], "retry")).json()["order_id"])
    assert (new.context, new.requested_tier) == ((), Role.INTERN)


async def test_an_openai_clients_order_keeps_the_context_it_came_with(
    app: FastAPI, client: httpx.AsyncClient, company: Company
) -> None:
    before = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
    call = asyncio.create_task(
        client.post("/v1/chat/completions", json=asking(*before, {"role": "user", "content": "Well?"}))
    )
    await company.finish_next()
    old_id = (await call).json()["nexus"]["order_id"]
    await services_in(app).database.run(_give_it_a_context)
    new = await the_order(app, (await act(client, old_id, "escalate")).json()["order_id"])
    assert new.context[0] == Turn("user", "Hi")
    assert new.context[1:] == handed_up_turns("Well?", "Paris")


def _give_it_a_context(connection: Any) -> None:
    connection.exec_driver_sql("""UPDATE work_orders SET context = '[{"role": "user", "content": "Hi"}]'""")


@pytest.mark.parametrize("action", ["escalate", "retry"])
async def test_what_is_open_or_being_done_again_is_409_with_its_address(
    client: httpx.AsyncClient, company: Company, action: str
) -> None:
    sent = (await client.post("/api/chat", json={"content": QUESTION})).json()
    refused = await act(client, sent["order_id"], action)
    assert (refused.status_code, refused.headers["location"]) == (409, sent["url"])
    assert refused.json()["type"] == "urn:nexus:problem:order-still-open"
    await company.finish(sent["order_id"])
    replies = await asyncio.gather(*(act(client, sent["order_id"], action) for _ in range(4)))
    assert sorted(reply.status_code for reply in replies) == [202, 409, 409, 409]
    assert len({reply.headers["location"] for reply in replies}) == 1
    await company.finish(next(reply.json()["order_id"] for reply in replies if reply.status_code == 202))
    assert (await act(client, sent["order_id"], action)).status_code == 202


async def test_the_same_key_is_one_new_order_also_after_it_has_ended(
    app: FastAPI, client: httpx.AsyncClient, company: Company
) -> None:
    old = await ended(client, company)
    first = await act(client, old["order_id"], "escalate", key="k")
    assert (await act(client, old["order_id"], "escalate", key="k")).json() == first.json()
    await company.finish(first.json()["order_id"])
    assert (await act(client, old["order_id"], "escalate", key="k")).json() == first.json()
    assert (await act(client, old["order_id"], "retry", key="k")).status_code == 422
    assert (await act(client, old["order_id"], "escalate", key="k", tier="ceo")).status_code == 422
    assert (await act(client, old["order_id"], "retry", key="a b")).status_code == 422
    assert rows_in(services_in(app).database)["work_orders"] == 2


async def test_the_admin_is_rung_and_the_audit_log_says_who_wanted_it(
    app: FastAPI, client: httpx.AsyncClient, company: Company, redis: Any
) -> None:
    old = await ended(client, company)
    new = (await act(client, old["order_id"], "retry")).json()
    assert any(new["order_id"] in str(entry) for entry in await redis.xrange(INTAKE))
    rows = await services_in(app).database.read(select_audit_events, work_order_id=old["order_id"], limit=10)
    [row] = [row for row in rows if row["action"] == "order.retry"]
    assert (row["actor"], row["status"]) == ("owner", "accepted")
    detail = (await client.get(new["url"])).json()
    assert detail["events"][0]["payload"]["retry_of"] == old["order_id"]


@pytest.mark.parametrize("action", ["escalate", "retry"])
async def test_an_unknown_order_is_404(client: httpx.AsyncClient, action: str) -> None:
    for order_id in ("WO-01JD0Z7M2T9V6Q4B8X3N5K1YHR", "WO-%00"):
        assert (await act(client, order_id, action)).status_code == 404
