"""`nexus orders list | show | requeue | prune`: work orders as the database has them, also while the company is down.

Here are the commands and their options; the work is in `nexus.cli.order_desk` and `nexus.cli.pruning`, which are
imported when their command runs.
"""

from typing import Annotated

import typer

from nexus.work_order import Status

orders = typer.Typer(
    help="Look at work orders, do dead ones again, delete old ones. Works without the company.",
    no_args_is_help=True,
)


@orders.command("list")
def list_(
    status: Annotated[Status | None, typer.Option(help="Only these.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, the newest first.")] = 20,
    before: Annotated[
        str | None, typer.Option(help="Only orders older than this id: the next page.", show_default=False)
    ] = None,
) -> None:
    """List orders, the newest first."""
    from nexus.cli.order_desk import list_orders  # noqa: PLC0415

    list_orders(status, limit, before)


@orders.command()
def show(order_id: Annotated[str, typer.Argument(metavar="WO-…", help="The order's id.")]) -> None:
    """Show one order: its tries, what QA found, its model calls and its events."""
    from nexus.cli.order_desk import show_order  # noqa: PLC0415

    show_order(order_id)


@orders.command()
def requeue(
    order_ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="[WO-…]...", help="Dead or failed orders.", show_default=False),
    ] = None,
    all_dead: Annotated[
        bool, typer.Option("--all-dead", help="Every dead order that was not requeued before.")
    ] = False,
) -> None:
    """Do dead or failed orders again, each as a new order. Model calls cost what they cost."""
    from nexus.cli.order_desk import requeue_orders  # noqa: PLC0415

    raise typer.Exit(requeue_orders(order_ids or [], all_dead=all_dead))


@orders.command()
def prune(
    older_than: Annotated[
        str,
        typer.Option("--older-than", metavar="AGE", help="Since their end: 90d, 12w or 36h; at least 1d."),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count; delete nothing.")] = False,
    metrics_too: Annotated[
        bool,
        typer.Option("--metrics-too", help="Also rows of agent_metrics of that age: what old tries cost."),
    ] = False,
) -> None:
    """Delete orders that ended long ago, with all that belongs to them. The company may go on working."""
    from nexus.cli.pruning import prune_orders  # noqa: PLC0415

    raise typer.Exit(prune_orders(older_than, dry_run=dry_run, metrics_too=metrics_too))
