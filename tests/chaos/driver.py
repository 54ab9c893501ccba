"""The fault driver: a schedule from a seed, carried out on the company, each fault noted with time and target.

The same seed gives the same schedule: kinds, moments, lengths and first choice of target. A target that does not
run just then is replaced by the next of its kind, so that a fault is never spent on a corpse.
"""

import asyncio
import json
import random
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import redis.exceptions

from tests.chaos.company import Company
from tests.chaos.members import Member

FINDS_TARGET_S = 3.0


@dataclass(frozen=True, slots=True)
class Fault:
    """One planned fault. `at_s` counts from the start; `target` picks among those of its kind."""

    at_s: float
    kind: str
    target: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Injected:
    """A fault as it happened; Unix times. `target` is empty when nobody was there to be hit."""

    t: float
    until: float
    kind: str
    target: str


type Inject = Callable[["Driver", Fault], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Kind:
    """How often (relative to the others), how long in seconds at least and at most, and how."""

    weight: float
    shortest_s: float
    longest_s: float
    inject: Inject


class Driver:
    """Carries out a schedule. `injected` is what happened so far."""

    def __init__(self, company: Company, log: Path) -> None:
        self.company = company
        self.injected: list[Injected] = []
        self._log = log

    async def run(self, faults: Sequence[Fault]) -> None:
        """Inject every fault at its time; returns when the last is over and everything runs again."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as tasks:
            for fault in faults:
                await asyncio.sleep(max(0.0, began + fault.at_s - time.monotonic()))
                tasks.create_task(self.inject(fault))
        company = self.company
        company.proxy.latency_s, company.proxy.commits_to_lose = 0.0, 0
        await company.proxy.listen()
        for member in company.members:
            member.send_signal(signal.SIGCONT)

    async def inject(self, fault: Fault) -> None:
        """Inject one fault and wait until it is over."""
        t = time.time()
        target = await KINDS[fault.kind].inject(self, fault)
        done = Injected(round(t, 3), round(time.time(), 3), fault.kind, target)
        self.injected.append(done)
        with self._log.open("a") as log:
            log.write(json.dumps({"at": "fault", **asdict(done)}) + "\n")

    async def pick(self, members: Sequence[Member], first: int) -> Member | None:
        """The member at `first`, or the next one that serves; None when none does for a while."""
        ends_at = time.monotonic() + FINDS_TARGET_S
        while time.monotonic() < ends_at:
            for i in range(len(members)):
                member = members[(first + i) % len(members)]
                if member.is_ready:
                    return member
            await asyncio.sleep(0.1)
        return None


def plan_faults(
    seed: int, count: int, seconds: float, weights: Mapping[str, float] | None = None
) -> tuple[Fault, ...]:
    """`count` faults over `seconds`, of every kind as often as its weight says and once at least."""
    rng = random.Random(f"faults/{seed}")
    weights = weights or {name: kind.weight for name, kind in KINDS.items()}
    total = sum(weights.values())
    names = [name for name in weights for _ in range(max(1, round(count * weights[name] / total)))]
    rng.shuffle(names)
    names = [*names[:count], *rng.choices(list(weights), list(weights.values()), k=count - len(names))]
    step_s = seconds / max(1, count)
    return tuple(
        Fault(
            at_s=round((i + rng.random()) * step_s, 3),
            kind=name,
            target=rng.randrange(1_000),
            seconds=round(rng.uniform(KINDS[name].shortest_s, KINDS[name].longest_s), 3),
        )
        for i, name in enumerate(names)
    )


async def _kill_one(driver: Driver, members: Sequence[Member], fault: Fault) -> str:
    member = await driver.pick(members, fault.target)
    return member.name if member is not None and member.kill(away_s=fault.seconds) else ""


async def _stop_one(driver: Driver, members: Sequence[Member], fault: Fault) -> str:
    member = await driver.pick(members, fault.target)
    if member is None or not member.send_signal(signal.SIGSTOP):
        return ""
    pid = member.pid
    await asyncio.sleep(fault.seconds)
    if member.is_running and member.pid == pid:
        member.send_signal(signal.SIGCONT)
    return member.name


async def _kill_worker(driver: Driver, fault: Fault) -> str:
    return await _kill_one(driver, driver.company.workers, fault)


async def _stop_worker(driver: Driver, fault: Fault) -> str:
    return await _stop_one(driver, driver.company.workers, fault)


async def _kill_gateway(driver: Driver, fault: Fault) -> str:
    return await _kill_one(driver, driver.company.gateways, fault)


async def _stop_gateway(driver: Driver, fault: Fault) -> str:
    return await _stop_one(driver, driver.company.gateways, fault)


async def _kill_sender(driver: Driver, fault: Fault) -> str:
    return await _kill_one(driver, driver.company.senders, fault)


async def _stop_sender(driver: Driver, fault: Fault) -> str:
    return await _stop_one(driver, driver.company.senders, fault)


async def _kill_valkey(driver: Driver, fault: Fault) -> str:
    return await _kill_one(driver, [driver.company.valkey], fault)


async def _stop_postgres_at_once(driver: Driver, fault: Fault) -> str:
    """SIGQUIT is `pg_ctl stop -m immediate`: no checkpoint, recovery at the next start."""
    postgres = await driver.pick([driver.company.postgres], 0)
    hit = postgres is not None and postgres.kill(signal.SIGQUIT, away_s=fault.seconds)
    await asyncio.sleep(fault.seconds)
    return "postgres" if hit else ""


async def _flush_valkey(driver: Driver, _: Fault) -> str:
    try:
        async with asyncio.timeout(2):
            await driver.company.redis.flushall()
    except (redis.exceptions.RedisError, OSError, TimeoutError):
        return ""
    return "valkey"


async def _reset_connections(driver: Driver, fault: Fault) -> str:
    links = driver.company.proxy.reset(0.5, random.Random(fault.target))
    return f"{links} connections" if links else ""


async def _add_latency(driver: Driver, fault: Fault) -> str:
    added_s = 0.005 + (fault.target % 100) / 1_000
    driver.company.proxy.latency_s = added_s
    await asyncio.sleep(fault.seconds)
    driver.company.proxy.latency_s = 0.0
    return f"{1_000 * added_s:.0f} ms"


async def _refuse_connections(driver: Driver, fault: Fault) -> str:
    driver.company.proxy.refuse()
    await asyncio.sleep(fault.seconds)
    await driver.company.proxy.listen()
    return "proxy"


async def _lose_commit_replies(driver: Driver, fault: Fault) -> str:
    """Replies of the next 1 to 4 commits, whoever's; what nobody asked for in time is called off."""
    proxy, wanted = driver.company.proxy, 1 + fault.target % 4
    before = proxy.commits_lost
    proxy.lose_commit_replies(wanted)
    await asyncio.sleep(fault.seconds)
    lost = proxy.commits_lost - before
    proxy.commits_to_lose = 0
    return f"{lost} replies" if lost else ""


KINDS: dict[str, Kind] = {
    "kill worker": Kind(4, 0, 1, _kill_worker),
    "stop worker for less than a lease": Kind(8, 0.2, 1.5, _stop_worker),
    "stop worker for more than a lease": Kind(3, 5, 8, _stop_worker),
    "kill gateway": Kind(4, 0, 1, _kill_gateway),
    "stop gateway": Kind(8, 0.2, 2, _stop_gateway),
    "kill sender": Kind(5, 0, 1, _kill_sender),
    "stop sender": Kind(5, 0.2, 3, _stop_sender),
    "kill valkey": Kind(8, 0, 2, _kill_valkey),
    "flush valkey": Kind(11, 0, 0, _flush_valkey),
    "stop postgres at once": Kind(3, 0, 2, _stop_postgres_at_once),
    "reset database connections": Kind(11, 0, 0, _reset_connections),
    "database latency": Kind(6, 0.3, 2, _add_latency),
    "refuse database connections": Kind(4, 0.2, 3, _refuse_connections),
    "lose commit replies": Kind(13, 0.5, 1, _lose_commit_replies),
}
