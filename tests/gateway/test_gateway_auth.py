"""Who is served: nobody but this machine without a secret, nobody without the secret when there is one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from pydantic import SecretStr

from gateway.config import GatewaySettings, check_exposure
from gateway.hosts import is_loopback
from gateway.main import create_app
from nexus.errors import ConfigurationError
from tests.gateway.company import LOOPBACK, rows_in, services_in

SECRET = "correct horse battery staple"
RIGHT = {"Authorization": f"Bearer {SECRET}"}
GUARDED = [
    ("POST", "/api/chat"),
    ("GET", "/api/work-orders"),
    ("GET", "/api/work-orders/x"),
    ("GET", "/api/health/detailed"),
    ("GET", "/api/agents"),
    ("GET", "/docs"),
    ("GET", "/openapi.json"),
]
BAD_TOKENS = [
    {},
    {"Authorization": ""},
    {"Authorization": "Bearer"},
    {"Authorization": "Bearer "},
    {"Authorization": "Bearer wrong"},
    {"Authorization": f"Bearer {SECRET}x"},
    {"Authorization": f"Bearer {SECRET[:-1]}"},
    {"Authorization": f"Basic {SECRET}"},
    {"Authorization": SECRET},
    {"Authorization": "Bearer sécret"},
    {"X-API-Key": SECRET},
    {"Cookie": f"token={SECRET}"},
]


@asynccontextmanager
async def client_of(
    app: FastAPI, peer: tuple[str, int] = LOOPBACK, base_url: str = "http://127.0.0.1:8000"
) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, client=peer)
    async with httpx.AsyncClient(transport=transport, base_url=base_url) as client:
        yield client


@pytest.fixture
async def guarded(settings: GatewaySettings) -> AsyncIterator[FastAPI]:
    """A gateway with a secret."""
    app = create_app(settings.model_copy(update={"api_secret": SecretStr(SECRET)}))
    async with app.router.lifespan_context(app):
        yield app


def latin(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]


@pytest.mark.parametrize(("method", "path"), GUARDED)
async def test_without_the_secret_every_route_refuses(guarded: FastAPI, method: str, path: str) -> None:
    before = rows_in(services_in(guarded).database)
    async with client_of(guarded) as client:
        for headers in BAD_TOKENS:
            sent = client.build_request(method, path, headers=latin(headers), content=b"{broken")
            reply = await client.send(sent)
            assert reply.status_code == 401, headers
            assert reply.headers["www-authenticate"].startswith("Bearer")
            assert reply.headers["content-type"] == "application/problem+json"
    assert rows_in(services_in(guarded).database) == before


@pytest.mark.parametrize("token", [f"Bearer {SECRET}", f"bearer {SECRET}", f"BEARER  {SECRET} "])
async def test_with_the_secret_anybody_is_served_from_anywhere(guarded: FastAPI, token: str) -> None:
    async with client_of(guarded, ("192.168.1.7", 5)) as client:
        reply = await client.get("/api/work-orders", headers={"Authorization": token})
    assert reply.status_code == 200


async def test_two_authorization_headers_are_refused_though_one_is_right(guarded: FastAPI) -> None:
    async with client_of(guarded) as client:
        both = [("Authorization", f"Bearer {SECRET}"), ("Authorization", "Bearer wrong")]
        assert (await client.get("/api/work-orders", headers=both)).status_code == 401


async def test_health_is_public(guarded: FastAPI) -> None:
    async with client_of(guarded, ("192.168.1.7", 5)) as client:
        reply = await client.get("/health")
    assert (reply.status_code, reply.json()["status"]) == (200, "ok")


async def test_a_route_that_somebody_adds_is_covered_by_itself(settings: GatewaySettings) -> None:
    app = create_app(settings.model_copy(update={"api_secret": SecretStr(SECRET)}))
    router = APIRouter()

    @router.get("/api/new")
    async def new() -> str:
        return "open"

    app.include_router(router)
    async with app.router.lifespan_context(app), client_of(app) as client:
        assert (await client.get("/api/new")).status_code == 401
        assert (await client.get("/api/new", headers=RIGHT)).status_code == 200


@pytest.mark.parametrize(
    "peer", ["192.168.1.7", "10.0.0.1", "::ffff:192.168.1.7", "fe80::1", "testclient", ""]
)
async def test_without_a_secret_other_machines_are_refused_and_told_the_fix(app: FastAPI, peer: str) -> None:
    async with client_of(app, (peer, 5)) as client:
        reply = await client.get("/api/work-orders")
    assert reply.status_code == 403
    assert "API_SECRET" in reply.json()["detail"]


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
async def test_without_a_secret_this_machine_is_served(app: FastAPI, peer: str) -> None:
    async with client_of(app, (peer, 5)) as client:
        assert (await client.get("/api/work-orders")).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "nexus.lan",
        "testserver",
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.nip.io",
        "localhost:8000@evil.example",
        "localhost.",
        "127.1",
        "2130706433",
        "0.0.0.0",  # noqa: S104
        "[::1",
        "localhost:80:80",
        "",
    ],
)
async def test_without_a_secret_only_local_names_are_answered(app: FastAPI, host: str) -> None:
    async with client_of(app) as client:
        reply = await client.get("/api/work-orders", headers={"Host": host})
    assert reply.status_code == 403


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]", "[::1]:8000"])
async def test_the_local_names_are_answered(app: FastAPI, host: str) -> None:
    async with client_of(app) as client:
        assert (await client.get("/api/work-orders", headers={"Host": host})).status_code == 200


async def test_two_host_headers_are_refused(app: FastAPI) -> None:
    async with client_of(app) as client:
        both = [("Host", "localhost"), ("Host", "evil.example")]
        assert (await client.get("/api/work-orders", headers=both)).status_code == 403


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://127.0.0.1:8000", 200),
        ("HTTP://127.0.0.1:8000", 200),
        ("http://127.0.0.1:3000", 403),
        ("http://127.0.0.1", 403),
        ("http://localhost:8000", 403),
        ("https://evil.example", 403),
        ("http://127.0.0.1:8000.evil.example", 403),
        ("http://evil.example@127.0.0.1:8000", 403),
        ("file://127.0.0.1:8000", 403),
        ("null", 403),
        ("", 403),
    ],
)
async def test_a_page_of_another_origin_is_refused(app: FastAPI, origin: str, status: int) -> None:
    async with client_of(app) as client:
        reply = await client.get("/api/work-orders", headers={"Origin": origin})
    assert reply.status_code == status


@pytest.mark.parametrize(
    "target", ["/health/../api/work-orders", "//api/work-orders", "/api/work-orders?x=/health", "/API/CHAT"]
)
async def test_no_form_of_the_path_gets_around_the_guard(guarded: FastAPI, target: str) -> None:
    async with client_of(guarded) as client:
        assert (await client.get(target)).status_code in (401, 404)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.0.0.5"])
def test_a_loopback_address_needs_no_secret(host: str) -> None:
    assert is_loopback(host)
    check_exposure(GatewaySettings.model_validate({"host": host}))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "nexus.lan"])  # noqa: S104
@pytest.mark.parametrize("secret", [None, "", "  "])
def test_any_other_address_without_a_secret_is_refused_by_name(host: str, secret: str | None) -> None:
    settings = GatewaySettings.model_validate({"host": host, "api_secret": secret})
    with pytest.raises(ConfigurationError, match=r"API_SECRET.*HOST"):
        check_exposure(settings)
    check_exposure(GatewaySettings.model_validate({"host": host, "api_secret": SECRET}))
