"""Who does an order: triage in layers, each a small pure function, called by the Admin in this order.

    1 equipment        a tool answers it, and no tier is asked           agents/equipment_step.py, before all this
    2 background_call  a chat front end asks by itself: titles, tags     to the intern, whatever model it names
    3 owner_wish       the tier that the owner names, by the API or in words
    4 clarify          nothing can be acted on: it is asked back
    5 small_talk       thanks, greetings: no work, so never a reason to go higher
    6 router           the learned router's chances and today's prices; without it the `rules`
    7 safety           law, medicine, money, security, what cannot be undone: never below the floor
    8 conversation     a conversation's tier goes up and not down while its subject is the same
    9 local_model      a capable local model's word shifts the router's chances where these leave it open
   10 exploration, budget   with the assignment's transaction, which knows the money (agents/exploration.py, budget.py)

The layer that moved the tier last gives the decision its name; every layer that had a say leaves its reason in words.
A front end's own call comes before the wish, for it names the model that its user has chosen for the conversation.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final, Protocol

from agents.continuing import held_tier
from agents.rules import Judgement, judge
from db.records import PastOrder
from nexus.work_order import TIER_OF, TIERS, Difficulty, Role, Turn, word_for
from routing.clarity import Clarify, clarify, is_small_talk
from routing.safety import Floor, safety_floor
from routing.wishes import wish

DIFFICULTY_OF: Final = {role: difficulty for difficulty, role in TIER_OF.items()}
BACKGROUND: Final = "background_call"
OWNER_WISH: Final = "owner_wish"
SMALL_TALK: Final = "small_talk"
ROUTER: Final = "router"
RULES: Final = "rules"
SAFETY: Final = "safety"
CONVERSATION: Final = "conversation"
LOCAL_MODEL: Final = "local_model"
NO_PAYROLL: Final = "payroll"

SURE_RULES: Final = ("hard_work",)
"""Rules that raise the router's choice, for what they name is hard: of the shipped requests that this one names 20 of
21 are labelled so."""

SURE: Final = 1.0
BY_RULE: Final = 0.7
"""How sure a rule is; about how often the rules are right on the shipped requests (docs/routing.md)."""

BY_DEFAULT: Final = 0.5


class Prediction(Protocol):
    """What the router says of a message."""

    @property
    def success(self) -> Mapping[Role, float]:
        """The chance that a tier's first answer passes, never falling with the tier."""
        ...

    @property
    def uncertain(self) -> bool:
        """Whether another opinion may change the choice."""
        ...

    @property
    def version(self) -> str:
        """Which router it was."""
        ...


@dataclass(frozen=True, slots=True)
class Planned:
    """The cheapest way that is good enough: who tries first and after whom, and what each first tier would cost."""

    path: tuple[Role, ...]
    by_first: Mapping[Role, Decimal]
    success: Mapping[Role, float]
    reason: str

    @property
    def first(self) -> Role:
        """Who tries first."""
        return self.path[0]


class Planner(Protocol):
    """Weighs chances against prices."""

    def __call__(self, success: Mapping[Role, float], *, floor: Role, checkable: bool) -> Planned:
        """The best way that begins at or above `floor`, among the tiers that have a model."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be decided on. `past` are the conversation's earlier orders, newest first.

    `has_past`: "it" can refer to something. `checkable`: QA can check more of the answer than its form.
    """

    text: str
    now: datetime
    history: tuple[Turn, ...] = ()
    has_past: bool = False
    requested: Role | None = None
    by_front_end: bool = False
    past: tuple[PastOrder, ...] = ()
    checkable: bool = False

    @property
    def said_before(self) -> tuple[str, ...]:
        """What the owner has said, oldest first."""
        return tuple(turn.content for turn in self.history if turn.role == "user")


