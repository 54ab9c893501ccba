"""The measurements as tables for people and as JSON for machines."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from benchmarks.contenders import Contender
from benchmarks.machine import Machine
from benchmarks.measure import LEVELS, Measurement
from benchmarks.stages import Stage

SCRIPTED_AIM_MS = 4.0

type Value = Callable[[Measurement], float]


@dataclass(frozen=True, slots=True)
class Run:
    """Everything one run has found. `stages` are by contender's letter."""

    machine: Machine
    contenders: Sequence[Contender]
    measurements: Sequence[Measurement]
    stages: Mapping[str, Sequence[Stage]]

    def of(self, letter: str, concurrency: int) -> list[Measurement]:
        """A contender's measurements at a concurrency, by round."""
        return [m for m in self.measurements if m.letter == letter and m.concurrency == concurrency]

    def has(self, letter: str) -> bool:
        """True when it was measured."""
        return any(contender.letter == letter for contender in self.contenders)


@dataclass(frozen=True, slots=True)
class Ratio:
    """One contender's number over another's, round by round."""

    median: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.least:.2f} … {self.most:.2f})"


def p50_ms(measurement: Measurement) -> float:
    """Median latency."""
    return measurement.p50_ms


def p99_ms(measurement: Measurement) -> float:
    """The slowest percent's latency."""
    return measurement.p99_ms


def per_s(measurement: Measurement) -> float:
    """Throughput."""
    return measurement.per_s


def total_cpu_ms(measurement: Measurement) -> float:
    """CPU over all processes."""
    return measurement.total_cpu_ms


# What is compared, at which concurrency.
COMPARED: tuple[tuple[str, Value, int], ...] = (
    ("p50 ms @1", p50_ms, 1),
    ("p99 ms @1", p99_ms, 1),
    *((f"orders/s @{level}", per_s, level) for level in LEVELS),
    *((f"CPU ms/order @{level}", total_cpu_ms, level) for level in (LEVELS[0], LEVELS[-1])),
)


def ratio(run: Run, above: str, below: str, value: Value, concurrency: int) -> Ratio:
    """`above` over `below`, each round by itself."""
    pairs = zip(run.of(above, concurrency), run.of(below, concurrency), strict=True)
    values = [value(one) / value(other) for one, other in pairs]
    return Ratio(median(values), min(values), max(values))


def render(run: Run) -> str:
    """The whole report."""
    parts = [str(run.machine), _numbers(run)]
    if run.has("B"):
        parts.append(_ratios(run))
    parts += [_processes(run), _stages(run)]
    return "\n\n".join(parts)


def _numbers(run: Run) -> str:
    rounds = len({m.round for m in run.measurements})
    rows = [["", f"median of {rounds} rounds", *(name for name, _, _ in COMPARED)]]
    for contender in run.contenders:
        values = (median(value(m) for m in run.of(contender.letter, level)) for _, value, level in COMPARED)
        rows.append([contender.letter, contender.title, *(f"{value:.1f}" for value in values)])
    return _table(rows)


def _ratios(run: Run) -> str:
    pairs = [("A", "B"), ("C", "B")] + ([("D", "B"), ("D", "A")] if run.has("D") else [])
    rows = [["ratio, median (min … max)", *(f"{above}/{below}" for above, below in pairs)]]
    for name, value, level in COMPARED:
        rows.append([name, *(str(ratio(run, above, below, value, level)) for above, below in pairs)])
    return _table(rows) + "\n" + _aims(run)


def _aims(run: Run) -> str:
    latency = ratio(run, "A", "B", p50_ms, 1).median
    scripted_ms = median(m.p50_ms for m in run.of("C", 1))
    lines = [f"aim: p50 A/B at 1 ≤ 1.0: {_met(latency <= 1, f'{latency:.2f}')}"]
    for level in LEVELS:
        throughput = ratio(run, "A", "B", per_s, level).median
        lines.append(f"aim: orders/s A/B at {level} ≥ 1.0: {_met(throughput >= 1, f'{throughput:.2f}')}")
    lines.append(
        f"aim: C at 1 ≤ {SCRIPTED_AIM_MS:g} ms: {_met(scripted_ms <= SCRIPTED_AIM_MS, f'{scripted_ms:.1f}')}"
    )
    return "\n".join(lines)


def _met(is_met: bool, value: str) -> str:
    return f"{value}, {'met' if is_met else 'MISSED'}"


def _processes(run: Run) -> str:
    """CPU by process; the client's own stands beside it."""
    rows = [["CPU ms per order, by process", *(f"@{level}" for level in LEVELS)]]
    for contender in run.contenders:
        for name in contender.pids:
            found = (_median_cpu_ms(run.of(contender.letter, level), name) for level in LEVELS)
            rows.append([f"{contender.letter} {name}", *(f"{value:.2f}" for value in found)])
    clients = (median(m.client_cpu_ms for m in run.measurements if m.concurrency == n) for n in LEVELS)
    rows.append(["  load generator", *(f"{value:.2f}" for value in clients)])
    return _table(rows)


def _median_cpu_ms(measurements: Iterable[Measurement], process: str) -> float:
    return median(m.cpu_ms[process] for m in measurements)


def _stages(run: Run) -> str:
    """Companies side by side; a stage that one of them does not have stays empty there."""
    letters = list(run.stages)
    names = list(dict.fromkeys(stage.name for stages in run.stages.values() for stage in stages))
    by_letter = {letter: {s.name: s.ms for s in stages} for letter, stages in run.stages.items()}
    rows = [["where the time of one order goes, ms @1", *letters]]
    for name in names:
        found = (by_letter[letter].get(name) for letter in letters)
        rows.append([name, *("" if ms is None else f"{ms:.2f}" for ms in found)])
    rows.append(["sum", *(f"{sum(by_letter[letter].values()):.2f}" for letter in letters)])
    return _table(rows)


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Markdown, aligned: words left, numbers right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    is_text = [not any(c.isdigit() for row in rows[1:] for c in row[n][:1]) for n in range(len(widths))]
    lines = [
        "| " + " | ".join(_pad(*cell) for cell in zip(row, widths, is_text, strict=True)) + " |"
        for row in rows
    ]
    rule = (
        "|"
        + "|".join(
            "-" * (width + 1) + ("-" if text else ":") for width, text in zip(widths, is_text, strict=True)
        )
        + "|"
    )
    return "\n".join([lines[0], rule, *lines[1:]])


def _pad(cell: str, width: int, is_text: bool) -> str:
    return cell.ljust(width) if is_text else cell.rjust(width)


def write_json(run: Run, path: Path) -> None:
    """All numbers of every round, without the single samples."""
    measurements = []
    for measurement in run.measurements:
        row = asdict(measurement)
        del row["samples"]
        measurements.append({**row, "per_s": measurement.per_s})
    document = {
        "machine": asdict(run.machine),
        "contenders": {contender.letter: contender.title for contender in run.contenders},
        "measurements": measurements,
        "stages": {letter: {s.name: s.ms for s in stages} for letter, stages in run.stages.items()},
    }
    path.write_text(json.dumps(document, indent=1) + "\n")
