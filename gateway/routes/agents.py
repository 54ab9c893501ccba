"""GET /api/agents: the four roles, the models they work with, and how these are."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from db.statements.model_health import ModelHealth, all_model_health
from gateway.bodies import json_response
from gateway.roster import BeatModel, BeatPrice
from gateway.routes.health import Crew, Health, crew_of, heard_beats
from gateway.schemas import Money
from gateway.services import services_of
from nexus.errors import StoreUnavailable
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


class Agents(BaseModel):
    """Everybody on the payroll."""

    items: list[AgentView]


@router.get("/api/agents", operation_id="list_agents", summary="Who works here?", response_model=Agents)
async def list_agents(request: Request) -> Response:
    """Each role with its workers and models, by the workers' own beats, and what the newest probes found."""
    beats, found = await asyncio.gather(heard_beats(request), _found(request))
    now = services_of(request).clock.now()
    return json_response(Agents(items=[_agent(role, crew_of(role, beats, now), found) for role in Role]))


async def _found(request: Request) -> Found | None:
    """What is known of the models; None while the database does not answer."""
    try:
        async with asyncio.timeout(STORE_TIMEOUT_S):
            rows: Sequence[ModelHealth] = await services_of(request).store.primary.read(all_model_health)
    except (StoreUnavailable, TimeoutError):
        return None
    return {(row.provider, row.model): row for row in rows}


def _agent(role: Role, crew: Crew, found: Found | None) -> AgentView:
    first = crew.alive[0].models.get(role) if crew.alive else None
    models = [_model(model, found) for model in (first, *first.fallbacks)] if first else []
    asked = models[0] if models else None
    return AgentView(
        role=role,
        status=crew.status,
        reason=crew.reason,
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
    )


def _model(model: BeatModel, found: Found | None) -> ModelView:
    if found is None:
        return ModelView.of(model, ModelHealthView.of(None, otherwise="the database does not answer"))
    known = found.get((model.provider, model.model))
    return ModelView.of(model, ModelHealthView.of(known, otherwise="not looked at yet"))
