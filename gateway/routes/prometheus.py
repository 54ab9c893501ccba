"""GET /metrics: the gateway and the company in numbers, for Prometheus. Needs a credential like everything else."""

import asyncio
from dataclasses import replace

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.engine import Connection
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from db.statements.budget import windows_at
from db.statements.census import take_census
from db.statements.model_health import all_model_health
from gateway.limiting import unlimited
from gateway.services import Services, services_of
from gateway.telemetry import Company
from nexus.errors import StoreUnavailable

router = APIRouter(tags=["metrics"])

PATIENCE_S = 3.0


@router.get(
    "/metrics",
    operation_id="prometheus_metrics",
    summary="Numbers for Prometheus",
    response_class=PlainTextResponse,
)
@unlimited
async def prometheus_metrics(request: Request) -> Response:
    """Requests, latencies, limits and connections of this process; orders, queues, money and models of the company.

    The company's numbers are at most 5 s old. While the store does not answer they are left out, and
    `nexus_store_up` is 0.
    """
    services = services_of(request)
    company = await services.company_numbers.get(lambda: _company(services), services.clock.monotonic())
    return Response(services.telemetry.written(company), media_type=CONTENT_TYPE_LATEST)


async def _company(services: Services) -> Company:
    store = services.store
    backlog = await services.bus.backlog()
    database = store.spool.database if store.spool is not None and store.is_local else store.primary
    try:
        async with asyncio.timeout(PATIENCE_S):
            company = await database.read(_numbers, services, is_local=store.is_local)
    except (StoreUnavailable, TimeoutError):
        company = Company(None, (), (), is_local=store.is_local)
    return replace(company, backlog=backlog)


def _numbers(connection: Connection, services: Services, *, is_local: bool) -> Company:
    windows = windows_at(connection, services.settings.limits, services.clock.now())
    return Company(take_census(connection), windows, all_model_health(connection), is_local)
