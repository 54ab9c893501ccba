"""The safety floor: what never goes to the cheapest tier unchecked. Pure, without a model.

Law, medicine, money and security, acts that cannot be taken back, and harm to somebody. Called by the Admin before
the learned router, which may send an order higher, but not lower. A floor costs a few cents where none was needed,
and a missing one may cost a house: in doubt there is one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from nexus.work_order import Role
from routing.clarity import is_small_talk
from routing.folding import Folded, fold, plain_form
from routing.lexicon import Lexicon
from routing.safety_acts import COMMANDS, IMPERATIVE, NEAR, PAIRS
from routing.safety_cues import DECISION, NOT_MEANT, OWN, PLAY
from routing.safety_words import STRONG, WEAK, Topic

FOLLOW_UP_CHARS = 200
"""A message up to this length continues the subject of the ones before it."""
OWN_CHARS = 600
"""In a longer message "I" and "my" say little about whose case it is."""
PLAY_CHARS = 200
"""A message up to this length may be about a word only."""

REASON = {
    Topic.LAW: "a matter of law",
    Topic.MEDICINE: "a matter of health",
    Topic.MONEY: "a matter of somebody's money",
    Topic.SECURITY: "a matter of security",
    Topic.IRREVERSIBLE: "an act that cannot be taken back",
    Topic.HARM: "somebody may come to harm",
    Topic.UNREAD: "too long to be read whole at the front desk",
}


@dataclass(frozen=True, slots=True)
class Floor:
    """Never below `role`; the first try had better be `advised` where the budget allows it. `reason` is in words."""

    role: Role
    advised: Role
    topic: Topic
    reason: str


def safety_floor(text: str, context: Sequence[str] = ()) -> Floor | None:
    """The floor of a message, or None. `context`: what the same person wrote before, oldest first.

    A short message after one with a floor continues its subject, unless it is small talk.
    """
    floor = _of_one(text)
    if floor is not None or not context or len(text) > FOLLOW_UP_CHARS or is_small_talk(text):
        return floor
    for earlier in reversed(context[-2:]):
        before = _of_one(earlier)
        if before is not None and before.topic is not Topic.UNREAD:
            return Floor(Role.DIRECTOR, Role.DIRECTOR, before.topic, f"{REASON[before.topic]}, said before")
    return None


def _of_one(text: str) -> Floor | None:
    folded = fold(text)
    topic = _strong().first(folded) or (Topic.MEDICINE if _DOSE.search(folded.text) else None)
    decides = _decision().first(folded) is not None
    if topic is Topic.HARM:
        return Floor(Role.DIRECTOR, Role.CEO, topic, REASON[topic])
    about_words = not decides and len(text) <= PLAY_CHARS and _play().first(folded) is not None
    own = _own().first(folded) is not None
    asks = own and len(text) <= OWN_CHARS and _ASKED.search(text) is not None
    if topic is not None and not about_words:
        return _floor(topic, decides or asks)
    if not about_words and _acts(folded):
        return _floor(Topic.IRREVERSIBLE, decides=False)
    weak = None if about_words else _weak().first(folded)
    if weak is not None and (decides or (len(text) <= OWN_CHARS and (own or _ASKED.search(text)))):
        return _floor(weak, decides)
    return None if folded.whole else _floor(Topic.UNREAD, decides=False)


def _floor(topic: Topic, decides: bool) -> Floor:
    reason = f"a decision: {REASON[topic]}" if decides else REASON[topic]
    return Floor(Role.DIRECTOR, Role.CEO if decides else Role.DIRECTOR, topic, reason)


def _acts(folded: Folded) -> bool:
    text = folded.text
    if re.search(COMMANDS, text) or re.search(IMPERATIVE, text):
        return True
    return any(verb.search(text) and both.search(text) for verb, both in _pairs())


@cache
def _pairs() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    return tuple(_pair(plain_form(verb), plain_form(thing)) for verb, thing in PAIRS)


def _pair(verb: str, thing: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    near = rf"[^\n]{{0,{NEAR}}}?"
    return re.compile(verb), re.compile(f"(?:{verb}){near}(?:{thing})|(?:{thing}){near}(?:{verb})")


@cache
def _strong() -> Lexicon[Topic]:
    return Lexicon(STRONG, not_meant=NOT_MEANT, misspelt=True)


@cache
def _weak() -> Lexicon[Topic]:
    return Lexicon(WEAK, not_meant=NOT_MEANT)


@cache
def _own() -> Lexicon[bool]:
    return Lexicon({True: OWN})


@cache
def _decision() -> Lexicon[bool]:
    return Lexicon({True: DECISION})


@cache
def _play() -> Lexicon[bool]:
    return Lexicon({True: PLAY})


_ASKED = re.compile("[?？؟]")
_DOSE = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)?\s?(?:mg|mcg|µg|μg|мг|مجم|毫克|밀리그램|ミリグラム)(?![\w])")
