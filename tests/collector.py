"""An OpenTelemetry collector of a test's own: OTLP over HTTP on loopback, read as protobuf."""

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

type Mood = Literal["takes", "refuses", "hangs"]
type Value = str | int | float | bool | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A span as it arrived. Ids are hex; times are nanoseconds."""

    name: str
    trace: str
    id: str
    parent: str
    service: str
    kind: int
    error: str | None
    began_ns: int
    ended_ns: int
    facts: Mapping[str, Value]


@dataclass
class Collector:
    """What arrived, and how it behaves: takes, refuses with 500, or hangs."""

    url: str
    mood: Mood = "takes"
    spans: list[Seen] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    calls: int = 0
    released: threading.Event = field(default_factory=threading.Event)

    def of_trace(self, trace: str) -> list[Seen]:
        """The spans of one trace, in the order in which they began."""
        return sorted((each for each in self.spans if each.trace == trace), key=lambda each: each.began_ns)

    def take(self, body: bytes, headers: Mapping[str, str]) -> int:
        """Behave; returns the status."""
        self.calls += 1
        if self.mood == "hangs":
            self.released.wait(60)
            return 200
        if self.mood == "refuses":
            return 500
        self.bodies.append(body)
        self.headers.append(headers)
        self.spans += list(_parsed(body))
        return 200


@contextmanager
def a_collector() -> Iterator[Collector]:
    """Listening until the context ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = collector.take(body, dict(self.headers)) if self.path == "/v1/traces" else 404
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    collector = Collector(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        collector.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _parsed(body: bytes) -> Iterator[Seen]:
    for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
        service = _facts(resource.resource.attributes)["service.name"]
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield Seen(
                    name=span.name,
                    trace=span.trace_id.hex(),
                    id=span.span_id.hex(),
                    parent=span.parent_span_id.hex(),
                    service=str(service),
                    kind=span.kind,
                    error=span.status.message if span.status.code == 2 else None,
                    began_ns=span.start_time_unix_nano,
                    ended_ns=span.end_time_unix_nano,
                    facts=_facts(span.attributes),
                )


def _facts(attributes: Iterable[KeyValue]) -> dict[str, Value]:
    return {each.key: _value(each.value) for each in attributes}


def _value(value: AnyValue) -> Value:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return tuple(each.string_value for each in value.array_value.values)
    found: Value = getattr(value, kind or "string_value")
    return found
