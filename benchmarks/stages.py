"""Where the time of an order goes, by its own record: the times of its events and model calls in the database."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median
from typing import Any

import httpx

from benchmarks.contenders import Contender
from benchmarks.load import Sample

LOOKED_AT = 60


@dataclass(frozen=True, slots=True)
class Stage:
    """From one recorded moment to the next; the median over some orders, in milliseconds."""

    name: str
    ms: float


def stages_of(contender: Contender, samples: Sequence[Sample]) -> list[Stage]:
    """The stages of a company's orders that ran alone, from the client's sending to its receiving.

    A recorded moment is read from the clock before the transaction that stores it, so a stage holds the commit
    of its first moment.
    """
    durations: dict[str, list[float]] = defaultdict(list)
    address = f"http://127.0.0.1:{contender.target.port}/api/work-orders"
    with httpx.Client(trust_env=False, timeout=10) as client:
        for sample in samples[:: max(1, len(samples) // LOOKED_AT)]:  # evenly over all rounds
            detail = client.get(f"{address}/{sample.order_id}").raise_for_status().json()
            moments = _moments(detail, sample)
            for (name, at), (next_name, then) in pairwise(moments):
                durations[f"{name} → {next_name}"].append((then - at) * 1000)
    return [Stage(name, median(values)) for name, values in durations.items()]


def _moments(detail: dict[str, Any], sample: Sample) -> list[tuple[str, float]]:
    """What is on record of one order, in order of time; what has the same time is one moment."""
    found = [(_unix(event["created_at"]), event["type"].removeprefix("order.")) for event in detail["events"]]
    for call in detail["model_calls"]:
        found.append((_unix(call["started_at"]), "call opened"))
        found.append((_unix(call["finished_at"]), "model answered"))
    names: dict[float, list[str]] = defaultdict(list)
    for at, name in sorted(found, key=lambda moment: moment[0]):
        names[at].append(name)
    recorded = [(" + ".join(same), at) for at, same in names.items()]
    return [("client sends", sample.sent_at), *recorded, ("client has it", sample.sent_at + sample.latency_s)]


def _unix(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()
