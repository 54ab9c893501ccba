"""`nexus chat`: a message from the terminal, its moves on standard error, the answer and receipt on standard output."""

import asyncio
import sys
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

import typer
from rich.console import Console
from rich.status import Status as Spinner
from rich.text import Text

from nexus.cli.company import Address
from nexus.cli.follow import Ask, Outcome, follow_order
from nexus.cli.terminal import one_line, plain
from nexus.errors import PermanentError
from nexus.work_order import Status


class Said:
    """What became of one message."""

    def __init__(self, outcome: Outcome) -> None:
        self.session_id = outcome.session_id
        self.exit_code = 0 if outcome.status in (Status.DELIVERED, Status.ASKED) else 1


def say(address: Address, message: str, session_id: str | None, tier: str | None) -> Said:
    """Send one message, show how it moves, print its answer and receipt.

    Raises:
        ConfigurationError: nobody answers at `address`.
        PermanentError: the company refused the message.
    """
    with Moves() as moves:
        outcome = asyncio.run(follow_order(address, Ask(message, session_id, tier), moves.show))
    _print_outcome(outcome)
    return Said(outcome)


def converse(address: Address, session_id: str | None, tier: str | None) -> int:
    """A conversation, line by line, until an empty line, Ctrl-D or Ctrl-C. Returns 0.

    Raises:
        ConfigurationError: nobody answers at `address`.
    """
    typer.echo(f"Talking to the company at {address.url}. An empty line ends it.", err=True)
    while message := _next_message():
        try:
            session_id = say(address, message, session_id, tier).session_id
        except PermanentError as error:
            typer.echo(str(error), err=True)
        except KeyboardInterrupt:
            typer.echo("\n(the order goes on without us)", err=True)
    return 0


def _next_message() -> str:
    with suppress(ImportError):
        import readline  # noqa: F401, PLC0415 - gives input() history and editing
    try:
        return input("> " if sys.stdin.isatty() else "").strip()
    except (EOFError, KeyboardInterrupt):
        return ""


def _print_outcome(outcome: Outcome) -> None:
    if outcome.content:
        typer.echo(plain(outcome.content))
    if outcome.reason:
        typer.echo(f"{outcome.status.value}: {one_line(outcome.reason)}")
    if outcome.receipt is None:
        return
    typer.echo(f"— {one_line(outcome.receipt.text())}")
    if outcome.receipt.note:
        typer.echo(f"  {one_line(outcome.receipt.note)}")


class Moves:
    """The order's moves: one moving line on a terminal, else a line each; on standard error."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._spinner: Spinner | None = None
        self._path: list[str] = []

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._spinner = self._console.status(Text("sending"))
            self._spinner.start()
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        if self._spinner is not None:
            self._spinner.stop()
            if self._path:
                self._console.print(Text(" → ".join(self._path), style="dim"), soft_wrap=True)

    def show(self, event: str, payload: dict[str, Any]) -> None:
        """One move."""
        move = describe_move(event, payload)
        self._path.append(move)
        if self._spinner is not None:
            self._spinner.update(Text(" → ".join(self._path)))
        else:
            self._console.print(Text(move), soft_wrap=True)


def describe_move(event: str, payload: dict[str, Any]) -> str:
    """An event in a few words, safe to print."""
    name = event.removeprefix("order.")
    match name:
        case "triaged":
            text = f"triaged: {payload.get('owner')}, because {payload.get('reason')}"
        case "working":
            instead = ", for the other did not answer" if payload.get("fallback") else ""
            text = f"{payload.get('role')} working ({payload.get('model')}{instead})"
        case "retrying":
            text = "again, with what failed"
        case "postponed":
            text = f"again in {payload.get('wait_s')} s: {payload.get('reason')}"
        case "escalated":
            text = f"escalated to {payload.get('to')}"
        case "stepped_down":
            text = f"down to {payload.get('to')}: {payload.get('reason')}"
        case "held":
            text = "held: it waits for your yes"
        case "approved":
            text = f"approved: {payload.get('owner')}"
        case "qa":
            text = _describe_qa(payload)
        case _:
            text = _describe_rest(name, payload)
    return one_line(text)


def _describe_rest(name: str, payload: dict[str, Any]) -> str:
    """That it waits for somebody who is paused; how it ended; or the event's name."""
    if name == "waiting":
        return str(payload.get("reason"))
    seconds = (payload.get("receipt") or {}).get("seconds")
    return f"{name} in {seconds:.1f} s" if isinstance(seconds, int | float) else name


def _describe_qa(payload: dict[str, Any]) -> str:
    total = payload.get("checks")
    failed = [str(check.get("name")) for check in payload.get("failed") or ()]
    if not failed:
        return f"QA {total}/{total}" if payload.get("passed") else "QA not passed"
    return f"QA failed: {', '.join(failed)}"
