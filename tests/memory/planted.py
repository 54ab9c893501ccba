"""The synthetic conversation of the memory tests: facts planted among chatter, with twins, updates and pronouns.

Two worlds are planted: `tests.memory.studio`, with which memory was built, and `tests.memory.shipyard`, which was
written at the same time and not looked at until the numbers stood.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from memory.turns import Said
from nexus.work_order import Turn


@dataclass(frozen=True, slots=True)
class Planted:
    """One fact that can be said and asked for."""

    lang: str
    text: str
    questions: tuple[str, ...]
    values: tuple[str, ...]
    update: str = ""
    twin: str = ""
    values_of_twin: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, what must be present for its answer, and the number of the turn that says it."""

    question: str
    answer: str
    turn: int
    lang: str


@dataclass(slots=True)
class Conversation:
    """What was said and what can be asked."""

    said: list[Said] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)

    def add(self, role: str, content: str) -> int:
        """The number of the new turn."""
        self.said.append(Said(len(self.said) + 1, role, content))
        return len(self.said)

    @property
    def turns(self) -> tuple[Turn, ...]:
        """As models see it."""
        return tuple(said.turn for said in self.said)


@dataclass(frozen=True, slots=True)
class World:
    """What the chatter is about."""

    topics: tuple[str, ...]
    asks: tuple[str, ...]
    answers: tuple[str, ...]
    noted: tuple[str, ...]
    lead_ins: tuple[tuple[str, str], ...]  # a sentence before and one behind a fact that is said in passing


def a_conversation(
    facts: Sequence[Planted], world: World, *, turns: int = 400, seed: int = 1
) -> Conversation:
    """A conversation of `turns` turns with every fact of `facts` in it, and its questions."""
    chance = random.Random(seed)
    exchanges = turns // 2
    # The last twenth is chatter alone, so that nothing is found because it was said last.
    slots = sorted(chance.sample(range(2, int(exchanges * 0.95)), _needed(facts)))
    plan = _plan(facts, chance)
    talk, due = Conversation(), dict(zip(slots, plan, strict=True))
    for exchange in range(exchanges):
        if exchange in due:
            _say(talk, due[exchange], world, chance)
        else:
            _chat(talk, world, chance)
    return talk


@dataclass(frozen=True, slots=True)
class _Saying:
    text: str
    value: str
    fact: Planted
    counts: bool  # the one that is asked for: neither a twin nor replaced later


def _needed(facts: Sequence[Planted]) -> int:
    return sum(1 + bool(fact.update) + bool(fact.twin) for fact in facts)


def _plan(facts: Sequence[Planted], chance: random.Random) -> list[_Saying]:
    """What is said, in order: an update stands behind what it updates."""
    placed: list[tuple[float, _Saying]] = []
    for fact in facts:
        first, second = chance.sample(fact.values, 2)
        at = chance.random() * (0.5 if fact.update else 1)
        placed.append((at, _Saying(fact.text, first, fact, counts=not fact.update)))
        if fact.update:
            placed.append((0.5 + chance.random() / 2, _Saying(fact.update, second, fact, counts=True)))
        if fact.twin:
            twin = chance.choice(fact.values_of_twin)
            placed.append((chance.random(), _Saying(fact.twin, twin, fact, counts=False)))
    return [saying for _, saying in sorted(placed, key=lambda one: one[0])]


def _say(talk: Conversation, saying: _Saying, world: World, chance: random.Random) -> None:
    """A fact alone, in the middle of a message, or as the answer to a question of the assistant's."""
    sentence = saying.text.format(v=saying.value)
    kind = chance.choice(("alone", "within", "within", "answered"))
    if kind == "within":
        before, behind = chance.choice(world.lead_ins)
        topic = chance.choice(world.topics)
        turn = talk.add("user", f"{before.format(t=topic)} {sentence} {behind.format(t=topic)}")
    elif kind == "answered":
        talk.add(
            "user", chance.choice(world.asks).format(t=chance.choice(world.topics), n=chance.randint(2, 90))
        )
        talk.add("assistant", "Before I go on: is there anything about this that I should know?")
        turn = talk.add("user", sentence)
    else:
        turn = talk.add("user", sentence)
    talk.add("assistant", chance.choice(world.noted))
    if saying.counts:
        talk.asked += [Asked(one, saying.value, turn, saying.fact.lang) for one in saying.fact.questions]


def _chat(talk: Conversation, world: World, chance: random.Random) -> None:
    topic, other = chance.sample(world.topics, 2)
    talk.add("user", chance.choice(world.asks).format(t=topic, n=chance.randint(2, 90)))
    sentences = chance.sample(world.answers, 3)
    talk.add(
        "assistant", " ".join(one.format(t=topic, o=other, n=chance.randint(2, 900)) for one in sentences)
    )
