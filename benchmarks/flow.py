"""`python -m benchmarks.flow`: what the whole company costs per message, beside the LiteLLM proxy alone.

Starts everybody on loopback, measures them in turn, prints tables, ends what it started. See README.md.
"""

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.contenders import (
    Contender,
    outfit_on_postgres,
    outfit_scripted,
    outfit_with_litellm,
    start_company,
    start_proxy,
    start_stub,
)
from benchmarks.load import LoadGenerator
from benchmarks.machine import look_at_machine
from benchmarks.measure import Measurement, measure_rounds, warm_up
from benchmarks.proxy_environment import find_proxy
from benchmarks.report import Run, render, write_json
from benchmarks.stages import Stage, stages_of


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark; 1 when somebody did not come up or gave a wrong answer."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # so that everything is ended
    try:
        run = _run(options)
    except RuntimeError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    print(f"\n{render(run)}")
    if options.json:
        write_json(run, options.json)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.flow", description=__doc__)
    parser.add_argument(
        "--orders", type=int, default=120, help="orders of one measurement at concurrency 1 (more: twice)"
    )
    parser.add_argument("--rounds", type=int, default=5, help="how often everybody is measured")
    parser.add_argument("--workers", type=int, default=1, help="worker processes of each company")
    parser.add_argument("--postgres", action="store_true", help="also measure A on PostgreSQL")
    parser.add_argument(
        "--budget-s", type=float, default=160, help="no round starts that would end later, in seconds"
    )
    parser.add_argument("--json", type=Path, metavar="OUT", help="write all numbers to this file")
    return parser


def _run(options: argparse.Namespace) -> Run:
    program = find_proxy()
    end_by = time.monotonic() + options.budget_s
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nexus-bench-")))
        machine = look_at_machine(folder)
        load = stack.enter_context(LoadGenerator())
        print("bench: starting everybody", flush=True)
        contenders = _start(stack, folder, program, options)
        warm_up(load, contenders)
        measured = measure_rounds(
            load, contenders, orders=options.orders, rounds=options.rounds, end_by=end_by
        )
        return Run(machine, contenders, measured, _stages(contenders, measured))


def _start(
    stack: ExitStack, folder: Path, program: Path | None, options: argparse.Namespace
) -> list[Contender]:
    """Everybody, in the order in which they are measured."""
    stub = stack.enter_context(start_stub(folder / "stub"))
    port, workers = stub.target.port, options.workers
    contenders = [stub]
    contenders.append(stack.enter_context(start_company(outfit_with_litellm(port, workers), folder / "A")))
    if program is not None:
        contenders.append(stack.enter_context(start_proxy(program, port, folder / "B")))
    contenders.append(stack.enter_context(start_company(outfit_scripted(folder, workers), folder / "C")))
    if options.postgres:
        outfit = stack.enter_context(outfit_on_postgres(port, workers, folder / "postgres"))
        contenders.append(stack.enter_context(start_company(outfit, folder / "D")))
    return contenders


def _stages(contenders: Sequence[Contender], measured: Sequence[Measurement]) -> dict[str, Sequence[Stage]]:
    """Of each company's orders that ran alone."""
    stages: dict[str, Sequence[Stage]] = {}
    for contender in contenders:
        if contender.is_company:
            alone = [m for m in measured if m.letter == contender.letter and m.concurrency == 1]
            stages[contender.letter] = stages_of(contender, [s for m in alone for s in m.samples])
    return stages


if __name__ == "__main__":
    sys.exit(main())
