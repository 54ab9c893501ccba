"""What `nexus orders prune` does: counts, deletes in small steps, and says how far it has come."""

import re
import sys
import time
from datetime import datetime, timedelta

import typer

from db.retention import Pruned, prune
from db.statements.retention import Prunable, count_prunable
from nexus.cli.order_desk import store
from nexus.clock import SystemClock
from nexus.errors import ConfigurationError

AGE = re.compile(r"(\d{1,5})([hdw])")
UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
YOUNGEST = timedelta(days=1)  # a repeated message is known by its idempotency key for 24 hours
SAY_EVERY_S = 1.0
STOPPED = 130


def prune_orders(older_than: str, *, dry_run: bool, metrics_too: bool) -> int:
    """Delete what ended longer ago than `older_than`; 130 when it was stopped by Ctrl-C, which harms nothing.

    Raises:
        ConfigurationError: `older_than` is not an age, or too short.
    """
    age, now = parse_age(older_than), SystemClock().now()
    cutoff = now - age
    with store() as database:
        found = database.read_sync(count_prunable, cutoff)
        typer.echo(_announcement(found, cutoff))
        if dry_run:
            typer.echo("Nothing was deleted.")
            return 0
        progress = Progress(found.orders)
        try:
            for pruned in prune(database, cutoff, now, metrics_too=metrics_too):
                progress.show(pruned)
        except KeyboardInterrupt:
            progress.end("Stopped; what is left is whole. The same command goes on.")
            return STOPPED
        progress.end("Done.")
    return 0


def parse_age(text: str) -> timedelta:
    """`90d`, `12w` or `36h`.

    Raises:
        ConfigurationError: it is none, or less than a day.
    """
    match = AGE.fullmatch(text)
    if match is None:
        raise ConfigurationError(f"--older-than {text}: write a number and a unit, like 90d, 12w or 36h.")
    age = int(match[1]) * UNITS[match[2]]
    if age < YOUNGEST:
        raise ConfigurationError(
            f"--older-than {text}: at least 1d; repeats of a message are known that long."
        )
    return age


def _announcement(found: Prunable, cutoff: datetime) -> str:
    until = f"{cutoff:%Y-%m-%d %H:%M} UTC"
    if not found.orders or found.oldest is None or found.newest is None:
        return f"No order ended before {until}."
    span = f"the oldest on {found.oldest:%Y-%m-%d}, the newest on {found.newest:%Y-%m-%d}"
    return f"{found.orders:,} orders ended before {until}, {span}."


class Progress:
    """How far a prune has come, on standard error: one line that is written over, or lines when that is no terminal."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._began = self._said = time.monotonic()
        self._pruned = Pruned()
        self._over = "\r" if sys.stderr.isatty() else "\n"

    def show(self, pruned: Pruned) -> None:
        """Say it, at most once a second."""
        self._pruned = pruned
        now = time.monotonic()
        if now - self._said >= SAY_EVERY_S:
            self._said = now
            typer.echo(f"{self._line()}{self._over}", err=True, nl=False)

    def end(self, word: str) -> None:
        """Say how it ended."""
        if self._over == "\r":
            typer.echo(err=True)
        kept = self._pruned.kept
        stay = f" {kept:,} stay until the orders beside them in their session are old too." if kept else ""
        typer.echo(f"{word} {self._line()}.{stay}")

    def _line(self) -> str:
        rows = self._pruned.rows
        seconds = max(time.monotonic() - self._began, 0.001)
        return (
            f"{self._pruned.orders:,} of {self._total:,} orders deleted, {rows.total():,} rows in all, "
            f"{self._pruned.orders / seconds:,.0f} orders/s"
        )
