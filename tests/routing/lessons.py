"""Made-up requests with outcomes that follow from their text, for training small routers in tests."""

import random

from nexus.work_order import Role
from routing.training import Example

EASY = ("translate", "spell", "name", "list", "say", "convert")
HARD = ("prove", "derive", "architect", "negotiate", "refactor", "diagnose")
THINGS = (
    "the contract",
    "a theorem",
    "two words",
    "our prices",
    "the cluster",
    "a letter",
    "some numbers",
    "der Satz",
)


def some_examples(many: int = 160, seed: int = 0, *, middle: bool = True) -> list[Example]:
    """Easy requests that every tier gets right mostly, and hard ones that only the CEO does."""
    dice = random.Random(seed)
    found = []
    for _ in range(many):
        hard = dice.random() < 0.5
        verb = dice.choice(HARD if hard else EASY)
        text = f"{verb} {dice.choice(THINGS)} and {dice.choice(THINGS)} {dice.randrange(1000)}"
        outcomes = {
            Role.INTERN: float(dice.random() < (0.2 if hard else 0.9)),
            Role.CEO: float(dice.random() < 0.9),
        }
        if middle:
            outcomes[Role.DIRECTOR] = float(dice.random() < (0.5 if hard else 0.95))
        found.append(Example(text, outcomes))
    return found
