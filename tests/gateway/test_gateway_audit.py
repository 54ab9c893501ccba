"""Who changed what: a row for each change of state, and reading them back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from db.engine import Database
from db.statements.logs import AuditEvent, AuditFilter, audit_page, insert_audit_event
from gateway.auditing import audit
from gateway.principals import LOCAL
from nexus.errors import StoreUnavailable
from nexus.redaction import MASK
from tests.gateway.company import services_in

KEY = "sk-ant-api03-CanaryA1b2C3d4E5f6"


async def rows(client: httpx.AsyncClient, **query: str) -> list[dict[str, Any]]:
    reply = await client.get("/api/audit", params=query)
    assert reply.status_code == 200, reply.text
    found: list[dict[str, Any]] = reply.json()["items"]
    return found


async def an_order(client: httpx.AsyncClient) -> str:
    order_id: str = (await client.post("/api/chat", json={"content": "Hi"})).json()["order_id"]
    return order_id


async def test_a_cancel_is_noted_once_with_who_did_it(client: httpx.AsyncClient) -> None:
    order_id = await an_order(client)
    for _ in range(3):
        assert (await client.post(f"/api/work-orders/{order_id}/cancel")).status_code == 200
    [row] = await rows(client, order_id=order_id)
    assert (row["actor"], row["action"], row["status"]) == ("owner", "order.cancelled", "done")
    assert row["details"] == {"via": "local"}
    assert row["session_id"].startswith("sess-")


async def test_freezing_and_thawing_are_noted_with_the_reason(client: httpx.AsyncClient) -> None:
    await client.post("/api/budget/freeze", json={"reason": f"the key {KEY} leaked"})
    await client.post("/api/budget/thaw")
    thawed, frozen = await rows(client, action="switch.frozen")
    assert (frozen["status"], thawed["status"]) == ("on", "off")
    assert frozen["details"] == {"reason": f"the key {MASK} leaked"}
    assert frozen["actor"] == "owner"


async def test_reading_and_sending_note_nothing(client: httpx.AsyncClient) -> None:
    await an_order(client)
    await client.get("/api/agents")
    assert await rows(client) == []


async def test_pages_go_back_in_time_without_gap_or_repeat(client: httpx.AsyncClient, app: FastAPI) -> None:
    services = services_in(app)
    for n in range(7):
        await audit(services, LOCAL, f"test.{n}")
    seen, cursor = [], None
    while True:
        query = {"limit": "3"} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/api/audit", params=query)).json()
        seen += [row["action"] for row in page["items"]]
        await audit(services, LOCAL, "test.later")
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == [f"test.{n}" for n in reversed(range(7))]


def test_filters_hold_together(database: Database) -> None:
    start = datetime(2026, 11, 22, 8, tzinfo=UTC)
    for n, (actor, action, order) in enumerate(
        [("ann", "a", "WO-1"), ("bob", "a", "WO-2"), ("ann", "b", "WO-2"), ("ann", "a", "WO-2")]
    ):
        at = start + timedelta(minutes=n)
        database.run_sync(insert_audit_event, AuditEvent(actor, action, "done", order, None, {"n": n}), at)

    def found(limit: int = 10, **wanted: Any) -> list[str]:
        page = database.read_sync(audit_page, AuditFilter(**wanted), cursor=None, limit=limit)
        return [row.details for row in page]

    assert found() == ['{"n": 3}', '{"n": 2}', '{"n": 1}', '{"n": 0}']
    assert found(actor="ann", action="a") == ['{"n": 3}', '{"n": 0}']
    assert found(actor="ann", order_id="WO-2") == ['{"n": 3}', '{"n": 2}']
    assert found(after=start + timedelta(minutes=1), before=start + timedelta(minutes=3)) == [
        '{"n": 2}',
        '{"n": 1}',
    ]
    assert found(actor="nobody") == []
    assert found(limit=1) == ['{"n": 3}']


@pytest.mark.parametrize(
    "query",
    [{"cursor": "x"}, {"limit": "0"}, {"limit": "201"}, {"order_id": "1"}, {"after": "x"}, {"actor": "\x00"}],
)
async def test_a_wrong_filter_is_refused(client: httpx.AsyncClient, query: dict[str, str]) -> None:
    assert (await client.get("/api/audit", params=query)).status_code == 422


async def test_no_secret_gets_into_a_row(client: httpx.AsyncClient, app: FastAPI) -> None:
    details = {"note": f"Bearer {KEY}", "password": "hunter2", "deep": [{"url": "redis://:hunter22@cache/0"}]}
    await audit(services_in(app), LOCAL, "test.secret", details=details)
    [row] = await rows(client)
    assert row["details"]["password"] == MASK
    assert "hunter" not in str(row)
    assert KEY not in str(row)


async def test_a_store_that_is_away_does_not_undo_what_was_done(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def away(*_args: object, **_kwargs: object) -> None:
        raise StoreUnavailable("away")

    monkeypatch.setattr(services_in(app).store.primary, "run", away)
    await audit(services_in(app), LOCAL, "test.lost")
    assert "audit.not_written" in caplog.text
