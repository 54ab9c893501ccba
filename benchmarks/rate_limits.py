"""Does the rate limit hold exactly over several gateway processes? `python -m benchmarks.rate_limits`

Real gateways share one Valkey and one SQLite file; many clients post messages as several senders, each request with
other forged forwarding headers. Each admission lies between the moment its request was sent and its reply came, so
more than the limit in some window is a proven fault, and fewer than the limit while everybody pushes is one too.
"""

import argparse
import asyncio
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import Server, answers_at, bare_environment, running
from db.engine import open_database
from db.statements.queries import count_open
from gateway.config import GatewaySettings
from gateway.rates import rate_of
from gateway.windows import Rate
from nexus.cli.ports import free_port
from nexus.cli.valkey import valkey_command

REPOSITORY = Path(__file__).parent.parent
SECRET = "the owner's secret of this benchmark"  # noqa: S105 - opens only what runs here


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked: `requests` over `clients` connections to `gateways`, spread over `seconds` (0: at full speed)."""

    gateways: int = 4
    senders: int = 4
    clients: int = 200
    requests: int = 8_000
    seconds: float = 0
    per_sender: str = "60/minute"
    per_address: str = "none"


@dataclass(frozen=True, slots=True)
class Reply:
    """One request as its client saw it; times are of one monotonic clock, in seconds."""

    sender: int
    status: int
    sent_at: float
    came_at: float


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a plan: `orders` in the store afterwards; `alone`: how often a gateway went to count by itself."""

    replies: list[Reply]
    wall_s: float
    orders: int
    alone: int = 0

    def admitted(self, sender: int | None = None) -> list[Reply]:
        """The admitted requests of one sender, or of all."""
        return [r for r in self.replies if r.status == 202 and sender in (None, r.sender)]


@dataclass(frozen=True, slots=True)
class House:
    """The gateways that run, and one credential for each sender."""

    ports: tuple[int, ...]
    credentials: tuple[str, ...]
    settings: GatewaySettings
    gateways: tuple[Server, ...]


def run(plan: Plan, folder: Path) -> Result:
    """Start everything, send everything, count."""
    with open_house(plan, folder) as house:
        began = time.monotonic()
        replies = asyncio.run(_send_all(plan, house))
        wall_s = time.monotonic() - began
        database = open_database(house.settings)
        orders = database.read_sync(count_open)
        database.close()
        alone = sum(server.said.count("limits.local") for server in house.gateways)
    return Result(replies, wall_s, orders, alone)


@contextmanager
def open_house(plan: Plan, folder: Path) -> Iterator[House]:
    """The gateways, ended with the context."""
    home = folder / "home"
    settings = GatewaySettings(nexus_home=home)
    own = {"NEXUS_HOME": str(home), "API_SECRET": SECRET, "PYTHONPATH": str(REPOSITORY)}
    limits = {
        "RATE_LIMIT": plan.per_sender,
        "RATE_LIMIT_ADDRESS": plan.per_address,
        "RATE_LIMIT_LOGIN": "none",
    }
    environment = bare_environment(**own, **limits)
    ports = tuple(free_port() for _ in range(plan.gateways))
    with ExitStack() as stack:
        socket = settings.valkey_socket
        valkey = stack.enter_context(running("valkey", valkey_command(socket), environment, folder))
        valkey.wait_until(lambda _: socket.exists())
        argv = [sys.executable, "-m", "gateway.main"]
        gateways = []
        for port in ports:
            server = running(f"gateway-{port}", argv, environment | {"PORT": str(port)}, folder)
            gateways.append(stack.enter_context(server))
            gateways[-1].wait_until(answers_at(f"http://127.0.0.1:{port}/health"))
        yield House(ports, tuple(_credentials(plan.senders, environment)), settings, tuple(gateways))


def _credentials(senders: int, environment: Mapping[str, str]) -> Iterator[str]:
    """The owner's secret, then tokens as the command line makes them."""
    yield SECRET
    for n in range(1, senders):
        command = [
            sys.executable,
            "-m",
            "nexus.cli.main",
            "token",
            "create",
            f"sender-{n}",
            "--role",
            "owner",
        ]
        made = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=True)
        yield next(word for word in made.stdout.split() if word.startswith("eyJ"))


