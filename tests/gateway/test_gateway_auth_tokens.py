"""Tokens: what they may do stands in the database, and a revoked one is refused within five seconds."""

import shutil
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from pydantic import SecretStr

from db.engine import Database
from db.statements.access import get_token, list_tokens, revoke_tokens
from db.store import Store
from db.tables import audit_logs
from gateway.config import GatewaySettings
from gateway.errors import Problem
from gateway.main import create_app
from gateway.principals import AccessRole
from gateway.tokens import BELIEVED_S, REMEMBERED_S, Tokens
from nexus.clock import ManualClock
from nexus.errors import StoreUnavailable
from nexus.secret_file import Secrets
from tests.gateway.asgi_socket import auth_frame, talk_to
from tests.gateway.bad_credentials import SECRET, Known, bearer, good_token, put_tokens
from tests.gateway.company import LOOPBACK, rows_in, services_in
from tests.gateway.test_gateway_auth_credentials import routes_of

JSON = (b"content-type", b"application/json")

OWNER_ONLY = ("/api/tokens", "/api/telegram/people")
OPEN_TO_VIEWERS = (("POST", "/api/ws-ticket"), ("DELETE", "/api/session"))


@pytest.fixture
async def guarded(settings: GatewaySettings) -> AsyncIterator[FastAPI]:
    app = create_app(settings.model_copy(update={"api_secret": SecretStr(SECRET)}))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
def known(guarded: FastAPI) -> Known:
    return put_tokens(services_in(guarded).database)


@pytest.fixture
async def viewer(guarded: FastAPI, known: Known) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(guarded, client=LOOPBACK)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        client.headers["Authorization"] = f"Bearer {good_token(known.viewer)}"
        yield client


async def test_a_viewer_reads_everything_and_changes_nothing(
    guarded: FastAPI, viewer: httpx.AsyncClient
) -> None:
    before = rows_in(services_in(guarded).database)
    for method, path in routes_of(guarded):
        reply = await viewer.request(method, path, content=b"{", headers=[JSON])
        if method == "GET" and path not in OWNER_ONLY:
            assert reply.status_code not in (401, 403), path
        elif (method, path) not in OPEN_TO_VIEWERS:
            assert reply.status_code == 403, path
            assert "viewer" in reply.text
    after = rows_in(services_in(guarded).database)
    assert after == before | {"ws_tickets": 1}


async def test_a_viewer_changes_nothing_over_the_websocket_either(guarded: FastAPI, known: Known) -> None:
    before = rows_in(services_in(guarded).database)
    order = "WO-01JD0Z7M2T9V6Q4B8X3N5K1YHR"
    frames = [
        '{"type": "req", "id": 1, "method": "chat.send", "params": {"content": "Hi"}}',
        f'{{"type": "req", "id": 2, "method": "order.cancel", "params": {{"order_id": "{order}"}}}}',
        f'{{"type": "req", "id": 3, "method": "order.approve", "params": {{"order_id": "{order}"}}}}',
        '{"type": "req", "id": 4, "method": "ping"}',
        auth_frame(token=SECRET),  # who is in stays who he is
        '{"type": "req", "id": 5, "method": "chat.send", "params": {"content": "Hi"}}',
    ]
    seen = await talk_to(guarded, bearer(good_token(known.viewer)), frames=frames)
    assert [answer["ok"] for answer in seen.answers] == [False, False, False, True, True, False]
    assert [answer["error"]["code"] for answer in seen.answers if not answer["ok"]] == ["forbidden"] * 4  # type: ignore[index]
    assert rows_in(services_in(guarded).database) == before


@dataclass(frozen=True, slots=True)
class Office:
    """Tokens over a store that can be taken away, and a clock that is moved by hand."""

    tokens: Tokens
    store: "LostStore"
    clock: ManualClock
    known: Known


