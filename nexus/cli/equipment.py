"""The options of `nexus equipment list | run | history | pause | resume | schedule`, `nexus backup` and `restore`."""

from pathlib import Path
from typing import Annotated

import typer

equipment = typer.Typer(
    help="The company's deterministic tools: no model, no tokens. Works without the company.",
    no_args_is_help=True,
)
Name = Annotated[
    str, typer.Argument(help="The tool's name, from `nexus equipment list`.", show_default=False)
]
Parameters = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[KEY=VALUE]...", help="Parameters; the others have their defaults.", show_default=False
    ),
]
Tell = Annotated[
    str | None,
    typer.Option(help="Who hears of the result: `telegram`, or `telegram:CHAT`.", show_default=False),
]


def register_equipment(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.add_typer(equipment, name="equipment")
    app.command()(backup)
    app.command()(restore)


@equipment.command("list")
def list_() -> None:
    """Show every tool: what it does, when it comes due, and how it last ended."""
    from nexus.cli.equipment_desk import list_tools  # noqa: PLC0415

    list_tools()


@equipment.command()
def run(name: Name, parameters: Parameters = None, tell: Tell = None) -> None:
    """Run a tool now and print what it says; exit 1 when it did not end well."""
    from nexus.cli.equipment_desk import run_tool  # noqa: PLC0415

    raise typer.Exit(run_tool(name, parameters or [], tell))


@equipment.command()
def history(
    name: Annotated[str | None, typer.Argument(help="Only this tool's.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, the newest first.")] = 20,
    before: Annotated[
        str | None, typer.Option(help="Only runs older than this id: the next page.", show_default=False)
    ] = None,
) -> None:
    """Show runs, the newest first; with a tool's name, also what the newest printed."""
    from nexus.cli.equipment_desk import show_history  # noqa: PLC0415

    show_history(name, limit, before)


@equipment.command()
def pause(name: Name) -> None:
    """Let a tool not come due any more, until it is resumed. It can still be run by hand."""
    from nexus.cli.equipment_desk import pause_schedule  # noqa: PLC0415

    pause_schedule(name, paused=True)


@equipment.command()
def resume(name: Name) -> None:
    """Let a tool come due again; what it missed is left to its catch-up policy."""
    from nexus.cli.equipment_desk import pause_schedule  # noqa: PLC0415

    pause_schedule(name, paused=False)


@equipment.command()
def schedule(
    name: Name,
    cron: Annotated[
        str,
        typer.Argument(
            metavar="CRON|default", help="Minute, hour, day, month, weekday; `default`: the tool's own."
        ),
    ],
    parameters: Parameters = None,
    tell: Tell = None,
) -> None:
    """Give a tool a schedule of yours, in the company's time zone, from now on."""
    from nexus.cli.equipment_desk import change_schedule  # noqa: PLC0415

    change_schedule(name, cron, parameters or [], tell)


def backup() -> None:
    """Back up the database into BACKUP_DIR while the company works; the same as `nexus equipment run backup`."""
    from nexus.cli.equipment_desk import run_tool  # noqa: PLC0415

    raise typer.Exit(run_tool("backup", [], None))


def restore(file: Annotated[Path, typer.Argument(help="A file that `nexus backup` has written.")]) -> None:
    """Put a backup into an empty store, SQLite or PostgreSQL. The company must not run."""
    from nexus.cli.restoring import restore_file  # noqa: PLC0415

    restore_file(file)
