"""/api/agents: the four roles, their models, what they do and have done; and pausing and resuming them."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from db.crew import Crew, crew_of, paused_reason
from db.statements.model_health import ModelHealth, all_model_health
from db.statements.staff import InHand, Work
from db.statements.switches import Switch
from gateway.bodies import json_response, read_json
from gateway.principals import principal_of
from gateway.routes.health import Health, heard_beats
from gateway.schemas import Money, order_url
from gateway.services import services_of
from gateway.staff import Spell, Staff
from nexus.errors import StoreUnavailable
from nexus.roster import BeatModel, BeatPrice
from nexus.work_order import Role

router = APIRouter(tags=["agents"])

STORE_TIMEOUT_S = 3.0

type Found = Mapping[tuple[str, str], ModelHealth]
"""By provider and model."""

type Dollars = Annotated[Money, Field(description="US dollars per million tokens")]


class PriceView(BaseModel):
    """What a model costs, in US dollars per million tokens."""

    input: Dollars
    output: Dollars
    cache_read: Dollars
    cache_write: Dollars

    @classmethod
    def of(cls, price: BeatPrice) -> Self:
        """The price as a worker reports it."""
        return cls(**price.model_dump())


class ModelHealthView(BaseModel):
    """What the newest probe found; `unknown` until there was one."""

    status: Health
    detail: str = Field(
        description="one line, with the fix if there is something to fix",
        examples=["ANTHROPIC_API_KEY is refused (401): set a valid key."],
    )
    checked_at: datetime | None

    @classmethod
    def of(cls, found: ModelHealth | None, *, otherwise: str) -> Self:
        """The finding; `otherwise` is the detail where there is none."""
        if found is None:
            return cls(status=Health.UNKNOWN, detail=otherwise, checked_at=None)
        return cls(status=Health(found.status.value), detail=found.detail, checked_at=found.checked_at)


class ModelView(BaseModel):
    """A model of a role."""

    model: str = Field(examples=["claude-opus-4-6"])
    provider: str = Field(examples=["anthropic"])
    local: bool = Field(description="True when it runs on the owner's machine and costs nothing")
    weak: bool = Field(description="True for a model that is known to be weak, like the starter model")
    price: PriceView | None = Field(description="null when nobody knows it")
    ends: date | None = Field(description="the day its vendor retires it, if known", examples=["2027-04-01"])
    health: ModelHealthView

    @classmethod
    def of(cls, model: BeatModel, health: ModelHealthView) -> Self:
        """The model as a worker reports it, and its health."""
        own = model.model_dump(exclude={"fallbacks", "price"})
        return cls(**own, price=PriceView.of(model.price) if model.price else None, health=health)


class PauseView(BaseModel):
    """That a role begins nothing new, and who said so."""

    since: datetime
    by: str = Field(examples=["owner"])
    reason: str | None

    @classmethod
    def of(cls, switch: Switch | None) -> Self | None:
        """None for a role that is not paused."""
        if switch is None:
            return None
        return cls(since=switch.changed_at, by=switch.changed_by, reason=switch.reason or None)


class DoingView(BaseModel):
    """An order that a role works on at this moment."""

    order_id: str = Field(examples=["WO-01JD0Z7M2T9V6Q4B8X3N5K1YHR"])
    session_id: str
    title: str = Field(description="how the message begins, at most 80 characters")
    since: datetime
    url: str = Field(description="where the order is read", examples=["/api/work-orders/WO-01JD0Z7M2T…"])

    @classmethod
    def of(cls, held: InHand) -> Self:
        """The order as its lease says."""
        return cls(
            order_id=held.order_id,
            session_id=held.session_id,
            title=held.title,
            since=held.since,
            url=order_url(held.order_id),
        )


class WorkView(BaseModel):
    """A role's work of some days. Rates are shares from 0 to 1, and null without anything to count."""

    since: datetime
    attempts: int = Field(description="tries that have ended, however they did")
    success_rate: float | None = Field(description="of these, those whose answer was delivered")
    verdicts: int = Field(description="answers that QA has judged")
    qa_pass_rate: float | None
    p50_ms: int | None = Field(description="half of the role's answered model calls took at most so long")
    p95_ms: int | None
    cost_usd: Money

    @classmethod
    def of(cls, spell: Spell, work: Work) -> Self:
        """The sums as clients see them."""
        return cls(
            since=spell.since,
            attempts=work.attempts,
            success_rate=work.success_rate,
            verdicts=work.verdicts,
            qa_pass_rate=work.qa_pass_rate,
            p50_ms=work.p50_ms,
            p95_ms=work.p95_ms,
            cost_usd=work.cost_usd,
        )


