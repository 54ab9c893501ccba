"""The dashboard's pages: caching, compression, the policy, the client's routes, and what must never be served."""

import gzip
import os
import socket
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from gateway import services
from gateway.bundle import find_bundle
from gateway.config import GatewaySettings
from gateway.main import create_app
from gateway.pages import best_encoding
from gateway.routes.dashboard import OTHERS
from tests.gateway.company import LOOPBACK, running_gateway, services_in

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PAGE = '<!doctype html><div id="root"></div>'
SCRIPT = "console.log('NEXUS');\n" * 100
OUTSIDE = "canary-outside-the-folder"

ODD_PATHS = (
    b"/../secret.txt",
    b"/assets/../../secret.txt",
    b"/%2e%2e/secret.txt",
    b"/..%2fsecret.txt",
    b"/%252e%252e/secret.txt",
    b"/..\\secret.txt",
    b"/..%5csecret.txt",
    b"//etc/passwd",
    b"/%2fetc/passwd",
    b"/./index.html",
    b"/index.html%00.js",
    b"/%69ndex.html",
    b"/\xff",
    b"/%c0%ae%c0%ae/secret.txt",
    b"/%ff",
    b"/link.txt/..",
    b"/.env",
    b"/all/secret.txt/..",
    b"/assets/missing-123.js",
    b"/assets/",
    b"/assets/app-1a2b3c.js.map",
    b"/chat/<script>",
    b"/chat%0d%0aX: y",
)


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """A bundle as Vite leaves it, with a link out of it, a hidden file and a source map."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "icon.svg").write_text("<svg/>")
    (folder / "assets" / "app-1a2b3c.js").write_text(SCRIPT)
    (folder / "assets" / "app-1a2b3c.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    (folder / "assets" / "app-1a2b3c.js.br").write_bytes(b"as brotli has it")
    (folder / "assets" / "app-1a2b3c.js.map").write_text("{}")
    (folder / ".env").write_text(OUTSIDE)
    (tmp_path / "secret.txt").write_text(OUTSIDE)
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "all").symlink_to(tmp_path)
    return folder


@pytest.fixture
async def app(
    settings: GatewaySettings, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[FastAPI]:
    monkeypatch.setattr(services, "FOLDER", dist)
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        yield app


async def test_the_page_is_asked_for_each_time_and_its_assets_never_again(client: httpx.AsyncClient) -> None:
    page = await client.get("/", headers=HTML)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["cache-control"] == "no-cache"
    assert '<div id="root">' in page.text
    script = await client.get("/assets/app-1a2b3c.js", headers={"Accept-Encoding": "identity"})
    assert script.text == SCRIPT
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert script.headers["vary"] == "Accept-Encoding"
    assert (await client.get("/icon.svg")).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("accepted", "encoding", "body"),
    [
        ("gzip, deflate, br, zstd", "br", b"as brotli has it"),
        ("gzip", "gzip", SCRIPT.encode()),
        ("br;q=0, gzip;q=0.5", "gzip", SCRIPT.encode()),
        ("", None, SCRIPT.encode()),
        ("identity", None, SCRIPT.encode()),
        ("gzip;q=0", None, SCRIPT.encode()),
    ],
)
async def test_what_was_compressed_is_sent_to_who_takes_it(
    app: FastAPI, accepted: str, encoding: str | None, body: bytes
) -> None:
    transport = httpx.ASGITransport(app, client=LOOPBACK)
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client,
        client.stream("GET", "/assets/app-1a2b3c.js", headers={"Accept-Encoding": accepted}) as reply,
    ):
        raw = b"".join([chunk async for chunk in reply.aiter_raw()])
    assert reply.headers.get("content-encoding") == encoding
    assert (gzip.decompress(raw) if encoding == "gzip" else raw) == body
    assert int(reply.headers["content-length"]) == len(raw)


def test_the_smallest_form_wins() -> None:
    bodies = {"identity": b"1", "gzip": b"22", "br": b"333"}
    assert best_encoding(bodies, "gzip, br") == "identity"


@pytest.mark.parametrize("path", ["/", "/assets/app-1a2b3c.js", "/icon.svg"])
async def test_who_has_it_gets_304(client: httpx.AsyncClient, path: str) -> None:
    first = await client.get(path)
    etag = first.headers["etag"]
    for sent in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        again = await client.get(path, headers={"If-None-Match": sent})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
        for name in ("cache-control", "content-security-policy"):
            assert again.headers[name] == first.headers[name]
    assert (await client.get(path, headers={"If-None-Match": '"other"'})).status_code == 200
    plain = await client.get(path, headers={"Accept-Encoding": "identity", "If-None-Match": etag})
    assert plain.status_code == (304 if plain.headers["etag"] == etag else 200)


@pytest.mark.parametrize(
    "path", ["/chat", "/chat/sess-01JD", "/orders/WO-01JD0Z7M", "/settings/", "/healthy"]
)
async def test_a_route_of_the_client_gets_the_page(client: httpx.AsyncClient, path: str) -> None:
    reply = await client.get(path, headers=HTML)
    assert (reply.status_code, reply.headers["cache-control"]) == (200, "no-cache")
    assert '<div id="root">' in reply.text
    assert (await client.get(path, headers={"Accept": "application/json"})).status_code == 404
    assert (await client.post(path, headers=HTML)).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/nothing",
        "/API/nothing",
        "/v1/nothing",
        "/ws",
        "/ws/x",
        "/docs/x",
        "/health/x",
        "/metrics/x",
    ],
)
async def test_no_path_of_the_api_ever_gets_the_page(client: httpx.AsyncClient, path: str) -> None:
    reply = await client.get(path, headers=HTML)
    assert reply.status_code == 404
    assert "json" in reply.headers["content-type"]


async def test_other_methods_of_the_api_are_told_as_before(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/chat", headers=HTML)).status_code == 405
    assert (await client.delete("/api/agents", headers=HTML)).status_code == 405


def test_every_other_route_is_kept_from_the_pages(app: FastAPI) -> None:
    paths = {
        route.path
        for part in app.routes
        for route in part.effective_route_contexts()  # type: ignore[attr-defined]  # FastAPI keeps routers whole
        if route.path
    }
    assert len(paths) > 20
    first = {path.split("/")[1] for path in paths if path != "/{path:path}"}
    assert first <= OTHERS


def test_odd_paths_are_404(settings: GatewaySettings, dist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "FOLDER", dist)
    with running_gateway(settings) as gateway:
        assert b"200 OK" in ask(gateway.port, b"/chat")
        for path in ODD_PATHS:
            reply = ask(gateway.port, path)
            assert reply.startswith((b"HTTP/1.1 404 ", b"HTTP/1.1 400 ")), (path, reply[:200])
            assert OUTSIDE.encode() not in reply, path


def ask(port: int, path: bytes) -> bytes:
    """What the gateway answers to these very bytes."""
    head = b"GET %b HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAccept: text/html\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line:
        line.sendall(head % (path, port))
        return b"".join(iter(lambda: line.recv(65536), b""))


@pytest.mark.parametrize("path", ["/link.txt", "/all/secret.txt", "/.env"])
async def test_links_and_hidden_files_are_not_part_of_it(client: httpx.AsyncClient, path: str) -> None:
    reply = await client.get(path)
    assert (reply.status_code, OUTSIDE in reply.text) == (404, False)


async def test_a_page_may_use_what_our_origin_has_and_nothing_else(client: httpx.AsyncClient) -> None:
    page = await client.get("/")
    policy = dict(part.split(" ", 1) for part in page.headers["content-security-policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "style-src-attr": "'none'",
        "img-src": "'self' data: blob:",
        "media-src": "'self' blob:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "manifest-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    for name, value in {
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
    }.items():
        assert page.headers[name] == value
    assert "camera=()" in page.headers["permissions-policy"]


async def test_pages_need_no_sign_in_and_a_strange_name_gets_none(client: httpx.AsyncClient) -> None:
    assert (await client.get("/", headers={"Host": "evil.example"})).status_code == 403
    assert (await client.get("/", headers={"Origin": "http://evil.example"})).status_code == 403
    assert (await client.head("/")).status_code == 200


async def test_a_new_build_is_served_without_a_restart_and_the_old_one_until_it_is_there(
    app: FastAPI, client: httpx.AsyncClient, dist: Path
) -> None:
    shelf = services_in(app).shelf
    (dist / "index.html").unlink()
    shelf.look()
    assert '<div id="root">' in (await client.get("/")).text
    (dist / "index.html").write_text("<p>new</p>")
    (dist / "assets" / "app-9.js").write_text("9")
    shelf.look()
    assert "<p>new</p>" in (await client.get("/")).text
    assert (await client.get("/assets/app-9.js")).text == "9"
    (dist / "assets" / "late-1.js").write_text("late")
    shelf.look()
    assert (await client.get("/assets/late-1.js")).text == "late"


async def test_without_a_bundle_a_plain_page_says_how_to_build_it(
    settings: GatewaySettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "FOLDER", tmp_path / "nowhere")
    app = create_app(settings)
    transport = httpx.ASGITransport(app, client=LOOPBACK)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client,
    ):
        for path, headers in (("/", {}), ("/chat", HTML)):
            page = await client.get(path, headers=headers)
            assert (page.status_code, page.headers["cache-control"]) == (200, "no-cache")
            assert "make dashboard" in page.text
            assert 'href="/docs"' in page.text
        assert (await client.get("/assets/app.js")).status_code == 404


def test_a_checkouts_bundle_is_found_where_it_is_built() -> None:
    found = find_bundle()
    assert found is None or found.parts[-3:] == ("dashboard", "frontend", "dist")


BUILD = Path(services.__file__).parent.parent / "dashboard" / "build"
NODE = '#!/bin/sh\n[ "$1" = --version ] && echo v22.0.0\nexit 0\n'
NPM = """#!/bin/sh
echo "$@" >> "$CALLS"
case "$1" in
  ci) mkdir -p node_modules ;;
  run) [ -z "$BROKEN" ] || exit 1; mkdir -p "$5"; echo built > "$5/index.html" ;;
esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with the build script, a frontend, and programs that stand in for Node.js and npm."""
    root = tmp_path / "checkout"
    frontend = root / "dashboard" / "frontend"
    frontend.mkdir(parents=True)
    (frontend / "package-lock.json").write_text("{}")
    (frontend / "main.tsx").write_text("1")
    (root / "dashboard" / "build").write_bytes(BUILD.read_bytes())
    tools = root / "tools"
    tools.mkdir()
    for name, text in (("node", NODE), ("npm", NPM), ("uv", "#!/bin/sh\necho no registry\nexit 1\n")):
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    return root


def build(checkout: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    own = {"PATH": f"{checkout / 'tools'}:{os.environ['PATH']}", "CALLS": str(checkout / "calls")}
    return subprocess.run(
        ["/bin/bash", str(checkout / "dashboard" / "build"), *arguments],
        env=own | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_it_is_built_only_when_its_sources_are_newer(checkout: Path) -> None:
    page = checkout / "dashboard" / "frontend" / "dist" / "index.html"
    calls = checkout / "calls"
    assert build(checkout, "--if-needed").returncode == 0
    assert page.read_text() == "built\n"
    assert len(calls.read_text().splitlines()) == 2

    assert build(checkout, "--if-needed").stderr == ""
    assert len(calls.read_text().splitlines()) == 2

    later = page.stat().st_mtime + 10
    os.utime(checkout / "dashboard" / "frontend" / "main.tsx", (later, later))
    assert build(checkout, "--if-needed").returncode == 0
    assert len(calls.read_text().splitlines()) == 3  # the packages are there


def test_a_build_that_fails_says_so_and_leaves_the_old_one(checkout: Path) -> None:
    assert build(checkout).returncode == 0
    failed = build(checkout, BROKEN="1")
    assert failed.returncode == 1
    assert "was not built" in failed.stderr.splitlines()[-1]
    assert (checkout / "dashboard" / "frontend" / "dist" / "index.html").read_text() == "built\n"


def test_without_node_and_without_a_registry_it_says_what_is_missing(checkout: Path) -> None:
    (checkout / "tools" / "node").write_text("#!/bin/sh\nexit 1\n")
    done = build(checkout, "--if-needed")
    assert done.returncode == 1
    assert "Node.js 20.19" in done.stderr.splitlines()[-1]
