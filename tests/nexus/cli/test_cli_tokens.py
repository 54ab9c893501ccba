"""`nexus token` and `nexus secret`: what is shown once, what is kept, and that a gateway takes what they make."""

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from redis.asyncio import Redis

from db.engine import Database
from gateway.config import GatewaySettings
from nexus.settings import load_settings
from tests.gateway.company import gateway_settings, running_gateway, wait_until


def nexus(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nexus.cli.main", *arguments]
    return subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=60
    )


@pytest.fixture
def records(sqlite: Database) -> Database:
    """The database of the settings that the commands read."""
    return sqlite


@pytest.mark.usefixtures("records")
def test_a_token_is_made_listed_and_revoked() -> None:
    assert nexus("secret", "new").returncode == 0
    made = nexus("token", "create", "phone", "--role", "owner", "--days", "7")
    [token] = made.stdout.splitlines()
    assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+", token)
    jti = made.stderr.rpartition("id ")[2].partition(".")[0]
    assert token not in made.stderr

    listed = nexus("token", "list").stdout
    assert jti in listed
    assert "opens" in listed
    assert token.rpartition(".")[2] not in listed

    assert nexus("token", "revoke", "phone").stdout.startswith(f"phone ({jti}) is revoked")
    assert "revoked" in nexus("token", "list").stdout
    again = nexus("token", "revoke", jti)
    assert (again.returncode, len(again.stderr.splitlines())) == (2, 1)


@pytest.mark.usefixtures("records")
@pytest.mark.parametrize("name", ["", "x" * 65, "a/b"])
def test_a_name_that_cannot_be_one_is_refused(name: str) -> None:
    assert nexus("secret", "new").returncode == 0
    assert nexus("token", "create", "--", name).returncode == 2
    assert "no token" in nexus("token", "list").stdout


@pytest.mark.usefixtures("records")
def test_without_a_secret_there_is_nothing_to_sign_with() -> None:
    made = nexus("token", "create", "phone")
    assert (made.returncode, made.stdout) == (2, "")
    assert "nexus secret new" in made.stderr


def test_a_new_secret_is_shown_once_and_keeps_the_one_before() -> None:
    settings = load_settings(GatewaySettings)
    first = nexus("secret", "new", API_SECRET="from-the-environment")
    [shown] = first.stdout.splitlines()
    assert settings.secret_path.read_text() == f"{shown}\nfrom-the-environment\n"
    assert shown not in first.stderr
    [second] = nexus("secret", "new").stdout.splitlines()
    assert settings.secret_path.read_text() == f"{second}\n{shown}\n"
    dropped = nexus("secret", "new", "--drop-previous")
    assert dropped.returncode == 0
    assert second not in dropped.stdout
    assert settings.secret_path.read_text() == f"{second}\n"
    assert settings.secret_path.stat().st_mode & 0o777 == 0o600


def test_there_is_no_previous_secret_to_drop_where_there_is_none() -> None:
    assert nexus("secret", "new", "--drop-previous").returncode == 2


@pytest.fixture
def settings(sqlite: Database, redis: Redis, valkey_server: str) -> GatewaySettings:
    return gateway_settings(Path(os.environ["NEXUS_HOME"]), valkey_server)


def test_a_running_gateway_takes_the_secret_and_the_tokens_that_were_made_meanwhile(
    settings: GatewaySettings,
) -> None:
    with running_gateway(settings) as gateway:
        url = f"http://127.0.0.1:{gateway.port}/api/agents"

        def status(token: str) -> int:
            return httpx.get(url, headers={"Authorization": f"Bearer {token}"}, trust_env=False).status_code

        assert httpx.get(url, trust_env=False).status_code == 200
        secret = nexus("secret", "new").stdout.strip()
        wait_until(lambda: httpx.get(url, trust_env=False).status_code == 401)
        token = nexus("token", "create", "phone").stdout.strip()
        assert (status(secret), status(token), status("wrong")) == (200, 200, 401)
        assert nexus("status", PORT=str(gateway.port)).returncode != 2  # it finds the secret by itself

        newer = nexus("secret", "new").stdout.strip()
        wait_until(lambda: status(newer) == 200)
        assert (status(secret), status(token)) == (200, 200)
        nexus("secret", "new", "--drop-previous")
        wait_until(lambda: status(secret) == 401)
        assert (status(newer), status(token)) == (200, 401)

        again = nexus("token", "create", "phone").stdout.strip()
        assert status(again) == 200
        nexus("token", "revoke", "phone")
        wait_until(lambda: status(again) == 401, timeout_s=6)
