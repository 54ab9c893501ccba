"""The people on a terminal: the table of `nexus agents`, and pausing and resuming a role in the database itself."""

import getpass
from decimal import Decimal
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from db.statements.pauses import set_pause
from db.statements.pausing import paused_switch
from db.statements.switches import Switch, get_switch
from nexus.cli.company import Address
from nexus.cli.order_desk import store
from nexus.cli.status import get
from nexus.cli.terminal import one_line
from nexus.clock import SystemClock
from nexus.errors import NexusError
from nexus.usage import dollars
from nexus.work_order import Role, title_of

SHORT_CHARS = 40


def show_agents(address: Address) -> None:
    """Print the table.

    Raises:
        ConfigurationError: nobody answers at `address`, or the secret is wrong.
    """
    table = Table(box=None, header_style="dim")
    for name in ("role", "model", "doing", "paused", "today"):
        table.add_column(name, overflow="fold")
    for agent in get(address, "/api/agents").get("items") or []:
        model = agent.get("model")
        cells = (
            agent.get("role"),
            "–" if model is None else model,
            _doing(agent),
            _paused(agent),
            _cost(agent),
        )
        table.add_row(*(Text(one_line(str(cell))) for cell in cells))
    Console(highlight=False).print(table)


def _doing(agent: dict[str, Any]) -> str:
    """`2: How many… (+3 wait)`, or `idle`."""
    doing, waiting = agent.get("doing") or [], agent.get("waiting") or 0
    waits = f" (+{waiting} wait{'s' if waiting == 1 else ''})" if waiting else ""
    if not doing:
        return f"idle{waits}"
    title = one_line(str(doing[0].get("title")))
    short = title if len(title) <= SHORT_CHARS else f"{title[: SHORT_CHARS - 1]}…"
    return f"{len(doing)}: {short}{waits}"


def _paused(agent: dict[str, Any]) -> str:
    pause = agent.get("paused")
    if not pause:
        return "–"
    reason = f" ({pause['reason']})" if pause.get("reason") else ""
    return f"since {str(pause.get('since'))[:16].replace('T', ' ')} UTC by {pause.get('by')}{reason}"


def _cost(agent: dict[str, Any]) -> str:
    work = agent.get("work")
    return "–" if work is None else dollars(Decimal(str(work.get("cost_usd", 0))))


def set_paused(role: Role, *, is_on: bool, reason: str) -> None:
    """Let a role begin nothing new from now on, in any worker, or let it go on; with an audit row.

    Raises:
        ConfigurationError: there is no database, or a setting is wrong.
        StoreUnavailable: the database does not answer; nothing was changed.
        NexusError: somebody has set it later than now, by another clock.
    """
    name = paused_switch(role)
    wish = Switch(name, is_on, SystemClock().now(), f"operator:{_user()}", reason)
    with store() as database:
        before = database.read_sync(get_switch, name)
        after = database.run_sync(set_pause, wish)
    if is_on is not (after is not None and after.is_on):
        raise NexusError("the pause was set at a later time than this machine's clock shows; try again.")
    who = f"The {title_of(role)}"
    if after != wish:
        was = before.changed_at if before is not None and is_on else None
        since = f" already, since {was:%Y-%m-%d %H:%M} UTC" if was is not None else ""
        typer.echo(f"{who} is paused{since}." if is_on else f"{who} was not paused.")
    elif is_on:
        waits = "every new order waits at the front desk" if role is Role.ADMIN else "its orders wait"
        typer.echo(f"{who} begins nothing new from now on; the step that runs is finished, and {waits}.")
        typer.echo(f"`nexus agents resume {role.value}` ends it.")
    else:
        typer.echo(f"{who} goes on with what waits.")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        return "unknown"
