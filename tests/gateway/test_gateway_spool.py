"""The gateway while PostgreSQL is really stopped: it takes orders, says so, and brings them home."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from redis.asyncio import Redis
from sqlalchemy.engine import Connection
from websockets.asyncio.client import connect

from db.engine import open_database
from db.spool import Spool
from db.statements.modes import Mode, newest_mode
from gateway.config import GatewaySettings
from gateway.main import create_app
from gateway.services import check_stores
from nexus.errors import StoreUnavailable
from nexus.ids import new_order_id
from nexus.messages import INTAKE
from nexus.work_order import Role, Status
from tests.builders import claimed
from tests.conftest import wait_until
from tests.gateway.company import (
    LOOPBACK,
    Company,
    gateway_settings,
    running_gateway,
    services_in,
)
from tests.stoppable import StoppablePostgres, stoppable_postgres


@pytest.fixture(scope="module")
def server() -> Iterator[StoppablePostgres]:
    with stoppable_postgres() as server:
        yield server


@pytest.fixture
def settings(server: StoppablePostgres, tmp_path: Path, redis: Redis, valkey_server: str) -> GatewaySettings:
    server.start()
    return gateway_settings(tmp_path, valkey_server, database_url=server.new_database())


@asynccontextmanager
async def client_of(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, client=LOOPBACK)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
        yield client


def spool_of(app: FastAPI) -> Spool:
    spool = services_in(app).store.spool
    assert spool is not None
    return spool


async def test_messages_are_taken_while_postgresql_is_away_and_everything_says_so(
    server: StoppablePostgres, app: FastAPI, client: httpx.AsyncClient, redis: Redis
) -> None:
    before = (await client.post("/api/chat", json={"content": "before"})).json()
    server.stop()
    during = await client.post(
        "/api/chat", json={"content": "during", "session_id": before["session_id"]}, timeout=30
    )
    assert (during.status_code, during.json()["durability"]) == (202, "local")
    assert await redis.xlen(INTAKE) == 1, "for the spool's orders nobody else is rung"
    detail = (await client.get(during.json()["url"])).json()
    assert detail["order"]["durability"] == "local"
    for order_id in (before["order_id"], new_order_id()):
        for reply in (
            await client.get(f"/api/work-orders/{order_id}"),
            await client.post(f"/api/work-orders/{order_id}/cancel"),
        ):
            assert reply.status_code == 503, "known or not, this cannot be told now"
            assert int(reply.headers["retry-after"]) >= 1
    page = (await client.get("/api/work-orders")).json()
    assert (page["partial"], [item["durability"] for item in page["items"]]) == (True, ["local"])
    database = (await client.get("/api/health/detailed")).json()["components"]["database"]
    assert database["status"] == "degraded"
    assert "PostgreSQL does not answer since" in database["reason"]
    assert "1 orders accepted locally, 1 still to be replayed" in database["reason"]
    assert [row["mode"] for row in database["modes"]] == ["local", "primary"]

    server.start()
    await wait_until(lambda: not spool_of(app).is_local)
    for order_id in (before["order_id"], during.json()["order_id"]):
        detail = (await client.get(f"/api/work-orders/{order_id}")).json()
        assert detail["order"]["durability"] == "primary"
    assert (await client.get(f"/api/work-orders/{new_order_id()}")).status_code == 404
    database = (await client.get("/api/health/detailed")).json()["components"]["database"]
    assert database["status"] == "healthy"
    assert [row["mode"] for row in database["modes"]] == ["primary", "local", "primary"]


async def test_who_waits_gets_an_answer_that_this_host_made(
    server: StoppablePostgres, app: FastAPI, client: httpx.AsyncClient
) -> None:
    server.stop()
    call = asyncio.create_task(
        client.post("/api/chat", json={"content": "Hi", "wait": 30}, headers={"Idempotency-Key": "k"})
    )
    await wait_until(lambda: spool_of(app).is_local)
    await Company(spool_of(app).database).finish_next("Ho")
    reply = (await call).json()
    assert (reply["content"], reply["durability"]) == ("Ho", "local")
    again = await client.post("/api/chat", json={"content": "Hi"}, headers={"Idempotency-Key": "k"})
    assert (again.status_code, again.json()["content"]) == (200, "Ho")
    server.start()
    await wait_until(lambda: not spool_of(app).is_local)
    again = await client.post("/api/chat", json={"content": "Hi"}, headers={"Idempotency-Key": "k"})
    assert (again.status_code, again.json()["content"], again.json()["durability"]) == (200, "Ho", "primary")


async def test_a_call_that_waits_gets_its_answer_though_the_order_moves_meanwhile(
    server: StoppablePostgres, app: FastAPI, client: httpx.AsyncClient
) -> None:
    server.stop()
    call = asyncio.create_task(client.post("/api/chat", json={"content": "Hi", "wait": 30}))
    await wait_until(lambda: spool_of(app).is_local)
    await wait_until(lambda: spool_of(app).accepted_here)
    server.start()
    await wait_until(lambda: not spool_of(app).is_local)
    await Company(services_in(app).database).finish_next("Ho")
    reply = (await call).json()
    assert (reply["content"], reply["durability"]) == ("Ho", "primary")


async def test_an_order_of_the_spool_is_cancelled(
    server: StoppablePostgres, app: FastAPI, client: httpx.AsyncClient
) -> None:
    server.stop()
    order_id = (await client.post("/api/chat", json={"content": "Hi"})).json()["order_id"]
    reply = await client.post(f"/api/work-orders/{order_id}/cancel")
    assert (reply.json()["status"], reply.json()["durability"]) == ("cancelled", "local")
    server.start()
    await wait_until(lambda: not spool_of(app).is_local)
    detail = (await client.get(f"/api/work-orders/{order_id}")).json()
    assert (detail["order"]["status"], detail["order"]["durability"]) == ("cancelled", "primary")


async def test_the_gateway_starts_without_postgresql_where_it_has_worked_with_it_before(
    server: StoppablePostgres, settings: GatewaySettings
) -> None:
    server.stop()
    with pytest.raises(StoreUnavailable):
        check_stores(settings)
    server.start()
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        pass
    server.stop()
    check_stores(settings)
    app = create_app(settings)
    async with app.router.lifespan_context(app), client_of(app) as client:
        reply = await client.post("/api/chat", json={"content": "Hi"})
        assert reply.json()["durability"] == "local"
        server.start()
        await wait_until(lambda: not spool_of(app).is_local)
        assert (await client.get(reply.json()["url"])).json()["order"]["durability"] == "primary"


class Watcher:
    """A WebSocket client that keeps every event of one session."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self.seqs: list[int] = []
        self.types: list[str] = []
        self.previews: list[str] = []
        self.answers: dict[str, Any] = {}

    async def listen(self) -> None:
        async for text in self._socket:
            frame = json.loads(text)
            if frame["type"] == "event" and frame["seq"] is None:
                self.previews.append(frame["event"])
            elif frame["type"] == "event":
                self.seqs.append(frame["seq"])
                self.types.append(frame["event"])
            else:
                self.answers[frame["id"]] = frame

    async def call(self, name: str, method: str, **params: object) -> dict[str, Any]:
        request = {"type": "req", "id": name, "method": method, "params": params}
        await self._socket.send(json.dumps(request))
        await wait_until(lambda: name in self.answers, 30)
        assert self.answers[name]["ok"], self.answers[name]
        payload: dict[str, Any] = self.answers[name]["payload"]
        return payload


