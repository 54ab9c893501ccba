"""What the fake was asked: every request, with how it ended. The token is not in it."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from nexus.clock import Clock
from tests.botapi.call import Call
from tests.botapi.faults import FaultKind


@dataclass(frozen=True, slots=True)
class SeenRequest:
    """One request. `n` counts from 1; `at` is UTC; `status` is None while it runs and when nobody got an answer.

    `exceeded` names Telegram's limits that it broke, also while they are not enforced; `notes` tells what Telegram
    changed in it without a word.
    """

    n: int
    method: str
    parameters: Mapping[str, str]
    files: Mapping[str, tuple[str, int]]
    at: datetime
    http_method: str = "POST"
    client_port: int = 0
    status: int | None = None
    description: str = ""
    fault: FaultKind | None = None
    exceeded: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    took_s: float | None = None

    @property
    def was_taken(self) -> bool:
        """True when the request had its effect, whether or not the answer arrived."""
        return self.status == 200 or (self.status is None and self.fault == "cut_after")


class Ledger:
    """All requests, oldest first. Written by the server's thread, read by any."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: dict[int, SeenRequest] = {}
        self._began: dict[int, float] = {}
        self._lock = threading.Lock()

    @property
    def requests(self) -> tuple[SeenRequest, ...]:
        """A snapshot."""
        with self._lock:
            return tuple(self._seen.values())

    def open(self, method: str, http_method: str, client_port: int) -> int:
        """Note a request; returns its number."""
        with self._lock:
            n = len(self._seen) + 1
            self._began[n] = self._clock.monotonic()
            self._seen[n] = SeenRequest(n, method, {}, {}, self._clock.now(), http_method, client_port)
            return n

    def read(self, n: int, call: Call) -> None:
        """Note what was sent."""
        files = {name: (upload.name, len(upload.data)) for name, upload in call.uploads.items()}
        self._change(n, parameters=dict(call.arguments), files=files)

    def fault(self, n: int, kind: FaultKind) -> None:
        """Note a fault that is about to be made."""
        self._change(n, fault=kind)

    def remark(self, n: int, *, exceeded: tuple[str, ...] = (), notes: tuple[str, ...] = ()) -> None:
        """Note limits that were broken and what was changed silently."""
        seen = self._seen[n]
        self._change(n, exceeded=seen.exceeded + exceeded, notes=seen.notes + notes)

    def close(self, n: int, status: int | None, description: str = "") -> None:
        """Note the end."""
        took_s = self._clock.monotonic() - self._began.pop(n)
        self._change(n, status=status, description=description, took_s=took_s)

    def _change(self, n: int, **changes: object) -> None:
        with self._lock:
            self._seen[n] = replace(self._seen[n], **changes)  # type: ignore[arg-type]
