"""`python -m benchmarks.dashboard_live`: does the dashboard stay responsive while thousands of orders arrive live?

A real company with its scripted model on loopback, and Chromium with chat, orders and metrics open. The first view is
timed before, with a warm gateway and an empty browser cache; somebody types into the chat all the while. Needs the
built dashboard (`make dashboard`), `playwright` and a `chromium` on PATH; nothing is downloaded.
"""

import argparse
import json
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from benchmarks.contenders import ANSWER, QUESTION, WAIT_S, outfit_scripted, start_company
from benchmarks.load import LoadGenerator, Target

FIRST_VIEW_MS = 1_500
FIRST_LOAD_BYTES = 350_000
IN_ONE_CONVERSATION = 10  # percent of the orders that arrive in the conversation that is open
CONCURRENCY = 4
SETTLED_MS = 120_000
OPEN = {"chat": "/chat/{session}", "orders": "/orders", "metrics": "/figures"}
MEASURE = """
    window.nexusLong = []; window.nexusDelays = [];
    new PerformanceObserver((list) => list.getEntries().forEach((one) => nexusLong.push(one.duration)))
        .observe({ type: "longtask", buffered: true });
    new PerformanceObserver((list) => list.getEntries().filter((one) => one.name === "keydown")
        .forEach((one) => nexusDelays.push([one.processingStart - one.startTime, one.duration])))
        .observe({ type: "event", durationThreshold: 16, buffered: true });
    const look = () => {
        if (document.querySelector("form textarea:not([disabled])")) window.nexusReady = performance.now();
        else requestAnimationFrame(look);
    };
    look();
"""


@dataclass(frozen=True, slots=True)
class FirstView:
    """From the navigation to a field one can write into, in milliseconds; and what was fetched until then."""

    cold_ms: float
    warm_ms: list[float]
    cached_ms: float
    gzip_bytes: int
    requests: int


@dataclass(frozen=True, slots=True)
class PageLoad:
    """One open page during the storm. Times in milliseconds, heap in MiB after a collection."""

    name: str
    long_tasks: int
    longest_task_ms: float
    heap_before: float
    heap_after: float
    nodes_after: int


@dataclass(frozen=True, slots=True)
class Storm:
    """What was measured while the orders arrived."""

    orders: int
    seconds: float
    pages: list[PageLoad]
    keys: int
    slow_keys: int
    worst_delay_ms: float
    worst_key_ms: float
    settled_s: float


@dataclass(frozen=True, slots=True)
class Found:
    """Everything."""

    first: FirstView
    storm: Storm


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; 1 when a limit is passed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dashboard_live", description=__doc__)
    parser.add_argument("--orders", type=int, default=5_000, help="orders that arrive live")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all numbers to this file")
    options = parser.parse_args(arguments)
    found = measure(options.orders)
    print(render(found))
    if options.json:
        options.json.write_text(json.dumps(asdict(found), indent=1) + "\n")
    first = found.first
    return int(max(first.warm_ms) > FIRST_VIEW_MS or first.gzip_bytes > FIRST_LOAD_BYTES)


