"""Real parts for the gateway's tests: the ASGI app over SQLite and Valkey, and a server that listens."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from redis.asyncio import Redis

from db.engine import open_database
from db.migrate import migrate
from gateway.config import GatewaySettings
from gateway.main import create_app
from tests.gateway.company import LOOPBACK, Company, Running, gateway_settings, running_gateway, services_in


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database of the newest schema, made once."""
    settings = gateway_settings(tmp_path_factory.mktemp("migrated"), "")
    database = open_database(settings)
    migrate(database)
    database.close()
    return settings.sqlite_path


@pytest.fixture
def settings(tmp_path: Path, migrated_file: Path, redis: Redis, valkey_server: str) -> GatewaySettings:
    """SQLite in a folder of its own, and an empty Valkey."""
    settings = gateway_settings(tmp_path, valkey_server)
    shutil.copy(migrated_file, settings.sqlite_path)
    return settings


@pytest.fixture
async def app(settings: GatewaySettings) -> AsyncIterator[FastAPI]:
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client on this machine."""
    transport = httpx.ASGITransport(app, client=LOOPBACK)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield client


@pytest.fixture
def company(app: FastAPI) -> Company:
    """Workers beside the app, on the same database and bus."""
    services = services_in(app)
    return Company(services.database, services.bus)


@pytest.fixture
def gateway(settings: GatewaySettings) -> Iterator[Running]:
    """A gateway that listens on a port."""
    with running_gateway(settings) as running:
        yield running
