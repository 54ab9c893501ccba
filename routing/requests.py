"""The company's own labelled requests (routing/samples/): read whole, checked, and never larger than a small file.

The prior is trained on them, and `nexus exam routing` measures the front desk on them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final

from nexus.errors import PermanentError
from nexus.work_order import TIERS, Role, Turn
from routing.safety_words import Topic

SAMPLES: Final = Path(__file__).parent / "samples" / "requests.jsonl"
UNSEEN: Final = SAMPLES.parent / "unseen.jsonl"
"""Requests that neither the router is trained on nor the word lists were written for; keep it so."""

LABELS: Final = frozenset(
    {"intern", "director", "ceo", "wish", "small_talk", "equipment", "clarify", "background"}
)
HALVES: Final = ("dev", "held_out")


@dataclass(frozen=True, slots=True)
class Request:
    """One labelled request. `tier`: who should try first, None where no tier should; `success`: a weak prior."""

    id: str
    text: str
    history: tuple[Turn, ...]
    language: str
    kind: str
    label: str
    tier: Role | None
    floor: Topic | None
    why: str
    success: Mapping[Role, float] | None
    half: str


@cache
def read_requests(path: Path = SAMPLES) -> tuple[Request, ...]:
    """All of them, in the file's order.

    Raises:
        PermanentError: the file cannot be read, or a row is wrong; the message names the line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise PermanentError(f"{path}: cannot be read: {error}") from error
    return tuple(_request(line, f"{path.name}: line {number}") for number, line in enumerate(lines, 1))


def _request(line: str, source: str) -> Request:
    try:
        row = json.loads(line)
        request = Request(
            id=row["id"],
            text=row["text"],
            history=tuple(Turn(turn["role"], turn["content"]) for turn in row.get("history", ())),
            language=row["lang"],
            kind=row["kind"],
            label=row["label"],
            tier=Role(row["tier"]) if row["tier"] else None,
            floor=Topic(row["floor"]) if row["floor"] else None,
            why=row["why"],
            success={Role(role): float(chance) for role, chance in row["success"].items()}
            if row["success"]
            else None,
            half=row["half"],
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PermanentError(f"{source}: {type(error).__name__}: {error}") from error
    problem = _fault(request)
    if problem:
        raise PermanentError(f"{source}: {problem}")
    return request


def _fault(request: Request) -> str | None:
    if request.label not in LABELS:
        return f"no such label: {request.label}"
    if request.half not in HALVES:
        return f"no such half: {request.half}"
    if request.success is not None:
        chances = [request.success.get(role, -1.0) for role in TIERS]
        if not all(0 <= low <= high <= 1 for low, high in pairwise(chances)):
            return "success must lie between 0 and 1 and not fall with the tier"
    return None
