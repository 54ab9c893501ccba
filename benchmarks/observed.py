"""What it costs to be watched: `python -m benchmarks.observed [--orders N] [--rounds R]`.

Three companies with the scripted model, measured in turn: nothing switched on, metrics with a scrape a second, and
metrics and traces to a collector on this machine. CPU is of all server processes, an order; the collector's is not in
it. Ratios are taken inside each round, then their median (least … most).
"""

import argparse
import statistics
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil

from benchmarks.contenders import Contender, outfit_scripted, start_company
from benchmarks.load import LoadGenerator
from benchmarks.measure import Measurement, measure_rounds, warm_up
from nexus.cli.ports import free_port

SCRAPE_EVERY_S = 1.0


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.observed", description=__doc__)
    parser.add_argument("--orders", type=int, default=120)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args(arguments)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nexus-bench-")))
        load = stack.enter_context(LoadGenerator())
        contenders = _start(stack, folder)
        warm_up(load, contenders)
        end_by = time.monotonic() + 300
        measured = measure_rounds(
            load, contenders, orders=options.orders, rounds=options.rounds, end_by=end_by
        )
        print(_told(contenders, measured))
    return 0


def _start(stack: ExitStack, folder: Path) -> list[Contender]:
    collector = stack.enter_context(_a_sink())
    numbers = {"METRICS_PORT": str(free_port())}
    numbers_too = {"METRICS_PORT": str(free_port()), "OTEL_EXPORTER_OTLP_ENDPOINT": collector}
    outfit = outfit_scripted(folder, 1)
    contenders = []
    for letter, title, settings in (
        ("off", "nothing", {}),
        ("metrics", "metrics", numbers),
        ("all", "metrics and traces", numbers_too),
    ):
        watched = replace(outfit, letter=letter, title=title, settings={**outfit.settings, **settings})
        contenders.append(stack.enter_context(start_company(watched, folder / letter)))
        if port := settings.get("METRICS_PORT"):
            stack.enter_context(_scraping(f"http://127.0.0.1:{port}/metrics"))
    return contenders


@contextmanager
def _a_sink() -> Iterator[str]:
    """A collector that takes everything and looks at nothing."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads, server.block_on_close = True, False
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def _scraping(url: str) -> Iterator[None]:
    stop = threading.Event()

    def scrape() -> None:
        while not stop.wait(SCRAPE_EVERY_S):
            with suppress(OSError), urllib.request.urlopen(url, timeout=5) as reply:  # noqa: S310 - our own
                reply.read()

    thread = threading.Thread(target=scrape, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _told(contenders: Sequence[Contender], measured: Sequence[Measurement]) -> str:
    lines = []
    for level in sorted({each.concurrency for each in measured}):
        for who in contenders:
            mine = [each for each in measured if (each.letter, each.concurrency) == (who.letter, level)]
            base = [each for each in measured if (each.letter, each.concurrency) == ("off", level)]
            cpu = [one.total_cpu_ms / other.total_cpu_ms for one, other in zip(mine, base, strict=True)]
            p50 = [one.p50_ms / other.p50_ms for one, other in zip(mine, base, strict=True)]
            lines.append(
                f"{level:>3} at a time  {who.title:<20} CPU {_median(e.total_cpu_ms for e in mine):6.2f} ms an order "
                f"x{_spread(cpu)}   p50 {_median(e.p50_ms for e in mine):6.2f} ms x{_spread(p50)}"
            )
    for who in contenders:
        memory = {
            name: psutil.Process(pid).memory_full_info().pss / 2**20
            for name, pid in who.pids.items()
            if name in ("gateway", "worker")
        }
        lines.append(
            f"{who.title:<20} PSS " + ", ".join(f"{name} {mib:.1f} MiB" for name, mib in memory.items())
        )
    return "\n".join(lines)


def _median(values: Iterator[float] | Sequence[float]) -> float:
    return statistics.median(values)


def _spread(ratios: Sequence[float]) -> str:
    return f"{_median(ratios):.3f} ({min(ratios):.2f} … {max(ratios):.2f})"


if __name__ == "__main__":
    sys.exit(main())
