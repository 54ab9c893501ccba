"""POST /api/agents/{role}/probe: the workers look at a role's models now, which costs nothing."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from db.crew import crew_of
from gateway.bodies import json_response
from gateway.errors import Kind, Problem
from gateway.openapi import problem_described
from gateway.services import services_of
from nexus.errors import TransientError
from nexus.ids import new_id
from nexus.work_order import Role, title_of

router = APIRouter(tags=["agents"])

ONCE_IN_S = 5


class ProbeView(BaseModel):
    """A probe that was asked for."""

    role: Role
    asked_at: datetime = Field(
        description="the result is there when `health.checked_at` of GET /api/agents is later, within seconds"
    )


@router.post(
    "/api/agents/{role}/probe",
    operation_id="probe_agent",
    summary="Look at a role's models now",
    response_model=ProbeView,
    status_code=202,
    responses={
        409: problem_described("Nobody works in this role, or it needs no model"),
        429: problem_described("It was asked for less than 5 s ago"),
        503: problem_described("Redis does not answer, so no worker can be asked"),
    },
)
async def post_probe(request: Request, role: Role) -> Response:
    """Every worker asks the vendors for the models of this role, its fallbacks too. Nothing is generated or spent."""
    services = services_of(request)
    now = services.clock.now()
    try:
        crew = crew_of(role, await services.roster.beats(), now)
        if not crew.alive or crew.alive[0].models.get(role) is None:
            why = crew.reason if not crew.alive else "its work is done by rules, without a model"
            raise Problem(Kind.NOBODY_WORKS, f"{title_of(role)}: {why}.")
        wait_s = await services.bus.ask_for_probe(role, new_id(), once_in_s=ONCE_IN_S)
    except TransientError:
        raise Problem(
            Kind.NO_REDIS,
            "Redis does not answer, so no worker can be asked. They look by themselves every six hours.",
            headers={"Retry-After": "5"},
        ) from None
    if wait_s:
        raise Problem(
            Kind.RATE_LIMITED,
            f"The models of this role are being looked at: once in {ONCE_IN_S} s.",
            headers={"Retry-After": str(wait_s)},
        )
    return json_response(ProbeView(role=role, asked_at=now), 202)
