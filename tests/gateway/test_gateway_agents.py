"""GET /api/agents: the four roles, their models with price and health, and who works."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI
from redis.asyncio import Redis

from agents.config import AgentSettings, ModelChoice, Provider, resolve_payroll
from agents.housekeeping import _models_of
from db.statements.model_health import ModelHealth, put_model_health
from gateway.config import GatewaySettings
from gateway.main import create_app
from gateway.openapi import describe
from nexus.model_status import ModelStatus
from nexus.roster import WORKERS
from nexus.work_order import Role
from tests.gateway.company import LOOPBACK, Company, gateway_settings, services_in

OLLAMA = ModelChoice(Provider.OLLAMA, "qwen3:8b", "http://127.0.0.1:1")
AT = datetime.now(UTC)


async def beat(redis: Redis, worker: str = "w1", busy: int = 1) -> None:
    """As a worker with an Anthropic key and an Ollama writes it."""
    payroll = resolve_payroll(AgentSettings.model_validate({"anthropic_api_key": "k"}), OLLAMA)
    written = {
        "worker": worker,
        "pid": 1,
        "host": "here",
        "roles": [role.value for role in Role],
        "models": {role.value: _models_of(payroll, role) for role in Role},
        "at": datetime.now(UTC).isoformat(),
        "busy": busy,
    }
    await redis.hset(WORKERS, worker, json.dumps(written))


def refused(model: str = "claude-opus-4-6") -> ModelHealth:
    detail = "ANTHROPIC_API_KEY is refused (401): set a valid key."
    return ModelHealth("anthropic", model, ModelStatus.CRITICAL, detail, None, AT, "w1")


async def agents_of(client: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    reply = await client.get("/api/agents")
    assert reply.status_code == 200
    return {agent["role"]: agent for agent in reply.json()["items"]}


async def test_each_role_has_its_model_with_price_and_health_its_fallbacks_and_its_workers(
    client: httpx.AsyncClient, company: Company, redis: Redis
) -> None:
    await beat(redis, "w1")
    await beat(redis, "w2", busy=2)
    await company.database.run(put_model_health, [refused()])

    agents = await agents_of(client)

    assert agents.keys() == {role.value for role in Role}
    ceo = agents["ceo"]
    assert (ceo["model"], ceo["provider"], ceo["local"], ceo["weak"]) == (
        "claude-opus-4-6",
        "anthropic",
        False,
        False,
    )
    assert ceo["price"] == {"input": 5, "output": 25, "cache_read": 0.5, "cache_write": 6.25}
    assert ceo["health"]["status"] == "critical"
    assert "ANTHROPIC_API_KEY" in ceo["health"]["detail"]
    assert datetime.fromisoformat(ceo["health"]["checked_at"]) == AT
    assert (ceo["workers"], ceo["busy"], ceo["status"]) == (2, 3, "healthy")
    (fallback,) = ceo["fallbacks"]
    assert (fallback["model"], fallback["local"]) == ("qwen3:8b", True)
    assert fallback["price"] == {"input": 0, "output": 0, "cache_read": 0, "cache_write": 0}
    assert fallback["health"] == {"status": "unknown", "detail": "not looked at yet", "checked_at": None}


async def test_a_role_without_a_model_says_null_and_not_something_made_up(
    client: httpx.AsyncClient,
) -> None:
    agents = await agents_of(client)

    for agent in agents.values():
        assert agent["status"] == "critical"
        assert (agent["model"], agent["price"], agent["health"], agent["fallbacks"]) == (None, None, None, [])


async def test_without_redis_it_is_200_and_everybody_is_unknown(tmp_path: Path) -> None:
    app = create_app(gateway_settings(tmp_path, f"unix://{tmp_path}/nobody.sock"))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, client=LOOPBACK)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            agents = await agents_of(client)

    assert {agent["status"] for agent in agents.values()} == {"unknown"}


async def test_without_the_database_the_models_are_there_and_their_health_is_unknown(
    client: httpx.AsyncClient, app: FastAPI, redis: Redis, settings: GatewaySettings
) -> None:
    await beat(redis)
    services = services_in(app)
    services.database.engine.dispose()
    settings.sqlite_path.unlink()
    settings.sqlite_path.mkdir()

    agents = await agents_of(client)

    assert agents["ceo"]["model"] == "claude-opus-4-6"
    assert agents["ceo"]["health"]["status"] == "unknown"


def test_the_api_describes_it(app: FastAPI) -> None:
    document = describe(app)

    operation = document["paths"]["/api/agents"]["get"]
    assert operation["operationId"] == "list_agents"
    assert "default" in operation["responses"], "problems are described"
    view = document["components"]["schemas"]["AgentView"]["properties"]
    assert {"model", "fallbacks", "price", "health", "workers", "busy"} <= view.keys()
