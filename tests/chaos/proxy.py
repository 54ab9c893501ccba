"""A TCP proxy in front of PostgreSQL that does what networks do: delay, reset, refuse, and lose a reply.

It runs in the harness's event loop and is controlled by its methods. It reads the frontend's messages only to
find COMMIT, which psycopg sends as a simple query.
"""

import asyncio
import random
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import cast

COMMIT = b"Q\x00\x00\x00\x0bCOMMIT\x00"
STARTUP_HEADER = 4
MESSAGE_HEADER = 5
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class CommitWatch:
    """Follows the frontend's messages over any cut of the bytes and tells when a COMMIT has gone by.

    The first message has no type byte (PostgreSQL's protocol 3, "Start-up"); SSL and GSSAPI are off.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._started = False

    def sees_commit(self, data: bytes) -> bool:
        """True when `data` completes a COMMIT."""
        self._buffer += data
        found = False
        while (size := self._next_size()) is not None and len(self._buffer) >= size:
            found = found or (self._started and bytes(self._buffer[:size]) == COMMIT)
            self._started = True
            del self._buffer[:size]
        return found

    def _next_size(self) -> int | None:
        header = MESSAGE_HEADER if self._started else STARTUP_HEADER
        if len(self._buffer) < header:
            return None
        return int.from_bytes(self._buffer[header - 4 : header]) + header - 4


class Proxy:
    """Listens on a free port of 127.0.0.1 and passes on to the server's unix socket.

    `latency_s` is added to whatever a client sends. `commits_lost` counts the dropped replies.
    """

    def __init__(self, upstream: Path) -> None:
        self.upstream = upstream
        self.latency_s = 0.0
        self.commits_lost = 0
        self.commits_to_lose = 0
        self.links: set[Link] = set()
        self._port = 0
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The same for the proxy's whole life, also over refusals."""
        return self._port

    @property
    def listens(self) -> bool:
        """False while connections are refused."""
        return self._server is not None

    async def listen(self) -> None:
        """Take connections, from now on or again."""
        if self._server is None:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(lambda: Link(self), "127.0.0.1", self._port, backlog=256)
            self._port = self._server.sockets[0].getsockname()[1]

    def refuse(self) -> None:
        """An outage: refuse new connections and reset the open ones, until `listen`."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.reset_all()

    def reset_all(self) -> int:
        """Reset every open connection; returns how many."""
        return self.reset(1.0, random.Random(0))

    def reset(self, share: float, rng: random.Random) -> int:
        """Reset each open connection with the probability `share`; returns how many."""
        chosen = [link for link in self.links if rng.random() < share]
        for link in chosen:
            link.reset()
        return len(chosen)

    def lose_commit_replies(self, count: int) -> None:
        """Pass on the next `count` COMMITs, keep their replies, and reset the connections."""
        self.commits_to_lose += count

    async def close(self) -> None:
        """Stop, and reset what is open."""
        self.refuse()
        await asyncio.sleep(0)


class Link(asyncio.Protocol):
    """One client's connection and its connection to the server."""

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self._watch = CommitWatch()
        self._client: asyncio.Transport | None = None
        self._server: asyncio.Transport | None = None
        self._early: list[bytes] = []  # what the client sent before the server's side was connected
        self._line = DelayLine(self._to_server)
        self._loses_reply = False
        self._connecting: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._client = cast("asyncio.Transport", transport)  # uvloop's do not inherit it
        self._proxy.links.add(self)
        self._connecting = asyncio.get_running_loop().create_task(self._connect())

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.create_unix_connection(lambda: _ServerSide(self), str(self._proxy.upstream))
        except OSError:
            self.reset()

    def server_connected(self, transport: asyncio.Transport) -> None:
        self._server = transport
        if self not in self._proxy.links:  # reset in the meantime
            transport.abort()
            return
        for data in self._early:
            transport.write(data)
        self._early.clear()

    def data_received(self, data: bytes) -> None:
        if self._watch.sees_commit(data) and self._proxy.commits_to_lose > 0:
            self._proxy.commits_to_lose -= 1
            self._loses_reply = True
        self._line.send(data, self._proxy.latency_s)

    def _to_server(self, data: bytes) -> None:
        if self._server is None:
            self._early.append(data)
        elif not self._server.is_closing():
            self._server.write(data)

    def server_said(self, data: bytes) -> None:
        if self._loses_reply:
            self._proxy.commits_lost += 1
            self.reset()
        elif self._client is not None and not self._client.is_closing():
            self._client.write(data)

    def connection_lost(self, error: Exception | None) -> None:
        self.reset()

    def server_left(self) -> None:
        """PostgreSQL closed its side: what it said last still reaches the client."""
        if self._client is not None:
            self._client.close()

    def reset(self) -> None:
        """Break both sides, the client's with RST."""
        self._proxy.links.discard(self)
        self._line.cut()
        if self._client is not None and not self._client.is_closing():
            _reset_on_close(self._client)
            self._client.abort()
        if self._server is not None:
            self._server.abort()
        if self._connecting is not None and self._server is None:
            self._connecting.cancel()


class DelayLine:
    """Passes data on after a delay, always in the order it came in."""

    def __init__(self, deliver: Callable[[bytes], None]) -> None:
        self._deliver = deliver
        self._waiting: list[bytes] = []
        self._timer: asyncio.TimerHandle | None = None

    def send(self, data: bytes, delay_s: float) -> None:
        """Deliver `data` in `delay_s` seconds, or when what was sent before it is due, if that is later."""
        if delay_s <= 0 and not self._waiting:
            self._deliver(data)
            return
        self._waiting.append(data)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(delay_s, self._flush)

    def _flush(self) -> None:
        self._timer = None
        waiting, self._waiting = self._waiting, []
        self._deliver(b"".join(waiting))

    def cut(self) -> None:
        """Forget what waits."""
        self._waiting.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class _ServerSide(asyncio.Protocol):
    def __init__(self, link: Link) -> None:
        self._link = link

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._link.server_connected(cast("asyncio.Transport", transport))

    def data_received(self, data: bytes) -> None:
        self._link.server_said(data)

    def connection_lost(self, error: Exception | None) -> None:
        self._link.server_left()


def _reset_on_close(transport: asyncio.Transport) -> None:
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
