"""GET /api/metrics: numbers for a period, described, refused where the period is none, partial in an outage."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from redis.asyncio import Redis
from sqlalchemy.engine import Connection

from gateway.main import create_app
from nexus.work_order import Role
from tests.conftest import wait_until
from tests.db.ledger_rows import a_call, a_try_of, an_order_at
from tests.gateway.company import LOOPBACK, gateway_settings, services_in
from tests.stoppable import stoppable_postgres


def write_an_order(connection: Connection) -> None:
    at = datetime.now(UTC)
    order = an_order_at(connection, at, seconds=2)
    attempt = a_try_of(connection, order, 1, Role.INTERN, passed=True)
    a_call(connection, order, at, attempt_id=attempt, ceo_usd=Decimal("0.05"))
    a_call(connection, order, at, status="in_doubt", cost_usd=Decimal("0.1"), role="ceo")


@pytest.mark.parametrize("period", ["today", "week", "month", "all"])
async def test_every_period_has_todays_numbers(app: FastAPI, client: httpx.AsyncClient, period: str) -> None:
    services_in(app).database.run_sync(write_an_order)

    metrics = (await client.get(f"/api/metrics?period={period}")).json()

    assert (metrics["period"], metrics["timezone"], metrics["partial"]) == (period, "UTC", False)
    totals = metrics["totals"]
    assert (totals["calls"], totals["cost_usd"], totals["in_doubt_usd"]) == (2, 0.11, 0.1)
    assert totals["by_status"] == {"recorded": 1, "in_doubt": 1}
    assert [(role["role"], role["cost_usd"]) for role in metrics["by_role"]] == [
        ("intern", 0.01),
        ("ceo", 0.1),
    ]
    (model,) = metrics["by_model"]
    assert (model["provider"], model["model"], model["calls"]) == ("anthropic", "claude-haiku-4-5", 2)
    (day,) = metrics["by_day"]
    assert day["day"] == metrics["last_day"] == datetime.now(UTC).date().isoformat()
    assert metrics["orders"]["by_status"] == {"delivered": 1}
    assert metrics["qa"] == {"verdicts": 1, "passed": 1, "pass_rate": 1.0}
    assert metrics["order_latency"] == {"p50_ms": 2000, "p95_ms": 2000}
    assert metrics["savings"] == {"orders": 1, "cost_usd": 0.11, "ceo_cost_usd": 0.05, "saved_usd": -0.06}


async def test_without_a_period_it_is_about_today(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/metrics")).json()["period"] == "today"


async def test_another_period_is_a_problem_that_names_the_field(client: httpx.AsyncClient) -> None:
    reply = await client.get("/api/metrics?period=yesterday")

    assert reply.status_code == 422
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["errors"][0]["field"] == "period"


async def test_the_api_describes_it(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()

    operation = document["paths"]["/api/metrics"]["get"]
    assert operation["operationId"] == "get_metrics"
    assert "application/problem+json" in operation["responses"]["default"]["content"]
    sums = document["components"]["schemas"]["CallSums"]["properties"]
    assert sums["cost_usd"]["type"] == "number"
    receipt = document["components"]["schemas"]["ReceiptView"]["properties"]
    for name in ("cost_usd", "priced_usd", "ceo_cost_usd", "saved_usd"):
        assert receipt[name]["anyOf"][0]["type"] == "number"


async def test_while_postgresql_is_away_it_is_about_the_spool_and_says_partial(
    tmp_path: Path, redis: Redis, valkey_server: str
) -> None:
    with stoppable_postgres() as server:
        server.start()
        app = create_app(gateway_settings(tmp_path, valkey_server, database_url=server.new_database()))
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app, client=LOOPBACK)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
                services_in(app).database.run_sync(write_an_order)
                before = (await client.get("/api/metrics")).json()
                server.stop()
                spool = services_in(app).store.spool
                assert spool is not None
                await client.post("/api/chat", json={"content": "during"}, timeout=30)
                await wait_until(lambda: spool.is_local)
                during = (await client.get("/api/metrics")).json()
    assert (before["partial"], before["orders"]["total"]) == (False, 1)
    assert (during["partial"], during["orders"]["by_status"]) == (True, {"queued": 1})
