"""GET /api/metrics: what was done and what it cost, by role, model and day."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from db.statements.reports import Report, Span, make_report
from gateway.bodies import json_response
from gateway.report_schemas import Metrics
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
    limits = services.settings.limits
    try:
        async with asyncio.timeout(PATIENCE_S):
            report, partial = await _report(services, period)
    except TimeoutError:
        raise StoreUnavailable("the database does not sum up in time") from None
    return json_response(Metrics.of(period, report, limits.timezone, partial=partial))


async def _report(services: Services, span: Span) -> tuple[Report, bool]:
    """The report, and whether something is missing from it."""
    store, limits, now = services.store, services.settings.limits, services.clock.now()
    if store.spool is not None and store.is_local:
        return await store.spool.database.read(make_report, span, limits, now), True
    report = await store.primary.read(make_report, span, limits, now)
    return report, store.spool is not None and store.spool.holds_orders
