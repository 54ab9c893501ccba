"""How the company is: GET /health for everybody, the rest for the owner."""

import asyncio
from datetime import datetime
from enum import StrEnum
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from db.crew import crew_of, paused_reason
from db.spool import Spool
from db.statements.census import answers
from db.statements.leases import HEARTBEAT, TELEGRAM, leases_of
from db.statements.model_health import all_model_health
from db.statements.modes import Mode
from db.statements.queries import count_open
from db.store import Store
from db.vitals import budget_vital, heartbeat_vital, models_vital, router_vital, sandbox_vital, telegram_vital
from gateway.auth import public
from gateway.bodies import json_response
from gateway.errors import Kind, Problem
from gateway.limits import RateLimits
from gateway.openapi import problem_described
from gateway.replies import Replies
from gateway.services import Services, services_of
from gateway.telemetry import VERSION
from nexus.errors import StoreUnavailable, TransientError
from nexus.roster import Beat
from nexus.work_order import Role

router = APIRouter(tags=["health"])

STORE_TIMEOUT_S = 3.0
READY_TIMEOUT_S = 1.0


class Health(StrEnum):
    """How a component is, from best to worst."""

    HEALTHY = "healthy"
    UNKNOWN = "unknown"
    DEGRADED = "degraded"
    CRITICAL = "critical"


class Liveness(BaseModel):
    """The gateway answers."""

    status: Literal["ok"] = "ok"
    version: str = VERSION


class Readiness(BaseModel):
    """Messages can be accepted."""

    status: Literal["ready"] = "ready"


class ModeView(BaseModel):
    """One change of the store that this host accepts into."""

    at: datetime
    mode: Mode
    reason: str


class Component(BaseModel):
    """One part of the company."""

    status: Health
    reason: str = Field(examples=["2 open orders"])
    modes: list[ModeView] | None = Field(
        default=None,
        description="of `database`, with PostgreSQL: this host's newest changes of mode, newest first",
    )


class HealthReport(BaseModel):
    """Every part, and the worst of them as the whole's status."""

    status: Health
    version: str = VERSION
    components: dict[str, Component] = Field(
        description="`gateway`, `database`, `redis`, `models`, `budget`, `telegram` and `heartbeat` if there are, and "
        "`workers.<role>` for each role; `voice`, where a worker tells who turns voice messages into words; "
        "`sandbox`, where a worker tells where code in answers is run; `router`, where one chooses tiers by it"
    )


@router.get("/health", operation_id="health", summary="Is the gateway up?", response_model=Liveness)
@public
async def health() -> Response:
    """Liveness; needs no token and touches nothing."""
    return json_response(Liveness())


@router.get("/livez", operation_id="livez", summary="Does the process answer?", response_model=Liveness)
@public
async def livez() -> Response:
    """As GET /health: needs no token and touches nothing."""
    return json_response(Liveness())


@router.get(
    "/readyz",
    operation_id="readyz",
    summary="Can messages be accepted?",
    response_model=Readiness,
    responses={503: problem_described("Not now; a load balancer goes elsewhere")},
)
@public
async def readyz(request: Request) -> Response:
    """Ready while some store takes messages: the database, or this host's spool. Needs no token, tells no details.

    The store is asked once a second at most, however often this is.
    """
    services = services_of(request)
    if not await services.readiness.get(lambda: _can_accept(services), services.clock.monotonic()):
        raise Problem(Kind.STORE_UNAVAILABLE, "Not ready.", headers={"Retry-After": "1"})
    return json_response(Readiness())


async def _can_accept(services: Services) -> bool:
    store = services.store
    database = store.spool.database if store.spool is not None and store.is_local else store.primary
    try:
        async with asyncio.timeout(READY_TIMEOUT_S):
            return await database.read(answers)
    except (StoreUnavailable, TimeoutError):
        return False


@router.get(
    "/api/health/detailed",
    operation_id="health_detailed",
    summary="How is every part?",
    response_model=HealthReport,
)
async def health_detailed(request: Request) -> Response:
    """Each part with a reason; the whole is as bad as its worst part."""
    return json_response(await take_report(services_of(request)))


