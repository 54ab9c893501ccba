"""What really went over the wire during one call. LiteLLM sends; this sees what was sent and what came back.

LiteLLM gives broken connections the status 500, and streams that were cut the finish `stop`. So neither its errors
nor its answers are believed where it matters: whether a request left, which status and headers came, which bytes.
Used by `agents.model_router`, which hands `HOOKS` to the HTTP client and opens one `Exchange` per call.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar

import httpx

CLOSE_S = 2.0

_current: ContextVar["Exchange | None"] = ContextVar("nexus_exchange", default=None)


class Exchange:
    """One request and its reply. `body` is read only for errors; a good reply is read by whoever wants it."""

    __slots__ = ("body", "response", "sent")

    def __init__(self) -> None:
        self.sent = False
        self.response: httpx.Response | None = None
        self.body = b""

    @contextmanager
    def watched(self) -> Iterator[None]:
        """While this is open, the requests of this task are noted here."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)

    @property
    def status(self) -> int | None:
        """HTTP status of the reply; None when there was none."""
        return self.response.status_code if self.response is not None else None

    def content(self) -> bytes:
        """The body of a reply that was read; empty when there was none."""
        return self.response.content if self.response is not None else b""

    async def lines(self) -> AsyncIterator[str]:
        """The lines of a reply that is streamed, as they come."""
        if self.response is not None:
            async for line in self.response.aiter_lines():
                yield line

    async def close(self) -> None:
        """Give the connection back, or cut it when the reply was not read to its end: nobody goes on working."""
        if self.response is not None:
            with suppress(TimeoutError, httpx.HTTPError):  # what went wrong before is worth more
                async with asyncio.timeout(CLOSE_S):
                    await self.response.aclose()


async def _note_request(_: httpx.Request) -> None:
    exchange = _current.get()
    if exchange is not None:
        exchange.sent = True


async def _note_response(response: httpx.Response) -> None:
    exchange = _current.get()
    if exchange is None:
        return
    exchange.response = response
    if response.is_error:
        exchange.body = await response.aread()


HOOKS = {"request": [_note_request], "response": [_note_response]}
"""For `httpx.AsyncClient(event_hooks=…)`."""
