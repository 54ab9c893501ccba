"""What must stay silent: a server that nothing may call, a function that nothing may call, and a look at the page.

`Canary` is a loopback server on a port of its own. `Recorder` writes down scripts that ran, dialogs, windows, downloads
and ways out of the origin. `INSPECT` is run in a page and names what must not be in it.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from playwright.sync_api import Dialog, Download, Frame, Page

CALL = "nexusHit"
CLOBBERED = "nexusClobber"


class Canary(ThreadingHTTPServer):
    """Counts every connection, and keeps the paths that were asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        self.connections = 0
        self.paths: list[str] = []
        super().__init__(("127.0.0.1", 0), _Answer)

    @property
    def address(self) -> str:
        """As `host:port`."""
        return f"127.0.0.1:{self.server_port}"

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Count a connection, also one that asks for nothing."""
        self.connections += 1
        return True


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Canary)
        self.server.paths.append(self.path)
        body = b"<!doctype html><title>a page that nothing protects</title>"
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_POST = do_HEAD = do_OPTIONS = do_GET  # noqa: N815 - the standard library's names

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""


@contextmanager
def a_canary() -> Iterator[Canary]:
    """The server, listening while the context lasts."""
    with Canary() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@dataclass  # no slots: Playwright notes on it which of its methods listen
class Recorder:
    """Over a whole browser context; `happened` stays empty as long as nothing hostile works."""

    origin: str
    happened: list[str] = field(default_factory=list)

    def over(self, page: Page) -> None:
        """Listen to this page and to what it opens, from its next script on."""
        page.context.expose_binding(CALL, lambda _, number=0: self._note("script", number))
        page.context.on("page", lambda opened: self._note("window", opened.url))
        page.on("dialog", self._on_dialog)
        page.on("download", self._on_download)
        page.on("framenavigated", self._on_navigation)

    def _on_dialog(self, dialog: Dialog) -> None:
        self._note("dialog", dialog.message)
        dialog.dismiss()

    def _on_download(self, download: Download) -> None:
        self._note("download", download.url)

    def _on_navigation(self, frame: Frame) -> None:
        if frame.parent_frame is not None or not re.match(rf"about:|{re.escape(self.origin)}/", frame.url):
            self._note("navigation", frame.url)

    def _note(self, what: str, more: object) -> None:
        self.happened.append(f"{what}: {more}")


INSPECT = r"""() => {
  const hidden = new RegExp("[\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u061c\\u200b\\u200e" +
    "\\u200f\\u202a-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb\\u{e0000}-\\u{e007f}]", "u");
  const never = "iframe,frame,frameset,object,embed,applet,base,style,math,portal,template,marquee,foreignObject,use," +
    "animate,set,image,main noscript,isindex,bgsound,map,area,dialog[open] form,body script,body link,body meta," +
    "[srcdoc],[ping],[formaction],[background],[poster],[action],[manifest],[is],[slot],#nexusClobber";
  const found = [...document.querySelectorAll(never)].map((one) => `element ${one.outerHTML.slice(0, 120)}`);
  const own = (address) => new URL(address, location.href).origin === location.origin;
  const odd = (where, text) =>
    hidden.test(text) && found.push(`character in ${where}: ${JSON.stringify(text.slice(0, 90))}`);
  for (const one of document.querySelectorAll("*")) {
    for (const { name, value } of one.attributes) {
      if (name.startsWith("on")) found.push(`handler ${one.outerHTML.slice(0, 120)}`);
      if (name !== "value") odd(`${one.localName}[${name}]`, value);
    }
    if (one.localName === "a" && one.hasAttribute("href")) {
      if (!/^(https?|mailto):$/.test(one.protocol)) found.push(`address ${one.getAttribute("href").slice(0, 90)}`);
      else if (!own(one.href) && (one.target !== "_blank" || !/noopener.*noreferrer/.test(one.rel)))
        found.push(`link ${one.outerHTML.slice(0, 120)}`);
    }
    for (const name of ["src", "srcset", "data"])
      if (one.hasAttribute(name) && !/^blob:/.test(one[name]) && !own(one.getAttribute(name)))
        found.push(`source ${one.outerHTML.slice(0, 120)}`);
    if (one.localName === "link" && !own(one.href)) found.push(`link ${one.outerHTML}`);
  }
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) odd(texts.currentNode.parentElement.localName, texts.currentNode.data);
  odd("the title", document.title);
  const plain = {};
  if (plain.isAdmin !== undefined || plain.x !== undefined) found.push("Object.prototype was changed");
  if (window.nexusClobber !== undefined) found.push("a name on window was taken");
  if (document.cookie !== "") found.push(`cookie ${document.cookie}`);
  return found;
}"""
