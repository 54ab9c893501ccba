"""The options of `nexus exam …`: measure QA against labelled data. No model is called, nothing is sent."""

from pathlib import Path
from typing import Annotated

import typer

exam = typer.Typer(
    help="Measure QA against labelled data; no model, no company needed.", no_args_is_help=True
)
Data = Annotated[Path, typer.Option(help="The labelled rows, one JSON object a line.", show_default=False)]
Out = Annotated[
    Path | None, typer.Option("--json", help="Also write the numbers to this file.", show_default=False)
]


@exam.command()
def qa(data: Data, out: Out = None) -> None:
    """Judge answers by their requests alone, and compare with the official verdicts in the data."""
    from nexus.cli.exam_qa import run  # noqa: PLC0415

    run(data, out)


@exam.command()
def secrets(data: Data, out: Out = None) -> None:
    """Search labelled texts for secrets and personal data: recall, false alarms, speed, slowest pattern."""
    from nexus.cli.exam_secrets import run  # noqa: PLC0415

    run(data, out)
