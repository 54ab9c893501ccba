"""The main path of every fake: read a request, check it, let the script speak, note it all.

`build_app` is called by the three `*_api` modules; `stage_of` by `FakeServer`. Besides the vendor's own paths an
app has `GET /__calls` (the ledger as JSON) and `POST /__script` (replace the script), which ask for no key.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request as WebRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from agents.fakes.dialect import Dialect, Refusal, Request
from agents.fakes.faults import JSON_TYPE, answer_headers, perform, status_of
from agents.fakes.ledger import Arrival, KeyState, Ledger
from agents.fakes.payload import JsonObject, parse_object
from agents.fakes.script import Fault, Playback, Reply, Script
from agents.fakes.wire import HungUp, Wire
from nexus.errors import ConfigurationError

type Serve = Callable[[Request], Refusal | bytes | None]
"""Looks at a request: a refusal, an answer that needs no model, or None when the script shall speak."""


def _as_json(_: Mapping[bytes, bytes], raw: bytes) -> JsonObject | None:
    return parse_object(raw)


class Stage:
    """One fake: its dialect, its key, what it plays and what it saw."""

    def __init__(self, dialect: Dialect, script: Script, api_key: str | None) -> None:
        self.dialect = dialect
        self.api_key = api_key
        self.ledger = Ledger()
        self.playback = Playback(script)

    def key_state(self, headers: Mapping[bytes, bytes]) -> KeyState:
        """How the key of a request compares with the wanted one."""
        if self.api_key is None:
            return "not_needed"
        sent = self.dialect.sent_key(headers)
        if sent is None:
            return "missing"
        return "right" if sent == self.api_key else "wrong"


@dataclass(frozen=True, slots=True)
class Path:
    """One path of a vendor's API. `chat` marks those on which the script speaks; `read` reads a body."""

    method: str
    path: str
    serve: Serve
    chat: bool = False
    read: Callable[[Mapping[bytes, bytes], bytes], JsonObject | None] = _as_json


class Endpoint:
    """The ASGI application behind one path; written without a framework because benchmarks run on it."""

    def __init__(self, stage: Stage, path: Path) -> None:
        self._stage = stage
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one HTTP request."""
        wire = Wire(scope, receive, send)
        try:
            await self._exchange(scope, wire)
        except HungUp:
            return

    async def _exchange(self, scope: Scope, wire: Wire) -> None:
        raw = await wire.read_body()
        headers = dict(scope["headers"])
        body = self._path.read(headers, raw or b"")
        key = self._stage.key_state(headers)
        port = scope["client"][1] if scope.get("client") else 0
        arrival = Arrival(scope["method"], scope["path"], tuple(scope["headers"]), raw or b"", port)
        model = body.get("model") if body else None
        n = self._stage.ledger.open(arrival, key, model if isinstance(model, str) else "")
        request = Request(n, scope["path"], headers, raw or b"", body or {})
        try:
            refusal = self._bad_arrival(headers, key, too_large=raw is None, has_body=body is not None)
            await self._answer(request, refusal or self._path.serve(request), wire)
        except HungUp:
            self._stage.ledger.close(n, "hung_up", None)
            raise

    def _bad_arrival(
        self, headers: Mapping[bytes, bytes], key: KeyState, *, too_large: bool, has_body: bool
    ) -> Refusal | None:
        dialect = self._stage.dialect
        if too_large:
            return Refusal(413, "")
        if key in {"missing", "wrong"}:
            return dialect.bad_key(dialect.sent_key(headers))
        return Refusal(400, dialect.not_json) if self._path.method == "POST" and not has_body else None

    async def _answer(self, request: Request, served: Refusal | bytes | None, wire: Wire) -> None:
        if isinstance(served, Refusal):
            await self._refuse(served, request, wire)
            return
        turn = self._stage.playback.next_turn(request.path, request.body, chat=served is None)
        if isinstance(turn, Fault):
            status = status_of(turn, request, self._stage.dialect)
            self._stage.ledger.close(request.n, "faulted", status, turn.kind)
            await perform(turn, request, self._stage.dialect, wire)
        elif served is not None:
            self._stage.ledger.close(request.n, "answered", 200)
            await wire.respond(200, [JSON_TYPE, *self._stage.dialect.id_headers(request.n)], served)
        elif turn is not None:
            await self._say(turn, request, wire)

    async def _refuse(self, refusal: Refusal, request: Request, wire: Wire) -> None:
        dialect = self._stage.dialect
        self._stage.ledger.close(request.n, "refused", refusal.status)
        headers = [JSON_TYPE, *dialect.id_headers(request.n)]
        await wire.respond(refusal.status, headers, dialect.error(refusal, request.n))

    async def _say(self, reply: Reply, request: Request, wire: Wire) -> None:
        dialect, ledger = self._stage.dialect, self._stage.ledger
        await wire.pause(reply.delay_s)
        headers = answer_headers(request, dialect)
        if not dialect.streams(request.body):
            body = dialect.whole(request, reply)
            ledger.close(request.n, "answered", 200)
            await wire.respond(200, headers, body)
            return
        stream = dialect.stream(request, reply)
        await wire.begin(200, headers)
        await wire.write(stream.opening)
        for piece in stream.pieces:
            await wire.pause(reply.chunk_delay_s)
            await wire.write(piece)
        ledger.close(request.n, "answered", 200)
        await wire.end(stream.closing)


def build_app(dialect: Dialect, script: Script, *, api_key: str | None, paths: Sequence[Path]) -> Starlette:
    """The ASGI app of a fake. `api_key=None` accepts everybody."""
    stage = Stage(dialect, script, api_key)
    routes = [Route(path.path, Endpoint(stage, path), methods=[path.method]) for path in paths]

    async def show_calls(_: WebRequest) -> Response:
        return JSONResponse([call.as_json() for call in stage.ledger.calls])

    async def replace_script(web_request: WebRequest) -> Response:
        try:
            stage.playback = Playback(Script.from_json(await web_request.body()))
        except ConfigurationError as error:
            return JSONResponse({"error": str(error)}, status_code=422)
        return Response(status_code=204)

    routes.append(Route("/__calls", show_calls))
    routes.append(Route("/__script", replace_script, methods=["POST"]))
    nowhere = Path("*", "/{path:path}", lambda request: Refusal(404, f"Not found: {request.path}"))
    routes.append(Route(nowhere.path, Endpoint(stage, nowhere)))
    app = Starlette(routes=routes)
    app.state.stage = stage
    return app


def stage_of(app: Starlette) -> Stage:
    """The stage of an app made by `build_app`.

    Raises:
        TypeError: it is another app.
    """
    stage = getattr(app.state, "stage", None)
    if not isinstance(stage, Stage):
        raise TypeError("not a fake: make the app with agents.fakes.*_api.create_app")
    return stage
