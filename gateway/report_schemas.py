"""What goes out of GET /api/metrics: the reports of `db.statements.reports` as JSON."""

from datetime import date, datetime
from typing import Self

from pydantic import BaseModel, Field

from db.records import CallStatus
from db.statements.reports import Latency, Report, Span, Sums
from gateway.schemas import Money
from nexus.work_order import Role, Status


class CallSums(BaseModel):
    """Model calls added up. Every call counts by the moment it began."""

    calls: int
    by_status: dict[CallStatus, int]
    cost_usd: Money = Field(description="dollars of the calls with a known price, those in doubt included")
    in_doubt_usd: Money = Field(description="the part of cost_usd that is in doubt, at its worst case")
    reserved_usd: Money = Field(description="worst case of the calls that run, not in cost_usd")
    unpriced_calls: int = Field(description="calls whose price is not known; they are in no sum of dollars")
    input_tokens: int = Field(description="fresh ones, without those of the cache")
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int

    @classmethod
    def _fields_of(cls, sums: Sums) -> dict[str, object]:
        usage = sums.usage
        return {
            "calls": sums.calls,
            "by_status": sums.by_status,
            "cost_usd": sums.cost_usd,
            "in_doubt_usd": sums.in_doubt_usd,
            "reserved_usd": sums.reserved_usd,
            "unpriced_calls": sums.unpriced_calls,
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
            "cache_read_tokens": usage.cache_read_tokens,
            "cache_write_tokens": usage.cache_write_tokens,
        }

    @classmethod
    def of(cls, sums: Sums, **place: object) -> Self:
        """The sums; `place` says whose they are."""
        return cls.model_validate(cls._fields_of(sums) | place)


class RoleSums(CallSums):
    """One role's calls."""

    role: Role


class ModelSums(CallSums):
    """One model's calls."""

    provider: str
    model: str


class DaySums(CallSums):
    """One day's calls, in the budget's time zone."""

    day: date


class SavingsView(BaseModel):
    """What the CEO's model would have charged for the delivered answers, beside what the orders cost."""

    orders: int = Field(
        description="delivered orders of which both amounts are known; only they are compared"
    )
    cost_usd: Money
    ceo_cost_usd: Money
    saved_usd: Money = Field(description="negative when the work was dearer than at the CEO")


class OrderSums(BaseModel):
    """Orders that arrived in the period."""

    total: int
    by_status: dict[Status, int]
    tried: int = Field(description="orders that an employee has worked on")
    escalated: int = Field(description="of these, those that more than one tier has worked on")
    escalation_rate: float | None


class QaSums(BaseModel):
    """QA's verdicts on the answers to the period's orders."""

    verdicts: int
    passed: int
    pass_rate: float | None


class LatencyView(BaseModel):
    """Milliseconds by nearest rank; null when there is nothing to measure."""

    p50_ms: int | None
    p95_ms: int | None

    @classmethod
    def of(cls, latency: Latency) -> Self:
        """The same."""
        return cls(p50_ms=latency.p50_ms, p95_ms=latency.p95_ms)


class Metrics(BaseModel):
    """A period in numbers. Calls count by when they began, orders by when they arrived."""

    period: Span
    timezone: str = Field(description="where its days begin", examples=["UTC"])
    first_day: date
    last_day: date
    starts_at: datetime
    ends_at: datetime = Field(description="excluded")
    partial: bool = Field(
        description="True while PostgreSQL is away or this host's spool is not replayed yet: then something is missing."
    )
    totals: CallSums
    by_role: list[RoleSums]
    by_model: list[ModelSums] = Field(description="the dearest first")
    by_day: list[DaySums] = Field(description="days with calls, in order")
    savings: SavingsView
    orders: OrderSums
    qa: QaSums
    call_latency: LatencyView = Field(description="of calls that were answered")
    order_latency: LatencyView = Field(description="of delivered orders, from acceptance to delivery")

    @classmethod
    def of(cls, span: Span, report: Report, timezone: str, *, partial: bool) -> Self:
        """The report as clients see it."""
        ledger, period = report.ledger, report.period
        return cls(
            period=span,
            timezone=timezone,
            first_day=period.days[0],
            last_day=period.days[-1],
            starts_at=period.starts,
            ends_at=period.ends,
            partial=partial,
            totals=CallSums.of(ledger.total),
            by_role=[RoleSums.of(ledger.by_role[role], role=role) for role in Role if role in ledger.by_role],
            by_model=[
                ModelSums.of(sums, provider=provider, model=model)
                for (provider, model), sums in ledger.dearest_models
            ],
            by_day=[DaySums.of(sums, day=day) for day, sums in sorted(ledger.by_day.items())],
            savings=_savings(report),
            orders=_orders(report),
            qa=QaSums(
                verdicts=report.quality.verdicts,
                passed=report.quality.passed,
                pass_rate=report.quality.pass_rate,
            ),
            call_latency=LatencyView.of(report.call_latency),
            order_latency=LatencyView.of(report.order_latency),
        )


def _savings(report: Report) -> SavingsView:
    savings = report.savings
    return SavingsView(
        orders=savings.orders,
        cost_usd=savings.cost_usd,
        ceo_cost_usd=savings.ceo_cost_usd,
        saved_usd=savings.saved_usd,
    )


def _orders(report: Report) -> OrderSums:
    quality = report.quality
    return OrderSums(
        total=sum(report.orders.values()),
        by_status=report.orders,
        tried=quality.tried,
        escalated=quality.escalated,
        escalation_rate=quality.escalation_rate,
    )