async def test_a_websocket_follows_its_session_through_an_outage_without_gap_or_repeat(
    server: StoppablePostgres, settings: GatewaySettings
) -> None:
    with running_gateway(settings) as gateway:
        primary, spool = open_database(settings), Spool.open(settings)
        assert spool is not None
        async with connect(gateway.ws_url, proxy=None) as socket:
            watcher = Watcher(socket)
            listening = asyncio.create_task(watcher.listen())
            first = await watcher.call("1", "chat.send", content="one")
            assert first["durability"] == "primary"
            await Company(primary).finish(first["order_id"])
            await wait_until(lambda: watcher.types.count("order.delivered") == 1)

            await asyncio.to_thread(server.stop)
            second = await watcher.call("2", "chat.send", content="two", session_id=first["session_id"])
            assert second["durability"] == "local"
            await wait_until(lambda: watcher.previews == ["order.queued"])
            await Company(spool.database).finish(second["order_id"])
            third = await watcher.call("3", "chat.send", content="three", session_id=first["session_id"])
            await wait_until(lambda: "order.delivered" in watcher.previews)
            await asyncio.to_thread(server.start)
            await wait_until(lambda: not spool.database.read_sync(_is_local), 30)
            primary.close()
            primary = open_database(settings)  # the old connections are dead
            await wait_until(lambda: watcher.types.count("order.delivered") == 2, 30)
            await Company(primary).finish(third["order_id"])
            await wait_until(lambda: watcher.types.count("order.delivered") == 3)
            fourth = await watcher.call("4", "chat.send", content="four", session_id=first["session_id"])
            assert fourth["durability"] == "primary"
            await wait_until(lambda: watcher.types.count("order.queued") == 4)
            cancelled = await watcher.call("5", "order.cancel", order_id=fourth["order_id"])
            assert cancelled["status"] == "cancelled"
            await wait_until(lambda: "order.cancelled" in watcher.types)
            listening.cancel()
        assert watcher.seqs == list(range(1, len(watcher.seqs) + 1))
        async with connect(gateway.ws_url, proxy=None) as socket:
            late = Watcher(socket)
            listening = asyncio.create_task(late.listen())
            await late.call("1", "session.subscribe", session_id=first["session_id"], after_seq=0)
            await wait_until(lambda: len(late.seqs) == len(watcher.seqs))
            assert (late.seqs, late.types) == (watcher.seqs, watcher.types)
            listening.cancel()
        spool.close()
        primary.close()


