"""/ws on a real server: requests, events, limits, and who gets in."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from db.engine import Database, open_database
from db.records import NewOrder
from db.statements.orders import accept_order
from gateway.config import GatewaySettings
from gateway.ws import MAX_BAD_FRAMES, MAX_FRAME_BYTES
from nexus.bus import Bus
from nexus.ids import new_order_id
from nexus.work_order import Channel
from tests.conftest import wait_until
from tests.gateway.company import Company, Running, running_gateway

type Frame = dict[str, Any]


class Caller:
    """A client of the WebSocket that keeps the events apart from the answers."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.events: list[Frame] = []
        self._calls = 0

    async def call(self, method: str, **params: object) -> Frame:
        """Send a request and wait for its answer."""
        self._calls += 1
        frame = {"type": "req", "id": f"r{self._calls}", "method": method, "params": params}
        await self.socket.send(json.dumps(frame))
        return await self.answer(f"r{self._calls}")

    async def answer(self, frame_id: str | None) -> Frame:
        """The next answer, which must be to `frame_id`."""
        while True:
            frame = await self._next()
            if frame["type"] == "event":
                self.events.append(frame)
                continue
            assert frame["id"] == frame_id
            return frame

    async def event(self, name: str) -> Frame:
        """The first event of this name; every event is kept in `events`."""
        while not (found := [frame for frame in self.events if frame["event"] == name]):
            self.events.append(await self._next())
        return found[0]

    async def drain(self) -> None:
        """Read until the connection closes."""
        while True:
            await self._next()

    async def _next(self) -> Frame:
        async with asyncio.timeout(20):
            frame: Frame = json.loads(await self.socket.recv())
        return frame


@asynccontextmanager
async def calling(gateway: Running, **headers: str) -> AsyncIterator[Caller]:
    async with connect(gateway.ws_url, proxy=None, additional_headers=headers) as socket:
        yield Caller(socket)


@pytest.fixture
def workers(gateway: Running, settings: GatewaySettings, bus: Bus) -> Any:
    database = open_database(settings)
    yield Company(database, bus)
    database.close()


async def test_ping_is_answered(gateway: Running) -> None:
    async with calling(gateway) as caller:
        answer = await caller.call("ping")
    assert (answer["ok"], answer["payload"]["pong"], answer["error"]) == (True, True, None)


async def test_who_sends_gets_every_event_of_the_order_up_to_the_answer_with_its_receipt(
    gateway: Running, workers: Company
) -> None:
    async with calling(gateway) as caller:
        sent = (await caller.call("chat.send", content="Capital of France?"))["payload"]
        await workers.finish(sent["order_id"], "Paris")
        delivered = await caller.event("order.delivered")
    assert [event["event"] for event in caller.events] == ["order.queued", "order.triaged", "order.delivered"]
    assert [event["seq"] for event in caller.events] == [1, 2, 3]
    payload = delivered["payload"]
    assert (payload["order_id"], payload["session_id"]) == (sent["order_id"], sent["session_id"])
    assert payload["content"] == "Paris"
    assert payload["receipt"]["cost_usd"] == pytest.approx(0.000042)


async def test_who_comes_back_with_the_last_seq_misses_nothing_and_sees_nothing_twice(
    gateway: Running, workers: Company
) -> None:
    async with calling(gateway) as caller:
        sent = (await caller.call("chat.send", content="Hi"))["payload"]
        first = await caller.event("order.queued")
    await workers.finish(sent["order_id"], "Ho")
    async with calling(gateway) as caller:
        follow = {"session_id": sent["session_id"], "after_seq": first["seq"]}
        assert (await caller.call("session.subscribe", **follow))["ok"]
        assert (await caller.call("session.subscribe", **follow | {"after_seq": 0}))["ok"]
        await caller.event("order.delivered")
        await caller.call("ping")
    assert [event["seq"] for event in caller.events] == [2, 3]


async def test_a_subscriber_without_a_seq_sees_only_what_is_new(gateway: Running, workers: Company) -> None:
    async with calling(gateway) as sender, calling(gateway) as watcher:
        sent = (await sender.call("chat.send", content="Hi"))["payload"]
        await watcher.call("session.subscribe", session_id=sent["session_id"])
        await workers.finish(sent["order_id"])
        await watcher.event("order.delivered")
    assert [event["seq"] for event in watcher.events] == [2, 3]


