"""Parses Python source in a process of its own: started by `qa.checks.syntax`, standard library only.

Reads a JSON list of sources from standard input, and prints a JSON list: for each what is wrong with it, or null.
Nothing is executed, but a parser can be made to use the machine's memory and time, so this process limits itself first.
"""

import ast
import json
import re
import resource
import sys
import warnings

LIMITS = (
    (resource.RLIMIT_CPU, 4),
    (resource.RLIMIT_DATA, 768 * 1024 * 1024),
    (resource.RLIMIT_FSIZE, 0),
    (resource.RLIMIT_NOFILE, 16),
    (resource.RLIMIT_CORE, 0),
)


def main() -> None:
    """Judge every source."""
    for limit, value in LIMITS:
        hard = resource.getrlimit(limit)[1]
        least = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (least, least))
    warnings.simplefilter("ignore")
    json.dump([_fault(source) for source in json.load(sys.stdin)], sys.stdout)


def _fault(source: str) -> str | None:
    try:
        compile(source, "<answer>", "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    except SyntaxError as error:
        return f"line {error.lineno or 1}: {_safe(error.msg)}"
    except (ValueError, MemoryError, RecursionError) as error:
        return f"cannot be parsed ({type(error).__name__})"
    return None


def _safe(message: str) -> str:
    """Python's message without what it quotes from the code."""
    return re.sub(r"'[^']{4,}'", "'…'", message)


if __name__ == "__main__":
    main()
