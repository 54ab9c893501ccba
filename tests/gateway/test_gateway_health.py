"""How the company is, by the gateway's account."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from fastapi import FastAPI
from redis.asyncio import Redis

from db.statements.model_health import ModelHealth, put_model_health
from gateway.main import create_app
from nexus.model_status import ModelStatus
from nexus.roster import WORKERS
from nexus.work_order import Role
from tests.gateway.company import LOOPBACK, gateway_settings, services_in


def a_beat(worker: str, silent_s: float, changes: dict[str, object]) -> dict[str, object]:
    return {
        "worker": worker,
        "pid": 1,
        "host": "here",
        "roles": [role.value for role in Role],
        "models": {
            "ceo": {"model": "claude-opus-4-6", "provider": "anthropic", "local": False, "weak": False},
            "intern": {"model": "SmolLM2-135M", "provider": "openai", "local": True, "weak": True},
        },
        "at": (datetime.now(UTC) - timedelta(seconds=silent_s)).isoformat(),
        "busy": 1,
    } | changes


async def beat(redis: Redis, worker: str, silent_s: float = 0, **changes: object) -> None:
    await redis.hset(WORKERS, worker, json.dumps(a_beat(worker, silent_s, changes)))


async def test_a_company_at_work_is_healthy(app: FastAPI, client: httpx.AsyncClient, redis: Redis) -> None:
    await beat(redis, "w1")
    await beat(redis, "w2")
    looked = ModelHealth("anthropic", "opus", ModelStatus.HEALTHY, "fine", None, datetime.now(UTC), "w1")
    await services_in(app).database.run(put_model_health, [looked])
    report = (await client.get("/api/health/detailed")).json()
    assert report["status"] == "healthy"
    assert report["components"].keys() == {
        "gateway",
        "database",
        "redis",
        "models",
        "budget",
        *(f"workers.{role}" for role in Role),
    }
    assert all(part["reason"] for part in report["components"].values())


async def test_where_code_is_run_is_as_the_worst_off_of_the_living_workers_says(
    client: httpx.AsyncClient, redis: Redis
) -> None:
    async def component() -> dict[str, str] | None:
        found: dict[str, dict[str, str]] = (await client.get("/api/health/detailed")).json()["components"]
        return found.get("sandbox")

    good = {"level": "bubblewrap", "reason": "bubblewrap, with namespaces"}
    bad = {"level": "none", "reason": "none: landlock: too old. Fix: install bubblewrap"}
    await beat(redis, "w1")
    assert await component() is None, "it has not looked yet"
    await beat(redis, "w1", sandbox=good)
    assert await component() == {"status": "healthy", "reason": good["reason"], "modes": None}
    await beat(redis, "w2", sandbox=bad, host="there")
    found = await component()
    assert found is not None
    assert (found["status"], found["reason"]) == ("degraded", f"there: {bad['reason']}")
    await beat(redis, "w2", sandbox=bad, host="there", silent_s=30)
    found = await component()
    assert found is not None
    assert found["status"] == "healthy", "who is dead does not count"


async def test_models_that_nobody_has_looked_at_yet_are_unknown_and_that_is_not_healthy(
    client: httpx.AsyncClient, redis: Redis
) -> None:
    await beat(redis, "w1")
    report = (await client.get("/api/health/detailed")).json()
    assert report["components"]["models"]["status"] == report["status"] == "unknown"


async def test_a_role_that_nobody_fills_is_critical_and_so_is_the_whole(
    client: httpx.AsyncClient, redis: Redis
) -> None:
    await beat(redis, "w1", roles=["admin", "intern", "director"])
    report = (await client.get("/api/health/detailed")).json()
    assert report["status"] == report["components"]["workers.ceo"]["status"] == "critical"
    assert report["components"]["workers.intern"]["status"] == "healthy"


async def test_a_worker_that_fell_silent_counts_no_more(client: httpx.AsyncClient, redis: Redis) -> None:
    await beat(redis, "w1", silent_s=16)
    await beat(redis, "long ago", silent_s=7200)
    report = (await client.get("/api/health/detailed")).json()
    assert report["components"]["workers.ceo"]["status"] == "critical"
    assert "no sign of life since" in report["components"]["workers.ceo"]["reason"]


async def test_without_redis_the_company_is_degraded_and_the_workers_are_unknown(tmp_path: Path) -> None:
    app = create_app(gateway_settings(tmp_path, f"unix://{tmp_path}/nobody.sock"))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, client=LOOPBACK)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            report = (await client.get("/api/health/detailed")).json()
            agents = (await client.get("/api/agents")).json()["items"]
    assert report["status"] == report["components"]["redis"]["status"] == "degraded"
    assert {agent["status"] for agent in agents} == {"unknown"}


async def test_agents_are_shown_with_the_model_their_workers_report(
    client: httpx.AsyncClient, redis: Redis
) -> None:
    await beat(redis, "w1")
    await beat(redis, "w2")
    await redis.hset(WORKERS, "broken", "{}")
    agents = {agent["role"]: agent for agent in (await client.get("/api/agents")).json()["items"]}
    assert agents.keys() == {"admin", "intern", "director", "ceo"}
    assert (agents["ceo"]["model"], agents["ceo"]["workers"]) == ("claude-opus-4-6", 2)
    assert agents["admin"]["model"] is None
    assert agents["intern"]["weak"] is True
    assert "weak" in agents["intern"]["reason"]
