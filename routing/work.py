"""What kind of work a message asks for, counted in many languages: features of the router, not decisions. Pure."""

from functools import cache

from nexus.work_order import Role
from routing.folding import fold
from routing.lexicon import Lexicon
from routing.safety import safety_floor
from routing.work_words import WORDS, Work


def kinds_of_work(text: str) -> dict[Work, int]:
    """How many different words of each kind a text has (at most 48,000 of its characters are read)."""
    folded = fold(text)
    return {work: lexicon.count(folded) for work, lexicon in _lexicons().items()}


def risk(text: str) -> int:
    """0: no floor; 1: a subject with one; 2: a decision in such a subject (routing/safety.py)."""
    floor = safety_floor(text)
    if floor is None:
        return 0
    return 2 if floor.advised is Role.CEO else 1


@cache
def _lexicons() -> dict[Work, Lexicon[Work]]:
    return {work: Lexicon({work: words}) for work, words in WORDS.items()}
