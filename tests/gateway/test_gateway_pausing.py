"""Pausing and resuming a role over HTTP, and what GET /api/agents says of who does what."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
from fastapi import FastAPI
from redis.asyncio import Redis

from db.records import AttemptStatus
from db.statements.pauses import all_pauses
from db.tables import attempts
from gateway.config import GatewaySettings
from nexus.work_order import Role
from tests.builders import assigned, claimed
from tests.db.ledger_rows import a_call, a_try_of, an_order_at
from tests.gateway.company import Company, services_in
from tests.gateway.test_gateway_agents import agents_of, beat


async def test_a_role_is_paused_and_resumed_with_who_when_and_why(
    client: httpx.AsyncClient, app: FastAPI, redis: Redis
) -> None:
    await beat(redis)
    paused = await client.post("/api/agents/intern/pause", json={"reason": "holiday"})

    assert paused.status_code == 200
    view = paused.json()
    assert (view["role"], view["paused"]["by"], view["paused"]["reason"]) == ("intern", "owner", "holiday")
    since = datetime.fromisoformat(view["paused"]["since"])
    assert abs(datetime.now(UTC) - since) < timedelta(minutes=1)
    assert view["status"] == "healthy"
    assert view["reason"] == f"paused by owner since {since:%Y-%m-%d %H:%M} UTC: its orders wait; 1 at work"
    assert set(await services_in(app).database.read(all_pauses)) == {Role.INTERN}
    agents = await agents_of(client)
    assert agents["intern"]["paused"] == view["paused"]
    assert agents["ceo"]["paused"] is None

    resumed = (await client.post("/api/agents/intern/resume")).json()

    assert (resumed["paused"], resumed["reason"]) == (None, "1 at work")
    assert await services_in(app).database.read(all_pauses) == {}


async def test_a_second_pause_changes_nothing(client: httpx.AsyncClient) -> None:
    first = (await client.post("/api/agents/ceo/pause", json={"reason": "too dear"})).json()
    second = (await client.post("/api/agents/ceo/pause")).json()

    assert second["paused"] == first["paused"]
    rows = (await client.get("/api/audit")).json()["items"]
    assert [(row["action"], row["actor"]) for row in rows if "paused" in row["action"]] == [
        ("switch.paused.ceo", "owner")
    ]


async def test_while_the_admin_is_paused_it_says_where_orders_wait(client: httpx.AsyncClient) -> None:
    view = (await client.post("/api/agents/admin/pause")).json()

    assert "new orders wait at the front desk" in view["reason"]
    health = (await client.get("/api/health/detailed")).json()
    assert health["components"]["workers.admin"]["reason"].startswith("paused by owner since")


async def test_nonsense_is_refused_and_names_the_field(client: httpx.AsyncClient) -> None:
    unknown_field = await client.post("/api/agents/intern/pause", json={"why": "holiday"})
    unknown_role = await client.post("/api/agents/janitor/pause")

    assert (unknown_field.status_code, unknown_field.json()["errors"][0]["field"]) == (422, "why")
    assert unknown_role.status_code == 422


async def test_who_works_on_what_and_what_waits(client: httpx.AsyncClient, company: Company) -> None:
    database = company.database
    held = assigned(database, content="  How many\n  legs has a spider? " + "Think. " * 40)
    assert claimed(database, held.id, Role.INTERN) is not None
    assigned(database), assigned(database)
    assigned(database, Role.CEO)

    agents = await agents_of(client)

    (doing,) = agents["intern"]["doing"]
    assert (doing["order_id"], doing["session_id"]) == (held.id, held.session_id)
    assert doing["url"] == f"/api/work-orders/{held.id}"
    assert doing["title"].startswith("How many legs has a spider? Think.")
    assert len(doing["title"]) == 80
    assert abs(datetime.now(UTC) - datetime.fromisoformat(doing["since"])) < timedelta(minutes=1)
    assert {role: agent["waiting"] for role, agent in agents.items()} == {
        "admin": 0, "intern": 2, "director": 0, "ceo": 1,
    }  # fmt: skip
    assert agents["ceo"]["doing"] == []


async def test_the_work_of_the_day_and_of_the_week(client: httpx.AsyncClient, company: Company) -> None:
    now = datetime.now(UTC)
    company.database.run_sync(_some_work, now)

    intern = (await agents_of(client))["intern"]

    today, week = intern["work"], intern["week"]
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    assert datetime.fromisoformat(today["since"]) == midnight
    assert datetime.fromisoformat(week["since"]) == midnight - timedelta(days=6)
    assert (today["attempts"], today["success_rate"]) == (2, 0.5)
    assert (today["verdicts"], today["qa_pass_rate"]) == (2, 0.5)
    assert (today["p50_ms"], today["p95_ms"], today["cost_usd"]) == (100, 300, 0.02)
    assert (week["attempts"], week["cost_usd"]) == (3, 0.03)


async def test_who_has_done_nothing_has_no_rate(client: httpx.AsyncClient) -> None:
    work = (await agents_of(client))["ceo"]["work"]

    assert (work["attempts"], work["success_rate"], work["qa_pass_rate"]) == (0, None, None)
    assert (work["p50_ms"], work["p95_ms"], work["cost_usd"]) == (None, None, 0)


async def test_without_the_database_nothing_is_made_up(
    client: httpx.AsyncClient, app: FastAPI, settings: GatewaySettings
) -> None:
    services_in(app).database.engine.dispose()
    settings.sqlite_path.unlink()
    settings.sqlite_path.mkdir()

    intern = (await agents_of(client))["intern"]

    assert (intern["work"], intern["week"], intern["doing"], intern["paused"]) == (None, None, [], None)


def _some_work(connection: Any, now: datetime) -> None:
    """Today a try that passed and one that did not; three days ago one that passed."""
    for at, passed, latency_ms in (
        (now, True, 100),
        (now, False, 300),
        (now - timedelta(days=3), True, 900),
    ):
        order_id = an_order_at(connection, at)
        attempt_id = a_try_of(connection, order_id, 1, Role.INTERN, passed=passed)
        connection.execute(attempts.update().where(attempts.c.id == attempt_id).values(started_at=at))
        a_call(
            connection, order_id, at, attempt_id=attempt_id, latency_ms=latency_ms, cost_usd=Decimal("0.01")
        )
    running = a_try_of(connection, an_order_at(connection, now), 1, Role.INTERN, passed=True)
    connection.execute(
        attempts.update()
        .where(attempts.c.id == running)
        .values(started_at=now, status=AttemptStatus.RUNNING.value)
    )
