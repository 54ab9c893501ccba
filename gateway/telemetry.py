"""What this gateway counts of itself, as Prometheus reads it. One registry a process, and no path or id as a label."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import Scope

from db.statements.census import Census
from db.statements.model_health import ModelHealth
from gateway.limits import RateLimits
from nexus.budget import Window
from nexus.bus import Backlog
from nexus.model_status import ModelStatus
from nexus.work_order import Role

VERSION = version("nexus-ai-team")
BUCKETS_S = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
NO_ROUTE = "(none)"
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "WEBSOCKET"})


@dataclass(frozen=True, slots=True)
class Company:
    """The company's numbers at one moment, for one scrape; None where the store did not answer."""

    census: Census | None
    windows: Sequence[Window]
    models: Sequence[ModelHealth]
    is_local: bool
    backlog: Mapping[Role, Backlog] | None = None


class Telemetry:
    """Counts requests and connections, and writes everything down for a scrape."""

    def __init__(self, limits: RateLimits) -> None:
        self._registry = registry = CollectorRegistry()
        self._requests = Counter(
            "nexus_http_requests",
            "Requests answered, by the route's template",
            ("method", "route", "status"),
            registry=registry,
        )
        self._seconds = Histogram(
            "nexus_http_request_seconds",
            "Seconds until a response began, by the route's template",
            ("route",),
            buckets=BUCKETS_S,
            registry=registry,
        )
        self._sockets = Gauge("nexus_websocket_connections", "WebSockets open now", registry=registry)
        Gauge("nexus_build_info", "Always 1", ("version",), registry=registry).labels(VERSION).set(1)
        self._company = _CompanyCollector()
        registry.register(_LimitsCollector(limits))
        registry.register(self._company)

    def answered(self, scope: Scope, status: int, seconds: float) -> None:
        """A response began."""
        route = getattr(scope.get("route"), "path", NO_ROUTE)
        method = "WEBSOCKET" if scope["type"] == "websocket" else scope["method"]
        self._requests.labels(method if method in _METHODS else "OTHER", route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    @contextmanager
    def open_socket(self) -> Iterator[None]:
        """While a WebSocket is open."""
        with self._sockets.track_inprogress():
            yield

    def written(self, company: Company) -> bytes:
        """Everything in Prometheus' text format."""
        self._company.newest = company
        return generate_latest(self._registry)


class _LimitsCollector(Collector):
    def __init__(self, limits: RateLimits) -> None:
        self._limits = limits

    def collect(self) -> Iterator[Metric]:
        refused = CounterMetricFamily(
            "nexus_rate_limited", "Requests and credentials refused with 429, by what was full", labels=["by"]
        )
        for by, count in self._limits.refused.counts().items():
            refused.add_metric([by], count)
        yield refused
        yield GaugeMetricFamily(
            "nexus_rate_limits_shared",
            "1 while all gateways count together in Redis, 0 while this one counts by itself",
            value=float(self._limits.are_shared),
        )


class _CompanyCollector(Collector):
    newest: Company | None = None

    def collect(self) -> Iterator[Metric]:
        company = self.newest
        if company is None:
            return
        yield GaugeMetricFamily(
            "nexus_store_up", "1 when the store was read for this", value=float(company.census is not None)
        )
        yield GaugeMetricFamily(
            "nexus_store_local",
            "1 while PostgreSQL is away and orders go into the spool",
            value=company.is_local,
        )
        if company.census is not None:
            yield from _orders(company.census)
        yield from _money(company.windows)
        yield _models(company.models)
        yield from _streams(company.backlog)


def _orders(census: Census) -> Iterator[Metric]:
    orders = GaugeMetricFamily("nexus_orders", "Work orders by status", labels=["status"])
    for status, count in census.orders.items():
        orders.add_metric([status.value], count)
    waiting = GaugeMetricFamily(
        "nexus_queue_orders", "Orders that wait for a worker, by role", labels=["role"]
    )
    for role, count in census.waiting.items():
        waiting.add_metric([role.value], count)
    yield from (orders, waiting)


def _streams(backlog: Mapping[Role, Backlog] | None) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "nexus_redis_up", "1 when Redis answered for this", value=float(backlog is not None)
    )
    bells = GaugeMetricFamily("nexus_stream_bells", "Bells on the stream of a role", labels=["role"])
    pending = GaugeMetricFamily(
        "nexus_stream_pending_bells", "Bells that a worker has read and not acknowledged", labels=["role"]
    )
    for role, found in (backlog or {}).items():
        bells.add_metric([role.value], found.bells)
        pending.add_metric([role.value], found.pending)
    yield from (bells, pending)


def _money(windows: Sequence[Window]) -> Iterator[Metric]:
    labels = ["scope", "period"]
    spent = GaugeMetricFamily(
        "nexus_spent_usd", "Dollars spent in this day or month, by company or role", labels=labels
    )
    reserved = GaugeMetricFamily(
        "nexus_reserved_usd", "Worst case in dollars of the calls that run", labels=labels
    )
    limit = GaugeMetricFamily(
        "nexus_budget_limit_usd", "The limit in dollars, where there is one", labels=labels
    )
    is_set = GaugeMetricFamily(
        "nexus_budget_limit_set", "1 while the owner's change is the limit, 0 for the setting", labels=labels
    )
    used = GaugeMetricFamily("nexus_budget_used_ratio", "Share of the limit spent or reserved", labels=labels)
    for window in windows:
        place = [window.scope, "month" if len(window.period) == len("2026-11") else "day"]
        spent.add_metric(place, float(window.spent_usd))
        reserved.add_metric(place, float(window.reserved_usd))
        is_set.add_metric(place, float(window.set_by is not None))
        if window.limit_usd is not None:
            limit.add_metric(place, float(window.limit_usd))
            used.add_metric(place, window.used)
    yield from (spent, reserved, limit, is_set, used)


def _models(models: Sequence[ModelHealth]) -> Metric:
    states = GaugeMetricFamily(
        "nexus_model_status", "1 for what the newest probe found", labels=["provider", "model", "status"]
    )
    for model in models:
        for status in ModelStatus:
            states.add_metric([model.provider, model.model, status.value], float(status is model.status))
    return states
