"""Hosts, origins, paths and proxies: no form of them gets around the guard; over a real socket where it matters."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from db.engine import open_database
from db.records import NewOrder
from db.statements.orders import accept_order
from gateway.access import host_rules, own_names
from gateway.config import GatewaySettings, check_exposure
from gateway.hosts import HostRules, parse_networks
from gateway.main import create_app
from nexus.errors import ConfigurationError
from nexus.ids import new_order_id
from nexus.settings import load_settings
from nexus.work_order import Channel
from tests.gateway.bad_credentials import SECRET
from tests.gateway.bad_forms import HEADS, HOSTS, ORDERS, ORIGINS, PATHS
from tests.gateway.company import LOOPBACK, Running, running_gateway
from tests.running import an_environment, wait_for

CANARY = "canary-0f3a-in-the-order"
RIGHT = f"Authorization: Bearer {SECRET}"


@pytest.fixture
def guarded(settings: GatewaySettings) -> Iterator[Running]:
    """A gateway with a secret and one order, of which no stranger may see a word."""
    with closing(open_database(settings)) as database:
        now = datetime.now(UTC)
        order = NewOrder(
            new_order_id(),
            "sess-canary",
            "owner",
            Channel.REST,
            CANARY,
            None,
            None,
            now + timedelta(minutes=5),
        )
        database.run_sync(accept_order, order, now)
    with running_gateway(settings.model_copy(update={"api_secret": SecretStr(SECRET)})) as gateway:
        yield gateway


def ask(port: int, target: str, *headers: str, host: str | None = None, method: str = "GET") -> bytes:
    """Everything the gateway sends back to these very bytes."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host or f'127.0.0.1:{port}'}", *headers]
    return exchange(port, "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1"))


