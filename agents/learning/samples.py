"""The shipped requests: what a router knows before the company has any verdict, and what it must not unlearn."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

from nexus.work_order import TIERS, Role


@dataclass(frozen=True, slots=True)
class Sample:
    """A request with its label and a weak prior of each tier's success. `is_held_out`: never trained on here."""

    text: str
    label: Role
    success: Mapping[Role, float]
    is_held_out: bool


def shipped_samples() -> tuple[Sample, ...]:
    """Those that a tier does, in the file's order."""
    return tuple(_read())


def _read() -> Iterator[Sample]:
    file = files("routing") / "samples" / "requests.jsonl"
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["label"] in TIERS:
            success = {tier: float(row["success"][tier]) for tier in TIERS}
            yield Sample(row["text"], Role(row["label"]), success, row["half"] == "held_out")
