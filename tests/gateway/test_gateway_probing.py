"""Asking the workers to look at a role's models: the gateway asks, a worker's watch looks, /api/agents shows it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from redis.asyncio import Redis

from agents.breaker import ModelBreakers
from agents.config import AgentSettings, resolve_payroll
from agents.fakes import anthropic_api
from agents.fakes.script import Script
from agents.fakes.server import FakeServer
from agents.handler import Workplace
from agents.lease import LeaseKeeper
from agents.model_watch import ModelWatch
from agents.scripted_model import ScriptedModel
from gateway.main import create_app
from nexus.clock import SystemClock
from tests.gateway.company import LOOPBACK, gateway_settings, services_in
from tests.gateway.test_gateway_agents import agents_of, beat

KEY = "sk-very-secret"
MODELS = ("claude-opus-4-6", "claude-sonnet-4-6", "claude-haiku-4-5")


@pytest.fixture
async def anthropic() -> AsyncIterator[FakeServer]:
    async with FakeServer(anthropic_api.create_app(Script(), api_key=KEY, models=MODELS)) as server:
        yield server


@pytest.fixture
def watch(app: FastAPI, anthropic: FakeServer) -> ModelWatch:
    """A worker's, on the same database and Redis."""
    services, clock = services_in(app), SystemClock()
    settings = AgentSettings.model_validate(
        {"anthropic_api_key": KEY, "anthropic_base_url": anthropic.base_url}
    )
    breakers = ModelBreakers(clock)
    place = Workplace(
        "w1",
        settings,
        resolve_payroll(settings, None),
        services.database,
        services.bus,
        clock,
        ScriptedModel(),
        LeaseKeeper(services.database, clock, 30),
        breakers,
    )
    return ModelWatch(place, breakers)


async def checked_at(client: httpx.AsyncClient, role: str) -> datetime | None:
    found: Any = (await agents_of(client))[role]["health"]["checked_at"]
    return datetime.fromisoformat(found) if found else None


async def test_a_probe_that_is_asked_for_shows_within_seconds_and_only_of_that_role(
    client: httpx.AsyncClient, redis: Redis, watch: ModelWatch
) -> None:
    await beat(redis)
    listening = asyncio.create_task(watch.keep_listening())
    try:
        assert await checked_at(client, "ceo") is None
        reply = await client.post("/api/agents/ceo/probe")
        assert (reply.status_code, reply.json()["role"]) == (202, "ceo")
        asked_at = datetime.fromisoformat(reply.json()["asked_at"])
        async with asyncio.timeout(20):
            while ((at := await checked_at(client, "ceo")) or asked_at) <= asked_at:  # noqa: ASYNC110 - a row rings no event
                await asyncio.sleep(0.02)
        assert at is not None
        assert at > asked_at
        assert await checked_at(client, "intern") is None
    finally:
        listening.cancel()


async def test_one_wish_is_looked_at_once(
    client: httpx.AsyncClient, redis: Redis, watch: ModelWatch, anthropic: FakeServer
) -> None:
    await beat(redis)
    await client.post("/api/agents/ceo/probe")
    await watch.look_where_asked()
    first = await checked_at(client, "ceo")
    assert first is not None
    await watch.look_where_asked()
    assert await checked_at(client, "ceo") == first


async def test_a_role_is_probed_once_in_five_seconds_and_others_meanwhile(
    client: httpx.AsyncClient, redis: Redis
) -> None:
    await beat(redis)
    assert (await client.post("/api/agents/ceo/probe")).status_code == 202
    again = await client.post("/api/agents/ceo/probe")
    assert again.status_code == 429
    assert 1 <= int(again.headers["retry-after"]) <= 5
    assert (await client.post("/api/agents/intern/probe")).status_code == 202


async def test_where_nobody_works_nobody_can_look(client: httpx.AsyncClient) -> None:
    reply = await client.post("/api/agents/ceo/probe")
    assert (reply.status_code, reply.json()["type"]) == (409, "urn:nexus:problem:nobody-works")
    assert (await client.post("/api/agents/nobody/probe")).status_code == 422


async def test_without_redis_nobody_can_be_asked(tmp_path: Path) -> None:
    app = create_app(gateway_settings(tmp_path, f"unix://{tmp_path}/nobody.sock"))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, client=LOOPBACK)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            reply = await client.post("/api/agents/ceo/probe")
    assert (reply.status_code, reply.json()["type"]) == (503, "urn:nexus:problem:redis-unavailable")
