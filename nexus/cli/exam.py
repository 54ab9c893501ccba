"""The options of `nexus exam …`: measure against labelled data. No model is called, nothing is sent."""

from pathlib import Path
from typing import Annotated

import typer

exam = typer.Typer(
    help="Measure QA and the router against labelled data; no model, no company needed.",
    no_args_is_help=True,
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


@exam.command()
def routing(
    data: Annotated[
        list[Path] | None,
        typer.Option(
            help="Labelled requests with models' scores, one JSON object a line; several files are put together. "
            "Without it: the front desk on the requests that ship with the company.",
            show_default=False,
        ),
    ] = None,
    out: Out = None,
    weak: Annotated[
        str | None, typer.Option(help="The model that stands for the lowest tier.", show_default=False)
    ] = None,
    strong: Annotated[
        str | None, typer.Option(help="The model that stands for the highest tier.", show_default=False)
    ] = None,
) -> None:
    """Judge the router on requests it has not seen, beside length, chance, one tier alone and an oracle."""
    if not data:
        from nexus.cli.exam_requests import run as run_own  # noqa: PLC0415

        run_own(out)
        return
    from nexus.cli.exam_routing import run  # noqa: PLC0415

    run(data, out, weak, strong)


@exam.command()
def memory(
    data: Annotated[
        Path | None,
        typer.Option(help="Conversations with questions, one JSON object a line; default: our own sample."),
    ] = None,
    out: Out = None,
) -> None:
    """Ask about long conversations: is the answer among the few tokens that are sent? See docs/memory.md."""
    from nexus.cli.exam_memory import run  # noqa: PLC0415

    run(data, out)
