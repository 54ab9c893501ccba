"""`nexus agents | agents pause | agents resume`, with their options."""

from typing import Annotated

import typer

from nexus.work_order import Role

RoleName = Annotated[Role, typer.Argument(metavar="admin|intern|director|ceo", show_default=False)]
Reason = Annotated[str, typer.Option(help="For the audit, and for whose order waits.", show_default=False)]

agents = typer.Typer(invoke_without_command=True)


@agents.callback()
def show(
    context: typer.Context,
    url: Annotated[
        str | None,
        typer.Option(help="The company's address; default from HOST and PORT.", show_default=False),
    ] = None,
) -> None:
    """Show who works here: model, what each is doing, who is paused, and today's cost; or pause and resume a role."""
    if context.invoked_subcommand is None:
        from nexus.cli.agent_desk import show_agents  # noqa: PLC0415
        from nexus.cli.company import company_address  # noqa: PLC0415

        show_agents(company_address(url))


@agents.command("pause")
def pause(role: RoleName, reason: Reason = "") -> None:
    """Give a role nothing new to do; its orders wait. Works without the company."""
    from nexus.cli.agent_desk import set_paused  # noqa: PLC0415

    set_paused(role, is_on=True, reason=reason)


@agents.command("resume")
def resume(role: RoleName, reason: Reason = "") -> None:
    """Let a paused role go on with what waits for it. Works without the company."""
    from nexus.cli.agent_desk import set_paused  # noqa: PLC0415

    set_paused(role, is_on=False, reason=reason)
