"""Training in a process of its own: `python -m routing.training_child ROWS FOLDER SEED`, started by `agents.learning`.

It gets rows in a file and writes an artefact into a folder, and knows nothing else: no database, no setting, no key.
It is nice to others, ends with whoever started it, and may use only so much memory and processor time.
"""

import ctypes
import json
import os
import resource
import signal
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from nexus.work_order import Role

NICE: Final = 10
MEMORY_BYTES: Final = 4 * 1024**3
PROCESSOR_S: Final = 900
_PDEATHSIG: Final = 1  # prctl(2)


def limit_this_process(parent: int) -> None:
    """Be nice, end with `parent`, and stay within the limits; where the system has one not, it does not hold."""
    os.nice(NICE)
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it went away before we asked to be told
        sys.exit(1)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_S, PROCESSOR_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def write_rows(file: Path, rows: Iterable[tuple[str, dict[Role, float], float, datetime | None]]) -> int:
    """Write text, outcomes, weight and time of each example, for `read_rows`; returns how many."""
    count = 0
    with file.open("w", encoding="utf-8") as lines:
        for text, outcomes, weight, at in rows:
            row = {"text": text, "outcomes": outcomes, "weight": weight, "at": at and at.isoformat()}
            lines.write(json.dumps(row, ensure_ascii=True) + "\n")
            count += 1
    return count


def read_rows(file: Path) -> Iterator[tuple[str, dict[Role, float], float, datetime | None]]:
    """What `write_rows` wrote."""
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            at = datetime.fromisoformat(row["at"]) if row["at"] else None
            outcomes = {Role(tier): float(value) for tier, value in row["outcomes"].items()}
            yield row["text"], outcomes, float(row["weight"]), at


def main() -> int:
    """Train and save; what it says goes to standard output, a line for each step."""
    rows, folder, seed, parent = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    limit_this_process(parent)
    from routing.artefact import save  # noqa: PLC0415 - after the limits: they load much
    from routing.training import Example, train  # noqa: PLC0415

    examples = [Example(text, outcomes, weight, at) for text, outcomes, weight, at in read_rows(rows)]
    print(f"training on {len(examples)} examples", flush=True)
    save(train(examples, seed=seed), folder)
    print("done", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
