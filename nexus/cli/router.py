"""The options of `nexus router …`: look at the router in use, judge it, train it, and go back to the one before."""

from pathlib import Path
from typing import Annotated

import typer

router = typer.Typer(
    help="The learned router: who should try a request first. It needs no model.", no_args_is_help=True
)
Rows = Annotated[
    list[Path] | None,
    typer.Option("--data", help="Labelled requests, one JSON object a line.", show_default=False),
]
Model = Annotated[str | None, typer.Option(help="The model that stands for this tier.", show_default=False)]


@router.command()
def show() -> None:
    """Show the router in use, its numbers, and which were adopted or refused before."""
    from nexus.cli.router_desk import show as show_router  # noqa: PLC0415

    show_router()


@router.command("eval")
def evaluate(
    data: Annotated[
        list[Path], typer.Option(help="Labelled requests, one JSON object a line.", show_default=False)
    ],
    weak: Model = None,
    strong: Model = None,
    out: Annotated[
        Path | None, typer.Option("--json", help="Also write the numbers to this file.", show_default=False)
    ] = None,
) -> None:
    """Judge the router in use, as it is, on labelled requests; nothing is trained."""
    from nexus.cli.router_desk import evaluate as evaluate_router  # noqa: PLC0415

    evaluate_router(data, out, weak, strong)


@router.command()
def train(
    data: Rows = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the new router; only with --data.", show_default=False)
    ] = None,
    weak: Model = None,
    strong: Model = None,
) -> None:
    """Train anew: from the company's own verdicts, adopted only where it is better; or from --data into --out."""
    from nexus.cli.router_desk import train as train_router  # noqa: PLC0415

    train_router(data, out, weak, strong)


@router.command()
def rollback() -> None:
    """Go back to the router that was in use before."""
    from nexus.cli.router_company import rollback as go_back  # noqa: PLC0415

    go_back()
