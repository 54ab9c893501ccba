"""`nexus link`, and the link that `nexus up` shows: signs one browser in, once. Works on the database itself."""

import typer

from db.engine import open_database
from db.statements.access import insert_ticket
from gateway.config import GatewaySettings
from gateway.sign_in_links import LIFE_S, link_to, make_link
from nexus.address import ANY_ADDRESS, AddressSettings, secrets_of, url_of
from nexus.cli.lock import company_url
from nexus.cli.order_desk import store
from nexus.clock import SystemClock
from nexus.errors import ConfigurationError, StoreUnavailable
from nexus.settings import load_settings


def print_link() -> None:
    """Print a new link on standard output.

    Raises:
        ConfigurationError: there is no secret, so no link is needed; or no database.
    """
    settings = load_settings(AddressSettings)
    secrets = secrets_of(settings)
    if not secrets:
        raise ConfigurationError(f"there is no secret, so no link is needed: open {url_of(settings)}.")
    now = SystemClock().now()
    code, row = make_link(secrets[0], now)
    with store() as database:
        database.run_sync(insert_ticket, row, now)
    typer.echo(link_to(company_url(settings.home) or url_of(settings), code))
    typer.echo(
        f"It signs one browser in, once, within {LIFE_S // 60} minutes.{_elsewhere(settings)}", err=True
    )


def opening_link(settings: GatewaySettings) -> str | None:
    """The link for a company that has just opened; None when there is no secret, or the database does not answer."""
    secrets = secrets_of(settings)
    if not secrets:
        return None
    now = SystemClock().now()
    code, row = make_link(secrets[0], now)
    database = open_database(settings)
    try:
        database.run_sync(insert_ticket, row, now)
    except StoreUnavailable:
        return None
    finally:
        database.close()
    return link_to(url_of(settings), code)


def _elsewhere(settings: AddressSettings) -> str:
    if settings.host not in ANY_ADDRESS:
        return ""
    return " On another machine write this one's name or address in place of the one in it."
