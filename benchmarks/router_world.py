"""A world to learn in: messages of known kinds, and how often each tier's first answer to a kind is right.

The chances are invented; that they differ from what the shipped router believes, and that they change in the middle of
the month, is the point. Every draw depends on the seed and the order's number alone, so all policies meet the same
orders and the same luck.
"""

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from nexus.work_order import TIERS, Role

DRIFT_DAY: Final = 15
TRIES: Final = 6

type Chances = Mapping[str, tuple[float, float, float]]

BEFORE: Final[Chances] = {
    "chat": (0.97, 0.98, 0.99),
    "facts": (0.93, 0.96, 0.98),
    "translation": (0.93, 0.96, 0.98),
    "rewriting": (0.94, 0.96, 0.98),
    "email": (0.96, 0.97, 0.98),
    "summary": (0.95, 0.97, 0.98),
    "table": (0.93, 0.95, 0.97),
    "coding": (0.40, 0.80, 0.94),
    "maths": (0.50, 0.78, 0.93),
    "planning": (0.92, 0.95, 0.97),
    "law": (0.20, 0.55, 0.88),
    "design": (0.12, 0.50, 0.88),
}
"""By kind: intern, director, CEO."""

AFTER: Final[Chances] = {
    **BEFORE,
    "coding": (0.95, 0.96, 0.97),
    "maths": (0.92, 0.94, 0.96),
    "translation": (0.30, 0.95, 0.98),
    "summary": (0.40, 0.94, 0.98),
}
"""The cheapest model was replaced: better at code and sums, worse at translating and shortening."""

SAMPLE_KINDS: Final = {"data": "table", "spreadsheet": "table", "strategy": "design", "scholarship": "design"}
"""Kinds of the shipped requests under other names; those that are no kind here are left out."""

TEMPLATES: Final[Mapping[str, tuple[str, ...]]] = {
    "chat": (
        "Good {time}! How was your {thing}?", "Ha, my {thing} fell into the {place} again. Say something nice.",
        "Thanks for the help with the {thing}, have a good {time}!",
    ),
    "facts": (
        "In which country is {city}?", "How many people live in {city}, roughly?", "What is a {thing} made of?",
        "Which {thing} was invented first, and when?",
    ),
    "translation": (
        "Translate into {language}: we will deliver the {thing} to {city} on {day}.",
        "How do you say in {language}: the {thing} in the {place} is broken?",
        "Please put this into {language}: Dear {name}, thank you for your {thing}. Yours, {other}",
    ),
    "rewriting": (
        "Make this sound kinder: {name}, your {thing} is late again and {city} is angry.",
        "Shorten to one sentence: On {day} the {thing} came to {city}, and {name} put it into the {place}.",
    ),
    "email": (
        "Write a short mail to {name} that the {thing} for {city} comes on {day}.",
        "Draft a polite reminder to {name} about the unpaid {thing}.",
    ),
    "summary": (
        "Summarise for {name}: the {place} in {city} was closed on {day} because the {thing} failed. {other} repaired "
        "it at night, the {place} opened again, and the {thing} will be replaced.",
        "Sum up in two lines: {name} asked for a {thing}, {other} said no, {city} insisted, and on {day} it came.",
    ),
    "table": (
        "Make a CSV of {name}, {other} and their {thing} sales in {city} from {day}, with totals.",
        "As JSON: the {thing} orders of {city} by weekday, {name} 12, {other} 7, and the sum.",
    ),
    "coding": (
        "Write a Python function that reads a {thing} file and returns the rows of {city}.",
        "Python: parse the {day} log of the {place} server and count errors for each {thing}.",
        "Write a SQL query for all {thing} orders of {city} after {day}, grouped by {place}.",
    ),
    "maths": (
        "If {name} sells 17 {thing}s a day and {other} 23, when have they sold 1000? Show the steps.",
        "A {thing} costs 14.90 and is reduced by 15 %, then by 5 %. What is the price in {city}?",
        "Solve for x: 3x + 7 = 2(x + {number}), then check it for the {thing}.",
    ),
    "planning": (
        "Plan {day} in {city} with {name}: a {thing} workshop, lunch near the {place}, and a train at 18:00.",
        "Make a two-week plan to move the {place} of {city}, with {name} and {other} and one {thing}.",
    ),
    "law": (
        "Can my landlord in {city} forbid a {thing} in the {place}? What are my rights?",
        "{name} did not deliver the {thing} by {day}; can I withdraw from the contract and claim damages?",
    ),
    "design": (
        "Design the architecture of a {thing} platform for {city}: scaling, failures, data, migration and trade-offs.",
        "Work out a three-year strategy for a {thing} maker in {city} against {name}'s company, with risks.",
    ),
}  # fmt: skip

WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "time": ("morning", "evening", "day", "night", "weekend"),
    "thing": (
        "bicycle", "printer", "kettle", "violin", "lantern", "carpet", "heater", "camera", "ladder", "blanket",
        "compass", "pump", "helmet", "drill", "sofa", "clock", "tent", "boiler", "scanner", "piano",
    ),
    "place": ("warehouse", "kitchen", "cellar", "garage", "office", "garden", "station", "workshop", "library"),
    "city": ("Lisbon", "Oslo", "Quito", "Hanoi", "Dakar", "Perth", "Turin", "Bergen", "Cusco", "Graz", "Leeds"),
    "language": ("German", "French", "Spanish", "Polish", "Japanese", "Turkish", "Dutch"),
    "day": ("Monday", "Tuesday", "the 3rd of May", "the 9th of June", "Friday", "next week", "the 21st"),
    "name": ("Ms Weber", "Mr Costa", "Aisha", "Tomasz", "Dr Lund", "Priya", "Kenji", "Marta", "Femi"),
    "other": ("Mr Ode", "Lucia", "Mrs Park", "Ivan", "Noor", "Dr Klein", "Sofia", "Emeka"),
    "number": ("4", "9", "15", "31", "58", "77"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Message:
    """One order as it comes: what is said, of which kind, whether QA can check it, and its luck."""

    number: int
    day: int
    text: str
    kind: str
    checkable: bool
    luck: tuple[tuple[float, ...], ...]  # by tier and try
    seen: tuple[float, ...]  # by try: QA's luck
    owner: float  # below the share of owners who complain


class World:
    """Messages, day by day."""

    def __init__(self, seed: int, orders_a_day: int) -> None:
        self._seed = seed
        self._orders = orders_a_day
        self._samples = tuple(_sample_texts())

    def day(self, day: int) -> Iterator[Message]:
        """The orders of a day, the first is 1."""
        for place in range(self._orders):
            number = day * self._orders + place
            chance = random.Random(f"{self._seed}/{number}")
            kind, text = self._said(chance)
            yield Message(
                number=number,
                day=day,
                text=text,
                kind=kind,
                checkable=chance.random() < 0.7,
                luck=tuple(tuple(chance.random() for _ in range(TRIES)) for _ in TIERS),
                seen=tuple(chance.random() for _ in range(TRIES)),
                owner=chance.random(),
            )

    def _said(self, chance: random.Random) -> tuple[str, str]:
        if chance.random() < 0.2:
            return chance.choice(self._samples)
        kind = chance.choice(tuple(TEMPLATES))
        words = {name: chance.choice(choices) for name, choices in WORDS.items()}
        return kind, chance.choice(TEMPLATES[kind]).format_map(words)


def chances_of(kind: str, day: int) -> dict[Role, float]:
    """The truth, which no router is told."""
    found = (AFTER if day >= DRIFT_DAY else BEFORE)[kind]
    return dict(zip(TIERS, found, strict=True))


def _sample_texts() -> Iterator[tuple[str, str]]:
    file = files("routing") / "samples" / "requests.jsonl"
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        kind = SAMPLE_KINDS.get(row["kind"], row["kind"])
        if kind in BEFORE and row["label"] in TIERS:
            yield kind, row["text"]
