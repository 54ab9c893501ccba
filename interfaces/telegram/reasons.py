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


def reason_text(language: str, reason: str) -> str:
    """The reason, in Chinese where there are words for it."""
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
    return reason
