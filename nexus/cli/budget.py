"""`nexus budget | budget set | freeze | thaw`: what may still be spent, limits, and the switch that stops paid calls.

On the database itself, so they work without the company, and a running one obeys at its next paid call.
"""

import getpass
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation

import typer
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from db.statements.budget import windows_at
from db.statements.limits import limits_in_force, set_limit
from db.statements.switches import Switch, get_switch, set_switch
from nexus.budget import (
    COMPANY,
    FROZEN,
    BudgetSettings,
    LimitChange,
    PeriodKind,
    Window,
    checked_limit,
    kind_of,
    limit_text,
    name_of,
    setting_of,
)
from nexus.cli.bars import gauge
from nexus.cli.order_desk import store
from nexus.cli.terminal import one_line
from nexus.clock import SystemClock
from nexus.errors import ConfigurationError, NexusError
from nexus.settings import load_settings
from nexus.usage import dollars
from nexus.work_order import Role


def show_budget() -> None:
    """Print the windows of today and this month, and the freeze.

    Raises:
        ConfigurationError: there is no database, or a setting is wrong.
        StoreUnavailable: the database does not answer.
    """
    settings = load_settings(BudgetSettings)
    with store() as database:
        windows = database.read_sync(windows_at, settings.limits, SystemClock().now())
        frozen = database.read_sync(get_switch, FROZEN)
    console = Console(highlight=False, soft_wrap=True)
    for line in budget_lines(windows, frozen):
        console.print(line)
    order, ask = (
        "no limit" if limit is None else dollars(limit)
        for limit in (settings.budget_order_usd, settings.ask_above_usd)
    )
    console.print(Text(f"one order: {order}; a try that costs more than about {ask} asks first", style="dim"))


def budget_lines(windows: Sequence[Window], frozen: Switch | None) -> Iterator[RenderableType]:
    """The freeze, if it holds, and a table of the windows."""
    if frozen is not None and frozen.is_on:
        yield Text(freeze_text(frozen), style="bold red")
    if not windows:
        yield Text("No budget is set and nothing was spent: BUDGET_DAY_USD and its like are the limits.")
        return
    table = Table(box=None, header_style="dim")
    for name in ("budget", "spent", "limit", "used", "", "resets, UTC"):
        table.add_column(name, no_wrap=True)
    table.add_column("limit from", overflow="fold")  # the one that gives way in a narrow terminal
    for window in company_first(windows):
        table.add_row(*_cells(window))
    yield table


def company_first(windows: Sequence[Window]) -> list[Window]:
    """The company's day and month, then those of the roles."""
    return sorted(windows, key=lambda window: (window.scope != COMPANY, window.scope, kind_of(window.period)))


def _cells(window: Window) -> tuple[Text, ...]:
    running = f" + {dollars(window.reserved_usd)} running" if window.reserved_usd else ""
    resets = Text(f"{window.resets_at:%m-%d %H:%M}", style="dim")
    name = Text(f"{window.scope}, {kind_of(window.period)}")
    spent = Text(f"{dollars(window.spent_usd)}{running}")
    source = Text(_source(window), style="dim")
    if window.limit_usd is None:
        return name, spent, Text("none", style="dim"), Text(""), Text(""), resets, source
    return (
        name,
        spent,
        Text(dollars(window.limit_usd)),
        gauge(window.used),
        Text(f"{window.used:.0%}"),
        resets,
        source,
    )


def _source(window: Window) -> str:
    """Empty where there is no limit, for no setting says so either."""
    if window.set_by is None and window.limit_usd is None:
        return ""
    return one_line(window.limit_source)


def freeze_text(switch: Switch) -> str:
    """Since when, by whom and why, in one line."""
    reason = f" ({one_line(switch.reason)})" if switch.reason else ""
    return (
        f"Paid calls are frozen since {switch.changed_at:%Y-%m-%d %H:%M} UTC by {one_line(switch.changed_by)}"
        f"{reason}: `nexus thaw` lets them go on."
    )


def change_limit(amount: str, kind: PeriodKind, role: Role | None) -> None:
    """Change a limit for every worker from the next paid call on; with an audit row and an alert.

    `amount` is dollars, `none`, or `setting`, which lets the setting hold again.

    Raises:
        ConfigurationError: `amount` is none of these; there is no database, or a setting is wrong.
        StoreUnavailable: the database does not answer; nothing was changed.
    """
    limit = None if amount in ("none", "setting") else _amount(amount)
    scope = COMPANY if role is None else role.value
    now, settings = SystemClock().now(), load_settings(BudgetSettings).limits
    wish = LimitChange(scope, kind, amount != "setting", limit, now, f"operator:{_user()}")
    with store() as database:
        before = database.read_sync(limits_in_force, settings)
        database.run_sync(set_limit, wish, settings)
        after = database.read_sync(limits_in_force, settings)
    source = f" ({setting_of(wish.place)})" if amount == "setting" else ""
    typer.echo(
        f"The limit of {name_of(wish.place)} is {limit_text(after.at(wish.place))}{source} from the next paid call on;"
        f" it was {limit_text(before.at(wish.place))}."
    )


def _amount(text: str) -> Decimal:
    try:
        return checked_limit(Decimal(text))
    except InvalidOperation:
        wrong = "must be dollars like 5 or 0.50, or none, or setting"
    except ValueError as error:
        wrong = str(error)
    raise ConfigurationError(f"nexus budget set {one_line(text)}: {wrong}.")


def set_frozen(*, is_on: bool, reason: str) -> None:
    """Stop every paid call that has not begun, or let them go on again; with an audit row.

    Raises:
        ConfigurationError: there is no database, or a setting is wrong.
        StoreUnavailable: the database does not answer; nothing was changed.
        NexusError: somebody has set it later than now, by another clock.
    """
    now = SystemClock().now()
    switch = Switch(FROZEN, is_on, now, f"operator:{_user()}", reason)
    with store() as database:
        before = database.read_sync(get_switch, FROZEN)
        if not database.run_sync(set_switch, switch):
            raise NexusError("the switch was set at a later time than this machine's clock shows; try again.")
    if is_on:
        typer.echo("No paid call begins from now on; those that run end as they will. Local models go on.")
        typer.echo("`nexus thaw` ends it.")
    elif before is None or not before.is_on:
        typer.echo("Paid calls were not frozen.")
    else:
        typer.echo("Paid calls may begin again, as far as the budget goes.")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        return "unknown"
