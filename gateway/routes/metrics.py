"""GET /api/metrics and /api/metrics/series: what was done and what it cost, by role, model and day, or over time."""

import asyncio
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy.engine import Connection
from starlette.requests import Request
from starlette.responses import Response

from db.statements.reports import Span, make_report
from db.statements.series import By, make_series
from gateway.bodies import json_response
from gateway.report_schemas import Metrics
from gateway.series_schemas import MetricsSeries, SeriesSpan
from gateway.services import Services, services_of
from nexus.errors import StoreUnavailable

router = APIRouter(tags=["metrics"])

PATIENCE_S = 10.0  # a year of a busy company takes one or two; PostgreSQL that hangs takes for ever


@router.get(
    "/api/metrics",
    operation_id="get_metrics",
    summary="What was done and what it cost",
    response_model=Metrics,
)
async def get_metrics(
    request: Request,
    period: Annotated[
        Span, Query(description="today, this week from Monday, this month, or all; see BUDGET_TIMEZONE")
    ] = Span.TODAY,
) -> Response:
    """Calls, tokens and dollars by role, model and day; orders, QA, latencies, savings.

    The dollars are the sum of the ledger, which is the sum of all receipts and of what runs or was tried for orders
    that have not ended. While PostgreSQL is away it is about this host's spool alone, and says `partial`.
    """
    services = services_of(request)
    limits, now = services.settings.limits, services.clock.now()
    report, partial = await _summed(services, lambda connection: make_report(connection, period, limits, now))
    return json_response(Metrics.of(period, report, limits.timezone, partial=partial))


@router.get(
    "/api/metrics/series",
    operation_id="get_metrics_series",
    summary="What was done and what it cost, over time",
    response_model=MetricsSeries,
)
async def get_metrics_series(
    request: Request,
    period: Annotated[
        SeriesSpan, Query(description="today by the hour; this week from Monday or this month by the day")
    ] = Span.TODAY,
    by: Annotated[By, Query(description="what the figures are told apart by")] = By.ROLE,
) -> Response:
    """Figures for charts: a list each, one entry an hour or day, up to now; 0 where nothing was.

    Calls, dollars, tokens and latencies count by when a call began; orders, QA's verdicts and escalations by when the
    order arrived, so they still move while it is worked on. In an outage as GET /api/metrics.
    """
    services = services_of(request)
    limits, now = services.settings.limits, services.clock.now()
    series, partial = await _summed(
        services, lambda connection: make_series(connection, period, by, limits, now)
    )
    return json_response(MetricsSeries.of(period, by, series, limits.timezone, partial=partial))


async def _summed[T](services: Services, question: Callable[[Connection], T]) -> tuple[T, bool]:
    """The answer, and whether something is missing from it.

    Raises:
        StoreUnavailable: the database does not answer, or takes too long.
    """
    store = services.store
    try:
        async with asyncio.timeout(PATIENCE_S):
            if store.spool is not None and store.is_local:
                return await store.spool.database.read(question), True
            answer = await store.primary.read(question)
    except TimeoutError:
        raise StoreUnavailable("the database does not sum up in time") from None
    return answer, store.spool is not None and store.spool.holds_orders
