"""What a sender sends, and what it has noted: both the same after a SIGKILL as before it.

The messages come from the seed and the sender's number alone. The notes are an append-only file, one line a
fact, written before the sender acts on it.
"""

import json
import os
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

type Watching = Literal["poll", "websocket"]

TIERS = (None, None, None, "intern", "director", "ceo")
QUICK_POISON = ("bad500",)


@dataclass(frozen=True, slots=True)
class Plan:
    """What one sender is to do.

    `starts_at` is a Unix time; conversations begin evenly over `seconds` from then on. The first `poison`
    messages are ones that no model can answer, of the kinds in `poisons` (see `tests.chaos.stub`): the company
    waits longer and longer between the tries at a `badcut`, 160 s in all. `ports` are the gateways'.
    """

    seed: int
    number: int
    orders: int
    seconds: float
    starts_at: float
    ports: tuple[int, ...]
    poison: int = 0
    poisons: tuple[str, ...] = QUICK_POISON

    @classmethod
    def from_json(cls, text: str) -> "Plan":
        """As `json.dumps(asdict(plan))` gave it."""
        values = json.loads(text)
        return cls(**{**values, "ports": tuple(values["ports"]), "poisons": tuple(values["poisons"])})


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `waits` is the request's own `wait`, in seconds; `pauses` before the next one is sent."""

    key: str
    token: str
    content: str
    tier: str | None
    wait_s: float
    pauses_for_answer: bool


@dataclass(frozen=True, slots=True)
class Conversation:
    """Messages of one session, in order."""

    begins_s: float
    messages: tuple[Message, ...]
    watching: Watching


def conversations(plan: Plan) -> tuple[Conversation, ...]:
    """Everything the sender has to say."""
    rng = random.Random(f"{plan.seed}/{plan.number}")
    lengths = list(_lengths(rng, plan.orders))
    step_s, n = plan.seconds / max(1, len(lengths)), 0
    said = []
    for i, length in enumerate(lengths):
        messages = tuple(_message(rng, plan, n + k) for k in range(length))
        n += length
        watching: Watching = "websocket" if rng.random() < 0.2 else "poll"
        said.append(Conversation(i * step_s, messages, watching))
    return tuple(said)


def _lengths(rng: random.Random, orders: int) -> Iterator[int]:
    while orders > 0:
        length = min(orders, rng.choice((1, 1, 2, 3, 4)))
        yield length
        orders -= length


def _message(rng: random.Random, plan: Plan, n: int) -> Message:
    kind = rng.choice(plan.poisons) if n < plan.poison else "tok"
    token = f"{kind}-{plan.seed}-{plan.number}-{n}"
    return Message(
        key=f"key-{token}",
        token=token,
        content=f"What is the name of {token}?",
        tier=rng.choice(TIERS),
        wait_s=rng.choice((0.0, 0.0, 2.0)),
        pauses_for_answer=rng.random() < 0.5,
    )


class Notes:
    """The sender's own record. A line that a kill tore is not a fact, and is left out."""

    def __init__(self, path: Path) -> None:
        self.accepted: dict[str, tuple[str, str]] = {}  # by key: order and session
        self.answers: dict[tuple[str, int], tuple[str, str | None]] = {}  # by order and look: status and text
        self.watched: dict[str, int] = {}  # by session: the last event that came by WebSocket
        self.seen_to_end: set[str] = set()  # orders whose last event came by WebSocket
        for line in read_lines(path):
            self._remember(line)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        size = os.fstat(self._file).st_size
        if size and os.pread(self._file, 1, size - 1) != b"\n":
            os.write(self._file, b"\n")

    def _remember(self, line: dict[str, Any]) -> None:
        match line["at"]:
            case "accepted":
                self.accepted[line["key"]] = (line["order"], line["session"])
            case "answer":
                self.answers[line["order"], line["look"]] = (line["status"], line["text"])
            case "event":
                self.watched[line["session"]] = line["seq"]
                if line["ended"]:
                    self.seen_to_end.add(line["order"])

    def note(self, at: str, **fact: object) -> None:
        """Write a fact down, then know it. It outlives a SIGKILL from here on."""
        line = {"at": at, "t": round(time.time(), 4), **fact}
        os.write(self._file, json.dumps(line).encode() + b"\n")
        self._remember(line)


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The facts in a notes or ledger file, in order; none when it does not exist yet."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for raw in file:
            try:
                line = json.loads(raw)
            except ValueError:
                continue
            if isinstance(line, dict) and "at" in line:
                yield line
