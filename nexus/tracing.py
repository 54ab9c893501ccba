"""Traces of orders, to an OpenTelemetry collector over OTLP/HTTP: the extra `otel`, imported only where it is wanted.

One order is one trace over all processes, and nothing is carried between them for it: the trace's id is the order's
ULID as 128 bits, and the id of its first span (`accept`) follows from the order's id too. What else is there hangs
below that. Attributes are facts such as roles, models, tokens and dollars; never words of an order.

Spans are sent by a thread of the SDK. A collector that is away, hangs or refuses costs spans and nothing else.
"""

import hashlib
import logging
import os
import random
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from urllib.parse import unquote, urlsplit

from ulid import ULID

from nexus import logs
from nexus.observing import Fact, Span, happened, watch
from nexus.settings import CommonSettings

log = logs.get_logger(__name__)

EXPORT_TIMEOUT_S = 3.0
EVERY_MS = 1_000
MOST_WAITING = 4_096
BATCH = 512
FLUSH_S = 2.0  # a process that ends waits no longer for its collector
MISSING = (
    "OTEL_EXPORTER_OTLP_ENDPOINT is set, but the extra is not installed: pip install 'nexus-ai-team[otel]'"
)

# OpenTelemetry's names for what is said of a model call.
GEN_AI = {
    "provider": ("gen_ai.system", "gen_ai.provider.name"),
    "model": ("gen_ai.request.model",),
    "input_tokens": ("gen_ai.usage.input_tokens",),
    "output_tokens": ("gen_ai.usage.output_tokens",),
    "finish_reason": ("gen_ai.response.finish_reasons",),
}

try:
    import requests
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope
    from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags

    KINDS = {
        "accept": SpanKind.SERVER,
        "triage": SpanKind.CONSUMER,
        "work": SpanKind.CONSUMER,
        "overdue": SpanKind.CONSUMER,
        "chat": SpanKind.CLIENT,
    }
    IS_INSTALLED = True
except ImportError:
    IS_INSTALLED = False


def trace_id_of(order_id: str) -> int:
    """The id of an order's trace: its ULID as a number, or a hash of what is no ULID."""
    try:
        return int(ULID.from_str(order_id.removeprefix("WO-")))
    except ValueError:
        return int.from_bytes(hashlib.sha256(order_id.encode()).digest()[:16])


def origin_of(order_id: str) -> int:
    """The id of the first span of an order's trace."""
    return int.from_bytes(hashlib.sha256(f"origin {order_id}".encode()).digest()[:8])


@contextmanager
def sending_traces(settings: CommonSettings, process: str) -> Iterator[None]:
    """Send what happens until the context ends; then what is left, for two seconds at most."""
    if not IS_INSTALLED:
        log.warning("traces.off", reason=MISSING)
        yield
        return
    # It would write a stack trace for each batch that a collector does not take; we say it once.
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    watcher = TraceWatcher(_Exporter(_otlp(settings)), process)
    unwatch = watch(watcher)
    logs.name_traces(lambda order_id: f"{trace_id_of(order_id):032x}")
    log.info("traces.ready", collector=urlsplit(settings.otel_exporter_otlp_endpoint or "").hostname)
    try:
        yield
    finally:
        unwatch()
        logs.name_traces(None)
        watcher.close()


def _otlp(settings: CommonSettings) -> "OTLPSpanExporter":
    endpoint = (settings.otel_exporter_otlp_endpoint or "").rstrip("/")
    given = settings.otel_exporter_otlp_headers
    session = requests.Session()
    # A proxy of the environment is for the world, not for this machine.
    session.trust_env = urlsplit(endpoint).hostname not in ("localhost", "127.0.0.1", "::1")
    return OTLPSpanExporter(
        endpoint=endpoint if endpoint.endswith("/v1/traces") else f"{endpoint}/v1/traces",
        headers=_headers(given.get_secret_value()) if given else None,
        timeout=EXPORT_TIMEOUT_S,
        session=session,
    )


def _headers(text: str) -> dict[str, str]:
    """`name=value,name=value`, as OpenTelemetry writes it: values are percent-encoded."""
    pairs = (pair.partition("=") for pair in text.split(",") if "=" in pair)
    return {name.strip().lower(): unquote(value.strip()) for name, _, value in pairs}


