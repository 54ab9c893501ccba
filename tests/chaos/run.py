"""The long run: `python -m tests.chaos.run --seed 1`. Exit 0: every guarantee held; 1: one did not.

The folder with everybody's output, notes and ledgers is kept when the run is red.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

import uvloop

from tests.chaos.bugs import BUGS
from tests.chaos.company import Outfit
from tests.chaos.report import Report, as_text, make_report
from tests.chaos.scenarios.registry import SCENARIOS
from tests.chaos.stage import Options, Stage, perform


def run(scenario: str, options: Options) -> tuple[Report, Path]:
    """Run a scenario in a new folder, which is removed when the report is green."""
    folder, began = Path(tempfile.mkdtemp(prefix="nexus-chaos-")), time.monotonic()
    evidence = uvloop.run(perform(SCENARIOS[scenario], options, folder, _tell))
    report = make_report(SCENARIOS[scenario], options.seed, evidence, time.monotonic() - began)
    (folder / "report.json").write_text(json.dumps(asdict(report), indent=2))
    if report.is_green:
        shutil.rmtree(folder)
    return report, folder


def _tell(stage: Stage) -> None:
    every, ended = stage.counts()
    database = f"{every:6} orders, {ended:6} ended" if every >= 0 else "the database is down"
    lives = sum(member.lives for member in stage.company.members)
    print(
        f"{time.time() - stage.began_at:6.1f} s  {database}, {len(stage.driver.injected):4} faults,"
        f" {lives} process starts",
        flush=True,
    )


def options_from(arguments: argparse.Namespace) -> Options:
    """The command line as options."""
    outfit = Outfit(gateways=arguments.gateways, workers=arguments.workers, bug=arguments.bug)
    return Options(
        seed=arguments.seed,
        orders=arguments.orders,
        faults=arguments.faults,
        seconds=60 * arguments.minutes,
        senders=arguments.senders,
        poison=arguments.poison,
        quiet_s=arguments.quiet,
        outfit=outfit,
    )


def parse_arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.run", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scenario", choices=sorted(SCENARIOS), default="mixed")
    parser.add_argument("--orders", type=int, default=10_000)
    parser.add_argument("--faults", type=int, default=900)
    parser.add_argument("--minutes", type=float, default=8.5, help="how long messages and faults come")
    parser.add_argument("--quiet", type=float, default=180, help="seconds the end may take")
    parser.add_argument("--poison", type=int, default=0, help="how many of the orders no model can answer")
    parser.add_argument("--gateways", type=int, default=2)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--senders", type=int, default=4)
    parser.add_argument("--bug", choices=sorted(BUGS), help="a negative control: put this bug back")
    parser.add_argument("--json", type=Path, help="write the report here too")
    return parser.parse_args(argv)


def main() -> int:
    """Run, print, and say by the exit code whether everything held."""
    arguments = parse_arguments()
    report, folder = run(arguments.scenario, options_from(arguments))
    print(as_text(report))
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(asdict(report), indent=2))
    if report.is_green:
        return 0
    print(f"kept for you: {folder}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
