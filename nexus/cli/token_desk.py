"""What `nexus token` and `nexus secret` do, on the database and the file themselves."""

import getpass
from datetime import datetime

import typer
from rich.console import Console
from rich.table import Column, Table

from db.statements.access import TokenRow, insert_token, list_tokens, revoke_tokens
from gateway.new_tokens import TokenWish, make_token
from gateway.principals import AccessRole
from nexus.address import AddressSettings, secrets_of
from nexus.cli.order_desk import store
from nexus.clock import SystemClock
from nexus.errors import ConfigurationError, PermanentError
from nexus.secret_file import write_new_secret, write_secrets
from nexus.settings import load_settings


def create_token(name: str, role: str, days: int) -> None:
    """Note a token, sign it with the current secret and print it on standard output.

    Raises:
        ConfigurationError: there is no secret to sign with, or no database.
        PermanentError: the name cannot be used.
    """
    wish = TokenWish(name, AccessRole(role), days)
    secrets = secrets_of(load_settings(AddressSettings))
    token, row = make_token(wish, secrets, f"operator:{_user()}", SystemClock().now())
    with store() as database:
        database.run_sync(insert_token, row)
    typer.echo(token)
    typer.echo(
        f"{name}, {role}, until {_day(row.expires_at)}, id {row.jti}. It is not shown again.", err=True
    )


def show_tokens() -> None:
    """Print a table of all tokens.

    Raises:
        ConfigurationError: there is no database, or a setting is wrong.
    """
    with store() as database:
        rows = database.read_sync(list_tokens)
    if not rows:
        typer.echo("There is no token: `nexus token create NAME` makes one.")
        return
    table = Table(Column("id", no_wrap=True), "name", "role", "made", "until", "state", box=None)
    now = SystemClock().now()
    for row in rows:
        table.add_row(
            row.jti, row.name, row.role, _day(row.created_at), _day(row.expires_at), _state(row, now)
        )
    Console(highlight=False, soft_wrap=True, markup=False).print(table)


def revoke_token(which: str) -> None:
    """Revoke a token by its id, or all of a name.

    Raises:
        ConfigurationError: there is no database, or a setting is wrong.
        PermanentError: there is none that is not revoked already.
    """
    with store() as database:
        revoked = database.run_sync(revoke_tokens, which, f"operator:{_user()}", SystemClock().now())
    if not revoked:
        raise PermanentError(
            f"{which}: there is no such token that still opens; `nexus token list` names them."
        )
    for row in revoked:
        typer.echo(f"{row.name} ({row.jti}) is revoked; a running company refuses it within 5 s.")


def new_secret() -> None:
    """Write a new secret into the file and print it on standard output; the current one becomes the previous.

    Raises:
        ConfigurationError: the file there cannot be used.
    """
    settings = load_settings(AddressSettings)
    old = next(iter(secrets_of(settings)), None)
    typer.echo(write_new_secret(settings.secret_path, old))
    typer.echo(f"Kept in {settings.secret_path}, which stands for API_SECRET from now on.", err=True)
    if old is not None:
        typer.echo("The one before opens too, until `nexus secret new --drop-previous`.", err=True)


def drop_previous_secret() -> None:
    """Leave only the current secret in the file; tokens signed with the previous one are useless then.

    Raises:
        ConfigurationError: there is no secret, or the file cannot be used.
    """
    settings = load_settings(AddressSettings)
    secrets = secrets_of(settings)
    if not secrets:
        raise ConfigurationError("there is no secret: `nexus secret new` makes one.")
    write_secrets(settings.secret_path, [secrets[0]])
    typer.echo("Only the current secret opens now, and only tokens that it signed.")


def _state(row: TokenRow, now: datetime) -> str:
    if row.revoked_at is not None:
        return f"revoked {_day(row.revoked_at)}"
    return "opens" if row.is_good(now) else "over"


def _day(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        return "unknown"