def exchange(port: int, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(request)
        parts: list[bytes] = []
        try:
            while part := line.recv(65_536):
                parts.append(part)
        except ConnectionResetError:
            pass  # the server hung up on bytes that are no HTTP
        return b"".join(parts)


def shake_hands(port: int, *headers: str) -> bytes:
    """The first bytes of the reply to a WebSocket's handshake with the right secret."""
    lines = ["GET /ws HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket", "Connection: Upgrade"]
    lines += ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", RIGHT, *headers]
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
        return line.recv(4096)


def status_of(reply: bytes) -> int:
    return int(reply.split(b" ", 2)[1]) if reply else 400


def test_no_form_of_the_path_reaches_a_handler_without_the_guard(guarded: Running) -> None:
    assert len(PATHS) >= 60
    for target in PATHS:
        for method in ("GET", "POST"):
            raw = target.encode("utf-8").decode("latin-1")
            reply = ask(guarded.port, raw, method=method)
            assert 400 <= status_of(reply) < 500, f"{method} {target}: {reply[:200]!r}"
            assert CANARY.encode() not in reply, target
            assert b'"operationId"' not in reply, target


def test_no_method_and_no_header_gets_around_the_guard(guarded: Running) -> None:
    for method in ("HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "PATCH", "CONNECT", "get", "GET ", "QUERY"):
        reply = ask(guarded.port, ORDERS, method=method)
        assert 400 <= status_of(reply) < 500, f"{method}: {reply[:200]!r}"
        assert CANARY.encode() not in reply
    for header in HEADS:
        reply = ask(guarded.port, ORDERS, header)
        assert status_of(reply) == 401, f"{header}: {reply[:200]!r}"


def test_a_request_behind_a_public_one_is_guarded_by_itself(guarded: Running) -> None:
    host = f"Host: 127.0.0.1:{guarded.port}\r\n"
    inner = f"GET {ORDERS} HTTP/1.1\r\n{host}Connection: close\r\n\r\n"
    for outer in (
        f"GET /health HTTP/1.1\r\n{host}\r\n",
        f"GET /health HTTP/1.1\r\n{host}Content-Length: 0\r\n\r\n",
        f"POST /health HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        f"POST /health HTTP/1.1\r\n{host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        f"GET /health HTTP/1.1\r\n{host}Content-Length: 4\r\nContent-Length: 0\r\n\r\n",
    ):
        reply = exchange(guarded.port, (outer + inner).encode())
        assert CANARY.encode() not in reply
        assert b" 200 OK" not in reply.partition(b'{"status":"ok"')[2], reply


def test_a_good_request_passes_in_each_form_that_means_the_same(guarded: Running) -> None:
    for target in (
        ORDERS,
        "/%61pi/work-orders",
        f"{ORDERS}?limit=5",
        f"http://127.0.0.1:{guarded.port}{ORDERS}",
    ):
        reply = ask(guarded.port, target, RIGHT)
        assert status_of(reply) == 200, target
        assert CANARY.encode() in reply
    assert status_of(ask(guarded.port, "/health?x=1")) == 200


def test_no_host_outside_the_list_is_answered_though_the_secret_is_right(guarded: Running) -> None:
    assert len(HOSTS) >= 40
    for host in HOSTS:
        request = f"GET {ORDERS} HTTP/1.1\r\nHost: {host}\r\n{RIGHT}\r\nConnection: close\r\n\r\n"
        reply = exchange(guarded.port, request.encode("latin-1"))
        assert status_of(reply) in (400, 403), f"{host!r}: {reply[:200]!r}"
        assert CANARY.encode() not in reply
        public = exchange(guarded.port, request.replace(ORDERS, "/health").encode("latin-1"))
        assert status_of(public) in (400, 403), f"{host!r} on a public route"
    for host in ("localhost", "LOCALHOST:9", "127.0.0.1", "[::1]", f"[::1]:{guarded.port}"):
        assert status_of(ask(guarded.port, ORDERS, RIGHT, host=host)) == 200, host


def test_a_request_with_no_host_or_two_is_refused(guarded: Running) -> None:
    for lines in (
        f"GET {ORDERS} HTTP/1.1\r\n{RIGHT}",
        f"GET {ORDERS} HTTP/1.0\r\n{RIGHT}",
        f"GET {ORDERS} HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n{RIGHT}",
        f"GET {ORDERS} HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n{RIGHT}",
        f"GET {ORDERS} HTTP/1.1\r\nhost: evil.example\r\nHost: localhost\r\n{RIGHT}",
    ):
        reply = exchange(guarded.port, f"{lines}\r\nConnection: close\r\n\r\n".encode())
        assert status_of(reply) in (400, 403), lines


def test_no_origin_outside_the_list_may_send(guarded: Running) -> None:
    assert len(ORIGINS) >= 30
    for origin in ORIGINS:
        header = f"Origin: {origin.format(port=guarded.port)}"
        assert status_of(ask(guarded.port, ORDERS, RIGHT, header)) == 403, origin
        assert status_of(ask(guarded.port, ORDERS, RIGHT, header, method="POST")) in (403, 405), origin
        assert status_of(shake_hands(guarded.port, header)) in (400, 403), origin
    for origin in (
        "localhost.evil.example",
        "localhost:81",
        "localhos",
        "localhost:80.evil.example",
        "xlocalhost",
    ):
        reply = ask(guarded.port, ORDERS, RIGHT, f"Origin: http://{origin}", host="localhost")
        assert status_of(reply) == 403, origin
    assert status_of(ask(guarded.port, ORDERS, RIGHT, "Origin: http://localhost:80", host="localhost")) == 200
    own = f"Origin: http://127.0.0.1:{guarded.port}"
    assert status_of(ask(guarded.port, ORDERS, RIGHT, own)) == 200
    assert status_of(shake_hands(guarded.port, own)) == 101
    assert status_of(ask(guarded.port, ORDERS, RIGHT, own, own)) == 403


@asynccontextmanager
async def served(
    settings: GatewaySettings, peer: tuple[str, int] = LOOPBACK, **changes: object
) -> AsyncIterator[httpx.AsyncClient]:
    values = settings.model_dump(exclude_unset=True) | {"api_secret": SecretStr(SECRET)} | changes
    app: FastAPI = create_app(GatewaySettings.model_validate(values))
    transport = httpx.ASGITransport(app, client=peer)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client,
    ):
        client.headers["Authorization"] = f"Bearer {SECRET}"
        yield client


async def test_names_and_origins_that_are_listed_are_served(settings: GatewaySettings) -> None:
    hosts, origins = "Nexus.lan, office.example:8443", "https://panel.example, http://dev.example:3000"
    async with served(settings, allowed_hosts=hosts, allowed_origins=origins) as client:
        for host, status in {
            "nexus.lan": 200,
            "NEXUS.LAN:8000": 200,
            "office.example:8443": 200,
            "office.example": 403,
            "office.example:8000": 403,
            "x.nexus.lan": 403,
        }.items():
            assert (await client.get(ORDERS, headers={"Host": host})).status_code == status, host
        for origin, status in {
            "https://panel.example": 200,
            "https://PANEL.example": 200,
            "http://dev.example:3000": 200,
            "http://panel.example": 403,
            "https://panel.example:8443": 403,
            "http://dev.example": 403,
        }.items():
            assert (await client.get(ORDERS, headers={"Origin": origin})).status_code == status, origin


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", "http://nexus.lan"),
        ("ALLOWED_ORIGINS", "nexus.lan"),
        ("ALLOWED_ORIGINS", "*"),
        ("ALLOWED_ORIGINS", "https://nexus.lan/"),
        ("TRUSTED_PROXIES", "proxy.lan"),
        ("TRUSTED_PROXIES", "10.0.0.0/99"),
    ],
)
def test_a_list_that_cannot_be_read_is_named_at_the_start(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=name):
        load_settings(GatewaySettings)