@dataclass(frozen=True, slots=True)
class Office:
    """The company as it is at this moment. Without `predict` the rules decide, without `same_subject` a conversation
    keeps its tier until it rests. `staffed` are the tiers that have a model to ask.
    """

    predict: Callable[[str], Prediction | None] | None = None
    planner: Planner | None = None
    staffed: tuple[Role, ...] = TIERS
    same_subject: Callable[[str, Sequence[str]], bool] | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """The decision, before money has its say. `floor` is not to be gone below for any budget.

    `advised` is where the layers above the router's want it at least; `is_open`: a capable model may be asked.
    """

    layer: str
    rule: str
    path: tuple[Role, ...]
    difficulty: Difficulty
    reasons: tuple[str, ...]
    confidence: float
    floor: Role | None = None
    advised: Role = Role.INTERN
    prediction: Prediction | None = None
    costs: Mapping[Role, Decimal] | None = None
    is_open: bool = False

    @property
    def chosen(self) -> Role:
        """Who tries first."""
        return self.path[0]

    @property
    def reason(self) -> str:
        """For the receipt."""
        return "; ".join(self.reasons)


def route(asked: Asked, office: Office) -> Route | Clarify:
    """Decide. The same message in the same company is always decided the same."""
    decided = _background(asked) or _owner_wish(asked) or _clarify(asked) or _small_talk(asked)
    if decided is None:
        decided = _work(asked, office)
    return decided if isinstance(decided, Clarify) else staffed(decided, office)


def _background(asked: Asked) -> Route | None:
    if not asked.by_front_end:
        return None
    return _fixed(
        BACKGROUND, Role.INTERN, "asked by the chat front end itself: a title, tags or the like", SURE
    )


def _owner_wish(asked: Asked) -> Route | None:
    """The API's tier is done as it says. Words may be misread, so they move nothing below what safety wants."""
    if asked.requested in TIERS:
        return _fixed(OWNER_WISH, asked.requested, "you asked for this tier", SURE)
    wished = wish(asked.text)
    if wished is None:
        return None
    floor = safety_floor(asked.text, asked.said_before)
    if floor is None or _at_least(wished, floor.role) is wished:
        return _fixed(OWNER_WISH, wished, "you asked for it in your message", SURE)
    decided = _fixed(SAFETY, floor.role, "you asked for a cheaper tier", SURE)
    return replace(decided, reasons=(*decided.reasons, _because(floor, floor.role)), floor=floor.role)


def _clarify(asked: Asked) -> Clarify | None:
    return clarify(asked.text, has_history=asked.has_past)


def _small_talk(asked: Asked) -> Route | None:
    """Thanks to the CEO are no work for the CEO: the conversation's tier waits for the next question."""
    if not is_small_talk(asked.text):
        return None
    return _fixed(SMALL_TALK, Role.INTERN, "a greeting or small talk", SURE)


def _fixed(layer: str, role: Role, reason: str, confidence: float) -> Route:
    """A decision that needs no weighing; what fails goes up a tier at a time."""
    return Route(layer, layer, up_from(role), DIFFICULTY_OF[role], (reason,), confidence)


def _work(asked: Asked, office: Office) -> Route:
    """Layers 6 to 8: what the work needs, not below what safety and the conversation want."""
    floor = safety_floor(asked.text, asked.said_before)
    held = held_tier(asked.text, asked.past, asked.now, office.same_subject)
    prediction = office.predict(asked.text) if office.predict is not None else None
    judged = _by_rules(asked) if prediction is None else _by_router(prediction, asked, office)
    hard = judge(asked.text)
    if hard.rule in SURE_RULES and prediction is not None:
        judged = _raised(judged, TIER_OF[hard.difficulty], RULES, hard.reason, asked, office)
    if floor is not None:
        judged = _by_safety(judged, floor, asked, office)
    if held is not None:
        judged = _raised(judged, held, CONVERSATION, _with(held), asked, office)
    return judged


def _by_rules(asked: Asked) -> Route:
    judgement: Judgement = judge(asked.text)
    role = TIER_OF[judgement.difficulty]
    sure = BY_RULE if judgement.certain else BY_DEFAULT
    return Route(
        RULES,
        judgement.rule,
        up_from(role),
        judgement.difficulty,
        (judgement.reason,),
        sure,
        is_open=not judgement.certain,
    )


def _by_router(prediction: Prediction, asked: Asked, office: Office) -> Route:
    planned = _planned(prediction.success, Role.INTERN, asked, office)
    return Route(
        ROUTER,
        ROUTER,
        planned.path,
        DIFFICULTY_OF[planned.first],
        (planned.reason,),
        prediction.success[planned.first],
        prediction=prediction,
        costs=planned.by_first,
        is_open=prediction.uncertain,
    )


