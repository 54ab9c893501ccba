"""The table that `--once` prints: one line a component, readable without colour."""

import sys

from heartbeat.finding import Findings, worst
from nexus.model_status import ModelStatus

COLOURS = {
    ModelStatus.HEALTHY: "green",
    ModelStatus.UNKNOWN: "yellow",
    ModelStatus.DEGRADED: "yellow",
    ModelStatus.CRITICAL: "bold red",
}
# Left out where nothing is set up for them.
OPTIONAL = ("telegram", "voice", "ollama", "starter", "gpu", "schedules", "backup")


def print_table(found: Findings) -> None:
    """The worst first, then by name."""
    from rich.console import Console  # noqa: PLC0415 - only `--once` prints
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    order = list(ModelStatus)
    table = Table(box=None, pad_edge=False)
    for title in ("component", "status", "reason"):
        table.add_column(title, overflow="fold", no_wrap=title != "reason")
    for name, one in sorted(found.items(), key=lambda item: (-order.index(item[1].status), item[0])):
        table.add_row(name, Text(one.status.value, style=COLOURS[one.status]), Text(one.reason))
    console = Console(file=sys.stdout, highlight=False)
    console.print(table)
    if absent := [name for name in OPTIONAL if name not in found]:
        console.print(Text(f"\nnot configured: {', '.join(absent)}"))
    console.print(Text(f"\nthe company is {worst(found).value}"))