async def take_report(services: Services) -> HealthReport:
    """Look at every part now. Calls no model. Also for the history, by `gateway.health_watch`."""
    beats = await _beats(services)
    components = {
        "gateway": _gateway(services.replies, services.limits),
        "database": await _database(services.store),
        "redis": _redis(reachable=beats is not None),
        **await _models_and_money(services),
    }
    pauses = await services.staff.paused()
    for role in Role:
        crew = crew_of(role, beats, services.clock.now())
        reason = paused_reason(role, pauses.get(role), crew.reason)
        components[f"workers.{role.value}"] = Component(status=Health(crew.status.value), reason=reason)
        if crew.voice is not None:
            components["voice"] = Component(status=Health.HEALTHY, reason=crew.voice)
    if (sandbox := sandbox_vital(beats, services.clock.now())) is not None:
        components["sandbox"] = Component(status=Health(sandbox.status.value), reason=sandbox.reason)
    if (router := router_vital(beats, services.clock.now())) is not None:
        components["router"] = Component(status=Health(router.status.value), reason=router.reason)
    worst = max((part.status for part in components.values()), key=list(Health).index)
    return HealthReport(status=worst, components=components)


async def _models_and_money(services: Services) -> dict[str, Component]:
    """As the database has them; unknown while it cannot be asked."""
    try:
        async with asyncio.timeout(STORE_TIMEOUT_S):
            windows, frozen = await services.budget.windows(), await services.budget.frozen()
            known = await services.database.read(all_model_health)
            bots = await services.database.read(leases_of, TELEGRAM)
            heartbeats = await services.database.read(leases_of, HEARTBEAT)
    except (StoreUnavailable, TimeoutError):
        unknown = Component(status=Health.UNKNOWN, reason="the database does not answer")
        return {"models": unknown, "budget": unknown}
    vitals = {
        "models": models_vital(known),
        "budget": budget_vital(windows, frozen),
        "telegram": telegram_vital(bots),
        "heartbeat": heartbeat_vital(heartbeats),
    }
    return {
        name: Component(status=Health(vital.status.value), reason=vital.reason)
        for name, vital in vitals.items()
        if vital is not None
    }


async def heard_beats(request: Request) -> list[Beat] | None:
    """The workers' beats; None when Redis does not answer."""
    return await _beats(services_of(request))


async def _beats(services: Services) -> list[Beat] | None:
    try:
        return await services.roster.beats()
    except TransientError:
        return None


def _gateway(replies: Replies, limits: RateLimits) -> Component:
    reason = f"{replies.waiting_calls} calls wait, {replies.followed_sessions} sessions are followed"
    if not limits.are_shared:
        reason += "; without Redis each gateway counts its rate limits by itself"
        return Component(status=Health.DEGRADED, reason=reason)
    return Component(status=Health.HEALTHY, reason=reason)


async def _database(store: Store) -> Component:
    if store.spool is not None:
        return await _postgres_and_spool(store, store.spool)
    kind = "SQLite" if store.primary.is_sqlite else "PostgreSQL"
    try:
        async with asyncio.timeout(STORE_TIMEOUT_S):
            count = await store.primary.read(count_open)
    except (StoreUnavailable, TimeoutError):
        return Component(status=Health.CRITICAL, reason=f"{kind} does not answer: nothing can be accepted")
    return Component(status=Health.HEALTHY, reason=f"{kind}, {count} open orders")


async def _postgres_and_spool(store: Store, spool: Spool) -> Component:
    try:
        async with asyncio.timeout(STORE_TIMEOUT_S):
            left, modes = await spool.count_orders(), await spool.modes()
    except (StoreUnavailable, TimeoutError):
        return Component(status=Health.CRITICAL, reason="this host's spool (SQLite) does not answer")
    views = [ModeView(at=row.at, mode=row.mode, reason=row.reason) for row in modes]
    if spool.local_since is not None:
        since = spool.local_since.isoformat(timespec="seconds")
        reason = (
            f"PostgreSQL does not answer since {since}: {spool.accepted_here} orders accepted locally, "
            f"{left} still to be replayed"
        )
        return Component(status=Health.DEGRADED, reason=reason, modes=views)
    try:
        async with asyncio.timeout(STORE_TIMEOUT_S):
            count = await store.primary.read(count_open)
    except (StoreUnavailable, TimeoutError):
        reason = (
            "PostgreSQL does not answer: requests are held until it does, or this host goes over to its spool"
        )
        return Component(status=Health.CRITICAL, reason=reason, modes=views)
    still = f", {left} of the spool's are still to be replayed" if left else ""
    if spool.refused_sessions:
        still += f"; PostgreSQL refuses {spool.refused_sessions} sessions of them, see the log"
    return Component(status=Health.HEALTHY, reason=f"PostgreSQL, {count} open orders{still}", modes=views)


def _redis(*, reachable: bool) -> Component:
    if reachable:
        return Component(status=Health.HEALTHY, reason="answers")
    return Component(
        status=Health.DEGRADED, reason="does not answer: workers poll the database, every step takes a second"
    )
