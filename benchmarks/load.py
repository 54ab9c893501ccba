"""The load generator, a process of its own: `python -m benchmarks.load` reads one plan a line, answers one a line.

A minimal keep-alive HTTP/1.1 client over asyncio, so that the client costs little and the same for everybody:
requests are ready-made bytes, replies are kept as bytes and looked into only after the clock has stopped.
`LoadGenerator` is the other side, used by `benchmarks.measure`.
"""

import asyncio
import gc
import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from itertools import repeat
from pathlib import Path
from types import TracebackType
from typing import Any, cast

REPOSITORY = Path(__file__).parent.parent
REPLY_TIMEOUT_S = 30.0
HEAD_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Target:
    """One request on one port, and what a right reply holds.

    `expected` maps dotted paths of the reply's JSON (`choices.0.message.content`) to their values; `id_path`
    is the path of the reply's own id.
    """

    port: int
    path: str
    body: str
    expected: dict[str, str]
    id_path: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One order as the client saw it. `sent_at` is a Unix time in seconds."""

    order_id: str
    sent_at: float
    latency_s: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished plan: from the first request to the last reply."""

    wall_s: float
    client_cpu_s: float
    samples: list[Sample]


class LoadGenerator:
    """The load process, seen from outside; a context manager."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.load"],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> "LoadGenerator":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()  # it holds nothing, and may be in the middle of a plan
        self._process.communicate()

    def run(self, target: Target, *, concurrency: int, orders: int) -> Outcome:
        """Send `orders` requests over `concurrency` connections, each sending its next when a reply came.

        Raises:
            RuntimeError: a reply was wrong or did not come; says which.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        plan = {"target": asdict(target), "concurrency": concurrency, "orders": orders}
        self._process.stdin.write(json.dumps(plan) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline() or '{"error": "the load generator died"}')
        if "error" in answer:
            raise RuntimeError(answer["error"])
        samples = [Sample(*sample) for sample in answer["samples"]]
        return Outcome(answer["wall_s"], answer["client_cpu_s"], samples)


class _Connection(asyncio.Protocol):
    """One keep-alive connection with one request under way at most."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._body_start = -1
        self._end = -1
        self._reply: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's do not inherit it

    def ask(self, request: bytes) -> asyncio.Future[bytes]:
        """Send a request; the future is the whole reply, head included."""
        assert self._transport is not None
        self._reply = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._reply

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._body_start < 0:
            head_end = self._received.find(HEAD_END)
            if head_end < 0:
                return
            self._body_start = head_end + len(HEAD_END)
            self._end = self._body_start + _content_length(bytes(self._received[:head_end]))
        if len(self._received) >= self._end and self._reply is not None and not self._reply.done():
            self._reply.set_result(bytes(self._received))
            self._received.clear()
            self._body_start = -1

    def connection_lost(self, error: Exception | None) -> None:
        if self._reply is not None and not self._reply.done():
            self._reply.set_exception(error or ConnectionError("the server closed the connection"))

    def close(self) -> None:
        """Close it, whatever is under way."""
        if self._transport is not None:
            self._transport.abort()


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise ValueError(f"a reply without Content-Length: {head[:200]!r}")


@dataclass(slots=True)
class _Exchange:
    sent_at: float
    latency_s: float
    reply: bytes


async def _run(target: Target, concurrency: int, orders: int) -> Outcome:
    loop = asyncio.get_running_loop()
    connections = [
        (await loop.create_connection(_Connection, "127.0.0.1", target.port))[1] for _ in range(concurrency)
    ]
    request, left, exchanges = _request(target), repeat(None, orders), list[_Exchange]()

    async def send_one_after_the_other(connection: _Connection) -> None:
        for _ in left:
            sent_at, began = time.time(), time.perf_counter()
            reply = await asyncio.wait_for(connection.ask(request), REPLY_TIMEOUT_S)
            exchanges.append(_Exchange(sent_at, time.perf_counter() - began, reply))

    began, cpu = time.perf_counter(), time.process_time()
    try:
        async with asyncio.TaskGroup() as tasks:
            for connection in connections:
                tasks.create_task(send_one_after_the_other(connection))
        wall_s, client_cpu_s = time.perf_counter() - began, time.process_time() - cpu
    finally:
        for connection in connections:
            connection.close()
    samples = [
        Sample(_verified_id(target, exchange.reply), exchange.sent_at, exchange.latency_s)
        for exchange in exchanges
    ]
    return Outcome(wall_s, client_cpu_s, samples)


def _request(target: Target) -> bytes:
    body = target.body.encode()
    head = (
        f"POST {target.path} HTTP/1.1\r\nHost: 127.0.0.1:{target.port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _verified_id(target: Target, reply: bytes) -> str:
    """The reply's own id, once everything in it is as expected."""
    head, _, body = reply.partition(HEAD_END)
    if not head.startswith(b"HTTP/1.1 200 "):
        raise ValueError(f"{target.path} said {reply[:500]!r}")
    document = json.loads(body)
    for path, value in target.expected.items():
        if (seen := _at(document, path)) != value:
            raise ValueError(f"{target.path}: {path} is {seen!r} instead of {value!r}")
    return str(_at(document, target.id_path))


def _at(document: Any, path: str) -> Any:  # noqa: ANN401 - any JSON
    for step in path.split("."):
        document = document[int(step) if step.isdigit() else step]
    return document


def main() -> None:
    """Work off the plans on stdin until it ends."""
    import uvloop  # noqa: PLC0415 - only this process needs it

    for line in sys.stdin:
        plan = json.loads(line)
        gc.collect()
        gc.disable()  # a collection of the client's would look like a slow server
        try:
            outcome = uvloop.run(_run(Target(**plan["target"]), plan["concurrency"], plan["orders"]))
            answer = json.dumps(
                {
                    "wall_s": outcome.wall_s,
                    "client_cpu_s": outcome.client_cpu_s,
                    "samples": [(s.order_id, s.sent_at, s.latency_s) for s in outcome.samples],
                }
            )
        except Exception as error:  # noqa: BLE001 - this process's edge: the other side raises it again
            answer = json.dumps({"error": _what_failed(error)})
        gc.enable()
        print(answer, flush=True)


def _what_failed(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    main()
