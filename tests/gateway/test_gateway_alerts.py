"""GET /api/alerts: what the owner is told without having asked."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from db.statements.alerts import Alert, Severity, raise_alert
from tests.builders import now
from tests.gateway.company import services_in


async def alerts(client: httpx.AsyncClient, **query: str) -> dict[str, Any]:
    reply = await client.get("/api/alerts", params=query)
    assert reply.status_code == 200, reply.text
    return dict(reply.json())


def raised(app: FastAPI, *names: int) -> None:
    for n in names:
        alert = Alert(
            f"test:{n}", "test", Severity.WARNING, f"Number {n}.", {"usd": "0.1", "limit_usd": None}
        )
        services_in(app).database.run_sync(raise_alert, alert, now())


def numbers(page: dict[str, Any]) -> list[int]:
    return [int(item["key"].removeprefix("test:")) for item in page["items"]]


async def test_an_empty_company_has_nothing_to_tell(client: httpx.AsyncClient) -> None:
    assert await alerts(client) == {"items": [], "next_cursor": None, "partial": False}


async def test_a_freeze_and_a_limit_are_told_with_who_and_what(client: httpx.AsyncClient) -> None:
    await client.post("/api/budget/freeze", json={"reason": "holiday"})
    limit = {"scope": "ceo", "kind": "month", "limit_usd": 5}
    await client.put("/api/budget/limits", json=limit)

    changed, frozen = (await alerts(client))["items"]
    assert (frozen["kind"], frozen["severity"], frozen["text"]) == (
        "budget.frozen",
        "warning",
        "Paid calls are frozen by owner: holiday",
    )
    assert frozen["details"] == {"by": "owner", "reason": "holiday"}
    assert changed["kind"] == "budget.limit_changed"
    assert changed["details"] == limit | {
        "limit_usd": "5",
        "was_usd": None,
        "limit_from": "set",
        "by": "owner",
    }


async def test_pages_go_back_in_time_without_gap_or_repeat(app: FastAPI, client: httpx.AsyncClient) -> None:
    raised(app, *range(7))
    page = await alerts(client, limit="3")
    seen = numbers(page)
    raised(app, 7)
    while page["next_cursor"]:
        page = await alerts(client, limit="3", cursor=page["next_cursor"])
        seen += numbers(page)
    assert seen == [6, 5, 4, 3, 2, 1, 0]


async def test_who_has_seen_one_asks_for_newer_ones(app: FastAPI, client: httpx.AsyncClient) -> None:
    raised(app, 0, 1)
    newest = (await alerts(client))["items"][0]["id"]
    assert numbers(await alerts(client, after=newest)) == []
    raised(app, 2, 3)
    assert numbers(await alerts(client, after=newest)) == [3, 2]


@pytest.mark.parametrize("query", [{"cursor": "x"}, {"after": "'"}, {"limit": "0"}, {"limit": "201"}])
async def test_a_wrong_query_is_refused(client: httpx.AsyncClient, query: dict[str, str]) -> None:
    assert (await client.get("/api/alerts", params=query)).status_code == 422
