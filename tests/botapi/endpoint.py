"""The fake's HTTP: `/bot<token>/<method>` and `/file/bot<token>/<path>`."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.types import Receive, Scope, Send

from agents.fakes.wire import HungUp, Wire
from tests.botapi.asking import MAX_DOWNLOAD_BYTES
from tests.botapi.call import MAX_BODY_BYTES, Call, read_call
from tests.botapi.faults import PARSE_ERROR, FaultKind, Faults
from tests.botapi.ledger import Ledger
from tests.botapi.methods import METHODS
from tests.botapi.polling import get_updates
from tests.botapi.refusal import Refused, flood
from tests.botapi.sending import Asked
from tests.botapi.updates import OTHER_REQUEST
from tests.botapi.webhook import deliver_updates
from tests.botapi.world import World

JSON_TYPE = (b"content-type", b"application/json")
HTML_TYPE = (b"content-type", b"text/html")
REFUSALS: Mapping[FaultKind, tuple[int, str]] = {
    "conflict": (409, OTHER_REQUEST),
    "parse_error": (400, PARSE_ERROR),
    "server_error": (500, "Internal Server Error"),
    "bad_gateway": (502, "Bad Gateway"),
}
BAD_GATEWAY = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n"
    b"<hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>\r\n"
)


@dataclass(slots=True)
class Service:
    """What all requests share. `faults` may be replaced at any time."""

    token: str
    world: World
    ledger: Ledger
    faults: Faults
    delivery: asyncio.Task[None] | None = None


class Methods:
    """The ASGI application behind `/bot<token>/<method>`."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        try:
            await self._exchange(scope, receive, Wire(scope, receive, send))
        except HungUp:
            return

    async def _exchange(self, scope: Scope, receive: Receive, wire: Wire) -> None:
        ledger, sent = self._service.ledger, scope["path_params"]["method"]
        name = METHODS.get(sent.lower(), (sent,))[0]
        name = "getUpdates" if sent.lower() == "getupdates" else name
        n = ledger.open(name, scope["method"], scope["client"][1])
        try:
            result = await self._result(n, name, scope, await _read_body(receive), wire)
        except Refused as refused:
            self._close(n, refused.status, refused.description)
            if ledger.requests[n - 1].fault == "bad_gateway":
                await wire.respond(502, [HTML_TYPE], BAD_GATEWAY)
            else:
                await _say(wire, refused.status, refused.as_json())
        except HungUp:
            self._close(n, None, "")
            raise
        else:
            self._close(n, 200, "")
            await _say(wire, 200, {"ok": True, "result": result})

    def _close(self, n: int, status: int | None, description: str) -> None:
        self._service.ledger.close(n, status, description)
        self._service.world.changes.tell()

    async def _result(self, n: int, name: str, scope: Scope, body: bytes | None, wire: Wire) -> object:
        if scope["path_params"]["token"] != self._service.token:
            raise Refused(401, "Unauthorized")
        if name != "getUpdates" and name.lower() not in METHODS:
            raise Refused(404, "Not Found")
        if body is None:
            raise Refused(413, "Request Entity Too Large")
        call = read_call(name, scope["query_string"], dict(scope["headers"]).get(b"content-type", b""), body)
        self._service.ledger.read(n, call)
        kind = self._service.faults.decide(name, frozenset(call.arguments))
        if kind is None:
            return await self._perform(n, call, wire)
        self._service.ledger.fault(n, kind)
        return await self._fail(kind, n, call, wire)

    async def _perform(self, n: int, call: Call, wire: Wire) -> object:
        def remark(exceeded: tuple[str, ...], notes: tuple[str, ...]) -> None:
            self._service.ledger.remark(n, exceeded=exceeded, notes=notes)

        world = self._service.world
        asked = Asked(call, world, remark)
        if call.method == "getUpdates":
            return await get_updates(asked, wire)
        with world.changes.lock:
            result = METHODS[call.method.lower()][1](asked)
            world.changes.tell()
        if world.webhook is not None and self._service.delivery is None:
            self._service.delivery = asyncio.ensure_future(deliver_updates(world))
        return result

    async def _fail(self, kind: FaultKind, n: int, call: Call, wire: Wire) -> object:
        if kind == "delay":
            await wire.pause(self._service.faults.plan.delay_s)
            return await self._perform(n, call, wire)
        if kind == "cut_after":
            await self._perform(n, call, wire)
        if kind in {"cut_before", "cut_after"}:
            await wire.cut()
        raise self._told_to_wait(call) if kind == "retry_after" else Refused(*REFUSALS[kind])

    def _told_to_wait(self, call: Call) -> Refused:
        world, seconds = self._service.world, self._service.faults.plan.retry_after_s
        chat_id = call.number("chat_id", low=-(2**63), high=2**63)
        with world.changes.lock:
            world.limiter.close(chat_id, world.clock.monotonic() + seconds)
        return flood(seconds)


class Files:
    """The ASGI application behind `/file/bot<token>/<path>`."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send one file."""
        world, wire = self._service.world, Wire(scope, receive, send)
        wanted = scope["path_params"]
        n = self._service.ledger.open("file", scope["method"], scope["client"][1])
        with world.changes.lock:
            file = next((file for file in world.files.values() if file.path == wanted["path"]), None)
        right = wanted["token"] == self._service.token
        found = file is not None and right and file.size <= MAX_DOWNLOAD_BYTES
        status = 200 if found else 404 if right else 401
        self._service.ledger.close(n, status)
        if file is None or status != 200:
            refused = Refused(status, "Not Found" if right else "Unauthorized")
            await _say(wire, status, refused.as_json())
            return
        await wire.respond(200, [(b"content-type", b"application/octet-stream")], file.data)


async def not_found(scope: Scope, receive: Receive, send: Send) -> None:
    """Any other path."""
    await _say(Wire(scope, receive, send), 404, Refused(404, "Not Found").as_json())


async def _read_body(receive: Receive) -> bytes | None:
    """The body; None when it is too long."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise HungUp
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            return None
        if not message.get("more_body", False):
            return bytes(body)


async def _say(wire: Wire, status: int, body: object) -> None:
    await wire.respond(status, [JSON_TYPE], json.dumps(body, ensure_ascii=False).encode())
