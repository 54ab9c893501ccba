"""Regular expressions that come from a spec: checked when the spec is read, run with a time limit.

They use the `regex` library because it can stop a match that runs away; the standard library cannot.
"""

import regex

PATTERN_TIMEOUT_S = 1.0
MAX_PATTERN_CHARS = 1000
# The library unrolls counted repeats: ((a{99}){99}){99} would eat all memory.
MAX_UNROLLED = 100_000

_TOKEN = regex.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{\s*(?P<least>\d*)\s*(?P<to>,\s*(?P<most>\d*)\s*)?\}|.", regex.DOTALL
)


def check_pattern(pattern: str) -> str:
    """Return the pattern if it can be run safely.

    Raises:
        ValueError: not a regular expression, or too large.
    """
    if len(pattern) > MAX_PATTERN_CHARS:
        raise ValueError(f"longer than {MAX_PATTERN_CHARS} characters")
    if _unrolled_size(pattern) > MAX_UNROLLED:
        raise ValueError(f"its counted repeats unroll to more than {MAX_UNROLLED} items")
    try:
        regex.compile(pattern)
    except (regex.error, RecursionError, OverflowError) as error:
        raise ValueError(f"not a valid regular expression: {error}") from error
    return pattern


def find_pattern(pattern: str, text: str) -> tuple[int, int] | None:
    """Where a checked pattern first matches, as (start, end).

    Raises:
        TimeoutError: no answer within PATTERN_TIMEOUT_S.
    """
    found = regex.compile(pattern).search(text, timeout=PATTERN_TIMEOUT_S)
    return found.span() if found else None


def _unrolled_size(pattern: str) -> int:
    """How many items the pattern has when each counted repeat is written out; an estimate from above."""
    sizes, last = [0], 0
    for token in _TOKEN.finditer(pattern):
        if token["least"] or token["most"]:
            times = max(int(token["least"] or 0), int(token["most"] or 0), 1)
            sizes[-1] += last * (times - 1)
            last *= times
        elif token[0] == "(":
            sizes.append(0)
        elif token[0] == ")" and len(sizes) > 1:
            last = sizes.pop()
            sizes[-1] += last
        else:
            last = 1
            sizes[-1] += 1
    return max(sizes)
