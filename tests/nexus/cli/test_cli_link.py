"""`nexus link` and the link that `nexus up` shows: only where there is a secret, good once, in a fragment."""

import os
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from redis.asyncio import Redis
from rich.console import Console

from db.engine import Database
from gateway.config import GatewaySettings
from nexus.cli.link_desk import opening_link
from nexus.cli.panel import Opening, show_opening
from nexus.cli.survey import Models, Stores
from nexus.work_order import Role
from tests.gateway.company import gateway_settings, running_gateway

SECRET = "a-secret-of-the-test-0123456789"
LINK = re.compile(r"http://127\.0\.0\.1:(\d+)/#link=([\w-]{43})")


def nexus(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "nexus.cli.main", *arguments],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def settings(sqlite: Database, redis: Redis, valkey_server: str) -> GatewaySettings:
    return gateway_settings(
        Path(os.environ["NEXUS_HOME"]), valkey_server, api_secret=SecretStr(SECRET), port=8000
    )


def sign_in(port: int, code: str) -> httpx.Response:
    return httpx.post(f"http://127.0.0.1:{port}/api/session", json={"link": code}, trust_env=False)


def test_a_link_made_beside_a_running_company_signs_one_browser_in(settings: GatewaySettings) -> None:
    with running_gateway(settings.model_copy(update={"port": 0})) as gateway:
        made = nexus("link", API_SECRET=SECRET, PORT=str(gateway.port))
        found = LINK.fullmatch(made.stdout.strip())
        assert found is not None, made
        assert int(found[1]) == gateway.port
        assert found[2] not in made.stderr
        assert "15 minutes" in made.stderr
        first, second = sign_in(gateway.port, found[2]), sign_in(gateway.port, found[2])
    assert (first.status_code, second.status_code) == (200, 401)
    assert "nexus_session" in first.cookies


@pytest.mark.usefixtures("sqlite")
def test_without_a_secret_no_link_is_needed() -> None:
    made = nexus("link", API_SECRET="")
    assert (made.returncode, made.stdout, len(made.stderr.splitlines())) == (2, "", 1)
    assert "no link is needed" in made.stderr


def test_the_opening_shows_a_link_that_opens(settings: GatewaySettings) -> None:
    link = opening_link(settings)
    found = LINK.search(what_is_said(settings, link))
    assert found is not None
    with running_gateway(settings.model_copy(update={"port": 0})) as gateway:
        assert sign_in(gateway.port, found[2]).status_code == 200


def test_the_opening_shows_none_without_a_secret(settings: GatewaySettings) -> None:
    open_to_all = settings.model_copy(update={"api_secret": None})
    assert opening_link(open_to_all) is None
    assert "link" not in what_is_said(open_to_all, None)


def test_a_company_of_the_lan_is_told_how_others_reach_it(settings: GatewaySettings) -> None:
    wide = settings.model_copy(update={"host": "0.0.0.0"})  # noqa: S104 - printed, not bound
    said = what_is_said(wide, opening_link(wide))
    assert "On another machine" in said
    assert " link` makes a link" in what_is_said(wide, None)


def what_is_said(settings: GatewaySettings, link: str | None) -> str:
    """All that `nexus up` prints when it is ready."""
    models = Models(needs_starter=False, is_weak=False, roles=dict.fromkeys(Role, "a model"), notes=[])
    said = StringIO()
    console = Console(width=200, file=said)
    show_opening(Opening(settings, models, Stores(database="SQLite"), "Valkey", 1.0, None, link), console)
    return said.getvalue()
