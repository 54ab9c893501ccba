"""Tokens over REST: made once, listed without a secret, revoked; for the owner alone."""

import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from pydantic import SecretStr

from db.statements.access import TokenRow, get_token, insert_token
from db.tables import metadata
from gateway.config import GatewaySettings
from gateway.main import create_app
from gateway.tokens import LONGEST_CHAIN, good_in
from tests.gateway.bad_credentials import PREVIOUS, SECRET, Known, good_token, put_tokens
from tests.gateway.company import LOOPBACK, services_in
from tests.gateway.test_gateway_sign_in import a_browser, signed_in


@pytest.fixture
async def guarded(settings: GatewaySettings) -> AsyncIterator[FastAPI]:
    secrets = {"api_secret": SecretStr(SECRET), "api_secret_previous": SecretStr(PREVIOUS)}
    app = create_app(settings.model_copy(update=secrets))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
def known(guarded: FastAPI) -> Known:
    return put_tokens(services_in(guarded).database)


def somebody(app: FastAPI, credential: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, client=LOOPBACK)
    headers = {"Authorization": f"Bearer {credential}"}
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", headers=headers)


@pytest.fixture
async def owner(guarded: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with somebody(guarded, SECRET) as client:
        yield client


async def made(client: httpx.AsyncClient, **body: object) -> dict[str, str]:
    reply = await client.post("/api/tokens", json={"name": "phone", **body})
    assert reply.status_code == 201, reply.text
    found: dict[str, str] = reply.json()
    return found


async def opens(app: FastAPI, credential: str) -> bool:
    async with somebody(app, credential) as client:
        return (await client.get("/api/agents")).status_code == 200


async def listed(client: httpx.AsyncClient) -> dict[str, dict[str, object]]:
    reply = await client.get("/api/tokens")
    assert reply.headers["cache-control"] == "no-store"
    return {row["id"]: row for row in reply.json()["items"]}


async def test_a_token_is_said_once_opens_by_its_role_and_is_kept_nowhere(
    guarded: FastAPI, owner: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        reply = await owner.post("/api/tokens", json={"name": "phone", "role": "viewer", "days": 7})
    assert (reply.status_code, reply.headers["cache-control"]) == (201, "no-store")
    view = reply.json()
    lives = datetime.fromisoformat(view["expires_at"]) - datetime.fromisoformat(view["created_at"])
    assert (lives, view["created_by"], view["kind"], view["opens"]) == (
        timedelta(days=7),
        "owner",
        "token",
        True,
    )
    async with somebody(guarded, view["token"]) as viewer:
        assert (await viewer.get("/api/agents")).status_code == 200
        assert (await viewer.post("/api/budget/freeze")).status_code == 403
    signature = view["token"].rpartition(".")[2]
    assert signature not in caplog.text
    with services_in(guarded).database.engine.connect() as connection:
        everything = [
            repr(row) for table in metadata.sorted_tables for row in connection.execute(sa.select(table))
        ]
    assert not any(signature in row for row in everything)
    [row] = (await listed(owner)).values()
    assert "token" not in row
    assert (row["name"], row["role"], row["id"]) == ("phone", "viewer", view["id"])


async def test_a_revoked_token_opens_nothing_at_once_and_twice_is_no_error(
    guarded: FastAPI, owner: httpx.AsyncClient
) -> None:
    token = await made(owner, role="owner")
    assert await opens(guarded, token["token"])
    for _ in range(2):
        revoked = await owner.delete(f"/api/tokens/{token['id']}")
        assert (revoked.status_code, revoked.json()["opens"]) == (200, False)
    assert not await opens(guarded, token["token"])
    assert (await owner.delete("/api/tokens/phone")).status_code == 404, "a name is no id"
    rows = (await owner.get("/api/audit")).json()["items"]
    assert [(row["action"], row["actor"]) for row in rows] == [
        ("token.revoke", "owner"),
        ("token.create", "owner"),
    ]


async def test_a_viewer_neither_makes_nor_sees_nor_revokes_any(guarded: FastAPI, known: Known) -> None:
    async with somebody(guarded, good_token(known.viewer)) as viewer:
        for method, path in (("GET", ""), ("POST", ""), ("DELETE", f"/{known.owner}")):
            reply = await viewer.request(method, f"/api/tokens{path}", json={"name": "mine", "role": "owner"})
            assert (reply.status_code, "viewer" in reply.text) == (403, True), method
    assert await opens(guarded, good_token(known.owner))


async def test_a_browser_is_told_apart_and_can_be_signed_out(
    guarded: FastAPI, owner: httpx.AsyncClient
) -> None:
    async with a_browser(guarded) as browser:
        await signed_in(browser)
        await made(owner)
        kinds = {row["kind"]: key for key, row in (await listed(owner)).items()}
        assert kinds.keys() == {"browser", "token"}
        seen = {row["kind"]: row["current"] for row in (await listed(browser)).values()}
        assert seen == {"browser": True, "token": False}
        assert (await browser.delete(f"/api/tokens/{kinds['browser']}")).status_code == 200
        assert (await browser.get("/api/agents")).status_code == 401
    assert await opens(guarded, SECRET)


async def test_what_a_token_made_ends_with_it_however_it_was_made(
    guarded: FastAPI, owner: httpx.AsyncClient
) -> None:
    first = await made(owner, name="first", role="owner", days=1)
    async with somebody(guarded, first["token"]) as holder:
        second = await made(holder, name="second", role="owner", days=30)
    async with a_browser(guarded) as browser:
        await signed_in(browser, secret=second["token"])
        third = await made(browser, name="third", role="owner", days=30)
    assert second["expires_at"] == third["expires_at"] == first["expires_at"]
    assert third["created_by"] == f"token:second/{second['id']}"
    assert await opens(guarded, third["token"])

    await owner.delete(f"/api/tokens/{first['id']}")

    assert not await opens(guarded, second["token"])
    assert not await opens(guarded, third["token"])
    assert not any(row["opens"] for row in (await listed(owner)).values())


async def test_what_a_browser_made_stays_when_it_signs_out(guarded: FastAPI) -> None:
    async with a_browser(guarded) as browser:
        await signed_in(browser)
        token = await made(browser)
        assert (await browser.delete("/api/session")).status_code == 204
    assert await opens(guarded, token["token"])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "a/b"},
        {"name": "@browser"},
        {"name": "x" * 65},
        {"name": "phone", "role": "admin"},
        {"name": "phone", "days": 0},
        {"name": "phone", "days": 3651},
        {"name": "phone", "jti": "mine"},
    ],
)
async def test_a_wish_that_cannot_be_is_refused(owner: httpx.AsyncClient, body: dict[str, object]) -> None:
    assert (await owner.post("/api/tokens", json=body)).status_code == 422
    assert await listed(owner) == {}


async def test_without_a_secret_there_is_nothing_to_sign_with(client: httpx.AsyncClient) -> None:
    reply = await client.post("/api/tokens", json={"name": "phone"})
    assert (reply.status_code, reply.json()["type"]) == (409, "urn:nexus:problem:no-secret")
    assert "nexus secret new" in reply.json()["detail"]
    assert await listed(client) == {}


async def test_a_long_chain_of_tokens_ends(guarded: FastAPI) -> None:
    services = services_in(guarded)
    now, by, rows = datetime.now(UTC), "owner", {}
    for n in range(LONGEST_CHAIN + 1):
        row = TokenRow(f"jti-{n}", "link", "owner", now, by, now + timedelta(days=1))
        await services.database.run(insert_token, row)
        rows[row.jti], by = row, f"token:link/{row.jti}"
    assert await services.database.read(get_token, "jti-0") == rows["jti-0"]
    for n, works in ((LONGEST_CHAIN - 1, True), (LONGEST_CHAIN, False)):
        assert await opens(guarded, good_token(f"jti-{n}")) is works
        assert good_in(rows, rows[f"jti-{n}"], now) is works
