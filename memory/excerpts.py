"""A turn that is too long, shortened by leaving whole lines and sentences out of its middle; the gap is marked."""

import re
from functools import lru_cache
from typing import Final

from memory.turns import BYTES_PER_TOKEN, TURN_OVERHEAD, cost_of, tokens_of

TURN_TOKENS: Final = 1_000
"""The most that one earlier turn gets."""
MARK_TOKENS: Final = 12
_BREAK: Final = re.compile(r"\n|(?<=[.!?…;])\s|(?<=[。！？；])")


def excerpt_cost(content: str, most_tokens: int) -> int:
    """Tokens of a turn as it is sent, at most `most_tokens`. Quick, and never too little."""
    return min(cost_of(content), most_tokens + TURN_OVERHEAD)


@lru_cache(512)
def excerpt(content: str, most_tokens: int) -> str:
    """The turn, or its beginning and end in whole lines or sentences with `[… N characters left out …]` between them.

    Where there is neither it is cut at blanks; where there are none, nothing of that end is kept.
    """
    if tokens_of(content) <= most_tokens:
        return content
    room = max(0, most_tokens - MARK_TOKENS) * BYTES_PER_TOKEN
    head = _upto(content, int(room * 0.6))
    tail = _from(content, max(head, _back(content, room - int(room * 0.6))))
    mark = f"[… {tail - head} characters left out …]"
    return "\n".join(part for part in (content[:head].rstrip(), mark, content[tail:].lstrip()) if part)


def _back(content: str, most_bytes: int) -> int:
    """From which character on the end has at most so many bytes."""
    end = content[-most_bytes:] if most_bytes else ""
    sizes = len(end.encode("utf-8", "surrogatepass"))
    while end and sizes > most_bytes:
        end = end[max(1, (sizes - most_bytes) // 4) :]
        sizes = len(end.encode("utf-8", "surrogatepass"))
    return len(content) - len(end)


def _upto(content: str, most_bytes: int) -> int:
    """Where the beginning ends that has at most so many bytes: behind a line, a sentence, or a word."""
    start = content[:most_bytes]
    while start and len(start.encode("utf-8", "surrogatepass")) > most_bytes:
        start = start[: -max(1, (len(start.encode("utf-8", "surrogatepass")) - most_bytes) // 4)]
    end = 0
    for match in _BREAK.finditer(start):
        end = match.end()
    if end < len(start) // 2:
        end = max(end, start.rfind(" ") + 1)
    return end


def _from(content: str, earliest: int) -> int:
    """Where the end begins: at the first line, sentence or word from `earliest` on; else at the text's end."""
    if earliest == 0:
        return 0
    half = earliest + (len(content) - earliest) // 2
    match = _BREAK.search(content, earliest, half)
    if match:
        return match.end()
    blank = content.find(" ", earliest)
    return len(content) if blank < 0 else blank + 1