async def test_events_come_a_second_later_when_no_bell_is_heard(gateway: Running, workers: Company) -> None:
    silent = Company(workers.database, bus=None)
    async with calling(gateway) as caller:
        sent = (await caller.call("chat.send", content="Hi"))["payload"]
        await silent.finish(sent["order_id"], "Ho")
        assert (await caller.event("order.delivered"))["payload"]["content"] == "Ho"


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("chat.send", {"content": " "}, "invalid"),
        ("chat.send", {"content": "a", "wait": 1}, "invalid"),
        ("chat.send", {"content": "a", "session_id": "sess-nobody"}, "not-found"),
        ("session.subscribe", {"session_id": "sess-nobody"}, "not-found"),
        ("session.subscribe", {"session_id": "a", "after_seq": -1}, "invalid"),
        ("session.subscribe", {}, "invalid"),
        ("company.sell", {}, "not-found"),
    ],
)
async def test_a_request_that_cannot_be_served_says_why_and_the_connection_goes_on(
    gateway: Running, method: str, params: dict[str, object], code: str
) -> None:
    async with calling(gateway) as caller:
        answer = await caller.call(method, **params)
        assert (answer["ok"], answer["error"]["code"]) == (False, code)
        assert (await caller.call("ping"))["ok"]


BAD_FRAMES = ["", "{", "[]", "null", '{"type":"req"}', '{"type":"req","id":[],"method":"ping"}', b"\xff\x00"]


@pytest.mark.parametrize("frame", BAD_FRAMES)
async def test_a_malformed_frame_is_answered_not_punished(gateway: Running, frame: str | bytes) -> None:
    async with calling(gateway) as caller:
        for _ in range(MAX_BAD_FRAMES - 1):
            await caller.socket.send(frame)
            assert (await caller.answer(None))["error"]["code"] == "bad-frame"
        assert (await caller.call("ping"))["ok"]
        await caller.socket.send(frame)
        assert (await caller.answer(None))["ok"] is False


async def test_twenty_malformed_frames_in_a_row_end_the_connection(gateway: Running) -> None:
    async with calling(gateway) as caller:
        for _ in range(MAX_BAD_FRAMES):
            await caller.socket.send("{")
        with pytest.raises(ConnectionClosed) as closed:
            await caller.drain()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008


async def test_a_frame_over_the_limit_ends_the_connection(gateway: Running) -> None:
    async with calling(gateway) as caller:
        await caller.socket.send("x" * (MAX_FRAME_BYTES + 1))
        with pytest.raises(ConnectionClosed) as closed:
            await caller.answer(None)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009


async def store_orders(database: Database, session_id: str, count: int, content: str) -> None:
    now = datetime.now(UTC)
    for _ in range(count):
        new = NewOrder(
            new_order_id(), session_id, "owner", Channel.REST, content, None, None, now + timedelta(hours=1)
        )
        await database.run(accept_order, new, now)


async def test_a_client_that_does_not_read_is_closed_with_1013(settings: GatewaySettings) -> None:
    impatient = settings.model_copy(update={"ws_stall_s": 0.2})
    with (
        running_gateway(impatient) as gateway,
        closing(open_database(settings)) as database,
        capture_logs() as logs,
    ):
        async with connect(gateway.ws_url, proxy=None, max_queue=1) as socket:
            caller = Caller(socket)
            sent = (await caller.call("chat.send", content="Hi"))["payload"]
            await store_orders(database, sent["session_id"], 150, "x" * 90_000)
            await wait_until(lambda: any(line.get("code") == 1013 for line in logs))
            with pytest.raises(ConnectionClosed) as closed:
                await caller.event("never")
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1013
    seqs = [event["seq"] for event in caller.events]
    assert seqs == list(range(1, len(seqs) + 1))


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Origin": "http://evil.example"}, 403), ({"Host": "evil.example"}, 403), ({"Origin": "null"}, 403)],
)
async def test_a_stranger_is_refused_before_the_socket_opens(
    gateway: Running, headers: dict[str, str], status: int
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with calling(gateway, **headers):
            pass
    response = refused.value.response
    assert response.status_code == status
    assert json.loads(response.body or b"")["type"] == "urn:nexus:problem:forbidden"
    assert response.headers["X-Request-ID"]


async def test_with_a_secret_the_socket_needs_it(settings: GatewaySettings) -> None:
    with running_gateway(settings.model_copy(update={"api_secret": SecretStr("s3cret")})) as gateway:
        with pytest.raises(InvalidStatus) as refused:
            async with calling(gateway, Authorization="Bearer wrong"):
                pass
        assert refused.value.response.status_code == 401
        async with calling(gateway, Authorization="Bearer s3cret") as caller:
            assert (await caller.call("ping"))["ok"]


async def test_a_gateway_that_stops_says_goodbye_to_its_sockets(gateway: Running) -> None:
    async with calling(gateway) as caller:
        await caller.call("ping")
        gateway.server.should_exit = True
        with pytest.raises(ConnectionClosed) as closed:
            await caller.answer(None)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012
