"""The outermost layer of the app, plain ASGI: request ids, the limit of a body's size, the end, the last resort.

One of the three places in the project where a blanket `except` stands: what nobody expected becomes one log
line with a trace and one problem document without.
"""

import re
from contextlib import ExitStack
from time import perf_counter

import structlog
from starlette.requests import ClientDisconnect, HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.config import GatewaySettings
from gateway.errors import RATE_HEADERS, REQUEST_ID, Kind, Problem, problem_response
from gateway.services import services_of
from nexus.ids import new_id
from nexus.logs import get_logger
from nexus.redaction import redact

log = get_logger(__name__)

STOPPING = Problem(
    Kind.STOPPING,
    "Nothing was done. Send it again in a moment, to the gateway that follows or to another one.",
    headers={"Retry-After": "1", "Connection": "close"},
)
TAKE_ATTACHMENTS = ("/api/chat", "/v1/chat/completions")
_SENT_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_RESPONSE_STARTS = ("http.response.start", "websocket.http.response.start", "websocket.accept")


class Edge:
    """Wraps the whole app."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; the lifespan passes through untouched."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        await _Exchange(scope, receive, send).serve(self._app)


class _Exchange:
    """One request and its response."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._id = scope[REQUEST_ID] = _request_id(scope)
        services = services_of(HTTPConnection(scope))
        self._telemetry = services.telemetry
        self._began = perf_counter()
        self._max_bytes = _most_bytes(scope["path"], services.settings)
        self._refuses = services.stopping.is_set() and scope["type"] == "http"
        self._received_bytes = 0
        self._started = False
        self._open_socket = ExitStack()

    async def serve(self, app: ASGIApp) -> None:
        structlog.contextvars.bind_contextvars(request_id=self._id)
        if self._refuses:
            await self._tell(STOPPING)
            return
        try:
            await app(self._scope, self._limited_receive, self._tagged_send)
        except ClientDisconnect:
            log.debug("gateway.client_left")
        except Exception:
            log.exception("gateway.bug", path=self._scope["path"], seconds=round(self._seconds, 3))
            if self._started:
                raise
            await self._apologise()
        finally:
            self._open_socket.close()

    @property
    def _seconds(self) -> float:
        return perf_counter() - self._began

    async def _apologise(self) -> None:
        await self._tell(Problem(Kind.INTERNAL, f"This is a bug. The log has it under {self._id}."))

    async def _tell(self, problem: Problem) -> None:
        response = problem_response(HTTPConnection(self._scope), problem)
        await response(self._scope, self._receive, self._tagged_send)

    async def _limited_receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._received_bytes += len(message.get("body", b""))
            if self._received_bytes > self._max_bytes:
                raise Problem(
                    Kind.TOO_LARGE,
                    f"A body may have {self._max_bytes} bytes at most.",
                    headers={"Connection": "close"},
                )
        return message

    async def _tagged_send(self, message: Message) -> None:
        if message["type"] in _RESPONSE_STARTS:
            self._started = True
            # A WebSocket that was let in is answered as HTTP does it: 101.
            self._telemetry.answered(self._scope, message.get("status", 101), self._seconds)
            if message["type"] == "websocket.accept":
                self._open_socket.enter_context(self._telemetry.open_socket())
            told = self._scope.get(RATE_HEADERS, ())
            message["headers"] = [*message.get("headers", ()), (b"x-request-id", self._id.encode()), *told]
        await self._send(message)


def _most_bytes(path: str, settings: GatewaySettings) -> int:
    """How large a body of this path may be: attachments come by two of them only."""
    return settings.max_body_bytes if path in TAKE_ATTACHMENTS else settings.max_plain_bytes


def _request_id(scope: Scope) -> str:
    """The sender's own id when it is harmless, else a new one; a secret put there would be in every log line."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _SENT_ID.fullmatch(value):
            sent = str(value, "ascii")
            if redact(sent) == sent:
                return sent
    return new_id()
