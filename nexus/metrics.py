"""GET /metrics of a process that is no gateway: what `nexus.observing` is told, as Prometheus reads it.

Imported only where METRICS_PORT is set. The server is a thread of its own, so that a process whose loop hangs can
still be asked. On loopback whoever is on this machine may read; elsewhere the bearer must be API_SECRET, as at the
gateway's door.
"""

import ipaddress
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer
from wsgiref.types import StartResponse, WSGIEnvironment

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from nexus import observing
from nexus.address import AddressSettings
from nexus.clock import SystemClock
from nexus.errors import ConfigurationError
from nexus.logs import get_logger
from nexus.metrics_table import TABLE
from nexus.observing import Fact, Reading, Span, offer_gauge, watch
from nexus.secret_file import Secrets
from nexus.settings import CommonSettings, load_settings

log = get_logger(__name__)

CLIENT_TIMEOUT_S = 5.0
POLL_S = 0.1
STEPS = ("triage", "work", "overdue")
UNNAMED = "none"

type Opens = Callable[[WSGIEnvironment], bool]


class MetricsWatcher:
    """Counts what happens in this process. For several threads."""

    def __init__(self, process: str) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._counters: dict[str, Counter] = {}
        self._histograms: dict[str, Histogram] = {}
        for each in TABLE:
            if process not in each.processes:
                continue
            if each.kind == "counter":
                self._counters[each.key] = Counter(each.name, each.text, each.labels, registry=self.registry)
            elif each.kind == "histogram":
                self._histograms[each.key] = Histogram(
                    each.name, each.text, each.labels, buckets=each.buckets, registry=self.registry
                )
        offer_gauge("process", lambda: [((process, version("nexus-ai-team")), 1.0)])
        self.registry.register(_Gauges(process))

    def happened(self, what: str, amount: float, facts: Mapping[str, Fact]) -> None:
        """Count it, or put it into its histogram."""
        if (counter := self._counters.get(what)) is not None:
            _labelled(counter, facts).inc(amount)
        elif (histogram := self._histograms.get(what)) is not None:
            _labelled(histogram, facts).observe(amount)

    def began(self, span: Span) -> None:
        """Nothing is counted before its end."""

    def ended(self, span: Span) -> None:
        """Count what the span tells."""
        facts = span.facts
        if span.name in STEPS:
            outcome = facts.get("outcome") or span.error or "nothing"
            self.happened("steps", 1, {**facts, "step": span.name, "outcome": outcome})
            self.happened("step_seconds", span.seconds, {**facts, "step": span.name})
        elif span.name == "wait":
            self.happened("queue_wait_seconds", span.seconds, facts)
        elif span.name == "try":
            self.happened(
                "try_seconds", span.seconds, {**facts, "outcome": "failed" if span.error else "answered"}
            )
        elif span.name == "chat":
            self._call(span)
        elif span.name == "qa":
            self.happened("qa_seconds", span.seconds, facts)
        elif span.name == "equipment":
            self.happened("equipment_runs", 1, {"status": span.error or UNNAMED, **facts})
            self.happened("equipment_run_seconds", span.seconds, facts)
        elif span.name == "check":
            self.happened("check_seconds", span.seconds, facts)
            self.happened("checks", 1, {"outcome": "answered", **facts})

    def _call(self, span: Span) -> None:
        facts = span.facts
        self.happened("model_calls", 1, {"outcome": "in_doubt", **facts})
        self.happened("model_call_seconds", span.seconds, facts)
        for kind in ("input", "output", "cache_read", "cache_write"):
            if tokens := facts.get(f"{kind}_tokens"):
                self.happened("model_tokens", float(tokens), {**facts, "kind": kind})
        if cost := facts.get("cost_usd"):
            self.happened("model_cost_usd", float(cost), facts)


def _labelled[M: (Counter, Histogram)](metric: M, facts: Mapping[str, Fact]) -> M:
    names = metric._labelnames
    return metric.labels(*(str(facts.get(name, UNNAMED)) for name in names)) if names else metric


