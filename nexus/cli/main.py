"""The command line: `nexus up | chat | doctor | status | agents | orders | cost | budget | why | token | exam …`.

Each command is a few lines that call its module; modules are imported when their command runs, so that
`nexus --help` stays fast. What cannot work is one line on standard error: exit 2 when a setting or the
message is wrong or nobody answers, 1 when something failed.
"""

import sys
import time
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from nexus.cli.agents import agents
from nexus.cli.equipment import register_equipment
from nexus.cli.exam import exam
from nexus.cli.orders import orders
from nexus.cli.router import router
from nexus.cli.spending import register_spending
from nexus.cli.telegram import telegram
from nexus.cli.tokens import link, linked, secret, token, unlink
from nexus.errors import ConfigurationError, NexusError, PermanentError

Url = Annotated[
    str | None, typer.Option(help="The company's address; default from HOST and PORT.", show_default=False)
]
Tier = Annotated[
    Literal["intern", "director", "ceo"] | None,
    typer.Option(help="Who must do it; default: the Admin decides.", show_default=False),
]
Session = Annotated[
    str | None, typer.Option(help="Conversation to go on with; default: a new one.", show_default=False)
]


class Commands(TyperGroup):
    """Turns the errors this project raises on purpose into one line and an exit code."""

    def invoke(self, ctx: Any) -> object:  # noqa: ANN401 - click's own type, which typer vendors
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except NexusError as error:
            typer.echo(f"nexus: {error}", err=True)
            wrong = isinstance(error, ConfigurationError | PermanentError)
            raise typer.Exit(2 if wrong else 1) from None


app = typer.Typer(
    cls=Commands,
    help="NEXUS: an AI company that works for you.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich help takes another 0.4 s to import
)


@app.command()
def up() -> None:
    """Start the whole company and keep it running; Ctrl-C stops it."""
    began = time.monotonic()  # before the imports, which the owner waits for too
    from nexus.cli.up import run  # noqa: PLC0415

    raise typer.Exit(run(began))


@app.command()
def chat(
    message: Annotated[str | None, typer.Argument(help="What you want; without it, a conversation.")] = None,
    tier: Tier = None,
    session: Session = None,
    url: Url = None,
) -> None:
    """Give the company a message and watch the order move to its answer and receipt."""
    from nexus.cli.chat import converse, say  # noqa: PLC0415
    from nexus.cli.company import company_address  # noqa: PLC0415

    address = company_address(url)
    if message is None:
        raise typer.Exit(converse(address, session, tier))
    raise typer.Exit(say(address, message, session, tier).exit_code)


@app.command()
def doctor() -> None:
    """Check everything the company needs; one line and one fix per problem."""
    from nexus.cli.doctor import examine  # noqa: PLC0415

    raise typer.Exit(examine())


@app.command()
def status(url: Url = None) -> None:
    """Show how the running company is, and who works in it."""
    from nexus.cli.company import company_address  # noqa: PLC0415
    from nexus.cli.status import show_status  # noqa: PLC0415

    raise typer.Exit(show_status(company_address(url)))


app.add_typer(agents, name="agents")
app.add_typer(orders, name="orders")
app.add_typer(token, name="token")
app.add_typer(secret, name="secret")
app.command("link")(link)
app.command("unlink")(unlink)
app.command("linked")(linked)
app.add_typer(telegram, name="telegram")
app.add_typer(exam, name="exam")
app.add_typer(router, name="router")
register_spending(app)
register_equipment(app)


@app.command()
def version() -> None:
    """Print the version."""
    from importlib.metadata import version as version_of  # noqa: PLC0415

    typer.echo(f"nexus {version_of('nexus-ai-team')} on Python {sys.version.split()[0]}")


if __name__ == "__main__":
    app()
