"""`cost_report`: what a period cost, as a few lines of text, from the ledger."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date

from pydantic import Field

from db.engine import open_database
from db.statements.reports import Report, Span, Sums, make_report
from equipment.config import EquipmentSettings
from equipment.tool import Parameters
from nexus.clock import SystemClock
from nexus.usage import dollars

TITLES = {
    Span.TODAY: "Today",
    Span.WEEK: "This week",
    Span.MONTH: "This month",
    Span.ALL: "All that is recorded",
}


class CostReportParameters(Parameters):
    """Which period."""

    period: Span = Field(default=Span.TODAY, description="today, week, month or all")


def run(settings: EquipmentSettings, parameters: CostReportParameters) -> str:
    """The report. Days begin in BUDGET_TIMEZONE.

    Raises:
        StoreUnavailable: the database does not answer.
    """
    with closing(open_database(settings)) as database:
        report = database.read_sync(make_report, parameters.period, settings.limits, SystemClock().now())
    return "\n".join(_lines(parameters.period, report, settings.budget_timezone))


def _lines(span: Span, report: Report, zone: str) -> Iterator[str]:
    total = report.ledger.total
    yield f"{TITLES[span]}, {_days(report.period.days)} ({zone}): {dollars(total.cost_usd)}"
    if total.in_doubt_usd:
        yield f"of which {dollars(total.in_doubt_usd)} is in doubt, at its worst case"
    if total.unpriced_calls:
        yield f"not priced, beside that: {total.unpriced_calls} calls"
    if total.reserved_usd:
        yield f"reserved for calls that run: {dollars(total.reserved_usd)}"
    yield f"model calls: {total.calls:,}; orders: {sum(report.orders.values()):,}"
    if report.savings.orders:
        yield f"the delivered orders at the CEO: {dollars(report.savings.ceo_cost_usd)}"
    for role, sums in report.ledger.by_role.items():
        yield _line(role.value, sums)
    for (provider, model), sums in report.ledger.dearest_models:
        yield _line(f"{provider}/{model}", sums)


def _line(name: str, sums: Sums) -> str:
    unpriced = f" and {sums.unpriced_calls} not priced" if sums.unpriced_calls else ""
    return f"  {name}: {dollars(sums.cost_usd)}{unpriced}, {sums.calls:,} calls"


def _days(days: tuple[date, ...]) -> str:
    first, last = days[0], days[-1]
    return first.isoformat() if first == last else f"{first.isoformat()} to {last.isoformat()}"
