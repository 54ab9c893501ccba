"""Many WebSocket clients at once: `python -m tests.gateway.crowd`. Exit 0: nobody missed or repeated an event.

Healthy clients read, silent ones never do, and some are cut off again and again and come back with the last number
they saw. A running company (scripted model) makes the events. What is printed: gaps, repeats, the latency from the
event's row to a healthy client, and how the gateway's memory grew.
"""

import argparse
import asyncio
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.running import SCRIPTED, Up

OPEN_TIMEOUT_S = 30.0
SETTLE_S = 5.0
P95_LIMIT_MS = 250.0
MEMORY_LIMIT_MB = 50.0


@dataclass(frozen=True, slots=True)
class Size:
    """How big a crowd. `cuts` is how often each of the `cut` clients is cut off."""

    clients: int = 200
    silent: int = 20
    cut: int = 20
    cuts: int = 50
    sessions: int = 20
    orders_per_s: float = 8.0


@dataclass(slots=True)
class Client:
    """What one client saw: event numbers in order, and when each came (Unix time)."""

    session_id: str
    seqs: list[int] = field(default_factory=list)
    came_at: dict[int, float] = field(default_factory=dict)
    cuts_left: int = 0
    closed: str = ""

    @property
    def last(self) -> int:
        return self.seqs[-1] if self.seqs else 0

    def faults(self) -> list[str]:
        """Gaps and repeats."""
        wanted = list(range(1, self.last + 1))
        return (
            []
            if self.seqs == wanted
            else [f"{self.session_id}: saw {self.seqs[:5]}… instead of 1..{self.last}"]
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to."""

    faults: Sequence[str]
    events: int
    p50_ms: float
    p95_ms: float
    grown_mb: float
    cuts: int
    silent_closed: int

    @property
    def is_good(self) -> bool:
        """Within every limit."""
        return not self.faults and self.p95_ms < P95_LIMIT_MS and self.grown_mb < MEMORY_LIMIT_MB


async def open_line(url: str, client: Client, *, buffer: int | None = None) -> ClientConnection:
    """A connection that follows the client's session after the last number it saw."""
    line = await connect(
        f"{url.replace('http', 'ws')}/ws", open_timeout=OPEN_TIMEOUT_S, max_queue=buffer, proxy=None
    )
    asked = {"session_id": client.session_id, "after_seq": client.last}
    await line.send(json.dumps({"type": "req", "id": 1, "method": "session.subscribe", "params": asked}))
    return line


async def listen(url: str, client: Client, stop: asyncio.Event, rng: random.Random) -> None:
    """Read until told to stop; a client with cuts left is cut off after some frames and comes back."""
    while not stop.is_set():
        line = await open_line(url, client)
        frames_left = rng.randint(1, 12) if client.cuts_left else -1
        try:
            while frames_left and not stop.is_set():
                async with asyncio.timeout(1):
                    frame = json.loads(await line.recv())
                if frame["type"] != "event" or frame["seq"] is None:
                    continue
                client.seqs.append(frame["seq"])
                client.came_at.setdefault(frame["seq"], time.time())
                frames_left -= 1
        except TimeoutError:
            if not client.cuts_left:
                await line.close()
                continue
        except ConnectionClosed as closed:
            client.closed = str(closed)
        client.cuts_left = max(0, client.cuts_left - 1)
        line.transport.abort()


async def stay_silent(url: str, client: Client, stop: asyncio.Event) -> None:
    """Follow, and never read a byte."""
    line = await open_line(url, client, buffer=1)
    line.transport.pause_reading()
    await stop.wait()
    client.closed = "closed" if line.transport.is_closing() else ""
    line.transport.abort()


async def talk(http: httpx.AsyncClient, sessions: Sequence[str], size: Size, stop: asyncio.Event) -> int:
    """Send messages to all sessions in turn until told to stop; returns how many."""
    sent = 0
    while not stop.is_set():
        body = {"content": "What is the capital of France?", "session_id": sessions[sent % len(sessions)]}
        reply = await http.post("/api/chat", json=body)
        sent += reply.status_code == 202
        await asyncio.sleep(1 / size.orders_per_s)
    return sent


async def crowd(up: Up, size: Size, seed: int) -> Outcome:
    """Let them all in, keep talking until every cut was made, and compare."""
    rng, stop, quiet = random.Random(seed), asyncio.Event(), asyncio.Event()
    gateway = up.part("gateway.main")
    async with httpx.AsyncClient(base_url=up.door.url, timeout=30, trust_env=False) as http:
        sessions = [await a_session(http) for _ in range(size.sessions)]
        clients = [Client(sessions[n % len(sessions)]) for n in range(size.clients)]
        silent, cut = clients[: size.silent], clients[size.silent : size.silent + size.cut]
        for client in cut:
            client.cuts_left = size.cuts
        before = gateway.memory_info().rss
        readers = [asyncio.create_task(listen(up.door.url, c, stop, rng)) for c in clients[size.silent :]]
        readers += [asyncio.create_task(stay_silent(up.door.url, c, stop)) for c in silent]
        talking = asyncio.create_task(talk(http, sessions, size, quiet))
        while any(client.cuts_left for client in cut):  # noqa: ASYNC110 - counted elsewhere
            await asyncio.sleep(0.2)
        quiet.set()
        await talking
        await asyncio.sleep(SETTLE_S)
        grown = gateway.memory_info().rss - before
        stop.set()
        await asyncio.gather(*readers)
        made_at = await rows_of(http, sessions)
    readers_of = clients[size.silent :]
    late = [client for client in readers_of if client.last != max(made_at[client.session_id], default=0)]
    faults = [fault for client in readers_of for fault in client.faults()]
    faults += [f"{client.session_id}: ended at {client.last}" for client in late]
    waits = waits_ms(clients[size.silent + size.cut :], made_at)
    cuts = statistics.quantiles(waits, n=20) if len(waits) > 1 else [0.0] * 19
    return Outcome(
        faults=faults,
        events=sum(len(client.seqs) for client in readers_of),
        p50_ms=cuts[9],
        p95_ms=cuts[18],
        grown_mb=grown / 2**20,
        cuts=size.cut * size.cuts,
        silent_closed=sum(bool(client.closed) for client in silent),
    )


async def a_session(http: httpx.AsyncClient) -> str:
    reply = await http.post("/api/chat", json={"content": "Hello", "wait": 20})
    session_id: str = reply.raise_for_status().json()["session_id"]
    return session_id


async def rows_of(http: httpx.AsyncClient, sessions: Sequence[str]) -> dict[str, dict[int, float]]:
    """When each event's row was made, by session and number."""
    made: dict[str, dict[int, float]] = {session: {} for session in sessions}
    cursor = None
    while True:
        parameters = {"limit": "200"} | ({"cursor": cursor} if cursor else {})
        page = (await http.get("/api/work-orders", params=parameters)).raise_for_status().json()
        for order in page["items"]:
            detail = (await http.get(f"/api/work-orders/{order['id']}")).raise_for_status().json()
            for event in detail["events"]:
                at = datetime.fromisoformat(event["created_at"]).timestamp()
                made[order["session_id"]][event["seq"]] = at
        cursor = page["next_cursor"]
        if cursor is None:
            return made


def waits_ms(clients: Sequence[Client], made_at: dict[str, dict[int, float]]) -> list[float]:
    """From the row to the client, for events that came while it was connected."""
    waits = []
    for client in clients:
        first = min(client.came_at.values(), default=0.0)
        for seq, came_at in client.came_at.items():
            made = made_at[client.session_id][seq]
            if made >= first:
                waits.append(1_000 * (came_at - made))
    return waits


def main() -> int:
    """Run with the sizes of the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.gateway.crowd", description=__doc__)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--silent", type=int, default=20)
    parser.add_argument("--cut", type=int, default=20)
    parser.add_argument("--cuts", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    size = Size(arguments.clients, arguments.silent, arguments.cut, arguments.cuts)
    with tempfile.TemporaryDirectory(prefix="nexus-crowd-") as folder:
        up = Up(Path(folder), **SCRIPTED, RATE_LIMIT="none", RATE_LIMIT_ADDRESS="none")
        try:
            up.wait_for("NEXUS is ready")
            outcome = asyncio.run(crowd(up, size, arguments.seed))
        finally:
            up.stop()
    print(
        f"{size.clients} clients, {size.silent} of them silent; {outcome.cuts} cuts; {outcome.events} events read"
    )
    print(
        f"row to client: p50 {outcome.p50_ms:.0f} ms, p95 {outcome.p95_ms:.0f} ms (limit {P95_LIMIT_MS:.0f})"
    )
    print(f"the gateway grew by {outcome.grown_mb:.1f} MB (limit {MEMORY_LIMIT_MB:.0f})")
    print(f"{outcome.silent_closed} silent clients were closed; {len(outcome.faults)} gaps or repeats")
    for fault in outcome.faults[:10]:
        print(f"  {fault}")
    return 0 if outcome.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
