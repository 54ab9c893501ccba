"""Bad credentials on every route of the app and on the WebSocket: refused, no 5xx, no trace in the database."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from pydantic import SecretStr

from db.engine import Database
from db.tables import metadata
from gateway.config import GatewaySettings
from gateway.main import create_app
from tests.gateway.asgi_socket import auth_frame, talk_to
from tests.gateway.bad_credentials import (
    PREVIOUS,
    SECRET,
    Headers,
    Known,
    bad_headers,
    bad_tokens,
    bearer,
    good_token,
    put_tokens,
)
from tests.gateway.company import LOOPBACK, services_in

BODY = b'{"content": "Hi", "model": "nexus", "messages": [{"role": "user", "content": "Hi"}]}'
JSON = (b"content-type", b"application/json")


@pytest.fixture
async def guarded(settings: GatewaySettings) -> AsyncIterator[FastAPI]:
    """A gateway with two secrets."""
    secrets = {"api_secret": SecretStr(SECRET), "api_secret_previous": SecretStr(PREVIOUS)}
    app = create_app(settings.model_copy(update=secrets))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
def known(guarded: FastAPI) -> Known:
    return put_tokens(services_in(guarded).database)


@pytest.fixture
async def stranger(guarded: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(guarded, client=LOOPBACK)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield client


def routes_of(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Method and path of every HTTP route but the public ones, with `x` for each parameter."""
    for part in app.routes:
        for route in part.effective_route_contexts():  # type: ignore[attr-defined]  # FastAPI keeps routers whole
            if route.path and not getattr(route.endpoint, "nexus_public", False):
                path = "/".join("x" if piece.startswith("{") else piece for piece in route.path.split("/"))
                yield from ((method, path) for method in sorted(route.methods))


def everything_in(database: Database) -> dict[str, list[tuple[object, ...]]]:
    with database.engine.connect() as connection:
        return {
            table.name: sorted(tuple(row) for row in connection.execute(sa.select(table)))
            for table in metadata.sorted_tables
        }


async def test_no_bad_credential_opens_any_route(
    guarded: FastAPI, known: Known, stranger: httpx.AsyncClient
) -> None:
    bad, routes = bad_headers(known), list(routes_of(guarded))
    assert len(bad) >= 60
    assert len(routes) >= 15
    before = everything_in(services_in(guarded).database)

    for method, path in routes:
        for name, headers in bad.items():
            sent = stranger.build_request(method, path, headers=[*headers, JSON], content=BODY)
            reply = await stranger.send(sent)
            assert reply.status_code == 401, f"{name} on {method} {path}: {reply.status_code}"
            assert reply.headers["www-authenticate"].startswith("Bearer")

    assert everything_in(services_in(guarded).database) == before


async def test_the_right_ones_open_every_route(
    guarded: FastAPI, known: Known, stranger: httpx.AsyncClient
) -> None:
    right = [SECRET, PREVIOUS, good_token(known.owner), good_token(known.owner, PREVIOUS)]
    for method, path in routes_of(guarded):
        for token in right:
            sent = stranger.build_request(method, path, headers=[*bearer(token), JSON], content=b"{")
            reply = await stranger.send(sent)
            assert reply.status_code < 500, f"{method} {path}: {reply.text}"
            assert reply.status_code not in (401, 403), f"{method} {path}: {reply.text}"


async def test_no_bad_credential_opens_the_websocket(guarded: FastAPI, known: Known) -> None:
    before = everything_in(services_in(guarded).database)
    says = '{"type": "req", "id": 1, "method": "chat.send", "params": {"content": "Hi"}}'

    for name, headers in bad_headers(known).items():
        seen = await talk_to(guarded, headers, frames=[says])
        if any(header == b"authorization" for header, _ in headers):
            assert seen.refused_with == 401, name
        else:  # it may still say who it is, and does not
            assert (seen.answers, seen.closed_with) == ([], 4401), name

    assert everything_in(services_in(guarded).database) == before


async def test_no_bad_credential_opens_the_websocket_by_its_first_frame(
    guarded: FastAPI, known: Known
) -> None:
    before = everything_in(services_in(guarded).database)
    texts = {"wrong": "wrong", "a prefix": SECRET[:-1], "upper case": SECRET.upper(), "NUL": f"{SECRET}\0"}
    texts |= {"empty": "", "huge": "A" * 9000, "half a letter": "\ud800", "wide": "ｓecret"} | bad_tokens(
        known
    )

    for name, text in texts.items():
        for frame in (auth_frame(token=text), auth_frame(ticket=text)):
            seen = await talk_to(guarded, [], frames=[frame])
            assert (seen.answers, seen.closed_with) == ([], 4401), name
        seen = await talk_to(guarded, [], protocols=["nexus.v1", f"nexus.ticket.{text}"])
        assert seen.refused_with == 401, name

    assert everything_in(services_in(guarded).database) == before


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "{",
        "[]",
        "null",
        b"\xff",
        '{"type": "req", "id": 1, "method": "ping"}',
        '{"type": "req", "id": 1, "method": "auth"}',
        auth_frame(),
        auth_frame(token=None),
        auth_frame(token=7),
        auth_frame(token=[SECRET]),
        auth_frame(token=SECRET, ticket="x"),
        auth_frame(token=SECRET, role="owner"),
        auth_frame(password=SECRET),
        f'{{"type": "event", "id": 1, "method": "auth", "params": {{"token": "{SECRET}"}}}}',
        "[" * 100_000,
    ],
)
async def test_a_first_frame_that_is_not_auth_is_not_answered(guarded: FastAPI, frame: str | bytes) -> None:
    seen = await talk_to(guarded, [], frames=[frame])
    assert (seen.answers, seen.closed_with) == ([], 4401)


async def test_the_right_ones_open_the_websocket(guarded: FastAPI, known: Known) -> None:
    for token in (SECRET, PREVIOUS, good_token(known.owner), good_token(known.viewer)):
        ways: list[tuple[Headers, list[str | bytes]]] = [
            (bearer(token), []),
            ([], [auth_frame(token=token)]),
            ([], [auth_frame(token=token).encode()]),
        ]
        for headers, frames in ways:
            seen = await talk_to(guarded, headers, frames=[*frames, auth_frame()])
            assert seen.was_accepted
            assert all(answer["ok"] for answer in seen.answers)
            assert len(seen.answers) == len(frames) + 1
            assert seen.closed_with is None


async def test_who_says_nothing_is_let_go(guarded: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.handshake.WITHIN_S", 0.05)
    seen = await talk_to(guarded, [], silent=True)
    assert (seen.answers, seen.closed_with) == ([], 4401)


@pytest.mark.parametrize(
    "query", ["token=x", "access_token=x", "ticket=x", "TOKEN=", "a=b&Ticket=x", "%74oken=x"]
)
async def test_a_credential_in_the_url_is_refused_even_beside_a_right_one(
    guarded: FastAPI, stranger: httpx.AsyncClient, query: str
) -> None:
    seen = await talk_to(guarded, bearer(SECRET), query=query.encode())
    assert seen.refused_with == 403
    headers = {"Authorization": f"Bearer {SECRET}"}
    assert (await stranger.get(f"/api/agents?{query}", headers=headers)).status_code == 403
    assert (await stranger.get("/api/agents?tokens=1&limit=2", headers=headers)).status_code == 200
