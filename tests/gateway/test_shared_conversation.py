"""`current`: a message goes on with the conversation that the linked channels share; never without a link."""

import httpx
import pytest
from fastapi import FastAPI

from db.statements.linking import HOLDER, link_channel, shared_session
from nexus.work_order import OWNER, Channel
from tests.builders import now
from tests.gateway.company import services_in


async def said(client: httpx.AsyncClient, **body: object) -> httpx.Response:
    return await client.post("/api/chat", json={"content": "Capital of France?", **body})


@pytest.fixture
async def linked(app: FastAPI) -> None:
    await services_in(app).database.run(link_channel, OWNER, Channel.REST, HOLDER, "operator:me", now())


async def shared(app: FastAPI) -> str | None:
    return await services_in(app).database.read(shared_session, OWNER)


async def test_without_a_link_current_is_refused_and_nothing_is_noted(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    refused = await said(client, session_id="current")

    assert refused.status_code == 422
    assert "not linked" in refused.text
    assert (await said(client)).status_code == 202
    assert await shared(app) is None


@pytest.mark.usefixtures("linked")
async def test_current_starts_a_conversation_and_goes_on_with_it(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    first = (await said(client, session_id="current")).json()
    second = (await said(client, session_id="current")).json()

    assert first["session_id"] == second["session_id"] == await shared(app)


@pytest.mark.usefixtures("linked")
async def test_a_message_in_any_conversation_makes_it_the_one_that_goes_on(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    old = (await said(client)).json()["session_id"]
    new = (await said(client)).json()["session_id"]
    assert old != new, "left out, it starts a new one, linked or not"
    assert await shared(app) == new

    await said(client, session_id=old)
    assert (await said(client, session_id="current")).json()["session_id"] == old


@pytest.mark.usefixtures("linked")
async def test_what_the_bot_sends_for_somebody_does_not_move_what_the_owner_shares(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    mine = (await said(client)).json()["session_id"]

    await said(client, channel="telegram")
    refused = await said(client, channel="telegram", session_id="current")

    assert await shared(app) == mine
    assert refused.status_code == 422


@pytest.mark.usefixtures("linked")
async def test_the_same_key_with_current_is_the_same_message_although_the_conversation_has_moved(
    client: httpx.AsyncClient,
) -> None:
    body = {"content": "Capital of France?", "session_id": "current"}
    first = await client.post("/api/chat", json=body, headers={"Idempotency-Key": "k"})
    await said(client)
    again = await client.post("/api/chat", json=body, headers={"Idempotency-Key": "k"})

    assert again.status_code == 409
    assert again.json()["order_id"] == first.json()["order_id"]
