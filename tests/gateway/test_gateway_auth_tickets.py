"""Tickets: one use, thirty seconds, the role of who asked; by the first frame or as a subprotocol, on a real server."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from db.engine import Database, open_database
from db.statements.access import revoke_tokens
from db.store import Store
from gateway.config import GatewaySettings
from gateway.errors import Problem
from gateway.principals import AccessRole, Principal
from gateway.tickets import LIFE_S, Tickets
from nexus.cli.company import Address
from nexus.cli.follow import Ask, follow_order
from nexus.clock import ManualClock
from nexus.errors import ConfigurationError
from tests.gateway.asgi_socket import auth_frame
from tests.gateway.bad_credentials import SECRET, good_token, put_tokens
from tests.gateway.company import Running, rows_in, running_gateway

VIEWER = Principal("token:phone/JTI", AccessRole.VIEWER, "token")


async def test_of_many_callers_one_gets_the_ticket(database: Database) -> None:
    clock = ManualClock()
    tickets = Tickets(Store(database, None, clock), clock)
    ticket, _ = await tickets.issue(VIEWER)
    outcomes = await asyncio.gather(*(tickets.redeem(ticket) for _ in range(20)), return_exceptions=True)
    let_in = [one for one in outcomes if isinstance(one, Principal)]
    assert let_in == [Principal("token:phone/JTI", AccessRole.VIEWER, "ticket")]
    assert sum(isinstance(one, Problem) for one in outcomes) == 19


async def test_a_ticket_is_too_old_after_thirty_seconds_and_its_row_goes(database: Database) -> None:
    clock = ManualClock()
    tickets = Tickets(Store(database, None, clock), clock)
    unused, expires_at = await tickets.issue(VIEWER)
    late, _ = await tickets.issue(VIEWER)
    assert (expires_at - clock.now()).total_seconds() == LIFE_S == 30
    clock.advance(LIFE_S)
    with pytest.raises(Problem):
        await tickets.redeem(late)
    await tickets.issue(VIEWER)
    assert rows_in(database)["ws_tickets"] == 1
    with pytest.raises(Problem):
        await tickets.redeem(unused)


async def test_what_is_kept_of_a_ticket_does_not_open(database: Database) -> None:
    clock = ManualClock()
    tickets = Tickets(Store(database, None, clock), clock)
    ticket, _ = await tickets.issue(VIEWER)
    with database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT hash, principal, role FROM ws_tickets").all()
    assert ticket not in str(rows)
    with pytest.raises(Problem):
        await tickets.redeem(str(rows[0][0]))


@pytest.fixture
def guarded(settings: GatewaySettings) -> Iterator[Running]:
    with running_gateway(settings.model_copy(update={"api_secret": SecretStr(SECRET)})) as gateway:
        yield gateway


@pytest.fixture
def records(guarded: Running, settings: GatewaySettings) -> Iterator[Database]:
    with closing(open_database(settings)) as database:
        yield database


async def a_ticket(gateway: Running, token: str = SECRET) -> str:
    async with httpx.AsyncClient(trust_env=False, base_url=f"http://127.0.0.1:{gateway.port}") as client:
        reply = await client.post("/api/ws-ticket", headers={"Authorization": f"Bearer {token}"})
    assert reply.status_code == 200
    assert reply.headers["cache-control"] == "no-store"
    return str(reply.json()["ticket"])


@asynccontextmanager
async def open_socket(gateway: Running, *protocols: str) -> AsyncIterator[ClientConnection]:
    offered = [Subprotocol(one) for one in protocols] or None
    async with asyncio.timeout(30), connect(gateway.ws_url, subprotocols=offered, proxy=None) as line:
        yield line


async def say(line: ClientConnection, text: str) -> dict[str, Any]:
    await line.send(text)
    return dict(json.loads(await line.recv()))


PING = '{"type": "req", "id": 2, "method": "ping"}'


async def test_a_ticket_opens_by_the_first_frame_once(guarded: Running) -> None:
    ticket = await a_ticket(guarded)
    async with open_socket(guarded) as line:
        hello = await say(line, auth_frame(ticket=ticket))
        assert hello["payload"] == {"principal": "owner", "role": "owner"}
        assert (await say(line, PING))["ok"]
    async with open_socket(guarded) as line:
        with pytest.raises(ConnectionClosed) as closed:
            await say(line, auth_frame(ticket=ticket))
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401


async def test_a_ticket_opens_as_a_subprotocol_once(guarded: Running, records: Database) -> None:
    known = put_tokens(records)
    ticket = await a_ticket(guarded, good_token(known.viewer))
    async with open_socket(guarded, "nexus.v1", f"nexus.ticket.{ticket}") as line:
        assert line.subprotocol == "nexus.v1"
        assert (await say(line, PING))["ok"]
        refused = await say(line, PING.replace("ping", "chat.send"))
        assert refused["error"]["code"] == "forbidden"
    with pytest.raises(InvalidStatus) as again:
        async with open_socket(guarded, f"nexus.ticket.{ticket}"):
            pass
    assert again.value.response.status_code == 401
    alone = f"nexus.ticket.{await a_ticket(guarded)}"
    async with open_socket(guarded, alone) as line:
        assert line.subprotocol == alone


async def test_a_line_that_a_token_opened_ends_when_it_is_revoked(
    guarded: Running, records: Database
) -> None:
    known = put_tokens(records)
    ticket = await a_ticket(guarded, good_token(known.owner))
    async with open_socket(guarded, "nexus.v1", f"nexus.ticket.{ticket}") as line:
        assert (await say(line, PING))["ok"]
        records.run_sync(revoke_tokens, known.owner, "operator:test", datetime.now(UTC))
        with pytest.raises(ConnectionClosed) as closed:
            await line.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401


async def test_nexus_chat_without_the_secret_says_what_to_set(guarded: Running) -> None:
    address = Address(f"http://127.0.0.1:{guarded.port}", None)
    with pytest.raises(ConfigurationError, match="set API_SECRET"):
        await follow_order(address, Ask("hello"), lambda _event, _payload: None)
