"""`nexus token create | list | revoke`, `nexus secret new` and `nexus link`. Work without the company."""

from typing import Annotated, Literal

import typer

token = typer.Typer(
    help="Tokens for apps and people: each has a role, and can be revoked.", no_args_is_help=True
)
secret = typer.Typer(help="The secret that opens the gateway.", no_args_is_help=True)


@token.command("create")
def create(
    name: Annotated[
        str, typer.Argument(help="Whose it is: letters, digits, `.`, `_`, `-`.", show_default=False)
    ],
    role: Annotated[
        Literal["owner", "viewer"], typer.Option(help="A viewer may only read; the owner everything.")
    ] = "viewer",
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long it opens.")] = 30,
) -> None:
    """Make a token and print it. It is kept nowhere, so it is shown only now."""
    from nexus.cli.token_desk import create_token  # noqa: PLC0415

    create_token(name, role, days)


@token.command("list")
def list_all() -> None:
    """Show every token that was made, the newest first."""
    from nexus.cli.token_desk import show_tokens  # noqa: PLC0415

    show_tokens()


@token.command("revoke")
def revoke(
    which: Annotated[str, typer.Argument(metavar="JTI|NAME", help="One token's id, or all of a name.")],
) -> None:
    """Make a token useless; a running company refuses it within 5 seconds."""
    from nexus.cli.token_desk import revoke_token  # noqa: PLC0415

    revoke_token(which)


@secret.callback()
def _keep_the_group() -> None:
    """The secret that opens the gateway."""


@secret.command("new")
def new(
    drop_previous: Annotated[
        bool, typer.Option("--drop-previous", help="Make none: let the one before open no longer.")
    ] = False,
) -> None:
    """Make a new secret and print it once; the one before opens too until --drop-previous."""
    from nexus.cli.token_desk import drop_previous_secret, new_secret  # noqa: PLC0415

    if drop_previous:
        drop_previous_secret()
    else:
        new_secret()


def link(
    channels: Annotated[
        list[str] | None,
        typer.Argument(help="Share one conversation among these: telegram, web, cli.", show_default=False),
    ] = None,
    person: Annotated[
        int | None,
        typer.Option(help="Your Telegram id, where several people are paired.", show_default=False),
    ] = None,
) -> None:
    """Make a link that signs one browser in, once, within 15 minutes, and print it; or link your channels."""
    if channels:
        from nexus.cli.sessions_link import link_channels  # noqa: PLC0415

        link_channels(channels, person)
        return
    from nexus.cli.link_desk import print_link  # noqa: PLC0415

    print_link()


def unlink(
    channels: Annotated[list[str], typer.Argument(help="telegram, web, cli.", show_default=False)],
    person: Annotated[
        int | None, typer.Option(help="The Telegram id; without it, every one.", show_default=False)
    ] = None,
) -> None:
    """Take channels out of the shared conversation; each goes on by itself."""
    from nexus.cli.sessions_link import unlink_channels  # noqa: PLC0415

    unlink_channels(channels, person)


def linked() -> None:
    """Show which channels share a conversation."""
    from nexus.cli.sessions_link import show_links  # noqa: PLC0415

    show_links()