class AgentView(BaseModel):
    """A role, its workers, and the model these ask first; the other fields of a model are null without one."""

    role: Role
    status: Health = Field(description="of the workers")
    reason: str = Field(examples=["2 at work"])
    model: str | None = Field(description="null when nobody works in this role, or it needs no model")
    provider: str | None
    local: bool | None
    weak: bool | None = Field(description="True for a model that is known to be weak, like the starter model")
    price: PriceView | None = Field(description="null when nobody knows it")
    ends: date | None = Field(description="the day its vendor retires it, if known")
    health: ModelHealthView | None
    fallbacks: list[ModelView] = Field(description="what takes over when the model does not answer, in order")
    workers: int
    busy: int = Field(description="orders these workers hold right now, in all their roles")
    paused: PauseView | None = Field(description="null: it is not, or the database does not answer")
    doing: list[DoingView] = Field(
        description="orders that this role works on right now, at most 20, oldest first; none while the database "
        "does not answer"
    )
    waiting: int = Field(description="orders queued for this role; 0 while the database does not answer")
    work: WorkView | None = Field(
        description="today, in the budget's time zone; null while the database does not answer"
    )
    week: WorkView | None = Field(description="today and the six days before; null as `work`")


class Agents(BaseModel):
    """Everybody on the payroll."""

    items: list[AgentView]


class PauseRequest(BaseModel):
    """The body of POST /api/agents/{role}/pause and …/resume; it may be left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: str = Field(default="", max_length=500, description="for the audit, and for whose order waits")


_PAUSE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": False,
        "content": {"application/json": {"schema": PauseRequest.model_json_schema()}},
    }
}


@router.get("/api/agents", operation_id="list_agents", summary="Who works here?", response_model=Agents)
async def list_agents(request: Request) -> Response:
    """Each role with its workers and models, by the workers' own beats, and what the newest probes found.

    What a role does and has done is at most a few seconds old.
    """
    return json_response(Agents(items=await _agents(request)))


@router.post(
    "/api/agents/{role}/pause",
    operation_id="pause_agent",
    summary="Give a role nothing new to do",
    response_model=AgentView,
    openapi_extra=_PAUSE_BODY,
)
async def post_pause(request: Request, role: Role) -> Response:
    """The role begins no step once this is answered, in no worker of no host; the step that runs is finished.

    Orders for it stay queued until it is resumed or their deadline comes, spend no tries, and say why they wait; so
    do those that are escalated to it, or are to be tried by it once more. While the `admin` is paused every new order
    waits at the front desk. A role that is paused already stays so, with its time and its reason.
    """
    return await _switch(request, role, is_on=True)


@router.post(
    "/api/agents/{role}/resume",
    operation_id="resume_agent",
    summary="Let a paused role go on",
    response_model=AgentView,
    openapi_extra=_PAUSE_BODY,
)
async def post_resume(request: Request, role: Role) -> Response:
    """The end of a pause: what waits for the role is begun within a second or two."""
    return await _switch(request, role, is_on=False)


async def _switch(request: Request, role: Role, *, is_on: bool) -> Response:
    body = await read_json(request, PauseRequest) if await request.body() else PauseRequest()
    pauses, who = services_of(request).staff.pauses, principal_of(request).id
    await pauses.set(role, is_on=is_on, by=who, reason=body.reason)
    return json_response(next(agent for agent in await _agents(request) if agent.role is role))


async def _agents(request: Request) -> list[AgentView]:
    services = services_of(request)
    beats, found, staff = await asyncio.gather(heard_beats(request), _found(request), services.staff.look())
    now = services.clock.now()
    return [_agent(role, crew_of(role, beats, now), found, staff) for role in Role]


async def _found(request: Request) -> Found | None:
    """What is known of the models; None while the database does not answer."""
    try:
        async with asyncio.timeout(STORE_TIMEOUT_S):
            rows: Sequence[ModelHealth] = await services_of(request).store.primary.read(all_model_health)
    except (StoreUnavailable, TimeoutError):
        return None
    return {(row.provider, row.model): row for row in rows}


def _agent(role: Role, crew: Crew, found: Found | None, staff: Staff) -> AgentView:
    first = crew.alive[0].models.get(role) if crew.alive else None
    models = [_model(model, found) for model in (first, *first.fallbacks)] if first else []
    asked = models[0] if models else None
    pause, now = staff.pauses.get(role), staff.present
    return AgentView(
        role=role,
        status=Health(crew.status.value),
        reason=paused_reason(role, pause, crew.reason),
        model=asked.model if asked else None,
        provider=asked.provider if asked else None,
        local=asked.local if asked else None,
        weak=asked.weak if asked else None,
        price=asked.price if asked else None,
        ends=asked.ends if asked else None,
        health=asked.health if asked else None,
        fallbacks=models[1:],
        workers=len(crew.alive),
        busy=sum(beat.busy for beat in crew.alive),
        paused=PauseView.of(pause),
        doing=[DoingView.of(held) for held in now.in_hand.get(role, ())] if now else [],
        waiting=now.waiting.get(role, 0) if now else 0,
        work=_work(role, staff.day),
        week=_work(role, staff.week),
    )


def _work(role: Role, spell: Spell | None) -> WorkView | None:
    return WorkView.of(spell, spell.by_role.get(role, Work())) if spell is not None else None


def _model(model: BeatModel, found: Found | None) -> ModelView:
    if found is None:
        return ModelView.of(model, ModelHealthView.of(None, otherwise="the database does not answer"))
    known = found.get((model.provider, model.model))
    return ModelView.of(model, ModelHealthView.of(known, otherwise="not looked at yet"))
