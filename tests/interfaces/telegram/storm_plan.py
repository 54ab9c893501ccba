"""What the people of a storm do, drawn from a seed: every update says who it is by a mark that nothing else has.

The model's script is drawn with it, so that each order's answer can be told from every other one.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["text", "reply", "photo", "slow", "stop", "look", "again", "command", "command_again"]
"""`reply` goes on from an answer; `slow` is an order that ends only by `stop`; `look` and `again` are buttons under an
answer; `command_again` is a command that becomes an order.
"""

FIRST_PERSON = 5001
MOST_MEANT = 2  # in how many ways one answer is meant again: replied to, or its buttons pressed
WORKS = "tester"  # the model of all tiers; the front desk has another, which does not use up answers
NEVER_S = 3600.0  # a slow model's answer, which nobody waits for
PARAGRAPH_WORDS = 60
WORDS = [
    "river",
    "paper",
    "window",
    "garden",
    "copper",
    "stone",
    "letter",
    "bridge",
    "market",
    "winter",
    "candle",
    "forest",
    "harbour",
    "engine",
    "silver",
    "meadow",
    "ladder",
    "planet",
    "violin",
    "basket",
    "thunder",
    "pepper",
    "mirror",
    "tunnel",
    "blanket",
    "saddle",
    "orchard",
    "lantern",
    "pebble",
    "cotton",
    "anchor",
    "feather",
    "magnet",
    "pillow",
    "rocket",
    "spider",
    "temple",
    "turtle",
    "valley",
    "whistle",
]
COMMANDS = ("/help", "/status", "/cost", "/orders", "/agents", "/budget", "/new")
COMMANDS_ABOUT = ("/why", "/audit")
COMMANDS_AGAIN = ("/retry", "/escalate the tone is wrong")
LOOKS = ("qa", "why")
AGAINS = ("retry", "up")
MAKES_ORDER = frozenset({"text", "reply", "photo", "slow"})
DOES_AGAIN = frozenset({"again", "command_again"})
WEIGHTS: dict[Kind, int] = {
    "text": 44,
    "reply": 14,
    "photo": 5,
    "slow": 2,
    "look": 10,
    "again": 4,
    "command": 18,
    "command_again": 3,
}


@dataclass(frozen=True, slots=True)
class Step:
    """One update. `mark` is its own name; `about` that of the order which it is about; `says` the command or button."""

    n: int
    person: int
    kind: Kind
    about: str | None = None
    says: str = ""
    parts: int = 1

    @property
    def mark(self) -> str:
        """Stands in the text, and nowhere else."""
        return f"K{self.n:04d}"

    @property
    def text(self) -> str:
        """What is written, or stands under the photo."""
        if self.kind in MAKES_ORDER:
            return f"{self.mark}: what is the capital of France?"
        return self.says


@dataclass(frozen=True, slots=True)
class Plan:
    """All that happens, by person."""

    seed: int
    steps: dict[int, tuple[Step, ...]] = field(default_factory=dict)

    @property
    def all(self) -> tuple[Step, ...]:
        """Every step, by number."""
        return tuple(sorted((s for steps in self.steps.values() for s in steps), key=lambda step: step.n))

    def script(self) -> dict[str, object]:
        """For NEXUS_SCRIPT: two answers to each order, the second for when it is done again."""
        return {"rules": [_rule(self.seed, step) for step in self.all if step.kind in MAKES_ORDER]}


def make_plan(seed: int, updates: int, people: int) -> Plan:
    """The plan of a seed: `updates` steps, evenly over the people."""
    dice, steps, n = random.Random(f"storm:{seed}"), dict[int, tuple[Step, ...]](), 1
    for each in range(people):
        count = updates // people + (each < updates % people)
        steps[FIRST_PERSON + each] = tuple(_life(dice, FIRST_PERSON + each, n, count))
        n += count
    return Plan(seed, steps)


def _life(dice: random.Random, person: int, first: int, count: int) -> Iterator[Step]:
    """One person's steps. What is about an order is about an earlier one of theirs."""
    meant: dict[str, int] = {}
    n, end = first, first + count
    while n < end:
        free = [mark for mark, times in meant.items() if times < MOST_MEANT]
        kind = _kind(dice, can_mean=bool(free), can_be_slow=n + 1 < end)
        about = dice.choice(free) if free else None
        step = _step(dice, n, person, kind, about)
        yield step
        n += 1
        if kind in ("text", "reply"):
            meant[step.mark] = 0
        if kind in DOES_AGAIN or kind == "look":
            meant[str(step.about)] = MOST_MEANT  # its later messages are no more to be told apart
        elif kind == "reply":
            meant[str(step.about)] += 1
        if kind == "slow":
            yield Step(n, person, "stop", step.mark, "stop")
            n += 1


def _kind(dice: random.Random, *, can_mean: bool, can_be_slow: bool) -> Kind:
    possible: list[Kind] = ["text", "photo", "command"]
    if can_mean:
        possible += ["reply", "look", "again", "command_again"]
    if can_be_slow:
        possible.append("slow")
    return dice.choices(possible, [WEIGHTS[kind] for kind in possible])[0]


def _step(dice: random.Random, n: int, person: int, kind: Kind, about: str | None) -> Step:
    match kind:
        case "text":
            return Step(n, person, kind, parts=dice.choice((1, 1, 1, 1, 2, 3, 4)))
        case "reply":
            return Step(n, person, kind, about)
        case "look" | "again":
            return Step(n, person, kind, about, dice.choice(LOOKS if kind == "look" else AGAINS))
        case "command_again":
            return Step(n, person, kind, about, dice.choice(COMMANDS_AGAIN))
        case "command" if about and dice.random() < 0.3:
            return Step(n, person, kind, about, dice.choice(COMMANDS_ABOUT))
        case "command":
            return Step(n, person, kind, None, dice.choice(COMMANDS))
        case _:
            return Step(n, person, kind)


def token(mark: str, version: int) -> str:
    """The word that stands in every paragraph of an answer."""
    return f"{mark}v{version}"


def answer_of(seed: int, step: Step, version: int) -> str:
    """The model's answer to an order: some 4,000 characters for each part, with bold words, code and a fence."""
    dice, name = random.Random(f"{seed}:{step.mark}:{version}"), token(step.mark, version)
    if step.parts == 1:
        return f"**{name}** Paris is the capital of France, by `{' '.join(dice.sample(WORDS, 4))}`."
    paragraphs = []
    for n in range(1, 9 * step.parts - 3):
        words = " ".join(dice.choices(WORDS, k=PARAGRAPH_WORDS))
        body = f"```\n{name} {n} code\n{words}\n```" if n % 7 == 3 else f"**{name} {n}** {words}."
        paragraphs.append(body)
    return "\n\n".join([*paragraphs, f"{name} end."])


def _rule(seed: int, step: Step) -> dict[str, object]:
    answers: list[object] = [answer_of(seed, step, version) for version in (1, 2)]
    if step.kind == "slow":
        answers = [{"text": f"{token(step.mark, 1)} late", "delay_s": NEVER_S}]
    return {"match": step.mark, "model": WORKS, "answers": answers}