class LostStore(Store):
    """A store that may be gone, as PostgreSQL is while the host accepts locally."""

    gone = False
    reads = 0

    @property
    def is_local(self) -> bool:
        self.reads += 1
        return self.gone


@pytest.fixture
def office(database: Database, settings: GatewaySettings) -> Iterator[Office]:
    clock = ManualClock(datetime.now(UTC))
    store = LostStore(database, None, clock)
    secrets = Secrets(settings.secret_path, (SECRET,), clock)
    yield Office(Tokens(secrets, store, clock), store, clock, put_tokens(database))
    shutil.rmtree(settings.home, ignore_errors=True)


async def test_a_token_is_whom_the_database_says(office: Office) -> None:
    owner = await office.tokens.principal(good_token(office.known.owner))
    assert (owner.id, owner.role, owner.via) == ("token:owner/owner-jti", AccessRole.OWNER, "token")
    viewer = await office.tokens.principal(good_token(office.known.viewer))
    assert (viewer.role, viewer.token_id) == (AccessRole.VIEWER, office.known.viewer)


async def test_a_revoked_token_is_refused_within_five_seconds(office: Office) -> None:
    assert BELIEVED_S <= 5
    token = good_token(office.known.owner)
    principal = await office.tokens.principal(token)
    revoked = await office.store.primary.run(revoke_tokens, "owner", "operator:me", office.clock.now())
    assert [row.jti for row in revoked] == [office.known.owner]
    assert await office.tokens.still_welcome(principal)
    office.clock.advance(BELIEVED_S)
    with pytest.raises(Problem, match="API_SECRET"):
        await office.tokens.principal(token)
    assert not await office.tokens.still_welcome(principal)


async def test_a_row_is_read_once_in_five_seconds(office: Office) -> None:
    for _ in range(50):
        await office.tokens.principal(good_token(office.known.owner))
    assert office.store.reads == 1


async def test_with_the_database_away_only_tokens_of_the_last_hour_open(office: Office) -> None:
    seen, unseen, revoked = map(good_token, (office.known.owner, office.known.viewer, office.known.revoked))
    await office.tokens.principal(seen)
    with pytest.raises(Problem):
        await office.tokens.principal(revoked)
    office.store.gone = True
    office.clock.advance(REMEMBERED_S - 1)
    assert (await office.tokens.principal(seen)).role is AccessRole.OWNER
    with pytest.raises(StoreUnavailable):
        await office.tokens.principal(unseen)
    with pytest.raises(Problem):
        await office.tokens.principal(revoked)
    office.clock.advance(2)
    with pytest.raises(StoreUnavailable):
        await office.tokens.principal(seen)
    office.store.gone = False
    office.clock.advance(2)
    assert (await office.tokens.principal(seen)).role is AccessRole.OWNER


async def test_a_token_that_ends_in_its_row_ends(office: Office) -> None:
    principal = await office.tokens.principal(good_token(office.known.owner))
    office.clock.advance(timedelta(days=31).total_seconds())
    assert not await office.tokens.still_welcome(principal)


def test_making_and_revoking_leave_audit_rows_and_the_rows_stay(office: Office) -> None:
    database = office.store.primary
    assert database.run_sync(revoke_tokens, office.known.viewer, "operator:me", office.clock.now())
    assert not database.run_sync(revoke_tokens, office.known.viewer, "operator:me", office.clock.now())
    assert not database.run_sync(revoke_tokens, "x' OR '1'='1", "operator:me", office.clock.now())
    row = database.read_sync(get_token, office.known.viewer)
    assert row is not None
    assert row.revoked_at is not None
    assert len(database.read_sync(list_tokens)) == 4
    with database.engine.connect() as connection:
        actions = connection.execute(sa.select(audit_logs.c.action, audit_logs.c.actor)).all()
    assert sorted(actions) == [("token.create", "operator:test")] * 4 + [
        ("token.revoke", "operator:me"),
        ("token.revoke", "operator:test"),
    ]
