"""What QA is worth with a weak model: `python -m benchmarks.instructions --data FILE [--checker COMMAND]`.

A whole company (`nexus up`, no keys, the starter model) is given N prompts of an IFEval file, two at a time, each in a
conversation of its own. What its first try said and what it delivered after QA are judged by the file's own kind of
verdict, which the company never sees: `--checker` is a command that reads JSON lines on standard input, the row's
fields with `response`, and prints `true` or `false` for each. Without it the answers are only written (`--out`).
"""

import argparse
import json
import random
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx

from benchmarks.load import REPOSITORY
from benchmarks.processes import answers_at, bare_environment, running
from nexus.cli.ports import free_port

AT_ONCE = 2  # the starter model's slots
LOOK_S = 1.0
ENDED = {"delivered", "asked", "failed", "cancelled", "dead", "expired"}

type Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One prompt's way through the company. `first` and `delivered` are answers, None where there was none."""

    key: str
    status: str
    attempts: int
    first: str | None
    delivered: str | None
    reason: str | None


def main(arguments: list[str] | None = None) -> int:
    """Run, judge and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.instructions", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--prompts", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--checker", type=shlex.split, help="a command that gives the official verdicts")
    parser.add_argument("--out", type=Path, help="where the answers are written, JSON lines")
    options = parser.parse_args(arguments)
    rows = _chosen(options.data, options.prompts, options.seed)
    with tempfile.TemporaryDirectory(prefix="nexus-bench-") as folder, _company(Path(folder)) as url:
        cases = list(_work(url, rows))
    if options.out:
        options.out.write_text("".join(json.dumps(asdict(case)) + "\n" for case in cases))
    print(told(cases, _verdicts(options.checker, rows, cases) if options.checker else None))
    return 0


def _chosen(data: Path, count: int, seed: int) -> list[Row]:
    by_prompt = {row["prompt"]: row for row in map(json.loads, data.read_text().splitlines())}
    rows = [by_prompt[prompt] for prompt in sorted(by_prompt)]
    return random.Random(seed).sample(rows, min(count, len(rows)))


@contextmanager
def _company(folder: Path) -> Iterator[str]:
    port = free_port()
    environment = bare_environment(
        PYTHONPATH=str(REPOSITORY),
        NEXUS_HOME=str(folder / "home"),
        PORT=str(port),
        OLLAMA_BASE_URL=f"http://127.0.0.1:{free_port()}",
        RATE_LIMIT="none",
        RATE_LIMIT_ADDRESS="none",
        ORDER_DEADLINE_S="7200",
    )
    argv = [sys.executable, "-m", "nexus.cli.main", "up"]
    with running("nexus", argv, environment, folder) as server:
        url = f"http://127.0.0.1:{port}"
        server.wait_until(answers_at(f"{url}/health"))
        yield url


def _work(url: str, rows: Sequence[Row]) -> Iterator[Case]:
    with httpx.Client(base_url=url, timeout=60) as client, ThreadPoolExecutor(AT_ONCE) as crew:
        for n, case in enumerate(crew.map(lambda row: _one(client, row), rows), 1):
            print(f"{n} of {len(rows)}: {case.status} after {case.attempts}", file=sys.stderr, flush=True)
            yield case


def _one(client: httpx.Client, row: Row) -> Case:
    accepted = client.post("/api/chat", json={"content": row["prompt"], "wait": 0})
    accepted.raise_for_status()
    order_id = accepted.json()["order_id"]
    while (found := _order(client, order_id))["order"]["status"] not in ENDED:
        time.sleep(LOOK_S)
    order, answers = found["order"], [attempt["answer"] for attempt in found["attempts"]]
    delivered = order["result"] if order["status"] == "delivered" else None
    return Case(
        str(row["key"]),
        order["status"],
        len(answers),
        next(iter(answers), None),
        delivered,
        order.get("failure_reason"),
    )


def _order(client: httpx.Client, order_id: str) -> Row:
    found: Row = client.get(f"/api/work-orders/{order_id}").raise_for_status().json()
    return found


def _verdicts(checker: Sequence[str], rows: Sequence[Row], cases: Sequence[Case]) -> Mapping[str, list[bool]]:
    """Per kind of answer (`first`, `delivered`), in the order of `cases`; an answer that is not there has failed."""
    verdicts = {}
    for kind in ("first", "delivered"):
        said = [{**row, "response": getattr(case, kind) or ""} for row, case in zip(rows, cases, strict=True)]
        lines = "".join(json.dumps(each) + "\n" for each in said)
        done = subprocess.run(checker, input=lines, capture_output=True, text=True, check=True, timeout=600)
        verdicts[kind] = [json.loads(line) is True for line in done.stdout.splitlines()]
    return verdicts


def told(cases: Sequence[Case], verdicts: Mapping[str, list[bool]] | None) -> str:
    """The result as text."""
    statuses = {
        status: sum(case.status == status for case in cases) for status in sorted({c.status for c in cases})
    }
    lines = [f"{len(cases)} prompts: " + ", ".join(f"{count} {status}" for status, count in statuses.items())]
    lines.append(f"{sum(case.attempts for case in cases)} tries in all")
    if verdicts is not None:
        before, after = verdicts["first"], verdicts["delivered"]
        delivered = [right for right, case in zip(after, cases, strict=True) if case.delivered is not None]
        lost = sum(right for right, case in zip(before, cases, strict=True) if case.delivered is None)
        lines += [
            f"before QA, the first answers: {sum(before)} of {len(before)} right ({_share(before)})",
            f"after QA, what was delivered: {sum(delivered)} of {len(delivered)} right ({_share(delivered)})",
            f"wrong answers that reached the owner: {before.count(False)} before, {delivered.count(False)} after",
            f"not delivered: {len(cases) - len(delivered)}, of which the first answer had been right: {lost}",
        ]
    return "\n".join(lines)


def _share(right: Sequence[bool]) -> str:
    return f"{100 * sum(right) / len(right):.1f} %" if right else "none"


if __name__ == "__main__":
    sys.exit(main())
