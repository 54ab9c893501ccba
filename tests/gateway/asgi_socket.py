"""A WebSocket handshake on the app itself, with any headers: real clients refuse to send the bad ones."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from fastapi import FastAPI
from starlette.types import Message

from tests.gateway.bad_credentials import Headers
from tests.gateway.company import LOOPBACK


@dataclass(slots=True)
class Seen:
    """What the app sent."""

    sent: list[Message] = field(default_factory=list)

    @property
    def refused_with(self) -> int | None:
        """The HTTP status of a handshake that was refused."""
        starts = [one for one in self.sent if one["type"] == "websocket.http.response.start"]
        return int(starts[0]["status"]) if starts else None

    @property
    def was_accepted(self) -> bool:
        return any(one["type"] == "websocket.accept" for one in self.sent)

    @property
    def answers(self) -> list[dict[str, object]]:
        """Every frame that was sent."""
        return [json.loads(one["text"]) for one in self.sent if one["type"] == "websocket.send"]

    @property
    def closed_with(self) -> int | None:
        """The code of the app's own close."""
        closes = [one for one in self.sent if one["type"] == "websocket.close"]
        return int(closes[0]["code"]) if closes else None


async def talk_to(
    app: FastAPI,
    headers: Headers,
    *,
    frames: Sequence[str | bytes] = (),
    protocols: Sequence[str] = (),
    query: bytes = b"",
    silent: bool = False,
) -> Seen:
    """Shake hands, send the frames, then leave, or with `silent` wait until the app closes."""
    seen = Seen()
    script: list[Message] = [{"type": "websocket.connect"}]
    script += [
        {"type": "websocket.receive", "text" if isinstance(frame, str) else "bytes": frame}
        for frame in frames
    ]

    async def receive() -> Message:
        if script:
            return script.pop(0)
        if silent:
            await asyncio.Event().wait()
        return {"type": "websocket.disconnect", "code": 1005}

    async def send(message: Message) -> None:
        seen.sent.append(message)

    scope = {
        "type": "websocket",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "ws",
        "path": "/ws",
        "raw_path": b"/ws",
        "root_path": "",
        "query_string": query,
        "headers": [(b"host", b"127.0.0.1:8000"), *headers],
        "client": LOOPBACK,
        "server": ("127.0.0.1", 8000),
        "subprotocols": list(protocols),
        "extensions": {"websocket.http.response": {}},
    }
    async with asyncio.timeout(20):
        await app(scope, receive, send)
    return seen


def auth_frame(**params: object) -> str:
    return json.dumps({"type": "req", "id": 1, "method": "auth", "params": params})
