"""/docs: Swagger UI from our own origin, under the policy of all pages; without its files, how to have them."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from gateway import services
from gateway.api_page import START_PATH
from gateway.config import GatewaySettings
from gateway.main import create_app
from gateway.pages import POLICY
from tests.gateway.bad_credentials import SECRET
from tests.gateway.company import LOOPBACK, services_in


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """A bundle as Vite leaves it, with Swagger UI beside the dashboard."""
    folder = tmp_path / "dist"
    (folder / "assets" / "docs").mkdir(parents=True)
    (folder / "index.html").write_text('<!doctype html><div id="root"></div>')
    for name in ("swagger-ui-5.35.0.js", "swagger-ui-5.35.0.css"):
        (folder / "assets" / "docs" / name).write_text("/* Swagger UI */")
    return folder


@pytest.fixture
async def app(
    settings: GatewaySettings, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[FastAPI]:
    monkeypatch.setattr(services, "FOLDER", dist)
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        yield app


async def test_everything_the_page_uses_is_ours_and_is_there(client: httpx.AsyncClient) -> None:
    page = await client.get("/docs")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["content-security-policy"] == POLICY
    assert page.headers["cache-control"] == "no-cache"
    used = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert {path.rpartition("/")[2] for path in used} == {
        "icon.svg",
        "swagger-ui-5.35.0.css",
        "swagger-ui-5.35.0.js",
        "start.js",
    }
    for path in used:
        assert path.startswith("/")
        assert not path.startswith("//")
        if path != "/icon.svg":
            assert (await client.get(path)).status_code == 200, path
    assert "http" not in re.sub(r"</?html", "", page.text)
    assert re.findall(r"<script[^>]*>[^<]", page.text) == [], "no script in the page itself"


async def test_what_the_page_runs_asks_only_us(client: httpx.AsyncClient) -> None:
    start = await client.get(START_PATH)
    assert start.headers["content-type"] == "text/javascript; charset=utf-8"
    assert 'url: "/openapi.json"' in start.text
    assert "validatorUrl: null" in start.text, "Swagger UI would send the description's address to its makers"
    assert "//" not in start.text


async def test_without_the_files_it_says_how_to_have_them_and_where_the_description_is(
    app: FastAPI, client: httpx.AsyncClient, dist: Path
) -> None:
    (dist / "assets" / "docs" / "swagger-ui-5.35.0.js").unlink()
    services_in(app).shelf.look()
    page = await client.get("/docs")
    assert page.status_code == 200
    assert "make dashboard" in page.text
    assert 'href="/openapi.json"' in page.text
    assert "<script" not in page.text


async def test_it_is_guarded_like_any_route(settings: GatewaySettings) -> None:
    app = create_app(settings.model_copy(update={"api_secret": SecretStr(SECRET)}))
    transport = httpx.ASGITransport(app, client=LOOPBACK)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client,
    ):
        for path in ("/docs", START_PATH):
            assert (await client.get(path)).status_code == 401
