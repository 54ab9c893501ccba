"""Measuring everybody in turn, round after round, so that the machine's noise hits all alike."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.contenders import Contender
from benchmarks.load import LoadGenerator, Outcome, Sample
from benchmarks.processes import cpu_s

LEVELS = (1, 16, 64)  # requests under way at once
WARM_UP_ORDERS = {1: 30, 16: 100, 64: 64}
SETTLE_S = 0.2  # what a server still does after its replies belongs to them, not to the next contender


@dataclass(frozen=True, slots=True)
class Measurement:
    """One contender at one concurrency in one round. CPU is per order and process, in milliseconds."""

    letter: str
    round: int
    concurrency: int
    orders: int
    wall_s: float
    p50_ms: float
    p99_ms: float
    cpu_ms: dict[str, float]
    client_cpu_ms: float
    samples: tuple[Sample, ...]

    @property
    def per_s(self) -> float:
        """Orders per second."""
        return self.orders / self.wall_s

    @property
    def total_cpu_ms(self) -> float:
        """CPU per order over all of the contender's processes."""
        return sum(self.cpu_ms.values())


def orders_at(concurrency: int, orders: int) -> int:
    """How many orders make one measurement: twice as many where they run side by side."""
    return orders if concurrency == 1 else 2 * orders


def warm_up(load: LoadGenerator, contenders: Sequence[Contender]) -> None:
    """Let everybody load, compile and connect; nothing of it is counted.

    Raises:
        RuntimeError: somebody gives a wrong answer.
    """
    for contender in contenders:
        for concurrency, orders in WARM_UP_ORDERS.items():
            load.run(contender.target, concurrency=concurrency, orders=orders)


def measure_rounds(
    load: LoadGenerator, contenders: Sequence[Contender], *, orders: int, rounds: int, end_by: float
) -> list[Measurement]:
    """`rounds` rounds, or fewer when the next one would not be over by `end_by` on the monotonic clock.

    Raises:
        RuntimeError: somebody gave a wrong answer.
    """
    measured: list[Measurement] = []
    began = time.monotonic()
    for number in range(rounds):
        now = time.monotonic()
        if number and now + (now - began) / number > end_by:
            print(f"bench: time for {number} of {rounds} rounds", flush=True)
            break
        for concurrency in LEVELS:
            many = orders_at(concurrency, orders)
            measured += [measure(load, contender, number, concurrency, many) for contender in contenders]
        print(f"bench: round {number + 1} of {rounds} done", flush=True)
    return measured


def measure(
    load: LoadGenerator, contender: Contender, number: int, concurrency: int, orders: int
) -> Measurement:
    """One measurement."""
    before = {name: cpu_s(pid) for name, pid in contender.pids.items()}
    outcome = load.run(contender.target, concurrency=concurrency, orders=orders)
    time.sleep(SETTLE_S)
    used = {name: cpu_s(pid) - before[name] for name, pid in contender.pids.items()}
    p50_ms, p99_ms = _latencies_ms(outcome)
    return Measurement(
        letter=contender.letter,
        round=number,
        concurrency=concurrency,
        orders=orders,
        wall_s=outcome.wall_s,
        p50_ms=p50_ms,
        p99_ms=p99_ms,
        cpu_ms={name: seconds * 1000 / orders for name, seconds in used.items()},
        client_cpu_ms=outcome.client_cpu_s * 1000 / orders,
        samples=tuple(outcome.samples),
    )


def _latencies_ms(outcome: Outcome) -> tuple[float, float]:
    """p50 and p99, the latter by nearest rank."""
    ordered = sorted(sample.latency_s * 1000 for sample in outcome.samples)
    return median(ordered), ordered[-(-99 * len(ordered) // 100) - 1]
