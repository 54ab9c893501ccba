"""`nexus chat` over a real WebSocket: the gateway itself, and a server that misbehaves to order."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from db.engine import Database, open_database
from db.migrate import migrate
from gateway.config import GatewaySettings
from nexus.bus import Bus
from nexus.cli import follow
from nexus.cli.chat import describe_move, say
from nexus.cli.company import Address, company_address
from nexus.cli.follow import Ask, follow_accepted, follow_order
from nexus.cli.ports import free_port
from nexus.errors import ConfigurationError, NexusError, PermanentError
from nexus.work_order import Status
from tests.gateway.company import Company, gateway_settings, running_gateway

ORDER, SESSION = "WO-1", "sess-1"
RECEIPT = {
    "order_id": ORDER,
    "role": "intern",
    "difficulty": "trivial",
    "reason": "short \x1b[2Jquestion",
    "rule": "short",
    "model": "claude-haiku-4-5",
    "provider": "anthropic",
    "local": False,
    "note": "weak \x1b]0;owned\x07",
    "qa_passed": 1,
    "qa_total": 1,
    "checks": [],
    "attempts": 1,
    "path": ["intern"],
    "input_tokens": 12,
    "output_tokens": 3,
    "cost_usd": 0.00004,
    "seconds": 1.25,
}

type Handler = Callable[[ServerConnection], Coroutine[Any, Any, None]]


@asynccontextmanager
async def a_company(handler: Handler) -> AsyncIterator[Address]:
    """A server that speaks by `handler`."""
    async with serve(handler, "127.0.0.1", 0) as server:
        yield Address(f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}", None)


async def accept(socket: ServerConnection, method: str = "chat.send") -> dict[str, Any]:
    """Read one request and confirm it; returns its parameters."""
    request = json.loads(await socket.recv())
    assert request["method"] == method
    payload = {"order_id": ORDER, "session_id": SESSION}
    await socket.send(json.dumps({"type": "res", "id": request["id"], "ok": True, "payload": payload}))
    params: dict[str, Any] = request["params"]
    return params


async def tell(socket: ServerConnection, event: str, seq: int, **payload: object) -> None:
    body = {"order_id": ORDER, "session_id": SESSION} | payload
    await socket.send(json.dumps({"type": "event", "event": event, "seq": seq, "payload": body}))


async def deliver(socket: ServerConnection, status: str = "delivered", **payload: object) -> None:
    fields = {"status": status, "content": "Paris", "reason": None, "receipt": RECEIPT} | payload
    await tell(socket, f"order.{status}", 9, **fields)


def nothing(_event: str, _payload: dict[str, Any]) -> None:
    return None


async def test_a_message_is_sent_followed_and_answered_by_a_real_gateway(
    tmp_path_factory: pytest.TempPathFactory, valkey_server: str, bus: Bus
) -> None:
    settings = gateway_settings(tmp_path_factory.mktemp("g"), valkey_server, api_secret="s3cret")
    database = migrated(settings)
    events: list[str] = []
    with running_gateway(settings) as gateway:
        address = Address(f"http://127.0.0.1:{gateway.port}", "s3cret")
        async with asyncio.TaskGroup() as group:
            ask = Ask("What is the capital of France?", tier="intern")
            asked = group.create_task(follow_order(address, ask, lambda event, _: events.append(event)))
            group.create_task(Company(database, bus).finish_next("Paris"))
        with pytest.raises(ConfigurationError, match="set API_SECRET"):
            await follow_order(Address(address.url, "wrong"), Ask("hello"), nothing)
        with pytest.raises(PermanentError, match=r"refused: .*empty"):
            await follow_order(address, Ask(" "), nothing)
    database.close()
    outcome = asked.result()
    assert (outcome.status, outcome.content) == (Status.DELIVERED, "Paris")
    assert outcome.receipt is not None
    assert events[0] == "order.queued"
    assert events[-1] == "order.delivered"


def migrated(settings: GatewaySettings) -> Database:
    database = open_database(settings)
    migrate(database)
    return database


async def test_when_the_line_breaks_it_comes_back_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "RECONNECT_S", 0)
    resumed: list[dict[str, Any]] = []

    async def handler(socket: ServerConnection) -> None:
        if not resumed and not broken.is_set():
            await accept(socket)
            await tell(socket, "order.queued", 3)
            broken.set()
            return  # closes the connection
        resumed.append(await accept(socket, "session.subscribe"))
        await deliver(socket)
        await socket.wait_closed()

    broken = asyncio.Event()
    async with a_company(handler) as address:
        outcome = await follow_order(address, Ask("hello"), nothing)
    assert outcome.status is Status.DELIVERED
    assert resumed == [{"session_id": SESSION, "after_seq": 3}]


async def test_a_line_that_breaks_before_the_confirmation_is_not_sent_again() -> None:
    seen: list[str | bytes] = []

    async def handler(socket: ServerConnection) -> None:
        seen.append(await socket.recv())

    async with a_company(handler) as address:
        with pytest.raises(NexusError, match="before the company confirmed"):
            await follow_order(address, Ask("hello"), nothing)
    assert len(seen) == 1


async def test_events_of_other_orders_and_events_before_the_confirmation_are_told_apart() -> None:
    async def handler(socket: ServerConnection) -> None:
        await tell(socket, "order.delivered", 1, order_id="WO-other", content="not yours")
        await tell(socket, "order.queued", 2)
        await accept(socket)
        await deliver(socket)
        await socket.wait_closed()

    events: list[str] = []
    async with a_company(handler) as address:
        outcome = await follow_order(address, Ask("hello"), lambda event, _: events.append(event))
    assert outcome.content == "Paris"
    assert events == ["order.queued", "order.delivered"]


async def test_a_held_order_ends_the_wait_with_its_question_and_what_can_be_done(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def handler(socket: ServerConnection) -> None:
        await accept(socket)
        await tell(socket, "order.held", 2, question="Run it for about $0.38?")
        await socket.wait_closed()

    async with a_company(handler) as address:
        said = await asyncio.to_thread(say, address, "hello", None, None)
    assert said.exit_code == 1
    printed = capsys.readouterr().out
    assert printed.startswith("Run it for about $0.38?\nheld: `nexus approve WO-1`")
    assert "`nexus cancel WO-1`" in printed


async def test_an_order_that_was_accepted_otherwise_is_followed_from_its_first_event() -> None:
    asked: list[dict[str, Any]] = []

    async def handler(socket: ServerConnection) -> None:
        asked.append(await accept(socket, "session.subscribe"))
        await tell(socket, "order.queued", 1)
        await deliver(socket)
        await socket.wait_closed()

    events: list[str] = []
    async with a_company(handler) as address:
        outcome = await follow_accepted(address, ORDER, SESSION, lambda event, _: events.append(event))
    assert (outcome.status, outcome.content) == (Status.DELIVERED, "Paris")
    assert asked == [{"session_id": SESSION, "after_seq": 0}]
    assert events == ["order.queued", "order.delivered"]


async def test_something_else_on_that_port_is_named_as_such() -> None:
    async def handler(socket: ServerConnection) -> None:
        await socket.send("hello from a game server")
        await socket.wait_closed()

    async with a_company(handler) as address:
        with pytest.raises(NexusError, match="does not speak"):
            await follow_order(address, Ask("hello"), nothing)


@pytest.mark.parametrize(
    ("status", "exit_code"), [("delivered", 0), ("asked", 0), ("failed", 1), ("declined", 1), ("dead", 1)]
)
async def test_what_is_printed_is_plain_text_and_the_exit_code_tells_the_end(
    status: str, exit_code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    async def handler(socket: ServerConnection) -> None:
        await accept(socket)
        await tell(socket, "order.working", 2, role="intern", model="m\x1b[1m[red]")
        await deliver(socket, status, content="Par\x1b[31mis\x07 [bold]", reason="be\x9bcause")
        await socket.wait_closed()

    async with a_company(handler) as address:
        said = await asyncio.to_thread(say, address, "hello", None, None)
    assert (said.exit_code, said.session_id) == (exit_code, SESSION)
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [
        "Par[31mis [bold]",
        f"{status}: because",
        "— Intern (claude-haiku-4-5) · short [2Jquestion · QA 1/1 · 12+3 tokens · $0.000040 · 1.2 s · WO-1",
        "  weak ]0;owned",
    ]
    assert printed.err.splitlines() == ["intern working (m[1m[red])", f"{status} in 1.2 s"]


@pytest.mark.parametrize(
    ("event", "payload", "move"),
    [
        ("order.queued", {}, "queued"),
        ("order.triaged", {"owner": "director", "reason": "code"}, "triaged: director, because code"),
        ("order.qa", {"passed": True, "checks": 5, "failed": []}, "QA 5/5"),
        (
            "order.qa",
            {"passed": False, "checks": 5, "failed": [{"name": "complete"}]},
            "QA failed: complete",
        ),
        ("order.escalated", {"from": "intern", "to": "director"}, "escalated to director"),
        ("order.cancelled", {}, "cancelled"),
        ("order.waiting", {"role": "ceo", "reason": "It waits: paused."}, "It waits: paused."),
        ("order.held", {"question": "Run it?"}, "held: it waits for your yes"),
        ("order.approved", {"owner": "intern"}, "approved: intern"),
        ("order.stepped_down", {"to": "intern", "reason": "used up"}, "down to intern: used up"),
        (
            "order.working",
            {"role": "ceo", "model": "m", "fallback": True},
            "ceo working (m, for the other did not answer)",
        ),
    ],
)
def test_moves_are_told_in_words(event: str, payload: dict[str, Any], move: str) -> None:
    assert describe_move(event, payload) == move


async def test_nobody_there_says_how_to_start_the_company() -> None:
    with pytest.raises(ConfigurationError, match="make up"):
        await follow_order(Address(f"http://127.0.0.1:{free_port()}", None), Ask("hello"), nothing)


def test_the_address_comes_from_the_settings_unless_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST", "0.0.0.0")  # noqa: S104
    monkeypatch.setenv("PORT", "8123")
    monkeypatch.setenv("API_SECRET", "s3cret")
    address = company_address()
    assert (address.url, address.websocket_url) == ("http://127.0.0.1:8123", "ws://127.0.0.1:8123/ws")
    assert address.headers == {"Authorization": "Bearer s3cret"}
    assert company_address("https://office.example/").websocket_url == "wss://office.example/ws"
    with pytest.raises(ConfigurationError, match="http://host:port"):
        company_address("office:80")
