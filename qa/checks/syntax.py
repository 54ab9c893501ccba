"""Whether Python source parses, asked of a limited child process: a hostile text costs the worker nothing.

A check takes about as long as Python takes to start without its libraries (some 15 ms). Blocking: call it in a thread.
"""

import json
import subprocess
import sys
from collections.abc import Sequence

from qa.checks import syntax_child

MAX_CODE_BYTES = 64 * 1024
TIMEOUT_S = 8.0


class SyntaxNotChecked(Exception):
    """The child could not be asked. The message says why."""


def syntax_faults(sources: Sequence[str]) -> list[str | None]:
    """For each source what is wrong with it, such as `line 3: invalid syntax`, or None.

    Raises:
        SyntaxNotChecked: no process could be started.
    """
    small = [source for source in sources if not _is_large(source)]
    judged = iter(_ask(small))
    return [
        f"larger than {MAX_CODE_BYTES} bytes" if _is_large(source) else next(judged) for source in sources
    ]


def _is_large(source: str) -> bool:
    return len(source.encode("utf-8", "surrogatepass")) > MAX_CODE_BYTES


def _ask(sources: list[str]) -> list[str | None]:
    if not sources:
        return []
    faults = _judged(sources)
    if faults is not None:
        return faults
    if len(sources) == 1:
        return ["cannot be parsed (the parser crashed or took too long)"]
    return [fault for source in sources for fault in _ask([source])]


def _judged(sources: list[str]) -> list[str | None] | None:
    """None when the child did not come back with a word on each."""
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and our own file
            [sys.executable, "-I", "-S", syntax_child.__file__],
            input=json.dumps(sources).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            timeout=TIMEOUT_S,
            check=False,
        )
        faults: list[str | None] = json.loads(done.stdout)
    except OSError as error:
        raise SyntaxNotChecked(f"the syntax check could not be started: {error.strerror}") from error
    except (subprocess.TimeoutExpired, ValueError):
        return None
    return faults if len(faults) == len(sources) else None
