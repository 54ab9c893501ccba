"""Debian's Chromium, driven by Playwright, and a watch over what it must never do."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    WebError,
    WebSocket,
    expect,
)

PATIENCE_MS = 30_000
"""How long a page may take to show what it should; most come within some 100 ms, but the machine may be busy."""
DESK = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}
NO_CHROMIUM = (
    "there is no Chromium on PATH: `apt install chromium` (Debian, Ubuntu) brings it; none is downloaded"
)
REPORT_VIOLATIONS = """
    document.addEventListener("securitypolicyviolation", (event) => {
        const place = `${event.sourceFile}:${event.lineNumber}`;
        console.error(`policy: ${event.effectiveDirective} ${event.blockedURI} ${place}`);
    });
"""
# Chromium's own line for every answer from 400 on; the page shows what it means. A test that provokes one allows it.
SIGNED_OUT = r"status of 401.*/api/session"


def chromium_path() -> str | None:
    """Where the browser is; None when this machine has none."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def launch(playwright: Playwright) -> Browser:
    """Start it without a window. As root, as in a container, Chromium needs to be without its sandbox."""
    expect.set_options(timeout=PATIENCE_MS)
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=chromium_path(), args=arguments)


@dataclass  # no slots: Playwright notes on it which of its methods listen
class Watch:
    """Writes down what browsers at `origin` complain of: errors on the console, uncaught exceptions, violations of the
    page's policy, requests and sockets that go elsewhere.
    """

    origin: str
    complaints: list[str] = field(default_factory=list)
    _allowed: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Watch every page of the context, from its first script on."""
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("console", self._on_console)
        context.on("weberror", self._on_error)
        context.on("request", self._on_request)
        context.on("page", lambda page: page.on("websocket", self._on_websocket))

    def allow(self, *patterns: str) -> None:
        """What the test provokes itself is no complaint."""
        self._allowed += patterns

    @property
    def unexpected(self) -> list[str]:
        """The complaints that nobody allowed."""
        return [
            said for said in self.complaints if not any(re.search(pattern, said) for pattern in self._allowed)
        ]

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"console: {message.text} ({message.location['url']})")

    def _on_error(self, error: WebError) -> None:
        self.complaints.append(f"exception: {error.error}")

    def _on_request(self, request: Request) -> None:
        self._check(request.url)

    def _on_websocket(self, socket: WebSocket) -> None:
        self._check(socket.url.replace("ws", "http", 1))

    def _check(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob") and f"{parts.scheme}://{parts.netloc}" != self.origin:
            self.complaints.append(f"elsewhere: {url}")


@contextmanager
def a_window(
    browser: Browser,
    watch: Watch,
    secret: str | None,
    **options: Any,
) -> Iterator[Page]:
    """A page in a profile of its own, in English unless told otherwise. With `secret` it is signed in already.

    Nothing has been loaded yet. What it complains of goes to `watch`.
    """
    given: dict[str, Any] = {"locale": "en-GB", "viewport": DESK, "base_url": watch.origin, **options}
    context = browser.new_context(**given)
    context.set_default_timeout(PATIENCE_MS)
    watch.over(context)
    try:
        if secret is not None:
            entered = context.request.post("/api/session", data={"secret": secret})
            assert entered.ok, entered.text()
        yield context.new_page()
    finally:
        context.close()
