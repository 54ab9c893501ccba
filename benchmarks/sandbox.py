"""What a run in the sandbox costs over bare Python: `python -m benchmarks.sandbox [RUNS]`.

Side by side, in turns, so that a busy machine slows all alike. Medians of the wall clock and of processor time (of all
processes of a run together; that hardly depends on what else the machine does), in milliseconds.
"""

import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial

from nexus.sandbox.job import Job
from nexus.sandbox.mechanism import Mechanism
from nexus.sandbox.probe import probe
from nexus.sandbox.run import run_with
from qa.checks.syntax import syntax_faults

PROGRAM = ("python3", "-c", "pass")


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    kinds: dict[str, Callable[[], object]] = {"bare python": bare}
    for mechanism in (Mechanism("bubblewrap", shutil.which("bwrap") or ""), Mechanism("landlock")):
        if why := probe(mechanism):
            print(f"{mechanism.name}: not measured: {why}")
        else:
            kinds[mechanism.name] = partial(run_with, Job(PROGRAM), mechanism)
    kinds["syntax check"] = lambda: syntax_faults(["def f():\n    return 1\n"])
    took: dict[str, list[float]] = {name: [] for name in kinds}
    spent: dict[str, list[float]] = {name: [] for name in kinds}
    for _ in range(runs):
        for name, once in kinds.items():
            began, used = time.perf_counter(), processor_ms()
            once()
            took[name].append((time.perf_counter() - began) * 1000)
            spent[name].append(processor_ms() - used)
    base, base_spent = statistics.median(took["bare python"]), statistics.median(spent["bare python"])
    for name, times in took.items():
        median = statistics.median(times)
        cost = statistics.median(spent[name]) - base_spent
        print(
            f"{name:<14} median {median:6.1f} ms   over bare {median - base:+6.1f} ms   least {min(times):6.1f} ms"
            f"   processor over bare {cost:+6.1f} ms"
        )


def processor_ms() -> float:
    """Of all processes that were started and have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (usage.ru_utime + usage.ru_stime) * 1000


def bare() -> None:
    subprocess.run([sys.executable, *PROGRAM[1:]], check=True, env={"PATH": "/usr/bin"})


if __name__ == "__main__":
    main()
