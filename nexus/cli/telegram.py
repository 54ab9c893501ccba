"""`nexus telegram approve | list | remove`, with their options. Works without the company."""

from typing import Annotated

import typer

telegram = typer.Typer(help="Who may speak to the Telegram bot.", no_args_is_help=True)


@telegram.command("approve")
def approve(
    code: Annotated[
        str, typer.Argument(help="The code that the bot has shown, e.g. 7K3M-9XQ2.", show_default=False)
    ],
) -> None:
    """Let in whoever was shown this code; the bot tells them within seconds."""
    from nexus.cli.telegram_desk import approve_code  # noqa: PLC0415

    approve_code(code)


@telegram.command("list")
def list_all() -> None:
    """Show everybody who has written to the bot."""
    from nexus.cli.telegram_desk import show_people  # noqa: PLC0415

    show_people()


@telegram.command("remove")
def remove(
    user_id: Annotated[int, typer.Argument(help="Their numeric id, from `nexus telegram list`.")],
) -> None:
    """Let somebody in no longer, from their next message on."""
    from nexus.cli.telegram_desk import remove_person  # noqa: PLC0415

    remove_person(user_id)
