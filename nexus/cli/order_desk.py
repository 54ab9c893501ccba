"""What `nexus orders list`, `show` and `requeue` do, on the database itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from db.engine import Database, open_database
from db.migrate import require_newest
from db.records import AttemptRecord, CallRecord
from db.statements.queries import OrderHistory, get_history
from db.statements.queries import list_orders as read_orders
from db.statements.requeue import dead_letters, requeue_order, retries_of
from gateway.config import GatewaySettings
from nexus.cli.checks.finding import Level
from nexus.cli.checks.stores import check_database
from nexus.cli.terminal import one_line, plain
from nexus.clock import SystemClock
from nexus.errors import ConfigurationError, PermanentError
from nexus.settings import CommonSettings, load_settings
from nexus.usage import cost_text
from nexus.work_order import Status, WorkOrder

PREVIEW_CHARS = 60
AT_ONCE = 100
STYLES = {Status.DEAD: "red", Status.FAILED: "red", Status.DELIVERED: "green", Status.CANCELLED: "dim"}


@contextmanager
def store() -> Iterator[Database]:
    """The company's database, which must be there, with the schema of this NEXUS.

    Raises:
        ConfigurationError: it is not there, cannot be opened, or has another schema; names the setting.
    """
    settings = load_settings(CommonSettings)
    if settings.database_url is None and not settings.sqlite_path.exists():
        raise ConfigurationError(
            f"there is no database at {settings.sqlite_path}: set NEXUS_HOME or DATABASE_URL to the company's."
        )
    finding = check_database(settings)
    if finding.level is Level.FAIL:
        raise ConfigurationError(finding.text)
    database = open_database(settings)
    try:
        database.read_sync(require_newest)
        yield database
    finally:
        database.close()


def list_orders(status: Status | None, limit: int, before: str | None) -> None:
    """Print a table of orders, the newest first."""
    with store() as database:
        found = database.read_sync(read_orders, status=status, before=before, limit=limit)
    if not found:
        typer.echo(
            f"There is no {status + ' ' if status else ''}order{' before ' + before if before else ''}."
        )
        return
    whole = Column("order", no_wrap=True, min_width=len("WO-") + 26)  # it is copied into the next command
    table = Table(whole, "status", "owner", "tries", "accepted", "message, or why it ended", box=None)
    for order in found:
        table.add_row(*_cells(order))
    Console(highlight=False, soft_wrap=True).print(table)
    if len(found) == limit:
        typer.echo(f"older ones: --before {found[-1].id}", err=True)


def _cells(order: WorkOrder) -> tuple[Text, ...]:
    about = order.failure_reason or order.content
    return (
        Text(order.id, no_wrap=True),
        Text(order.status.value, style=STYLES.get(order.status, "")),
        Text(order.owner.value),
        Text(str(order.attempts)),
        Text(_moment(order.created_at), no_wrap=True),
        Text(_short(about)),
    )


def show_order(order_id: str) -> None:
    """Print everything that is known of one order.

    Raises:
        PermanentError: there is no such order.
    """
    with store() as database:
        history = database.read_sync(get_history, order_id)
        retries = database.read_sync(retries_of, order_id)
    if history is None:
        raise PermanentError(f"{order_id}: there is no such order; `nexus orders list` names them.")
    for line in _story(history, retries):
        typer.echo(line)


def _story(history: OrderHistory, retries: list[str]) -> Iterator[str]:
    order = history.order
    yield from _facts(order, retries)
    for attempt in history.attempts:
        yield from _try(attempt)
    for call in history.calls:
        yield _call(call)
    for event in history.events:
        yield f"event {event.seq:<8}{_moment(event.created_at)}  {event.type}"


def _facts(order: WorkOrder, retries: list[str]) -> Iterator[str]:
    facts = {
        "order": f"{order.id}, {order.status.value}",
        "session": f"{order.session_id}, by {order.channel.value}",
        "message": _short(order.content, 500),
        "owner": f"{order.owner.value}: {order.tier_reason or 'not triaged yet'}",
        "accepted": f"{_moment(order.created_at)}, deadline {_moment(order.deadline_at)}",
        "ended": _moment(order.finished_at) if order.finished_at else None,
        "held by": f"{order.lease_owner} until {_moment(order.lease_until)}" if order.lease_until else None,
        "cancel": f"asked for {_moment(order.cancel_requested_at)}" if order.cancel_requested_at else None,
        "does again": order.retry_of,
        "requeued as": ", ".join(retries),
        "reason": order.failure_reason,
        "answer": order.result,
    }
    for name, value in facts.items():
        if value:
            yield f"{name:<13} {plain(value)}"


def _try(attempt: AttemptRecord) -> Iterator[str]:
    who = f"{attempt.role.value}, {attempt.model} ({attempt.provider})"
    yield f"try {attempt.n:<10}{_moment(attempt.started_at)}  {who}: {attempt.status.value}"
    if attempt.error:
        yield f"{'':14}{one_line(attempt.error)}"
    for check in attempt.verdict.checks if attempt.verdict else ():
        if check.status == "fail":
            yield f"{'':14}QA {check.name}: {one_line(check.evidence)}"


def _call(call: CallRecord) -> str:
    free = call.price is not None and call.price.is_free
    usage = f"{call.usage.prompt_tokens}+{call.usage.output_tokens} tokens"
    what = (
        f"{call.purpose}, {call.model}: {call.status.value}, {usage}, {cost_text(call.cost_usd, local=free)}"
    )
    error = f", {one_line(call.error)}" if call.error else ""
    return f"call          {_moment(call.started_at)}  {what}{error}"


def requeue_orders(order_ids: list[str], *, all_dead: bool) -> int:
    """Requeue each by itself and print old → new; 2 when one could not be, which gets a line of its own.

    Raises:
        ConfigurationError: neither ids nor `--all-dead`, or both.
    """
    if bool(order_ids) is all_dead:
        raise ConfigurationError("nexus orders requeue: name orders (WO-…), or use --all-dead, not both.")
    deadline_s = load_settings(GatewaySettings).order_deadline_s
    done = refused = 0
    with store() as database:
        for order_id in _dead_letters(database) if all_dead else order_ids:
            try:
                again = database.run_sync(requeue_order, order_id, SystemClock().now(), deadline_s=deadline_s)
            except PermanentError as error:
                typer.echo(f"nexus: {error}", err=True)
                refused += 1
            else:
                typer.echo(f"{order_id} → {again.order_id}")
                done += 1
    if all_dead and not done:
        typer.echo("No dead order waits to be requeued.")
    return 2 if refused else 0


def _dead_letters(database: Database) -> Iterator[str]:
    after = ""
    while found := database.read_sync(dead_letters, after=after, limit=AT_ONCE):
        yield from found
        after = found[-1]


def _moment(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S") if moment else "–"


def _short(text: str, chars: int = PREVIEW_CHARS) -> str:
    line = one_line(text)
    return line if len(line) <= chars else f"{line[: chars - 1]}…"
