"""`nexus router train | rollback | show` on the company's own verdicts."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing

import typer

from agents.learning.company import roll_back
from agents.learning.telling import ADOPTED, REFUSED, ROLLED_BACK, Chapter, chapters
from db.engine import open_database
from nexus.clock import SystemClock
from nexus.errors import StoreUnavailable
from nexus.settings import CommonSettings, load_settings
from routing.shelf import SHIPPED

WORDS = {ADOPTED: "adopted", REFUSED: "refused", ROLLED_BACK: "back to"}


def train_company() -> None:
    """Train in a process of its own, on what it prints; exit 1 or 2 where it could not.

    Raises:
        Exit: it did not end well.
    """
    process = subprocess.Popen((sys.executable, "-m", "agents.learning", "--actor", "operator"))
    try:
        code = process.wait()
    except KeyboardInterrupt:
        process.terminate()
        code = process.wait()
        typer.echo("nexus: the training was ended; nothing has changed.", err=True)
    if code != 0:
        raise typer.Exit(code if code in (1, 2) else 1)


def rollback() -> None:
    """Put the router before the one in use back into use.

    Raises:
        PermanentError: there was none before.
        TransientError: a training runs, or the database does not answer.
    """
    settings = load_settings(CommonSettings)
    with closing(open_database(settings, must_exist=True)) as database:
        pointer = roll_back(database, settings.home, SystemClock().now(), "operator")
    typer.echo(
        f"{pointer.version or 'the shipped router'} is in use again, in the place of "
        f"{pointer.previous or 'the shipped router'}; workers notice it within a minute."
    )


def show_history(limit: int = 20) -> None:
    """Print what was adopted, refused and gone back to, the newest first, with the numbers of each."""
    settings = load_settings(CommonSettings)
    try:
        with closing(open_database(settings, must_exist=True)) as database:
            found = database.read_sync(chapters, limit=limit)
    except StoreUnavailable as error:
        typer.echo(f"\nThe history is in the database, which cannot be read: {error}")
        return
    typer.echo("\n" + "\n".join(history(found)))


def history(found: tuple[Chapter, ...]) -> Iterator[str]:
    """A line for each chapter and one for its numbers."""
    if not found:
        yield "No router was trained on this company's verdicts yet: `nexus router train` does it."
        return
    yield "trainings, the newest first:"
    for one in found:
        version = one.version if one.version != SHIPPED else "the shipped router"
        yield f"{one.at:%Y-%m-%d %H:%M} UTC  {WORDS.get(one.what, one.what)} {version} ({one.actor}): {one.reason}"
        if numbers := _numbers(one.numbers):
            yield f"    {numbers}"


def _numbers(numbers: Mapping[str, object]) -> str:
    """The numbers that a person compares."""
    shown = (
        ("labels", "labels", "{:.0f}"),
        ("held_out", "held out", "{:.0f}"),
        ("error_now", "squared error now", "{:.3f}"),
        ("error_then", "then", "{:.3f}"),
        ("gain_at_least", "gain at least", "{:+.4f}"),
        ("calibration_then", "calibration error", "{:.3f}"),
        ("anchors_then", "hard requests to the cheapest", "{:.0%}"),
    )
    parts = []
    for name, words, form in shown:
        value = numbers.get(name)
        if isinstance(value, int | float):
            parts.append(f"{words} {form.format(value)}")
    return ", ".join(parts)