if IS_INSTALLED:

    class _Exporter(SpanExporter):
        """Says once that the collector takes nothing, and once that it does again; counts what was lost."""

        def __init__(self, inner: SpanExporter) -> None:
            self._inner = inner
            self._is_well = True
            self._is_shut = False
            self.waiting = 0
            self._lock = threading.Lock()

        def add(self) -> bool:
            """Room for one more span."""
            with self._lock:
                if self.waiting >= MOST_WAITING:
                    return False
                self.waiting += 1
                return True

        def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
            """Send a batch, in the SDK's thread."""
            try:
                result = self._inner.export(spans)
            except Exception as error:  # noqa: BLE001 - the edge of a thread: whatever it is, spans are lost
                log.debug("traces.broke", error=type(error).__name__)
                result = SpanExportResult.FAILURE
            with self._lock:
                self.waiting -= len(spans)
            is_well = result is SpanExportResult.SUCCESS
            if not is_well:
                happened("spans_lost", len(spans))
            if is_well is not self._is_well:
                self._is_well = is_well
                if is_well:
                    log.info("traces.sent_again")
                else:
                    log.warning("traces.not_sent", lost=len(spans))
            return result

        def shutdown(self) -> None:
            """Send no more; a batch that waits for its next try is given up."""
            with self._lock:
                was_shut, self._is_shut = self._is_shut, True
            if not was_shut:
                self._inner.shutdown()

    class TraceWatcher:
        """Turns ended spans into OpenTelemetry's. Ids are made when a span begins, for its parts to name."""

        def __init__(self, exporter: _Exporter, process: str) -> None:
            self._exporter = exporter
            self._processor = BatchSpanProcessor(
                exporter, MOST_WAITING, schedule_delay_millis=EVERY_MS, max_export_batch_size=BATCH
            )
            self._resource = Resource.create(
                {
                    "service.namespace": "nexus",
                    "service.name": f"nexus-{process}",
                    "service.version": version("nexus-ai-team"),
                    "service.instance.id": f"{socket.gethostname()}-{os.getpid()}",
                }
            )
            self._scope = InstrumentationScope("nexus", version("nexus-ai-team"))

        def happened(self, what: str, amount: float, facts: Mapping[str, Fact]) -> None:
            """Counts are none of a trace's."""

        def began(self, span: Span) -> None:
            """Give it its ids."""
            span.handle = self._own(span)

        def ended(self, span: Span) -> None:
            """Hand it to the thread that sends it; drop it where too many wait."""
            if not isinstance(own := span.handle, SpanContext):
                return  # it began before traces were switched on
            if not self._exporter.add():
                happened("spans_lost")
                return
            status = Status(StatusCode.ERROR, span.error) if span.error else Status(StatusCode.UNSET)
            self._processor.on_end(
                ReadableSpan(
                    name=_name(span),
                    context=own,
                    parent=self._parent(span, own),
                    resource=self._resource,
                    attributes=_attributes(span),
                    kind=KINDS.get(span.name, SpanKind.INTERNAL),
                    status=status,
                    start_time=span.began_ns,
                    end_time=span.ended_ns,
                    instrumentation_scope=self._scope,
                )
            )

        def close(self) -> None:
            """Send what is left, for `FLUSH_S` at most."""
            flush = threading.Thread(target=self._processor.shutdown, name="last traces", daemon=True)
            flush.start()
            flush.join(FLUSH_S)
            if flush.is_alive():
                log.warning("traces.left_behind", spans=self._exporter.waiting)
                self._exporter.shutdown()

        @staticmethod
        def _own(span: Span) -> SpanContext:
            above = span.parent.handle if span.parent is not None else None
            if isinstance(above, SpanContext):
                trace_id = above.trace_id
            else:
                trace_id = trace_id_of(span.order_id) if span.order_id else random.getrandbits(128) or 1
            is_origin = span.is_origin and span.order_id is not None
            span_id = origin_of(span.order_id or "") if is_origin else random.getrandbits(64) or 1
            return SpanContext(trace_id, span_id, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))

        @staticmethod
        def _parent(span: Span, own: SpanContext) -> SpanContext | None:
            if span.parent is not None and isinstance(span.parent.handle, SpanContext):
                return span.parent.handle
            if span.order_id is None or span.is_origin:
                return None
            return SpanContext(
                own.trace_id,
                origin_of(span.order_id),
                is_remote=True,
                trace_flags=TraceFlags(TraceFlags.SAMPLED),
            )


def _name(span: Span) -> str:
    """With what tells it from its like, as long as those are few."""
    detail = span.facts.get({"chat": "model", "commit": "step", "equipment": "tool"}.get(span.name, ""))
    return f"{span.name} {detail}" if detail else span.name


def _attributes(span: Span) -> dict[str, Fact | tuple[Fact, ...]]:
    found: dict[str, Fact | tuple[Fact, ...]] = {}
    if span.order_id:
        found["nexus.order.id"] = span.order_id
    is_call = span.name == "chat"
    for name, value in span.facts.items():
        for key in GEN_AI.get(name, ()) if is_call else ():
            found[key] = (value,) if key == "gen_ai.response.finish_reasons" else value
        found[f"nexus.{name}"] = value
    if is_call:
        found["gen_ai.operation.name"] = "chat"
    if span.error:
        found["error.type"] = span.error
    return found
