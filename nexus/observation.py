"""Metrics and traces of a process, as far as its settings ask for them; without that nothing is imported."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from nexus.settings import CommonSettings


@contextmanager
def observation(settings: CommonSettings, process: str, *, metrics: bool = True) -> Iterator[None]:
    """Serve metrics and send traces until the context ends. `metrics` False: the process has a door of its own.

    Raises:
        ConfigurationError: METRICS_PORT cannot be served.
    """
    with ExitStack() as stack:
        if metrics and settings.metrics_port:
            from nexus.metrics import serving_metrics  # noqa: PLC0415 - only where it is wanted

            stack.enter_context(serving_metrics(settings, process))
        if settings.otel_exporter_otlp_endpoint:
            from nexus.tracing import sending_traces  # noqa: PLC0415 - only where it is wanted

            stack.enter_context(sending_traces(settings, process))
        yield