def test_on_every_address_this_machines_own_names_are_answered_only_with_a_secret() -> None:
    everywhere = GatewaySettings(host="0.0.0.0")  # noqa: S104
    own = own_names()
    assert own > {"127.0.0.1"}
    assert all(host_rules(everywhere, has_secret=True).answers_to(name) for name in own if "_" not in name)
    name = socket.gethostname().lower()
    assert not host_rules(everywhere, has_secret=False).answers_to(name)
    listed = everywhere.model_copy(update={"allowed_hosts": "nexus.lan"})
    assert not host_rules(listed, has_secret=True).answers_to(name)
    assert host_rules(GatewaySettings(host="192.168.1.7"), has_secret=True).answers_to("192.168.1.7:8000")


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "client"),
    [
        ("", "10.0.0.2", ["1.2.3.4"], "10.0.0.2"),
        ("10.0.0.2", "9.9.9.9", ["1.2.3.4"], "9.9.9.9"),
        ("10.0.0.2", "10.0.0.2", [], "10.0.0.2"),
        ("10.0.0.2", "10.0.0.2", ["1.2.3.4"], "1.2.3.4"),
        ("10.0.0.2", "10.0.0.2", ["127.0.0.1, 1.2.3.4"], "1.2.3.4"),
        ("10.0.0.2", "10.0.0.2", ["127.0.0.1", "1.2.3.4"], "1.2.3.4"),
        ("10.0.0.2", "10.0.0.2", ["5.6.7.8, 1.2.3.4, 10.0.0.3"], "10.0.0.3"),
        ("10.0.0.0/24", "10.0.0.2", ["5.6.7.8, 1.2.3.4, 10.0.0.3"], "1.2.3.4"),
        ("10.0.0.0/24", "10.0.0.2", ["10.0.0.9, 10.0.0.3"], "10.0.0.9"),
        ("10.0.0.2", "10.0.0.2", ["1.2.3.4:5060"], "1.2.3.4"),
        ("10.0.0.2", "10.0.0.2", ["[2001:db8::1]:5060"], "2001:db8::1"),
        ("10.0.0.2", "::ffff:10.0.0.2", ["::ffff:1.2.3.4"], "1.2.3.4"),
        ("10.0.0.2", "10.0.0.2", ["1.2.3.4, nonsense"], "10.0.0.2"),
        ("10.0.0.2", "10.0.0.2", ["1.2.3.4,"], "10.0.0.2"),
        ("127.0.0.0/8", "127.0.0.1", ["1.2.3.4"], "1.2.3.4"),
        ("10.0.0.2", "", ["1.2.3.4"], ""),
    ],
)
def test_a_forwarded_address_is_believed_from_the_right_as_far_as_trust_goes(
    proxies: str, peer: str, forwarded: list[str], client: str
) -> None:
    rules = HostRules(frozenset(), proxies=parse_networks(proxies))
    assert rules.client_behind(peer, forwarded) == client


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Forwarded-Host"])
async def test_without_a_secret_nobody_is_served_through_a_proxy_on_this_machine(
    settings: GatewaySettings, header: str
) -> None:
    async with served(settings, api_secret=None) as client:
        assert (await client.get(ORDERS)).status_code == 200
        assert (await client.get(ORDERS, headers={header: "127.0.0.1"})).status_code == 403


