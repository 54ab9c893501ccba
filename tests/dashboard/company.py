"""A company for a browser: `nexus up` with a secret, models that follow a script, and the built dashboard."""

import json
import os
import re
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from tests.interfaces.telegram.company import forget_settings
from tests.running import Up, wait_for

OPEN = "Ctrl-C stops it"
SECRET = "the-secret-of-a-company-in-a-browser-0123456789"
ENDS = frozenset(("delivered", "asked", "declined", "failed", "cancelled", "dead"))
SCRIPTED_TIERS = {
    "NEXUS_MODEL_INTERN": "scripted/intern",
    "NEXUS_MODEL_DIRECTOR": "scripted/director",
    "NEXUS_MODEL_CEO": "scripted/ceo",
}
"""Each tier has a model of its own name, so that a rule of the script can be for one of them."""


@dataclass(frozen=True, slots=True)
class Company:
    """A running company, and another client of it than the browser: what the page shows is compared with its words."""

    up: Up
    folder: Path

    @property
    def url(self) -> str:
        """The gateway's origin, without a slash at its end."""
        return self.up.door.url

    def call(self, method: str, path: str, body: object = None, **headers: str) -> Any:
        """A request with the secret; returns the answer's JSON, None when it has no body."""
        reply = httpx.request(
            method,
            self.url + path,
            json=body,
            headers={"Authorization": f"Bearer {SECRET}", **headers},
            timeout=90,
            trust_env=False,
        )
        assert reply.is_success, f"{method} {path}: {reply.status_code} {reply.text}"
        return reply.json() if reply.content else None

    def asks(self, content: str, *, wait: float = 60, **fields: object) -> dict[str, Any]:
        """Another client's message; returns the answer, or what is known after `wait` seconds."""
        return dict(self.call("POST", "/api/chat", {"content": content, "wait": wait, **fields}))

    def order(self, order_id: str) -> dict[str, Any]:
        """Everything that is known of an order."""
        return dict(self.call("GET", f"/api/work-orders/{order_id}"))

    def ended(self, order_id: str) -> dict[str, Any]:
        """The order once it has ended."""
        return wait_for(
            lambda: (seen := self.order(order_id))["order"]["status"] in ENDS and seen,
            60,
            f"{order_id}'s end",
        ) or self.order(order_id)

    def orders_with(self, text: str) -> list[dict[str, Any]]:
        """The orders whose message holds the text, the newest first."""
        found = self.call("GET", f"/api/work-orders?q={text}")["items"]
        return [order for order in found if text in order["content"]]

    def says_on_the_command_line(self, session_id: str, message: str) -> None:
        """`nexus chat` in a session that is there already, to its end."""
        done = self.up.nexus("chat", "--session", session_id, message)
        assert done.returncode == 0, done.stdout + done.stderr

    def link(self) -> str:
        """A new one-time link, as `nexus link` prints it."""
        done = self.up.nexus("link")
        assert done.returncode == 0, done.stderr
        found = re.search(r"http\S+#link=\S+", done.stdout)
        assert found is not None, done.stdout
        return found[0]

    @property
    def gateway(self) -> psutil.Process:
        """The gateway's process as it is now."""
        return self.up.part("gateway.main")

    @contextmanager
    def without_its_gateway(self) -> Iterator[None]:
        """Kill the gateway; inside nobody starts it again, for `nexus up` is stopped. Workers and Valkey go on."""
        supervisor = psutil.Process(self.up.process.pid)
        gateway = self.gateway
        supervisor.suspend()
        try:
            gateway.kill()
            yield
        finally:
            supervisor.resume()
            wait_for(self.up.door.is_open, 60, "the gateway that `nexus up` starts again")


@contextmanager
def a_company(folder: Path, rules: object = (), **settings: str) -> Iterator[Company]:
    """Start everything in `folder` (a short path: there are sockets in it); it is ended with the context.

    Args:
        folder: where its data and the script are.
        rules: of `agents.scripted_model`, whose Intern takes pictures: `[{"match": "Paris", "answers": ["Yes."]}]`.
        settings: on top; they may replace SECRET's API_SECRET or a tier's model.
    """
    script = folder / "script.json"
    script.write_text(json.dumps({"rules": rules, "sees": ["intern"]}))
    own = {"API_SECRET": SECRET, "NEXUS_SCRIPT": str(script), **SCRIPTED_TIERS, **settings}
    with _clean_environment(folder):
        up = Up(folder, **own)
    try:
        up.wait_for(OPEN)
        yield Company(up, folder)
    finally:
        if up.process.poll() is None:
            up.stop(signal.SIGINT)
        up.kill()


@contextmanager
def _clean_environment(folder: Path) -> Iterator[Mapping[str, str]]:
    """As tests/conftest.py has it for each test: a company of a whole module is started before that."""
    kept = forget_settings(os.environ)
    with pytest.MonkeyPatch.context() as patch:
        for name in set(os.environ) - set(kept):
            patch.delenv(name)
        patch.chdir(folder)
        yield kept