async def _send_all(plan: Plan, house: House) -> list[Reply]:
    numbers = iter(range(plan.requests))
    replies: list[Reply] = []
    began = time.monotonic()

    async def client(own: random.Random) -> None:
        while True:
            reader, writer = await asyncio.open_connection("127.0.0.1", own.choice(house.ports))
            for n in numbers:
                if plan.seconds:
                    await asyncio.sleep(began + n * plan.seconds / plan.requests - time.monotonic())
                sender = n % plan.senders
                replies.append(await _send(reader, writer, sender, house.credentials[sender], own))
                if own.random() < 0.05:
                    break  # and go on at another gateway
            else:
                writer.close()
                return
            writer.close()

    async with asyncio.TaskGroup() as clients:
        for n in range(plan.clients):
            clients.create_task(client(random.Random(n)))
    return replies


async def _send(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    sender: int,
    credential: str,
    own: random.Random,
) -> Reply:
    body = b'{"content": "Hello"}'
    head = (
        "POST /api/chat HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nAuthorization: Bearer {credential}\r\n{_forged(own)}\r\n"
    )
    sent_at = time.monotonic()
    writer.write(head.encode() + body)
    answer = await reader.readuntil(b"\r\n\r\n")
    fields = dict(line.split(": ", 1) for line in answer.decode("latin-1").lower().split("\r\n")[1:-2])
    await reader.readexactly(int(fields.get("content-length", 0)))
    return Reply(sender, int(answer[9:12]), sent_at, time.monotonic())


def _forged(own: random.Random) -> str:
    """Headers that say the request comes from somewhere else, each time from elsewhere."""
    address = ".".join(str(own.randrange(1, 255)) for _ in range(4))
    return (
        f"X-Forwarded-For: {address}, 127.0.0.1\r\nForwarded: for={address};proto=https\r\n"
        f"X-Real-IP: {address}\r\nTrue-Client-IP: {address}\r\n"
    )


def most_in_a_window(admitted: Sequence[Reply], window_s: float) -> int:
    """The most admissions that surely happened within one window of that length."""
    by_start = sorted(admitted, key=lambda reply: reply.sent_at)
    return max(
        (
            sum(1 for r in by_start[n:] if r.came_at <= first.sent_at + window_s)
            for n, first in enumerate(by_start)
        ),
        default=0,
    )


def due(rate: Rate, wall_s: float) -> int:
    """How many are admitted to one who pushes for so long without a pause."""
    return rate.amount * (1 + int(wall_s // rate.window_s))


def faults(plan: Plan, result: Result) -> list[str]:
    """What is not as it must be, in words."""
    found = [f"{n} replies of {plan.requests}" for n in {len(result.replies)} if n != plan.requests]
    found += [f"a reply with status {status}" for status in {r.status for r in result.replies} - {202, 429}]
    if result.orders != len(result.admitted()):
        found.append(f"{result.orders} orders for {len(result.admitted())} admissions")
    found += [f"Redis was taken for away {n} times" for n in (result.alone,) if n]
    groups: list[tuple[str, Rate | None, list[Reply]]] = [
        (f"sender {n}", rate_of(plan.per_sender), result.admitted(n)) for n in range(plan.senders)
    ]
    groups.append(("the address", rate_of(plan.per_address), result.admitted()))
    for who, rate, admitted in groups:
        if rate is None:
            continue
        if (most := most_in_a_window(admitted, rate.window_s)) > rate.amount:
            found.append(f"{who}: {most} in {rate.window_s} s")
        if len(admitted) != due(rate, result.wall_s):
            found.append(f"{who}: {len(admitted)} admitted, {due(rate, result.wall_s)} were due")
    return found


def main() -> int:
    """Three plans: at full speed, over two windows and more, and by address; 1 if any of them has a fault."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rate_limits", description=__doc__)
    parser.add_argument("--requests", type=int, default=8_000)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--only", choices=("full speed", "over 130 s", "by address"))
    asked = parser.parse_args()
    base = {"requests": asked.requests, "clients": asked.clients}
    plans = {
        "full speed": Plan(**base),
        "over 130 s": Plan(**base, seconds=130),
        "by address": Plan(**base, per_sender="none", per_address="60/minute"),
    }
    wrong = 0
    for name, plan in plans.items():
        if asked.only not in (None, name):
            continue
        with tempfile.TemporaryDirectory(prefix="nexus-limits-") as folder:
            result = run(plan, Path(folder))
        by_sender = [len(result.admitted(n)) for n in range(plan.senders)]
        found = faults(plan, result)
        wrong += len(found)
        print(
            f"{name}: {len(result.replies)} requests, {plan.clients} clients, {plan.gateways} gateways, "
            f"{result.wall_s:.1f} s, {len(result.replies) / result.wall_s:.0f}/s; admitted by sender {by_sender}, "
            f"orders {result.orders}; faults: {found or 'none'}",
            flush=True,
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