def _by_safety(judged: Route, floor: Floor, asked: Asked, office: Office) -> Route:
    raised = _raised(judged, floor.advised, SAFETY, _because(floor, floor.advised), asked, office)
    return replace(raised, floor=floor.role)


def _raised(judged: Route, least: Role, layer: str, reason: str, asked: Asked, office: Office) -> Route:
    """Not below `least`; as it is when it is not."""
    advised = _at_least(judged.advised, least)
    if _at_least(judged.chosen, least) is judged.chosen:
        return replace(judged, advised=advised)
    path, confidence = up_from(least), judged.confidence
    if judged.prediction is not None:
        path = _planned(judged.prediction.success, advised, asked, office).path
        confidence = judged.prediction.success[path[0]]
    return replace(
        judged,
        layer=layer,
        rule=layer,
        path=path,
        reasons=(*judged.reasons, reason),
        confidence=confidence,
        advised=advised,
    )


def with_opinion(decided: Route, asked: Asked, office: Office, difficulty: Difficulty, model: str) -> Route:
    """Layer 9: what a capable local model judges. Of the router's chances it is one more feature, which decides nothing
    alone; where rules were uncertain there is nothing else to go by.
    """
    said = f"{difficulty.value}, in the judgement of {model}"
    if decided.prediction is None:
        role = _at_least(TIER_OF[difficulty], decided.advised)
        return replace(
            decided,
            layer=LOCAL_MODEL,
            rule=LOCAL_MODEL,
            path=up_from(role),
            difficulty=difficulty,
            reasons=(*decided.reasons[1:], said),
            is_open=False,
        )
    shifted = shift(decided.prediction.success, difficulty)
    planned = _planned(shifted, decided.advised, asked, office)
    moved = planned.first is not decided.chosen
    return replace(
        decided,
        layer=LOCAL_MODEL if moved else decided.layer,
        rule=LOCAL_MODEL if moved else decided.rule,
        path=planned.path,
        reasons=(*decided.reasons, said),
        confidence=shifted[planned.first],
        costs=planned.by_first,
        is_open=False,
    )


OPINION: Final = {Difficulty.TRIVIAL: 0.5, Difficulty.NORMAL: 0.0, Difficulty.COMPLEX: -0.5}
"""By how much a local model's word moves the log-odds of success. Small on purpose: half of what takes a chance from
62 to 50 %, so that it turns only what was nearly even. Not learned: no model better than the starter was at hand."""


def shift(success: Mapping[Role, float], difficulty: Difficulty) -> dict[Role, float]:
    """The chances after a local model's word; the order of the tiers stays."""
    return {role: _moved(chance, OPINION[difficulty]) for role, chance in success.items()}


def _moved(chance: float, by: float) -> float:
    odds = chance / max(1e-9, 1 - chance) * math.exp(by)
    return odds / (1 + odds)


def staffed(decided: Route, office: Office) -> Route:
    """To tiers that have a model: the next higher one, else the highest there is. Where nobody has one it stays."""
    there = office.staffed
    path = tuple(role for role in decided.path if role in there)
    if not there or path == decided.path:
        return decided
    if decided.chosen in there:
        return replace(decided, path=path)
    higher = [role for role in there if TIERS.index(role) > TIERS.index(decided.chosen)]
    first = higher[0] if higher else there[-1]
    reason = f"the {word_for(decided.chosen)} has no model that may be asked"
    path = (first, *(role for role in path if TIERS.index(role) > TIERS.index(first)))
    return replace(decided, layer=NO_PAYROLL, rule=NO_PAYROLL, path=path, reasons=(*decided.reasons, reason))


def _planned(success: Mapping[Role, float], floor: Role, asked: Asked, office: Office) -> Planned:
    if office.planner is None:
        raise ValueError("a router comes with a planner")
    return office.planner(success, floor=floor, checkable=asked.checkable)


def up_from(role: Role) -> tuple[Role, ...]:
    """A tier and those above it."""
    return TIERS[TIERS.index(role) :]


def _at_least(role: Role, least: Role) -> Role:
    return max(role, least, key=TIERS.index)


def _because(floor: Floor, role: Role) -> str:
    return f"{floor.reason}, so at least the {word_for(role)}"


def _with(role: Role) -> str:
    return f"this conversation is with the {word_for(role)}"
