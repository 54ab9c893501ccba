"""One order over the WebSocket, from the message to its end: sends, follows, comes back when the line breaks."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ValidationError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI

from nexus.cli.company import Address
from nexus.cli.terminal import one_line
from nexus.errors import NexusError, PermanentError
from nexus.receipt import Receipt
from nexus.work_order import TERMINAL, Status

OPEN_TIMEOUT_S = 10
RECONNECT_FOR_S = 60.0  # a restarted gateway needs some seconds
RECONNECT_S = 1.0
UNAUTHENTICATED = 4401  # the close code for who does not say who he is
LINE_BROKEN = (ConnectionClosed, OSError, TimeoutError, InvalidHandshake, InvalidURI)
END_EVENTS = {f"order.{status.value}": status for status in TERMINAL}
HELD_EVENT = f"order.{Status.HELD.value}"


class Frame(BaseModel):
    """A server frame, as far as this client reads it."""

    type: str
    event: str = ""
    seq: int | None = None
    ok: bool = True
    payload: dict[str, Any] | None = None
    error: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """What the owner says, in which conversation, to whom."""

    content: str
    session_id: str | None = None
    tier: str | None = None

    @property
    def params(self) -> dict[str, str]:
        """Parameters of `chat.send`."""
        fields = {"content": self.content, "session_id": self.session_id, "tier": self.tier}
        return {name: value for name, value in fields.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the order ended, or that it waits for the owner's yes.

    Texts are as the company sent them: clean them before printing.
    """

    status: Status
    session_id: str
    content: str | None
    reason: str | None
    receipt: Receipt | None


type Watcher = Callable[[str, dict[str, Any]], None]
"""Called with each event's name and payload as the order moves."""


@dataclass(slots=True)
class _Order:
    """What is known of the order, to come back to it."""

    id: str
    session_id: str
    seen_seq: int = 0


async def follow_order(address: Address, ask: Ask, watch: Watcher) -> Outcome:
    """Send `ask` once and follow it to its end.

    Raises:
        ConfigurationError: nobody answers there, or the secret is wrong.
        PermanentError: the company refused the message.
        NexusError: the line broke and could not be mended.
    """
    return await _follow(address, ask, watch)


async def follow_accepted(address: Address, order_id: str, session_id: str, watch: Watcher) -> Outcome:
    """Follow an order that was accepted by other means from its first event to its end.

    Raises:
        ConfigurationError: nobody answers there, or the secret is wrong.
        PermanentError: the company does not know the conversation.
        NexusError: the line broke and could not be mended.
    """
    return await _follow(address, _Order(order_id, session_id), watch)


async def _follow(address: Address, what: Ask | _Order, watch: Watcher) -> Outcome:
    give_up_at = time.monotonic() + RECONNECT_FOR_S
    while True:
        try:
            async with _open(address) as socket:
                if isinstance(what, Ask):
                    what, early = await _send(socket, what)
                else:
                    early = await _resume(socket, what)
                return await _watch(socket, what, early, watch)
        except InvalidStatus as error:
            raise _rejection(address, error) from None
        except LINE_BROKEN as error:
            if isinstance(what, Ask) or time.monotonic() > give_up_at:
                raise _broken(address, what, error) from None
            await asyncio.sleep(RECONNECT_S)


def _rejection(address: Address, error: InvalidStatus) -> NexusError:
    status = error.response.status_code
    if status == HTTPStatus.UNAUTHORIZED:
        return address.refusal
    try:
        detail = json.loads(error.response.body or b"")["detail"]
    except (ValueError, KeyError, TypeError):
        return NexusError(f"{address.url} is not a NEXUS company: it answered {status}.")
    return NexusError(one_line(f"{address.url} answered {status}: {detail}"))


def _broken(address: Address, what: Ask | _Order, error: Exception) -> NexusError:
    if isinstance(what, _Order):
        return NexusError(f"the line broke; the order goes on: see {address.url}/api/work-orders/{what.id}")
    if isinstance(error, ConnectionClosed) and error.rcvd and error.rcvd.code == UNAUTHENTICATED:
        return address.refusal
    if isinstance(error, ConnectionClosed):
        return NexusError("the line broke before the company confirmed the message.")
    return address.silence


def _open(address: Address) -> connect:
    return connect(
        address.websocket_url,
        additional_headers=address.headers,
        open_timeout=OPEN_TIMEOUT_S,
        proxy=None,
        max_size=None,
    )


async def _send(socket: ClientConnection, ask: Ask) -> tuple[_Order, list[Frame]]:
    payload, early = await _call(socket, "chat.send", ask.params)
    return _Order(str(payload["order_id"]), str(payload["session_id"])), early


async def _resume(socket: ClientConnection, order: _Order) -> list[Frame]:
    params = {"session_id": order.session_id, "after_seq": order.seen_seq}
    _, early = await _call(socket, "session.subscribe", params)
    return early


async def _call(
    socket: ClientConnection, method: str, params: dict[str, Any]
) -> tuple[dict[str, Any], list[Frame]]:
    """The response's payload, and the events that came before it."""
    await socket.send(json.dumps({"type": "req", "id": 1, "method": method, "params": params}))
    early: list[Frame] = []
    async for frame in _frames(socket):
        if frame.type == "event":
            early.append(frame)
        elif frame.ok:
            return frame.payload or {}, early
        else:
            error = frame.error or {}
            raise PermanentError(one_line(f"refused: {error.get('message') or error.get('code')}"))
    raise AssertionError("_frames ends by raising")


async def _watch(socket: ClientConnection, order: _Order, early: list[Frame], watch: Watcher) -> Outcome:
    for frame in early:
        if outcome := _step(order, frame, watch):
            return outcome
    async for frame in _frames(socket):
        if outcome := _step(order, frame, watch):
            return outcome
    raise AssertionError("_frames ends by raising")


def _step(order: _Order, frame: Frame, watch: Watcher) -> Outcome | None:
    payload = frame.payload or {}
    if frame.type != "event":
        return None
    order.seen_seq = max(order.seen_seq, frame.seq or 0)
    if payload.get("order_id") != order.id:
        return None
    watch(frame.event, payload)
    if frame.event == HELD_EVENT:
        return _held(order, payload)
    status = END_EVENTS.get(frame.event)
    return _outcome(status, order, payload) if status else None


def _held(order: _Order, payload: dict[str, Any]) -> Outcome:
    """It waits for the owner, for a day at most: there is nothing to watch until then."""
    ways = (
        f"`nexus approve {order.id}`, with `--tier` for a cheaper one of these, or `nexus cancel {order.id}`"
    )
    return Outcome(Status.HELD, order.session_id, payload.get("question"), ways, None)


def _outcome(status: Status, order: _Order, payload: dict[str, Any]) -> Outcome:
    receipt = payload.get("receipt")
    return Outcome(
        status,
        order.session_id,
        payload.get("content"),
        payload.get("reason"),
        Receipt.model_validate(receipt) if receipt else None,
    )


async def _frames(socket: ClientConnection) -> AsyncIterator[Frame]:
    """Every frame until the connection ends, however it ends.

    Raises:
        ConnectionClosed: always, at last.
        NexusError: what arrives is not the company's protocol.
    """
    while True:
        try:
            yield Frame.model_validate_json(await socket.recv())
        except ValidationError:
            raise NexusError("what answers there does not speak the company's protocol.") from None
