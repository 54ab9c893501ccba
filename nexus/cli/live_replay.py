"""`nexus replay WO-… --live`: a new order with the old one's message, followed to its end and compared with it."""

import asyncio
import difflib
from collections.abc import Callable, Iterator

import httpx
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from db.records import AttemptRecord
from db.statements.queries import OrderHistory
from db.statements.rerun import rerun_order
from gateway.config import GatewaySettings
from nexus.cli.chat import Moves
from nexus.cli.company import Address
from nexus.cli.follow import follow_accepted
from nexus.cli.order_desk import store
from nexus.cli.replay import read_history
from nexus.cli.terminal import one_line, plain
from nexus.clock import SystemClock
from nexus.errors import NexusError
from nexus.receipt import Receipt
from nexus.settings import load_settings
from nexus.usage import cost_text, dollars
from nexus.work_order import Role, Status

KNOCK_S = 5.0


def replay_live(address: Address, order_id: str, tier: Role | None) -> int:
    """Do it again, paid as any order, and print both side by side; 0 when the new one is delivered, else 1.

    Raises:
        PermanentError: there is no such order, or it has not ended.
        ConfigurationError: nobody answers at `address`, or there is no database; nothing was accepted.
    """
    read_history(order_id)  # what is wrong with it comes before what is wrong with the company
    _knock(address)
    deadline_s = load_settings(GatewaySettings).order_deadline_s
    with store() as database:
        new = database.run_sync(rerun_order, order_id, tier, SystemClock().now(), deadline_s=deadline_s)
    typer.echo(f"{order_id} → {new.order_id}", err=True)
    with Moves() as moves:
        outcome = asyncio.run(follow_accepted(address, new.order_id, new.session_id, moves.show))
    if outcome.status is Status.HELD:
        typer.echo(f"held: {one_line(outcome.content or '')}\n{outcome.reason}")
        return 1
    _show_both(read_history(order_id), read_history(new.order_id))
    return 0 if outcome.status is Status.DELIVERED else 1


def _knock(address: Address) -> None:
    """Is anybody there? Otherwise the order would wait for ever."""
    try:
        httpx.get(f"{address.url}/health", timeout=KNOCK_S, trust_env=False)
    except (httpx.HTTPError, httpx.InvalidURL):
        raise address.silence from None


def _show_both(old: OrderHistory, new: OrderHistory) -> None:
    console = Console(highlight=False, soft_wrap=True)
    table = Table("", "then", "now", box=None, header_style="dim")
    table.add_row("order", Text(old.order.id, no_wrap=True), Text(new.order.id, no_wrap=True))
    for name, tell in FACTS.items():
        table.add_row(Text(name, style="dim"), *(Text(one_line(tell(each))) for each in (old, new)))
    console.print(table)
    _show_difference(old.order.result, new.order.result, console)


def _receipt(history: OrderHistory) -> Receipt:
    if not history.order.receipt_json:
        raise NexusError(f"{history.order.id} has no receipt.")
    return Receipt.model_validate_json(history.order.receipt_json)


def _status(history: OrderHistory) -> str:
    reason = history.order.failure_reason
    return history.order.status.value + (f": {reason}" if reason else "")


def _who(history: OrderHistory) -> str:
    receipt = _receipt(history)
    if receipt.equipment is not None:
        return f"equipment: {receipt.equipment}"
    return f"{receipt.role.value}, {receipt.model}" if receipt.model else receipt.role.value


def _qa(history: OrderHistory) -> str:
    receipt = _receipt(history)
    last: AttemptRecord | None = history.attempts[-1] if history.attempts else None
    verdict = last.verdict if last else None
    failed = [check.name for check in verdict.checks if check.status == "fail"] if verdict else []
    return f"{receipt.qa_passed}/{receipt.qa_total}" + (f", failed: {', '.join(failed)}" if failed else "")


def _cost(history: OrderHistory) -> str:
    receipt = _receipt(history)
    return cost_text(receipt.cost_usd, local=receipt.local)


def _at_the_ceo(history: OrderHistory) -> str:
    amount = _receipt(history).ceo_cost_usd
    return "not known" if amount is None else dollars(amount)


def _tokens(history: OrderHistory) -> str:
    receipt = _receipt(history)
    return f"{receipt.input_tokens}+{receipt.output_tokens}"


FACTS: dict[str, Callable[[OrderHistory], str]] = {
    "status": _status,
    "by": _who,
    "tries": lambda history: str(_receipt(history).attempts),
    "QA": _qa,
    "cost": _cost,
    "at the CEO": _at_the_ceo,
    "tokens": _tokens,
    "seconds": lambda history: f"{_receipt(history).seconds:.1f}",
}


def _show_difference(old: str | None, new: str | None, console: Console) -> None:
    if old == new:
        console.print(Text("The answer is the same, to the letter."))
        return
    console.print(Text("\nThe answer, - then, + now:"))
    for line in _difference(plain(old or ""), plain(new or "")):
        style = {"-": "red", "+": "green", "@": "dim"}.get(line[:1], "")
        console.print(Text(line, style=style))


def _difference(old: str, new: str) -> Iterator[str]:
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=2)
    for line in lines:
        if not line.startswith(("---", "+++")):
            yield line