class _Gauges(Collector):
    """Asks for the gauges when it is asked."""

    def __init__(self, process: str) -> None:
        self._defined = [each for each in TABLE if each.kind == "gauge" and process in each.processes]

    def collect(self) -> Iterator[Metric]:
        for each in self._defined:
            family = GaugeMetricFamily(each.name, each.text, labels=each.labels)
            for labels, value in _read(observing.gauges().get(each.key)):
                family.add_metric(labels, value)
            yield family


def _read(gauge: Callable[[], Iterable[Reading]] | None) -> list[Reading]:
    """What it says; nothing where a dict changed under its hands, which the next scrape makes good."""
    if gauge is None:
        return []
    try:
        return list(gauge())
    except RuntimeError:
        return []


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def server_bind(self) -> None:
        """Bind without asking the resolver for our own name, which may take seconds."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()


class _Handler(WSGIRequestHandler):
    timeout = CLIENT_TIMEOUT_S  # who says nothing is not waited for

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """A scrape is no event."""


@contextmanager
def serving_metrics(settings: CommonSettings, process: str) -> Iterator[int]:
    """Count and serve until the context ends; yields the port.

    Raises:
        ConfigurationError: the port is taken, the address is not ours, or there is no secret for it.
    """
    disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each counter, which nothing reads
    watcher = MetricsWatcher(process)
    server = _listen(settings.metrics_host, settings.metrics_port)
    try:
        server.set_app(_application(watcher.registry, _door(settings.metrics_host)))
        thread = threading.Thread(target=server.serve_forever, args=(POLL_S,), name="metrics", daemon=True)
        unwatch = watch(watcher)
        thread.start()
        log.info("metrics.ready", host=settings.metrics_host, port=server.server_port)
        try:
            yield server.server_port
        finally:
            unwatch()
            server.shutdown()
            thread.join(CLIENT_TIMEOUT_S)
    finally:
        server.server_close()


def _listen(host: str, port: int) -> _Server:
    try:
        return _Server((host, port), _Handler)
    except OSError as error:
        raise ConfigurationError(
            f"METRICS_PORT={port} on {host}: {error.strerror or error}; choose another, or 0 for no metrics."
        ) from None


def _door(host: str) -> Opens:
    """Who may read.

    Raises:
        ConfigurationError: other machines reach it, and there is no secret.
    """
    if _is_loopback(host):
        # A web page may reach us by a name of its own that it points at 127.0.0.1.
        return lambda environ: _is_loopback(_name_in(environ.get("HTTP_HOST", "")))
    address = load_settings(AddressSettings)
    secrets = Secrets(address.secret_path, address.given_secrets, SystemClock())
    if not secrets.active():
        raise ConfigurationError(f"METRICS_HOST={host} is reachable from other machines: set API_SECRET.")
    return lambda environ: _has_secret(environ.get("HTTP_AUTHORIZATION", ""), secrets)


def _has_secret(header: str, secrets: Secrets) -> bool:
    return header[:7].lower() == "bearer " and secrets.opens(header[7:].strip().encode("latin-1"))


def _name_in(host: str) -> str:
    """`Host` without its port."""
    return host.partition("]")[0].strip("[") if host.startswith("[") else host.partition(":")[0]


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _application(
    registry: CollectorRegistry, opens: Opens
) -> Callable[[WSGIEnvironment, StartResponse], list[bytes]]:
    def answer(environ: WSGIEnvironment, start: StartResponse) -> list[bytes]:
        if not opens(environ):
            start("401 Unauthorized", [("WWW-Authenticate", "Bearer"), ("Content-Type", "text/plain")])
            return [b"the bearer must be API_SECRET; without one, ask 127.0.0.1 by its number\n"]
        if environ.get("PATH_INFO") != "/metrics" or environ.get("REQUEST_METHOD") not in ("GET", "HEAD"):
            start("404 Not Found", [("Content-Type", "text/plain")])
            return [b"GET /metrics\n"]
        body = generate_latest(registry)
        start("200 OK", [("Content-Type", CONTENT_TYPE_LATEST), ("Content-Length", str(len(body)))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    return answer
