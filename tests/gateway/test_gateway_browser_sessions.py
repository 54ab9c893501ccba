"""A browser's session and its links by the clock: how long they open, between gateways, and for WebSockets."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from db.engine import Database
from db.statements.access import insert_ticket
from db.store import Store
from gateway.browser_sessions import IDLE_S, LONGEST_S, PROLONG_AFTER_S, BrowserSessions
from gateway.config import GatewaySettings
from gateway.errors import Problem
from gateway.principals import HOLDER
from gateway.sign_in_links import LIFE_S, SignInLinks, make_link
from gateway.tokens import BELIEVED_S, Tokens
from nexus.clock import ManualClock
from nexus.secret_file import Secrets
from tests.gateway.bad_credentials import PREVIOUS, SECRET
from tests.gateway.company import running_gateway

PING = '{"type": "req", "id": 1, "method": "ping"}'


def both_secrets(clock: ManualClock) -> Secrets:
    return Secrets(Path("/nowhere/api_secret"), (SECRET, PREVIOUS), clock)


def sessions_on(database: Database, clock: ManualClock, secrets: Secrets) -> tuple[BrowserSessions, Tokens]:
    store = Store(database, None, clock)
    known = Tokens(secrets, store, clock)
    return BrowserSessions(secrets, known, store, clock), known


async def test_a_link_is_too_old_after_fifteen_minutes_and_ends_with_its_secret(database: Database) -> None:
    clock = ManualClock(datetime.now(UTC))
    links = SignInLinks(both_secrets(clock), Store(database, None, clock), clock)
    for secret, later_s, opens in (
        (SECRET, LIFE_S - 1, SECRET),
        (PREVIOUS, 0, PREVIOUS),
        (SECRET, LIFE_S, None),
        ("dropped", 0, None),
    ):
        code, row = make_link(secret, clock.now())
        await database.run(insert_ticket, row, clock.now())
        clock.advance(later_s)
        assert await links.redeem(code) == opens, secret
    assert LIFE_S == 15 * 60


async def test_a_session_ends_twelve_hours_after_its_last_use_and_after_seven_days(
    database: Database,
) -> None:
    clock = ManualClock(datetime.now(UTC))
    sessions, _ = sessions_on(database, clock, both_secrets(clock))
    cookie, row = await sessions.begin(SECRET, HOLDER, "127.0.0.1")
    clock.advance(PROLONG_AFTER_S - 1)
    principal = await sessions.principal(cookie)
    assert await sessions.expires_at(principal) == row.expires_at
    for _ in range(15):  # 11 h each: 6 days and 21 h
        clock.advance(11 * 3600)
        principal = await sessions.principal(cookie)
    assert await sessions.expires_at(principal) == row.created_at + timedelta(seconds=LONGEST_S)

    unused, _ = await sessions.begin(SECRET, HOLDER, "127.0.0.1")
    clock.advance(IDLE_S)
    for ended in (unused, cookie):
        with pytest.raises(Problem):
            await sessions.principal(ended)
    assert (IDLE_S, LONGEST_S) == (12 * 3600, 7 * 24 * 3600)


async def test_another_gateway_refuses_an_ended_session_within_five_seconds(database: Database) -> None:
    clock = ManualClock(datetime.now(UTC))
    here, _ = sessions_on(database, clock, both_secrets(clock))
    there, _ = sessions_on(database, clock, both_secrets(clock))
    cookie, _ = await here.begin(SECRET, HOLDER, "127.0.0.1")
    principal = await there.principal(cookie)
    await here.end(principal)
    with pytest.raises(Problem):
        await here.principal(cookie)
    clock.advance(BELIEVED_S)
    with pytest.raises(Problem):
        await there.principal(cookie)


@pytest.mark.parametrize("by_ticket", [False, True])
async def test_a_websocket_that_a_session_opened_ends_with_it(
    settings: GatewaySettings, by_ticket: bool
) -> None:
    guarded = settings.model_copy(update={"api_secret": SecretStr(SECRET)})
    with running_gateway(guarded) as gateway:
        page = f"http://127.0.0.1:{gateway.port}"
        async with httpx.AsyncClient(base_url=page, headers={"Origin": page}, trust_env=False) as browser:
            await browser.post("/api/session", json={"secret": SECRET})
            cookie = browser.cookies["nexus_session"]
            protocols = [Subprotocol("nexus.v1")]
            if by_ticket:
                ticket = (await browser.post("/api/ws-ticket")).json()["ticket"]
                protocols.append(Subprotocol(f"nexus.ticket.{ticket}"))
            headers = {} if by_ticket else {"Cookie": f"nexus_session={cookie}", "Origin": page}
            async with (
                asyncio.timeout(30),
                connect(
                    gateway.ws_url, additional_headers=headers, subprotocols=protocols, proxy=None
                ) as line,
            ):
                await line.send(PING)
                assert json.loads(await line.recv())["ok"]
                assert (await browser.delete("/api/session")).status_code == 204
                with pytest.raises(ConnectionClosed) as closed:
                    await line.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401
