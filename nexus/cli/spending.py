"""The commands about money, and about why an order cost what it did, with their options.

Each calls its module, which is imported when the command runs.
"""

from typing import Annotated, Literal

import typer

from nexus.work_order import Role

OrderId = Annotated[str, typer.Argument(metavar="WO-…", help="The order's id.", show_default=False)]
Reason = Annotated[str, typer.Option(help="For the audit, and for who is refused.", show_default=False)]


budget = typer.Typer(invoke_without_command=True)


def register_spending(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    for command in (cost, freeze, thaw, approve, cancel, why, replay):
        app.command()(command)
    app.add_typer(budget, name="budget")


def cost(
    period: Annotated[
        Literal["today", "week", "month", "all"], typer.Argument(help="Days are those of BUDGET_TIMEZONE.")
    ] = "today",
) -> None:
    """Show what it cost, by role, model and day, with savings and the budget. Works without the company."""
    from db.statements.reports import Span  # noqa: PLC0415
    from nexus.cli.cost import show_cost  # noqa: PLC0415

    show_cost(Span(period))


@budget.callback()
def show(context: typer.Context) -> None:
    """Show the budget: spent, reserved, limits, and when they reset; or set a limit. Works without the company."""
    if context.invoked_subcommand is None:
        from nexus.cli.budget import show_budget  # noqa: PLC0415

        show_budget()


@budget.command("set")
def set_(
    amount: Annotated[
        str, typer.Argument(metavar="DOLLARS|none|setting", help="`setting`: what the setting says, again.")
    ],
    month: Annotated[bool, typer.Option("--month", help="The month's limit; default: the day's.")] = False,
    role: Annotated[
        Role | None, typer.Option(help="A role's; default: the company's.", show_default=False)
    ] = None,
) -> None:
    """Change a limit while the company runs: it holds from the next paid call on, and after a restart too."""
    from nexus.cli.budget import change_limit  # noqa: PLC0415

    change_limit(amount, "month" if month else "day", role)


def freeze(reason: Reason = "") -> None:
    """Stop every paid model call at once; local models go on. Works without the company."""
    from nexus.cli.budget import set_frozen  # noqa: PLC0415

    set_frozen(is_on=True, reason=reason)


def thaw(reason: Reason = "") -> None:
    """Let paid model calls go on."""
    from nexus.cli.budget import set_frozen  # noqa: PLC0415

    set_frozen(is_on=False, reason=reason)


def approve(
    order_id: OrderId,
    tier: Annotated[
        Literal["intern", "director", "ceo"] | None,
        typer.Option(help="One of those it offers; default: the one it was to be.", show_default=False),
    ] = None,
) -> None:
    """Let a held order go on, at most for what it said it would cost."""
    from nexus.cli.holding import approve_held  # noqa: PLC0415

    approve_held(order_id, Role(tier) if tier else None)


def cancel(order_id: OrderId) -> None:
    """End an order that is not wanted any more."""
    from nexus.cli.holding import cancel_open  # noqa: PLC0415

    cancel_open(order_id)


def why(order_id: OrderId) -> None:
    """Explain an order: triage, budget, every model call, fallbacks, QA, and what was decided."""
    from nexus.cli.why import explain_order  # noqa: PLC0415

    explain_order(order_id)


def replay(
    order_id: OrderId,
    live: Annotated[
        bool, typer.Option("--live", help="Do it again, paid as any order, and compare.")
    ] = False,
    tier: Annotated[
        Literal["intern", "director", "ceo"] | None,
        typer.Option(help="With --live: who must do it; default: as it was asked for.", show_default=False),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Show long prompts and answers whole.")] = False,
    url: Annotated[
        str | None, typer.Option(help="With --live: the company's address.", show_default=False)
    ] = None,
) -> None:
    """Read an order's prompts and answers again and judge them again, for $0; or --live on another tier."""
    if not live:
        from nexus.cli.replay import replay_offline  # noqa: PLC0415

        if tier or url:
            raise typer.BadParameter("--tier and --url go with --live")
        raise typer.Exit(replay_offline(order_id, full=full))
    from nexus.cli.company import company_address  # noqa: PLC0415
    from nexus.cli.live_replay import replay_live  # noqa: PLC0415

    raise typer.Exit(replay_live(company_address(url), order_id, Role(tier) if tier else None))
