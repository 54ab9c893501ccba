"""Who may speak to the Telegram bot, over REST: the same statements as `nexus telegram`, for the owner alone."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from db.engine import Database
from db.statements.leases import TELEGRAM, take_lease
from db.statements.telegram_people import give_code, meet
from gateway.config import GatewaySettings
from gateway.main import create_app
from nexus.pairing import LIVES, hash_of, new_code
from tests.gateway.bad_credentials import SECRET, good_token, put_tokens
from tests.gateway.company import LOOPBACK, services_in

ANNA = 5_000_000_001
PEOPLE = "/api/telegram/people"


@pytest.fixture
def records(app: FastAPI) -> Database:
    return services_in(app).database


def code_for(database: Database, user_id: int = ANNA, age: timedelta = timedelta()) -> str:
    """As the bot gives one to a stranger."""
    now, code = datetime.now(UTC), new_code()
    database.run_sync(meet, user_id, "Anna", "en", now)
    database.run_sync(give_code, user_id, hash_of(code), now + LIVES - age)
    return code


async def test_without_a_bot_it_says_how_to_have_one(client: httpx.AsyncClient, records: Database) -> None:
    for method, path in (("GET", PEOPLE), ("POST", f"{PEOPLE}/approve"), ("DELETE", f"{PEOPLE}/7")):
        reply = await client.request(method, path, json={"code": "7K3M-9XQ2"})
        assert (reply.status_code, reply.json()["type"]) == (409, "urn:nexus:problem:no-telegram-bot"), method
        assert "TELEGRAM_BOT_TOKEN" in reply.json()["detail"]
    await records.run(take_lease, f"{TELEGRAM}123", "here", 30)
    assert (await client.get(PEOPLE)).json() == {"items": []}


async def test_a_stranger_waits_with_the_age_of_the_code_and_never_the_code(
    client: httpx.AsyncClient, records: Database
) -> None:
    code = code_for(records, age=timedelta(minutes=20))
    reply = await client.get(PEOPLE)
    [anna] = reply.json()["items"]
    assert (anna["id"], anna["name"], anna["status"]) == (ANNA, "Anna", "waiting")
    age = datetime.now(UTC) - datetime.fromisoformat(anna["code_given_at"])
    assert timedelta(minutes=20) <= age < timedelta(minutes=21)
    assert code not in reply.text
    assert hash_of(code) not in reply.text
    assert reply.headers["cache-control"] == "no-store"


async def test_a_code_that_is_over_is_no_code(client: httpx.AsyncClient, records: Database) -> None:
    code = code_for(records, age=LIVES)
    [anna] = (await client.get(PEOPLE)).json()["items"]
    assert (anna["code_given_at"], anna["code_expires_at"]) == (None, None)
    assert (await client.post(f"{PEOPLE}/approve", json={"code": code})).status_code == 404


async def test_a_code_lets_in_once_and_a_removal_ends_it_both_audited(
    client: httpx.AsyncClient, records: Database
) -> None:
    code = code_for(records)
    typed = code.lower().replace("-", " ")
    approved = await client.post(f"{PEOPLE}/approve", json={"code": typed})
    assert (approved.status_code, approved.json()["status"]) == (200, "paired")
    assert (approved.json()["decided_by"], approved.json()["code_given_at"]) == ("owner", None)
    assert (await client.post(f"{PEOPLE}/approve", json={"code": code})).status_code == 404

    removed = await client.delete(f"{PEOPLE}/{ANNA}")
    assert (removed.status_code, removed.json()["status"]) == (200, "removed")
    assert (await client.delete(f"{PEOPLE}/{ANNA}")).status_code == 404

    rows = (await client.get("/api/audit")).json()["items"]
    told = [(row["action"], row["status"], row["actor"]) for row in rows]
    assert told == [
        ("telegram.removed", "accepted", "owner"),
        ("telegram.paired", "refused", "owner"),
        ("telegram.paired", "accepted", "owner"),
    ]
    assert code not in str(rows)


@pytest.mark.parametrize("body", [{}, {"code": ""}, {"code": "x" * 33}, {"code": 7}, {"user": ANNA}])
async def test_what_is_no_code_is_refused_without_being_repeated(
    client: httpx.AsyncClient, records: Database, body: dict[str, object]
) -> None:
    code_for(records)
    reply = await client.post(f"{PEOPLE}/approve", json=body)
    assert reply.status_code == 422
    assert "x" * 33 not in reply.text


@pytest.fixture
async def guarded(settings: GatewaySettings) -> AsyncIterator[FastAPI]:
    changes = {"api_secret": SecretStr(SECRET), "rate_limit_login": "3/minute"}
    app = create_app(settings.model_copy(update=changes))
    async with app.router.lifespan_context(app):
        yield app


async def test_guessing_codes_is_bounded_and_a_viewer_may_not_even_look(guarded: FastAPI) -> None:
    database = services_in(guarded).database
    known = put_tokens(database)
    code_for(database)
    transport = httpx.ASGITransport(guarded, client=LOOPBACK)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        client.headers["Authorization"] = f"Bearer {SECRET}"
        guesses = [
            (await client.post(f"{PEOPLE}/approve", json={"code": "0000-0000"})).status_code for _ in range(5)
        ]
        assert guesses == [404, 404, 404, 429, 429]
        client.headers["Authorization"] = f"Bearer {good_token(known.viewer)}"
        for method, path in (("GET", PEOPLE), ("POST", f"{PEOPLE}/approve"), ("DELETE", f"{PEOPLE}/{ANNA}")):
            assert (await client.request(method, path, json={"code": "x"})).status_code == 403