async def test_the_secret_that_appears_while_the_gateway_runs_is_asked_for(
    settings: GatewaySettings,
) -> None:
    async with served(settings, api_secret=None) as client:
        del client.headers["Authorization"]
        assert (await client.get(ORDERS)).status_code == 200
        settings.secret_path.touch(0o600)
        settings.secret_path.write_text(f"{SECRET}\n")

        async with asyncio.timeout(20):
            while (await client.get(ORDERS)).status_code == 200:
                pass  # the file is looked at once a second
        assert (await client.get(ORDERS)).status_code == 401


SET_UPS = [
    # bind address, secret of the environment, secret of the file, proxies; does it start?
    ("127.0.0.1", "", "", "", True),
    ("::1", "", "", "", True),
    ("localhost", "", "", "", True),
    ("127.0.0.1", SECRET, "", "", True),
    ("127.0.0.1", "", "", "127.0.0.1", False),
    ("127.0.0.1", SECRET, "", "127.0.0.1", True),
    ("0.0.0.0", "", "", "", False),  # noqa: S104
    ("0.0.0.0", "   ", "", "", False),  # noqa: S104
    ("0.0.0.0", SECRET, "", "", True),  # noqa: S104
    ("0.0.0.0", "", SECRET, "", True),  # noqa: S104
    ("::", "", "", "", False),
    ("::", SECRET, "", "", True),
    ("192.168.1.7", "", "", "", False),
    ("192.168.1.7", "", SECRET, "10.0.0.0/8", True),
    ("nexus.lan", "", "", "", False),
    ("", "", "", "", True),  # empty in the environment: the default
]


@pytest.mark.parametrize(("host", "secret", "in_file", "proxies", "starts"), SET_UPS)
def test_exactly_the_unsafe_set_ups_refuse_to_start(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    secret: str,
    in_file: str,
    proxies: str,
    starts: bool,
) -> None:
    for name, value in {"HOST": host, "API_SECRET": secret, "TRUSTED_PROXIES": proxies}.items():
        monkeypatch.setenv(name, value)
    settings = load_settings(GatewaySettings)
    if in_file:
        settings.home.mkdir()
        settings.secret_path.touch(0o600)
        settings.secret_path.write_text(in_file)
    if starts:
        check_exposure(settings)
        return
    with pytest.raises(ConfigurationError, match="API_SECRET is empty"):
        check_exposure(settings)
    for module in ("gateway.main", "nexus.cli.main"):
        command = [sys.executable, "-m", module, *(["up"] if module.startswith("nexus") else [])]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert ended.returncode == 2
        [line] = ended.stderr.splitlines()
        assert "API_SECRET" in line


@pytest.mark.parametrize("secret", ["", SECRET])
def test_a_safe_set_up_does_start(tmp_path: Path, secret: str) -> None:
    environment = an_environment(tmp_path, HOST="127.0.0.1", API_SECRET=secret)
    url = f"http://127.0.0.1:{environment['PORT']}"
    command = [sys.executable, "-m", "gateway.main"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(lambda: is_up(url), what="the gateway")
            status = httpx.get(f"{url}{ORDERS}", trust_env=False).status_code
            assert status == (401 if secret else 200)
        finally:
            process.terminate()


def is_up(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False
