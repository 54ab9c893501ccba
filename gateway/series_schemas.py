"""What goes out of GET /api/metrics/series: `db.statements.series` as JSON, one list a figure for charts to draw."""

from datetime import datetime
from typing import Literal, Self

from pydantic import BaseModel, Field

from db.statements.reports import Span
from db.statements.series import By, Group, Orders, Series, Unit, Work
from gateway.schemas import Money
from nexus.work_order import Role, Status

type SeriesSpan = Literal[Span.TODAY, Span.WEEK, Span.MONTH]

_FAILED = (Status.FAILED, Status.DEAD)


class GroupSeries(BaseModel):
    """What a role or a model did. Calls count by when they began, the rest by when its order arrived."""

    name: str = Field(description="the role, or provider/model", examples=["intern"])
    role: Role | None
    provider: str | None
    model: str | None
    calls: list[int]
    cost_usd: list[Money]
    ceo_cost_usd: list[Money] = Field(
        description="what the CEO's model would have charged for the tokens of the calls of which that is known"
    )
    input_tokens: list[int] = Field(description="fresh ones, without those of the cache")
    output_tokens: list[int]
    p50_ms: list[int | None] = Field(description="of calls that were answered; null where there was none")
    p95_ms: list[int | None]
    verdicts: list[int] = Field(description="answers that QA judged")
    passed: list[int] = Field(description="of these, those that passed")
    tried: list[int] = Field(description="orders worked on")
    escalated: list[int] = Field(description="of these, those that a higher tier worked on too")

    @classmethod
    def of(cls, by: By, group: Group, works: list[Work]) -> Self:
        """One group's figures."""
        provider, model = group if by is By.MODEL else (None, None)
        return cls(
            name="/".join(group),
            role=Role(group[0]) if by is By.ROLE else None,
            provider=provider,
            model=model,
            calls=[work.sums.calls for work in works],
            cost_usd=[work.sums.cost_usd for work in works],
            ceo_cost_usd=[work.sums.ceo_cost_usd for work in works],
            input_tokens=[work.sums.usage.input_tokens for work in works],
            output_tokens=[work.sums.usage.output_tokens for work in works],
            p50_ms=[work.latency.p50_ms for work in works],
            p95_ms=[work.latency.p95_ms for work in works],
            verdicts=[work.verdicts for work in works],
            passed=[work.passed for work in works],
            tried=[work.tried for work in works],
            escalated=[work.escalated for work in works],
        )


class OrderSeries(BaseModel):
    """What became of the orders that arrived in each bucket, as it stands now."""

    arrived: list[int]
    delivered: list[int]
    failed: list[int] = Field(description="failed, or given up as dead")
    escalated: list[int] = Field(description="those that more than one tier has worked on")
    saved_usd: list[Money] = Field(
        description="of delivered orders with both amounts known; negative when the work was dearer than at the CEO"
    )

    @classmethod
    def of(cls, orders: list[Orders]) -> Self:
        """The company's figures."""
        return cls(
            arrived=[sum(each.by_status.values()) for each in orders],
            delivered=[each.by_status.get(Status.DELIVERED, 0) for each in orders],
            failed=[sum(each.by_status.get(status, 0) for status in _FAILED) for each in orders],
            escalated=[each.escalated for each in orders],
            saved_usd=[each.savings.saved_usd for each in orders],
        )


class MetricsSeries(BaseModel):
    """A period over time. Every list is as long as `starts`; the buckets add up to `GET /api/metrics` of the period."""

    period: SeriesSpan
    by: By
    timezone: str = Field(description="where its days begin", examples=["UTC"])
    unit: Unit
    starts: list[datetime] = Field(description="when each bucket begins, up to now; the last is not over yet")
    ends_at: datetime = Field(description="when the last bucket is over")
    partial: bool = Field(
        description="True while PostgreSQL is away or this host's spool is not replayed yet: then something is missing."
    )
    groups: list[GroupSeries] = Field(description="roles from the front desk up, or models by name")
    orders: OrderSeries

    @classmethod
    def of(cls, span: SeriesSpan, by: By, series: Series, timezone: str, *, partial: bool) -> Self:
        """The figures as clients see them."""
        return cls(
            period=span,
            by=by,
            timezone=timezone,
            unit=series.unit,
            starts=list(series.starts),
            ends_at=series.ends,
            partial=partial,
            groups=[GroupSeries.of(by, group, works) for group, works in series.groups.items()],
            orders=OrderSeries.of(series.orders),
        )
