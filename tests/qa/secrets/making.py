"""Values of a form, made from the rules themselves, so that no file of this project holds what looks like a secret."""

import random
import re
import re._constants as code  # type: ignore[import-not-found]
import re._parser as parser  # type: ignore[import-not-found]
import string
from typing import Any

_WORD = string.ascii_letters + string.digits + "_"


def made_from(pattern: re.Pattern[str], seed: int) -> str:
    """A text that the pattern describes; look-around is left to chance, so match it again."""
    return _made(parser.parse(pattern.pattern, pattern.flags), random.Random(seed))


def _made(nodes: Any, chance: random.Random) -> str:
    return "".join(_one(op, value, chance) for op, value in nodes)


def _one(op: Any, value: Any, chance: random.Random) -> str:
    if op is code.LITERAL:
        return chr(value)
    if op is code.IN:
        return chance.choice(_chars(value))
    if op in (code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT):
        least, most, inner = value
        # Some above the least: the least is often under what the entropy asks for.
        return "".join(_made(inner, chance) for _ in range(min(most, max(least, min(most, 24)))))
    if op is code.SUBPATTERN:
        return _made(value[3], chance)
    if op is code.BRANCH:
        return _made(chance.choice(value[1]), chance)
    return ""


def _chars(items: Any) -> str:
    chars = ""
    for op, value in items:
        if op is code.LITERAL:
            chars += chr(value)
        elif op is code.RANGE:
            chars += "".join(map(chr, range(value[0], value[1] + 1)))
        elif op is code.CATEGORY:
            chars += string.digits if value is code.CATEGORY_DIGIT else _WORD
    return chars