def measure(orders: int) -> Found:
    """Start everything, measure, end it."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nexus-live-")))
        company = stack.enter_context(start_company(outfit_scripted(folder, 1), folder / "C"))
        browser = stack.enter_context(_chromium())
        url = f"http://127.0.0.1:{company.target.port}"
        return Found(_first_view(browser, url), _storm(browser, url, company.target, orders))


@contextmanager
def _chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise SystemExit("there is no Chromium on PATH: `apt install chromium` brings it")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


def _first_view(browser: Browser, url: str) -> FirstView:
    cold, _ = _visit(browser, url)  # the gateway reads the bundle, Chromium starts its renderer
    visits = [_visit(browser, url) for _ in range(5)]
    addresses = visits[-1][1]
    with _a_context(browser, url) as context:
        _open(context.new_page(), "/chat")
        cached = _open(context.new_page(), "/chat")
    sizes = [_gzip_bytes(address) for address in addresses]
    return FirstView(cold, [ms for ms, _ in visits], cached, sum(sizes), len(addresses))


def _visit(browser: Browser, url: str) -> tuple[float, list[str]]:
    """With an empty cache: milliseconds until the chat can be written into, and the files that were asked for."""
    with _a_context(browser, url) as context:
        page, asked = context.new_page(), list[str]()
        page.on("request", lambda request: asked.append(request.url))
        ready_ms = _open(page, "/chat")
        return ready_ms, [one for one in asked if not urlsplit(one).path.startswith(("/api/", "/ws"))]


@contextmanager
def _a_context(browser: Browser, url: str) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=url, locale="en-GB", viewport={"width": 1280, "height": 860})
    context.add_init_script(MEASURE)
    yield context
    context.close()


def _open(page: Page, path: str) -> float:
    page.goto(path, wait_until="commit")
    ready_ms = float(page.wait_for_function("() => window.nexusReady").json_value())
    page.get_by_role("textbox", name="Message").fill("it takes words")
    return ready_ms


def _gzip_bytes(address: str) -> int:
    with httpx.stream("GET", address, headers={"Accept-Encoding": "gzip"}, trust_env=False) as reply:
        return sum(len(piece) for piece in reply.iter_raw())


def _storm(browser: Browser, url: str, target: Target, orders: int) -> Storm:
    begun = httpx.post(
        f"{url}/api/chat", json={"content": QUESTION, "wait": WAIT_S}, trust_env=False, timeout=60
    )
    session = begun.json()["session_id"]
    with _a_context(browser, url) as context, ThreadPoolExecutor(2) as threads:
        pages = {name: context.new_page() for name in OPEN}
        for name, page in pages.items():
            page.goto(OPEN[name].format(session=session))
            expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=30_000)
        before = {name: _heap(page)[0] for name, page in pages.items()}
        for page in pages.values():
            page.evaluate("() => { nexusLong.length = 0; nexusDelays.length = 0; }")
        began = time.perf_counter()
        keys = _type_while(pages["chat"], _send(threads, target, session, orders))
        seconds = time.perf_counter() - began
        settled_s = _settle(url, pages, session, orders)
        loads = [_page_load(name, page, before[name]) for name, page in pages.items()]
        delays = pages["chat"].evaluate("() => nexusDelays")
    worst = [max((one[n] for one in delays), default=0.0) for n in (0, 1)]
    return Storm(orders, seconds, loads, keys, len(delays), worst[0], worst[1], settled_s)


def _send(threads: ThreadPoolExecutor, target: Target, session: str, orders: int) -> list[Future[None]]:
    """All orders, some of them in the conversation that is open."""
    inside = max(1, orders * IN_ONE_CONVERSATION // 100)
    there = replace(
        target, body=json.dumps({"content": QUESTION, "wait": WAIT_S, "session_id": session}), expected={}
    )
    return [
        threads.submit(_run, target, CONCURRENCY, orders - inside),
        threads.submit(_run, there, 1, inside),
    ]


def _run(target: Target, concurrency: int, orders: int) -> None:
    with LoadGenerator() as load:
        load.run(target, concurrency=concurrency, orders=orders)


def _type_while(page: Page, running: Sequence[Future[None]]) -> int:
    """Write into the chat until all is sent; returns how many keys were pressed."""
    field, keys = page.get_by_role("textbox", name="Message"), 0
    page.bring_to_front()
    field.focus()
    while not all(one.done() for one in running):
        page.keyboard.press("a" if keys % 20 else "Control+Backspace")
        page.wait_for_timeout(100)
        keys += 1
    for one in running:
        one.result()
    return keys


def _settle(url: str, pages: dict[str, Page], session: str, orders: int) -> float:
    """Until every page shows how it ended; returns the seconds that took.

    Raises:
        AssertionError: a page shows other numbers than the API.
    """
    began = time.perf_counter()
    delivered = orders + 1
    newest = _get(url, "/api/work-orders?limit=1")["items"][0]["id"]
    inside = _get(url, f"/api/sessions/{session}?end=true&limit=2")["messages"]
    assert _get(url, "/api/metrics?period=today")["orders"]["by_status"] == {"delivered": delivered}
    shown = pages["metrics"].locator("main").get_by_text(re.compile(rf"(^|\D){delivered:,}(\D|$)")).first
    expect(shown).to_be_visible(timeout=SETTLED_MS)
    expect(pages["orders"].locator(f"a[href='/orders/{newest}']")).to_be_visible(timeout=SETTLED_MS)
    last = pages["chat"].get_by_role("article").last
    expect(last.locator(f"a[href='/orders/{inside[-1]['order_id']}']")).to_be_visible(timeout=SETTLED_MS)
    expect(last).to_contain_text(ANSWER)
    return time.perf_counter() - began


def _get(url: str, path: str) -> Any:  # noqa: ANN401 - JSON
    return httpx.get(url + path, timeout=60, trust_env=False).raise_for_status().json()


def _heap(page: Page) -> tuple[float, int]:
    """MiB of JavaScript's heap after a collection, and the nodes of the document."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    session.send("Performance.enable")
    found = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    return found["JSHeapUsedSize"] / 1024 / 1024, int(found["Nodes"])


def _page_load(name: str, page: Page, before: float) -> PageLoad:
    long_tasks = page.evaluate("() => nexusLong")
    after, nodes = _heap(page)
    return PageLoad(name, len(long_tasks), max(long_tasks, default=0.0), before, after, nodes)


def render(found: Found) -> str:
    """As tables."""
    first, storm = found.first, found.storm
    lines = [
        "| first view (empty cache, warm gateway) | |",
        "|---|---:|",
        f"| median of {len(first.warm_ms)} | {median(first.warm_ms):.0f} ms |",
        f"| slowest (limit {FIRST_VIEW_MS} ms) | {max(first.warm_ms):.0f} ms |",
        f"| the very first, cold gateway and browser | {first.cold_ms:.0f} ms |",
        f"| files from the browser's cache | {first.cached_ms:.0f} ms |",
        f"| first load, gzipped (limit {FIRST_LOAD_BYTES}) | {first.gzip_bytes} bytes in {first.requests} files |",
        "",
        f"{storm.orders} orders in {storm.seconds:.0f} s; every page right {storm.settled_s:.1f} s after the last.",
        f"{storm.keys} keys typed into the chat: {storm.slow_keys} took 16 ms or more; longest wait before one was"
        f" handled {storm.worst_delay_ms:.0f} ms, until it was drawn {storm.worst_key_ms:.0f} ms.",
        "",
        "| page | tasks over 50 ms | longest ms | heap before MiB | after | nodes after |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {one.name} | {one.long_tasks} | {one.longest_task_ms:.0f} | {one.heap_before:.1f}"
        f" | {one.heap_after:.1f} | {one.nodes_after} |"
        for one in storm.pages
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
