"""GET /api/health/history, and the gateway's task that fills it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from redis.asyncio import Redis

from db.health_watch import SETTLE_S, HealthWatch
from db.statements.leases import HEARTBEAT, give_back, take_lease
from gateway.config import GatewaySettings
from gateway.health_watch import look, watching_health
from gateway.main import create_app
from gateway.services import Services
from nexus.clock import ManualClock
from nexus.errors import StoreUnavailable
from tests.gateway.company import LOOPBACK, services_in
from tests.gateway.test_gateway_health import beat

HISTORY = "/api/health/history"


def a_watch(services: Services, *, settled: bool = True) -> HealthWatch:
    clock = ManualClock(services.clock.now())
    watch = HealthWatch(services.database, "test", "here", clock, 30)
    if settled:
        clock.advance(SETTLE_S)
    return watch


async def history(client: httpx.AsyncClient, **query: str | int) -> dict[str, Any]:
    reply = await client.get(HISTORY, params=query)
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


async def test_nobody_has_looked_yet(client: httpx.AsyncClient) -> None:
    assert await history(client) == {"since": None, "items": [], "next_cursor": None}


async def test_what_the_report_says_becomes_the_history_and_only_its_changes_do(
    app: FastAPI, client: httpx.AsyncClient, redis: Redis
) -> None:
    services = services_in(app)
    watch = a_watch(services)
    await look(services, watch)
    report = (await client.get("/api/health/detailed")).json()["components"]
    first = await history(client)
    assert {row["component"]: row["status"] for row in first["items"]} == {
        name: part["status"] for name, part in report.items()
    }

    await beat(redis, "w1", roles=["ceo"])
    for _ in range(2):
        await look(services, watch)

    [newest, *rest] = (await history(client))["items"]
    assert (newest["component"], newest["status"], newest["reason"]) == (
        "workers.ceo",
        "healthy",
        "1 at work",
    )
    assert rest == first["items"]
    [after, before] = (await history(client, component="workers.ceo"))["items"]
    assert (after["status"], before["status"]) == ("healthy", "critical")
    assert str(first["since"]) <= before["at"] <= after["at"]


async def test_pages_are_stable_by_the_cursor(app: FastAPI, client: httpx.AsyncClient) -> None:
    await look(services_in(app), a_watch(services_in(app)))
    whole = (await history(client))["items"]
    seen: list[dict[str, str]] = []
    query: dict[str, str | int] = {"limit": 3}
    while True:
        page = await history(client, **query)
        seen += page["items"]
        if page["next_cursor"] is None:
            break
        query["cursor"] = str(page["next_cursor"])
    assert seen == whole
    assert len(whole) > 6


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 201}, {"cursor": "x"}, {"component": "' OR 1"}])
async def test_a_question_that_cannot_be_is_refused(
    client: httpx.AsyncClient, query: dict[str, str | int]
) -> None:
    assert (await client.get(HISTORY, params=query)).status_code == 422


async def until[T](ask: Callable[[], Awaitable[T | None]]) -> T:
    async with asyncio.timeout(20):
        while (found := await ask()) is None:  # noqa: ASYNC110 - a row rings no event
            await asyncio.sleep(0.02)
    return found


async def test_a_gateway_begins_to_look_by_itself_and_gives_the_watch_back(
    settings: GatewaySettings,
) -> None:
    app = create_app(settings.model_copy(update={"health_look_s": 30}))
    transport = httpx.ASGITransport(app, client=LOOPBACK)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client,
    ):
        services = services_in(app)

        async def since() -> object:
            return (await history(client))["since"]

        assert datetime.fromisoformat(str(await until(since))) <= services.clock.now()
        rows = (await history(client))["items"]
        assert {row["status"] for row in rows} == {"healthy"}, "workers may not have been heard yet"
        assert not await a_watch(services).is_mine()
    again = create_app(settings)
    async with again.router.lifespan_context(again):
        assert await a_watch(services_in(again)).is_mine()


async def test_a_gateway_whose_setting_is_zero_does_not_look(app: FastAPI) -> None:
    services = services_in(app)
    async with watching_health(services):
        assert [task for task in asyncio.all_tasks() if task.get_name() == "health"] == []


async def test_with_the_database_away_the_report_still_works_and_it_is_told_afterwards(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    services = services_in(app)
    watch = a_watch(services)
    await look(services, watch)
    before = await history(client)
    with pytest.MonkeyPatch.context() as away:
        for way in ("run", "read"):
            away.setattr(services.database, way, gone)
        await look(services, watch)
        assert (await client.get("/api/health/detailed")).json()["status"] == "critical"
        assert (await client.get(HISTORY)).status_code == 503
    await look(services, watch)
    rows = (await history(client, component="database"))["items"]
    assert [row["status"] for row in rows] == ["healthy", "critical", "healthy"]
    assert "does not answer" in rows[1]["reason"]
    assert (await history(client))["since"] == before["since"]


async def gone(*_: object, **__: object) -> object:
    raise StoreUnavailable("it is away")


async def test_while_a_heartbeat_lives_it_looks_instead_and_afterwards_the_gateway_does(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    services = services_in(app)
    database, watch = services.database, a_watch(services)
    assert await watch.is_mine()
    await database.run(take_lease, HEARTBEAT, "here:1:x", 60)
    heartbeat = HealthWatch(database, "here:1:x", "here", ManualClock(), 15, goes_first=True)
    assert await heartbeat.is_mine(), "it waits for nobody's lease"
    assert not await watch.is_mine()
    report = (await client.get("/api/health/detailed")).json()["components"]["heartbeat"]
    assert (report["status"], report["reason"]) == ("healthy", "looks after the company, process here:1")

    await database.run(take_lease, HEARTBEAT, "here:1:x", -1)
    await heartbeat.leave()
    assert await watch.is_mine()
    report = (await client.get("/api/health/detailed")).json()
    assert (report["status"], report["components"]["heartbeat"]["status"]) == ("critical", "critical")
    await database.run(give_back, HEARTBEAT, "here:1:x")
    assert "heartbeat" not in (await client.get("/api/health/detailed")).json()["components"]
