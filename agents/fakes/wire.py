"""One HTTP exchange at the level where things break: bytes, pauses, resets.

ASGI has no word for a reset, so `FakeProtocol`, a uvicorn protocol, hands the TCP transport along in the scope.
Called by `agents.fakes.stage` and `agents.fakes.faults`; `FakeServer` installs the protocol.
"""

import asyncio
import socket
import struct
from typing import NoReturn

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_BODY_BYTES = 32 * 1024 * 1024  # Anthropic's limit, https://docs.claude.com/en/api/errors
_TRANSPORT = "nexus.transport"
_LINGER_NONE = struct.pack("ii", 1, 0)

type Headers = list[tuple[bytes, bytes]]


class FakeProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, plus the transport in `scope["extensions"]`."""

    def on_message_begin(self) -> None:
        """Start a request's scope."""
        super().on_message_begin()
        self.scope["extensions"] = {_TRANSPORT: {"transport": self.transport}}


class HungUp(Exception):
    """The client left, or the server is stopping: nobody is there to answer to."""


class Wire:
    """What can be done to one request's connection."""

    __slots__ = ("_receive", "_scope", "_send")

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send

    async def read_body(self) -> bytes | None:
        """The whole request body; None when it is longer than `MAX_BODY_BYTES`.

        Raises:
            HungUp: the client left in the middle of it.
        """
        body = bytearray()
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise HungUp
            body += message.get("body", b"")
            if len(body) > MAX_BODY_BYTES:
                return None
            if not message.get("more_body", False):
                return bytes(body)

    async def respond(self, status: int, headers: Headers, body: bytes) -> None:
        """Send a complete response."""
        await self.begin(status, [*headers, (b"content-length", b"%d" % len(body))])
        await self._send({"type": "http.response.body", "body": body})

    async def begin(self, status: int, headers: Headers) -> None:
        """Send status and headers; without a content-length the body is chunked."""
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def write(self, data: bytes) -> None:
        """Send a part of the body."""
        await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def end(self, data: bytes = b"") -> None:
        """Send the last part of the body."""
        await self._send({"type": "http.response.body", "body": data})

    async def pause(self, seconds: float) -> None:
        """Wait, unless the client leaves first.

        Raises:
            HungUp: it left.
        """
        if seconds <= 0:
            return
        try:
            async with asyncio.timeout(seconds):
                await self.hang()
        except TimeoutError:
            return

    async def hang(self) -> NoReturn:
        """Say nothing until the client leaves.

        Raises:
            HungUp: always, in the end.
        """
        while (await self._receive())["type"] != "http.disconnect":
            pass
        raise HungUp

    async def cut(self) -> NoReturn:
        """Close the connection after what was written, whatever was promised (a TCP FIN)."""
        self._transport.close()
        await self.hang()

    async def reset(self) -> NoReturn:
        """Drop the connection with a TCP reset.

        Closing with a linger time of zero sends RST instead of FIN: socket(7), SO_LINGER.
        """
        transport = self._transport
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NONE)
        transport.abort()
        await self.hang()

    @property
    def _transport(self) -> asyncio.Transport:
        extension = self._scope.get("extensions", {}).get(_TRANSPORT)
        if extension is None:
            raise RuntimeError("connection faults need a real connection: serve the app with FakeServer")
        transport: asyncio.Transport = extension["transport"]
        return transport
