"""`nexus cost`: what a day, a week, a month or all of it cost, by role, model and day, on the database itself."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from agents.config import LOCAL_PROVIDERS
from db.records import CallStatus
from db.statements.budget import windows_at
from db.statements.reports import Latency, Period, Report, Span, Sums, make_report
from db.statements.switches import get_switch
from nexus.budget import FROZEN, BudgetSettings
from nexus.cli.bars import bar
from nexus.cli.budget import budget_lines
from nexus.cli.order_desk import store
from nexus.cli.terminal import one_line
from nexus.clock import SystemClock
from nexus.settings import load_settings
from nexus.usage import Usage, cost_text, dollars
from nexus.work_order import Role, Status

TITLES = {
    Span.TODAY: "Today",
    Span.WEEK: "This week",
    Span.MONTH: "This month",
    Span.ALL: "All that is recorded",
}
MOST_DAYS = 31

type Row = tuple[str, str, Sums]
"""Whose calls, what they cost in words, and their sums."""


def show_cost(span: Span) -> None:
    """Print it.

    Raises:
        ConfigurationError: there is no database, or a setting is wrong.
        StoreUnavailable: the database does not answer.
    """
    limits, now = load_settings(BudgetSettings).limits, SystemClock().now()
    with store() as database:
        report = database.read_sync(make_report, span, limits, now)
        windows = database.read_sync(windows_at, limits, now)
        frozen = database.read_sync(get_switch, FROZEN)
    console = Console(highlight=False, soft_wrap=True)
    console.print(Text(f"{TITLES[span]}, {_days(report.period)} ({limits.timezone})", style="bold"))
    if report.ledger.total.calls or report.orders:
        _print(report, console)
    else:
        console.print(Text("No order and no model call."))
    console.print()
    for line in budget_lines(windows, frozen):
        console.print(line)


def _days(period: Period) -> str:
    first, last = period.days[0], period.days[-1]
    return first.isoformat() if first == last else f"{first} to {last}"


def _print(report: Report, console: Console) -> None:
    facts = Table.grid(padding=(0, 2))
    for name, text in _facts(report):
        facts.add_row(Text(name, style="dim", no_wrap=True), Text(text))
    console.print(facts)
    ledger = report.ledger
    roles: list[Row] = [
        (role.value, _cost(ledger.by_role[role], local=False), ledger.by_role[role])
        for role in Role
        if role in ledger.by_role
    ]
    models: list[Row] = [
        (f"{provider}/{model}", _cost(sums, local=provider in LOCAL_PROVIDERS), sums)
        for (provider, model), sums in ledger.dearest_models
    ]
    days: list[Row] = [
        (day.isoformat(), _cost(sums, local=False), sums) for day, sums in sorted(ledger.by_day.items())
    ]
    for title, rows in (("role", roles), ("model", models), ("day", days[-MOST_DAYS:])):
        if rows and (title != "day" or len(report.period.days) > 1):
            console.print()
            console.print(_table(title, rows))
    if len(days) > MOST_DAYS:
        console.print(Text(f"and {len(days) - MOST_DAYS} earlier days", style="dim"))


def _facts(report: Report) -> Iterator[tuple[str, str]]:
    total = report.ledger.total
    doubt = (
        f", of which {dollars(total.in_doubt_usd)} in doubt, at its worst case" if total.in_doubt_usd else ""
    )
    yield "cost", f"{dollars(total.cost_usd)}{doubt}"
    if total.unpriced_calls:
        yield "not priced", f"{_many(total.unpriced_calls, 'call')} beside that"
    if total.by_status.get(CallStatus.STARTED):
        yield (
            "running",
            f"{_many(total.by_status[CallStatus.STARTED], 'call')}, at most {dollars(total.reserved_usd)}",
        )
    yield "calls", f"{_counts(total.by_status, total.calls)}; {_tokens(total.usage)} tokens"
    yield "savings", _savings(report)
    yield "orders", _orders(report)
    quality = report.quality
    if quality.verdicts:
        yield "QA", f"{quality.passed} of {quality.verdicts} answers passed ({quality.pass_rate:.0%})"
    if report.call_latency.p50_ms is not None:
        yield "answers", _speed(report.call_latency)
    if report.order_latency.p50_ms is not None:
        yield "deliveries", _speed(report.order_latency)


def _savings(report: Report) -> str:
    savings = report.savings
    if not savings.orders:
        return "nothing to compare: no delivered order whose price at the CEO is known"
    what = "saved" if savings.saved_usd >= 0 else "more than at the CEO"
    return (
        f"{dollars(abs(savings.saved_usd))} {what}: {_many(savings.orders, 'delivered order')} cost"
        f" {dollars(savings.cost_usd)}, at the CEO {dollars(savings.ceo_cost_usd)}"
    )


def _orders(report: Report) -> str:
    quality, counted = report.quality, _counts(report.orders, sum(report.orders.values()))
    if not quality.tried:
        return counted
    rate = f"{quality.escalated} of {quality.tried} that were worked on went to a higher tier"
    return f"{counted}; {rate} ({quality.escalation_rate:.0%})"


def _counts(by_status: dict[CallStatus, int] | dict[Status, int], total: int) -> str:
    most_first = sorted(by_status.items(), key=lambda item: (-item[1], item[0]))
    parts = ", ".join(f"{count} {status.value.replace('_', ' ')}" for status, count in most_first)
    return f"{total}: {parts}" if parts else "none"


def _speed(latency: Latency) -> str:
    half, most = (f"{(value or 0) / 1000:.1f} s" for value in (latency.p50_ms, latency.p95_ms))
    return f"half within {half}, 95 of 100 within {most}"


def _table(title: str, rows: Iterable[Row]) -> Table:
    rows = list(rows)
    by_cost = any(sums.cost_usd for _, _, sums in rows)
    most = max(_size(sums, by_cost=by_cost) for _, _, sums in rows)
    table = Table(Column(title, overflow="fold"), box=None, header_style="dim")
    table.add_column("cost", no_wrap=True)
    table.add_column("share of cost" if by_cost else "share of calls", no_wrap=True)
    table.add_column("calls", justify="right", no_wrap=True)
    table.add_column("tokens in + out", justify="right", no_wrap=True)
    for name, cost, sums in rows:
        share = float(_size(sums, by_cost=by_cost) / most) if most else 0.0
        table.add_row(
            Text(one_line(name)), Text(cost), bar(share), Text(f"{sums.calls:,}"), Text(_tokens(sums.usage))
        )
    return table


def _size(sums: Sums, *, by_cost: bool) -> Decimal:
    return sums.cost_usd if by_cost else Decimal(sums.calls)


def _cost(sums: Sums, *, local: bool) -> str:
    """`not priced` calls are said beside what has a price, and never as $0."""
    if not sums.unpriced_calls:
        return cost_text(sums.cost_usd, local=local)
    if not sums.cost_usd:
        return "not priced"
    return f"{dollars(sums.cost_usd)} + {sums.unpriced_calls} not priced"


def _tokens(usage: Usage) -> str:
    cached = f" ({usage.cache_read_tokens:,} cached)" if usage.cache_read_tokens else ""
    return f"{usage.prompt_tokens:,}{cached} + {usage.output_tokens:,}"


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
