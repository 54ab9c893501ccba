"""A conversation's tier: it may go up and not down while its subject is the same.

Which earlier orders count: the last HORIZON of the session, none of them more than REST before the next one. What
their tier says nothing about the work does not: small talk, front ends' own calls, tools, what was explored. A message
on another subject begins anew; one that cannot stand alone ("and for Germany?") never does. A budget may still take it
down, and the receipt says so. Another session is another conversation.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from db.records import PastOrder
from nexus.work_order import TIERS, Role

HORIZON: Final = 6
REST: Final = timedelta(hours=2)
NO_WORK: Final = frozenset({"small_talk", "greeting", "background_call", "equipment", "exploration"})
FEW_WORDS: Final = 4
READ_CHARS: Final = 2_000

_HAN: Final = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]")
_REFERS: Final = re.compile(
    r"^\W*(?:and|but|so|also|then|or|now|ok(?:ay)?|yes|no|why|how so|what about|how about|more|again|continue|go on"
    r"|und|aber|warum|wieso|et|mais|pourquoi|y|pero|por qué|e|ma|perché|mas|por quê|maar|waarom)\b"
    r"|\b(?:it|its|this|that|these|those|them|they|the (?:same|above|former|latter|second|first|third|last)"
    r"|your (?:answer|plan|design|proposal|last)|you (?:said|wrote|mentioned|suggested)|earlier|previous(?:ly)?)\b"
    r"|\b(?:das|diese[rsnm]?|davon|dazu|daran|obige[nrs]?|cela|ça|ceci|eso|esto|questo|quello|isso|dit|dat)\b"
    r"|^(?:然后|那|为什么|继续|还有)|这|那个|上面|刚才|之前|它",
    re.IGNORECASE,
)


def held_tier(
    text: str,
    past: Sequence[PastOrder],
    now: datetime,
    same_subject: Callable[[str, Sequence[str]], bool] | None,
) -> Role | None:
    """The tier that the conversation is with, or None: it is with nobody, or this message begins anew."""
    counted = _counted(past, now)
    if not counted:
        return None
    held = max((order.role for order in counted), key=TIERS.index)
    if held is TIERS[0]:
        return None
    if (
        _stands_alone(text)
        and same_subject is not None
        and not same_subject(text, [order.content for order in counted])
    ):
        return None
    return held


def _stands_alone(text: str) -> bool:
    """More than a few words, none of which points to what was said before."""
    han = len(_HAN.findall(text[:READ_CHARS]))
    return len(text[:READ_CHARS].split()) + han // 2 > FEW_WORDS and _REFERS.search(text[:READ_CHARS]) is None


def _counted(past: Sequence[PastOrder], now: datetime) -> list[PastOrder]:
    """Back to the last rest, newest first."""
    counted = []
    for order in past[:HORIZON]:
        if now - order.created_at > REST:
            break
        now = order.created_at
        if order.rule not in NO_WORK:
            counted.append(order)
    return counted
