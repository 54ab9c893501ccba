"""What a fake saw: every request it was sent, with how it ended, and without anybody's key.

Read by tests through `FakeServer.calls` and by other processes through `GET /__calls`.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from agents.fakes.payload import FrozenJson, Json, JsonObject, frozen_object, parse_object
from agents.fakes.script import FaultKind
from nexus.clock import Clock, SystemClock

KeyState = Literal["right", "wrong", "missing", "not_needed"]
Outcome = Literal[
    "in_progress",
    "answered",
    "refused",  # the fake found the request wrong, see `status`
    "faulted",  # the script ordered it, see `fault`
    "hung_up",  # the client left before the end
]
SECRET_HEADERS = frozenset({b"authorization", b"x-api-key", b"api-key", b"proxy-authorization", b"cookie"})
MAX_CALLS = 10_000


@dataclass(frozen=True, slots=True)
class SeenCall:
    """One request. `n` counts from 1 over the life of the server; times are UTC.

    Requests with the same `client_port` came over the same connection.
    """

    n: int
    method: str
    path: str
    model: str
    key: KeyState
    raw_headers: tuple[tuple[bytes, bytes], ...]
    raw_body: bytes
    started_at: datetime
    client_port: int = 0
    outcome: Outcome = "in_progress"
    status: int | None = None
    fault: FaultKind | None = None
    finished_at: datetime | None = None

    @property
    def headers(self) -> Mapping[str, str]:
        """By lower-case name, without those that carry secrets."""
        return {name.decode("latin-1"): value.decode("latin-1") for name, value in self.raw_headers}

    @property
    def body(self) -> Mapping[str, FrozenJson]:
        """The JSON object that was sent, read-only; empty when there was none."""
        return frozen_object(parse_object(self.raw_body) or {})

    def as_json(self) -> JsonObject:
        """For `GET /__calls`."""
        headers: JsonObject = dict(self.headers)
        body: Json = parse_object(self.raw_body)
        return {
            "n": self.n,
            "method": self.method,
            "path": self.path,
            "model": self.model,
            "key": self.key,
            "headers": headers,
            "body": body,
            "outcome": self.outcome,
            "status": self.status,
            "fault": self.fault,
            "started_at": self.started_at.isoformat(),
            "finished_at": self.finished_at.isoformat() if self.finished_at else None,
        }


class Ledger:
    """The newest calls, oldest first. Written by the server's thread, read by any."""

    def __init__(self, *, max_calls: int = MAX_CALLS, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._max_calls = max_calls
        self._calls: dict[int, SeenCall] = {}
        self._lock = threading.Lock()
        self._count = 0

    @property
    def calls(self) -> tuple[SeenCall, ...]:
        """A snapshot."""
        with self._lock:
            return tuple(self._calls.values())

    def open(self, request: "Arrival", key: KeyState, model: str) -> int:
        """Note a request that has just been read; returns its number."""
        headers = tuple(pair for pair in request.headers if pair[0] not in SECRET_HEADERS)
        with self._lock:
            self._count += 1
            n = self._count
            self._calls[n] = SeenCall(
                n,
                request.method,
                request.path,
                model,
                key,
                headers,
                request.raw,
                self._clock.now(),
                request.client_port,
            )
            self._calls.pop(n - self._max_calls, None)
        return n

    def close(self, n: int, outcome: Outcome, status: int | None, fault: FaultKind | None = None) -> None:
        """Note how call `n` ends. Called just before the last byte, so that whoever got it sees the note."""
        with self._lock:
            call = self._calls.get(n)
            if call is not None and call.outcome == "in_progress":
                now = self._clock.now()
                self._calls[n] = replace(call, outcome=outcome, status=status, fault=fault, finished_at=now)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request as it came off the wire."""

    method: str
    path: str
    headers: tuple[tuple[bytes, bytes], ...]
    raw: bytes
    client_port: int = 0
