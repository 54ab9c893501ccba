"""`nexus link telegram web cli`, `nexus unlink`, `nexus linked`: channels of the owner that share one conversation.

They work on the database itself, so only who sits at the company can link; a running company sees it within 2 s.
"""

from collections.abc import Sequence
from typing import Final

import typer

from db.engine import Database
from db.statements.linking import HOLDER, Link, link_channel, links, shared_session, unlink_channel
from db.statements.telegram_people import PersonStatus, get_person, people
from interfaces.telegram.config import TelegramSettings
from nexus.cli.order_desk import store
from nexus.cli.telegram_desk import actor
from nexus.cli.terminal import one_line
from nexus.clock import SystemClock
from nexus.errors import PermanentError
from nexus.settings import load_settings
from nexus.work_order import OWNER, Channel

CHANNELS: Final = {
    "telegram": Channel.TELEGRAM,
    "web": Channel.REST,
    "curl": Channel.REST,
    "rest": Channel.REST,
    "cli": Channel.WEBSOCKET,
    "websocket": Channel.WEBSOCKET,
}
NAMES: Final = {Channel.TELEGRAM: "telegram", Channel.REST: "web", Channel.WEBSOCKET: "cli"}


def link_channels(names: Sequence[str], person: int | None) -> None:
    """Link the channels and print all that are linked.

    Raises:
        PermanentError: a name is none of a channel, or it cannot be told which Telegram person is the owner.
        ConfigurationError: there is no database, or a setting is wrong.
    """
    channels, now = _channels(names), SystemClock().now()
    with store() as database:
        account = _telegram_account(database, person) if Channel.TELEGRAM in channels else HOLDER
        for channel in channels:
            whose = account if channel is Channel.TELEGRAM else HOLDER
            database.run_sync(link_channel, OWNER, channel, whose, actor(), now)
        found, session_id = database.read_sync(links), database.read_sync(shared_session, OWNER)
    _print(found, session_id)


def unlink_channels(names: Sequence[str], person: int | None) -> None:
    """Take the channels out and print what is still linked.

    Raises:
        PermanentError: a name is none of a channel, or none of them was linked.
        ConfigurationError: there is no database, or a setting is wrong.
    """
    channels, now = _channels(names), SystemClock().now()
    with store() as database:
        wanted = [
            link
            for link in database.read_sync(links)
            if link.channel in channels
            and (person is None or link.channel is not Channel.TELEGRAM or link.account == str(person))
        ]
        for link in wanted:
            database.run_sync(unlink_channel, link.channel, link.account, actor(), now)
        found, session_id = database.read_sync(links), database.read_sync(shared_session, OWNER)
    if not wanted:
        raise PermanentError(f"{', '.join(names)}: not linked; `nexus linked` shows what is.")
    _print(found, session_id)


def show_links() -> None:
    """Print what is linked.

    Raises:
        ConfigurationError: there is no database, or a setting is wrong.
    """
    with store() as database:
        found, session_id = database.read_sync(links), database.read_sync(shared_session, OWNER)
    _print(found, session_id)


def _channels(names: Sequence[str]) -> list[Channel]:
    unknown = [name for name in names if name.lower() not in CHANNELS]
    if unknown:
        raise PermanentError(
            f"{one_line(unknown[0])}: no channel that can be linked; there are telegram, web, cli."
        )
    return list(dict.fromkeys(CHANNELS[name.lower()] for name in names))


def _telegram_account(database: Database, person: int | None) -> str:
    """The owner's Telegram id: the one that was named, or the only one who may speak to the bot."""
    allowed = load_settings(TelegramSettings).allowed_ids
    if person is not None:
        known = database.read_sync(get_person, person)
        if person not in allowed and (known is None or known.status is not PersonStatus.PAIRED):
            raise PermanentError(f"{person} may not speak to the bot: pair first (`nexus telegram list`).")
        return str(person)
    may_speak = {one.user_id for one in database.read_sync(people, PersonStatus.PAIRED)} | set(allowed)
    if len(may_speak) != 1:
        how_many = "nobody is" if not may_speak else f"{len(may_speak)} people are"
        raise PermanentError(
            f"{how_many} paired: say which one you are, `nexus link telegram --person ID` (`nexus telegram list`)."
        )
    return str(may_speak.pop())


def _print(found: Sequence[Link], session_id: str | None) -> None:
    if not found:
        typer.echo("Nothing is linked: every channel has conversations of its own.")
        return
    for link in found:
        who = f" {link.account}" if link.account else ""
        typer.echo(
            f"{NAMES[link.channel]}{who}, since {link.linked_at:%Y-%m-%d}, by {one_line(link.linked_by)}"
        )
    typer.echo(
        f"They share {session_id}."
        if session_id
        else "The next message in one of them starts what they share."
    )
    if len(found) == 1:
        typer.echo("One channel alone shares with nobody: link another one too.", err=True)
