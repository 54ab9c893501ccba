"""GET /api/metrics/series: lists for charts, described, refused where the period is none, partial in an outage."""

from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from redis.asyncio import Redis

from gateway.main import create_app
from tests.conftest import wait_until
from tests.gateway.company import LOOPBACK, gateway_settings, services_in
from tests.gateway.test_gateway_metrics import write_an_order
from tests.stoppable import stoppable_postgres

SERIES = "/api/metrics/series"


@pytest.mark.parametrize(("period", "unit"), [("today", "hour"), ("week", "day"), ("month", "day")])
@pytest.mark.parametrize(
    ("by", "names"), [("role", ["intern", "ceo"]), ("model", ["anthropic/claude-haiku-4-5", "anthropic/m"])]
)
async def test_every_list_is_as_long_as_the_starts_and_ends_with_now(
    app: FastAPI, client: httpx.AsyncClient, period: str, unit: str, by: str, names: list[str]
) -> None:
    services_in(app).database.run_sync(write_an_order)

    asked_at = datetime.now(UTC)
    series = (await client.get(f"{SERIES}?period={period}&by={by}")).json()

    assert (series["period"], series["by"], series["unit"]) == (period, by, unit)
    assert (series["timezone"], series["partial"]) == ("UTC", False)
    assert [group["name"] for group in series["groups"]] == names
    lists = [figure for group in series["groups"] for figure in group.values() if isinstance(figure, list)]
    assert {len(figure) for figure in (*lists, *series["orders"].values())} == {len(series["starts"])}
    first = series["groups"][0]
    assert (100 in first["p50_ms"], sum(first["input_tokens"]) > 0) == (True, True)
    assert sum(sum(group["passed"]) for group in series["groups"]) == 1
    assert (sum(series["orders"]["arrived"]), sum(series["orders"]["delivered"])) == (1, 1)
    starts = [datetime.fromisoformat(start) for start in series["starts"]]
    assert starts[-1] <= datetime.now(UTC)
    assert asked_at < datetime.fromisoformat(series["ends_at"])


async def test_it_agrees_with_the_metrics_of_the_same_period(app: FastAPI, client: httpx.AsyncClient) -> None:
    services_in(app).database.run_sync(write_an_order)

    series = (await client.get(f"{SERIES}?period=week")).json()
    metrics = (await client.get("/api/metrics?period=week")).json()

    assert len(series["starts"]) == datetime.now(UTC).weekday() + 1
    for role, group in zip(metrics["by_role"], series["groups"], strict=True):
        assert (role["role"], role["calls"]) == (group["role"], sum(group["calls"]))
        assert role["cost_usd"] == pytest.approx(sum(group["cost_usd"]))
    assert metrics["savings"]["saved_usd"] == pytest.approx(sum(series["orders"]["saved_usd"]))


@pytest.mark.parametrize(("query", "field"), [("period=all", "period"), ("by=day", "by")])
async def test_what_it_cannot_tell_is_a_problem_that_names_the_field(
    client: httpx.AsyncClient, query: str, field: str
) -> None:
    reply = await client.get(f"{SERIES}?{query}")

    assert (reply.status_code, reply.json()["errors"][0]["field"]) == (422, field)


async def test_the_api_describes_its_lists(client: httpx.AsyncClient) -> None:
    schemas = (await client.get("/openapi.json")).json()["components"]["schemas"]

    group = schemas["GroupSeries"]["properties"]
    assert group["cost_usd"]["items"]["type"] == "number"
    assert group["p50_ms"]["items"]["anyOf"] == [{"type": "integer"}, {"type": "null"}]


async def test_in_an_outage_series_and_recent_conversations_are_of_this_host_and_say_so(
    tmp_path: Path, redis: Redis, valkey_server: str
) -> None:
    with stoppable_postgres() as server:
        server.start()
        app = create_app(gateway_settings(tmp_path, valkey_server, database_url=server.new_database()))
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app, client=LOOPBACK)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
                services_in(app).database.run_sync(write_an_order)
                before = (await client.get(SERIES)).json()
                server.stop()
                spool = services_in(app).store.spool
                assert spool is not None
                said = (await client.post("/api/chat", json={"content": "during"}, timeout=30)).json()
                await wait_until(lambda: spool.is_local)
                during = (await client.get(SERIES)).json()
                listed = (await client.get("/api/sessions?order=recent")).json()
    assert (before["partial"], sum(before["orders"]["delivered"])) == (False, 1)
    assert (during["partial"], sum(during["orders"]["delivered"])) == (True, 0)
    assert sum(during["orders"]["arrived"]) == 1
    assert (listed["partial"], [item["id"] for item in listed["items"]]) == (True, [said["session_id"]])
