"""What `nexus telegram` does, on the database itself: a running bot sees it at the next message."""

import getpass

import typer
from rich.console import Console
from rich.table import Column, Table

from db.statements.telegram_people import PersonStatus, approve, people, remove
from interfaces.telegram.config import TelegramSettings
from nexus.cli.order_desk import store
from nexus.cli.terminal import one_line
from nexus.clock import SystemClock
from nexus.errors import PermanentError
from nexus.pairing import hash_of
from nexus.settings import load_settings


def approve_code(code: str) -> None:
    """Pair whoever has this code.

    Raises:
        ConfigurationError: there is no database, or a setting is wrong.
        PermanentError: nobody has it, or it is over.
    """
    with store() as database:
        person = database.run_sync(approve, hash_of(code), actor(), SystemClock().now())
    if person is None:
        raise PermanentError(
            f"{one_line(code)} opens nothing: a code holds for an hour and once. Write to the bot again for a new one."
        )
    typer.echo(f"{one_line(person.name)} ({person.user_id}) is paired; the bot tells them.")


def show_people() -> None:
    """Print a table of everybody who has written.

    Raises:
        ConfigurationError: there is no database, or a setting is wrong.
    """
    allowed = load_settings(TelegramSettings).allowed_ids
    with store() as database:
        found = database.read_sync(people)
    if not found:
        typer.echo("Nobody has written to the bot yet.")
        return
    table = Table(Column("id", no_wrap=True), "name", "state", "since", "by", box=None)
    for person in found:
        state = person.status.value
        if person.user_id in allowed and person.status is not PersonStatus.PAIRED:
            state = "on the list (TELEGRAM_ALLOWED_IDS)"
        since = person.decided_at or person.first_seen_at
        table.add_row(
            str(person.user_id),
            one_line(person.name),
            state,
            f"{since:%Y-%m-%d}",
            one_line(person.decided_by or ""),
        )
    Console(highlight=False, soft_wrap=True, markup=False).print(table)


def remove_person(user_id: int) -> None:
    """Let somebody in no longer.

    Raises:
        ConfigurationError: there is no database, or a setting is wrong.
        PermanentError: nobody is paired under this id, or a setting lets them in.
    """
    if user_id in load_settings(TelegramSettings).allowed_ids:
        raise PermanentError(f"{user_id} is on the list: take it out of TELEGRAM_ALLOWED_IDS.")
    with store() as database:
        person = database.run_sync(remove, user_id, actor(), SystemClock().now())
    if person is None:
        raise PermanentError(f"nobody is paired under {user_id}; `nexus telegram list` names them.")
    typer.echo(f"{one_line(person.name)} ({user_id}) may speak no longer.")


def actor() -> str:
    """Who sits here, as audit rows name him."""
    try:
        return f"operator:{getpass.getuser()}"
    except (KeyError, OSError):  # an account without a name, as in some containers
        return "operator:unknown"
