"""What a client learns when something goes wrong: a code and an id to ask about, and nothing of what is inside."""

import json
import re
import socket
from collections.abc import Callable

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from pydantic import SecretStr
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from gateway.config import GatewaySettings
from nexus.errors import StoreUnavailable
from tests.gateway.company import Running, running_gateway, services_in

INSIDE = re.compile(
    r"Traceback|File \"|\.py\b|SELECT|sqlalchemy|psycopg|sqlite|/srv/|canary|Error\(", re.IGNORECASE
)
TROUBLES: list[Callable[[], Exception]] = [
    lambda: RuntimeError("canary in /srv/nexus/secret.py"),
    lambda: sa.exc.OperationalError("SELECT canary FROM sqlite_master", {}, Exception("disk /srv/nexus")),
    lambda: StoreUnavailable("psycopg.OperationalError: canary at /srv/run/postgresql"),
    lambda: OSError(2, "canary", "/srv/nexus/nexus.db"),
    lambda: KeyError("canary"),
]


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda made: type(made()).__name__)
async def test_no_route_tells_what_went_wrong_inside(
    app: FastAPI, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, trouble: Callable[[], Exception]
) -> None:
    async def fail(*_args: object, **_kwargs: object) -> None:
        raise trouble()

    monkeypatch.setattr(services_in(app).database, "run", fail)
    monkeypatch.setattr(services_in(app).database, "read", fail)
    seen = set()
    for method, path in await _all_routes(client):
        body = {"content": "Hi", "model": "nexus", "messages": [{"role": "user", "content": "Hi"}]}
        asked = {"json": body} if method == "POST" and "chat" in path else {}
        reply = await client.request(method, path, **asked)  # type: ignore[arg-type]
        assert reply.headers["X-Request-ID"]
        if reply.status_code >= 400:
            seen.add(reply.status_code)
            assert not INSIDE.search(reply.text.replace(path, "")), (path, reply.text)
            if not path.startswith("/v1/"):
                assert reply.headers["content-type"] == "application/problem+json"
                assert reply.json()["request_id"] == reply.headers["X-Request-ID"]
    assert seen & {500, 503}


async def _all_routes(client: httpx.AsyncClient) -> list[tuple[str, str]]:
    """Every method and path of the API's description, with something that may stand in it."""
    paths = (await client.get("/openapi.json")).json()["paths"]
    return [
        (method.upper(), re.sub(r"\{[^}]+\}", "WO-01JD0Z7M2T9V6Q4B8X3N5K1YHR", path))
        for path, methods in paths.items()
        for method in methods
    ]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("DELETE", "/api/chat", 405), ("GET", "/api/work-orders?limit=x", 422)],
)
async def test_the_frameworks_own_refusals_are_problems_with_an_id_too(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    reply = await client.request(method, path)
    assert reply.status_code == status
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["request_id"] == reply.headers["X-Request-ID"]


async def test_a_secret_in_what_was_sent_does_not_come_back(client: httpx.AsyncClient) -> None:
    secret = "sk-ant-api03-CanaryA1b2C3d4E5f6"
    replies = [
        await client.get(f"/api/work-orders/{secret}"),
        await client.get(f"/{secret}"),
        await client.get("/api/work-orders", params={"cursor": secret, "limit": secret}),
        await client.post("/api/chat", json={"content": "Hi", "session_id": secret, secret: 1}),
        await client.post("/api/chat", json={"content": "Hi"}, headers={"Idempotency-Key": f"{secret} x"}),
        await client.post("/api/chat", content=secret, headers={"Content-Type": "application/json"}),
    ]
    assert all(reply.status_code >= 400 for reply in replies)
    assert not [reply.text for reply in replies if secret in reply.text]


def test_a_refused_websocket_handshake_has_an_id_too(gateway: Running) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(gateway.ws_url, proxy=None, origin=Origin("http://evil.example"))
    response = refused.value.response
    assert response.status_code == 403
    assert json.loads(response.body or b"")["request_id"] == response.headers["X-Request-ID"]


def test_a_handshake_with_a_bad_credential_is_refused_with_an_id(settings: GatewaySettings) -> None:
    with running_gateway(settings.model_copy(update={"api_secret": SecretStr("x" * 40)})) as gateway:
        with pytest.raises(InvalidStatus) as refused:
            connect(gateway.ws_url, proxy=None, additional_headers={"Authorization": "Bearer wrong-one"})
        assert refused.value.response.status_code == 401
        assert refused.value.response.headers["X-Request-ID"]


def test_what_is_no_http_is_refused_without_a_word_of_the_inside(gateway: Running) -> None:
    with socket.create_connection(("127.0.0.1", gateway.port), 10) as line:
        line.sendall(b"\x16\x03\x01 this is not HTTP\r\n\r\n")
        answer = line.recv(4096)
    assert answer.startswith(b"HTTP/1.1 400")
    assert not INSIDE.search(answer.decode())
