"""`nexus approve` and `nexus cancel`: the owner's word on an order, on the database itself."""

import typer

from db.statements.cancel import cancel_order
from db.statements.holding import approve_order
from nexus.cli.order_desk import store
from nexus.clock import SystemClock
from nexus.errors import PermanentError
from nexus.usage import dollars
from nexus.work_order import Role, Status


def approve_held(order_id: str, tier: Role | None) -> None:
    """Let a held order go on; a running company takes it within some seconds.

    Raises:
        PermanentError: it is unknown or not held, or does not offer `tier`.
    """
    with store() as database:
        order = database.run_sync(approve_order, order_id, tier, SystemClock().now(), actor="operator")
    if order is None:
        raise _unknown(order_id)
    most = f", for {dollars(order.approved_usd)} at most a try" if order.approved_usd is not None else ""
    typer.echo(f"{order_id} goes on by the {order.owner.value}{most}. `nexus why {order_id}` shows it.")


def cancel_open(order_id: str) -> None:
    """End an order, or tell its worker to.

    Raises:
        PermanentError: it is unknown, or has ended otherwise.
    """
    with store() as database:
        order = database.run_sync(cancel_order, order_id, SystemClock().now())
    if order is None:
        raise _unknown(order_id)
    if order.is_open:
        typer.echo(f"{order_id} is worked on: its worker ends it within a second or two.")
    elif order.status is Status.CANCELLED:
        typer.echo(f"{order_id} is cancelled.")
    else:
        raise PermanentError(f"{order_id} had ended as {order.status.value}.")


def _unknown(order_id: str) -> PermanentError:
    return PermanentError(f"{order_id}: there is no such order; `nexus orders list` names them.")