def _is_local(connection: Connection) -> bool:
    newest = newest_mode(connection)
    return newest is not None and newest.mode is not Mode.PRIMARY


async def test_a_session_cannot_be_followed_while_nobody_can_tell_whether_it_exists(
    server: StoppablePostgres, settings: GatewaySettings
) -> None:
    with running_gateway(settings) as gateway:
        await asyncio.to_thread(server.stop)
        async with connect(gateway.ws_url, proxy=None) as socket:
            watcher = Watcher(socket)
            listening = asyncio.create_task(watcher.listen())
            local = await watcher.call("1", "chat.send", content="one")
            assert local["durability"] == "local"
            request = {
                "type": "req",
                "id": "2",
                "method": "session.subscribe",
                "params": {"session_id": "old"},
            }
            await socket.send(json.dumps(request))
            await wait_until(lambda: "2" in watcher.answers)
            assert watcher.answers["2"]["error"]["code"] == "store-unavailable"
            listening.cancel()


async def test_an_order_whose_worker_lives_is_read_and_listed_after_the_return(
    server: StoppablePostgres, app: FastAPI, client: httpx.AsyncClient
) -> None:
    server.stop()
    order_id = (await client.post("/api/chat", json={"content": "Hi"})).json()["order_id"]
    assert claimed(spool_of(app).database, order_id, Role.ADMIN) is not None
    server.start()
    await wait_until(lambda: not spool_of(app).is_local)
    assert (await client.get(f"/api/work-orders/{order_id}")).json()["order"]["durability"] == "local"
    page = (await client.get("/api/work-orders")).json()
    assert (page["partial"], [item["id"] for item in page["items"]]) == (False, [order_id])
    database = (await client.get("/api/health/detailed")).json()["components"]["database"]
    assert "1 of the spool's are still to be replayed" in database["reason"]
    reply = await client.post(f"/api/work-orders/{order_id}/cancel", timeout=30)
    assert reply.json()["status"] == Status.CANCELLED
