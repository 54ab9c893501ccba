"""Why a tier does an order, in the reader's language.

The company gives its reasons in English. Those that are known by heart are said in Chinese; any other is left as it is.
"""

import re
from typing import Final

from interfaces.telegram.words import WORDS, say
from nexus.work_order import Role

_PREFIX: Final = "because:"
_KEYS: Final = {english: key for key, (english, _) in WORDS.items() if key.startswith(_PREFIX)}
_TIER_DOWN: Final = re.compile(r"(?P<reason>.*); one tier down, for (?P<share>\d+%) of .* is used", re.DOTALL)
_TOOL: Final = re.compile(r"the tool (?P<tool>[a-z0-9_]+)(?:, \w+=\w+)* answers this \(.*\)")
_CHOSEN: Final = re.compile(r"you chose the (?P<role>intern|director|ceo) for about (?P<about>\$[\d.]+)")


_ROLE: Final = r"(?P<role>intern|director|CEO)"
_PATTERNS: Final = (
    ("route_router", re.compile(rf"the router expects the {_ROLE} to get it right with (?P<share>\d+%)")),
    ("route_router_only", re.compile(rf"the router takes it for the {_ROLE}'s work")),
    ("route_floor", re.compile(rf"(?P<reason>.+), so at least the {_ROLE}")),
    ("route_decision", re.compile(r"a decision: (?P<reason>.+)")),
    ("route_before", re.compile(r"(?P<reason>.+), said before")),
    ("route_held", re.compile(rf"this conversation is with the {_ROLE}")),
    ("route_explored", re.compile(rf"tried with the {_ROLE}, to learn which tier is enough")),
    ("route_nobody", re.compile(rf"the {_ROLE} has no model that may be asked", re.IGNORECASE)),
    ("route_blind", re.compile(rf"the {_ROLE}'s models see no pictures", re.IGNORECASE)),
)
"""What the layers of triage say of an order, each in its sentence."""


def reason_text(language: str, reason: str) -> str:
    """The reason, in Chinese where there are words for it; of several each by itself."""
    if language == "en":
        return reason
    if reason in _KEYS:
        return say(language, _KEYS[reason])
    if down := _TIER_DOWN.fullmatch(reason):
        return say(language, "tier_down", reason=reason_text(language, down["reason"]), share=down["share"])
    if tool := _TOOL.fullmatch(reason):
        return say(language, "answered_by_tool", tool=tool["tool"])
    if chosen := _CHOSEN.fullmatch(reason):
        role = say(language, Role(chosen["role"]).value)
        return say(language, "you_chose", role=role, about=chosen["about"])
    first, apart, rest = reason.partition("; ")
    if apart:
        return f"{reason_text(language, first)}；{reason_text(language, rest)}"
    return _by_layer(language, reason)


def _by_layer(language: str, reason: str) -> str:
    for key, pattern in _PATTERNS:
        if found := pattern.fullmatch(reason):
            words = found.groupdict()
            if "role" in words:
                words["role"] = say(language, Role(words["role"].lower()).value)
            if "reason" in words:
                words["reason"] = reason_text(language, words["reason"])
            return say(language, key, **words)
    return reason
