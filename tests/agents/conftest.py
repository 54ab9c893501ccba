"""A workplace over real stores, with a model whose every answer the test decides."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from agents.breaker import Blocked, Breakers
from agents.completion import Completion, Finish, ModelRequest
from agents.config import AgentSettings, ModelChoice, Payroll, Post, Provider
from agents.equipment_step import EquipmentStep
from agents.handler import OrderHandler, Workplace
from agents.lease import LeaseKeeper
from db.engine import Database
from equipment.config import EquipmentSettings
from equipment.runner import Runner
from equipment.tool import Tool
from nexus.bus import Bus
from nexus.clock import SystemClock
from nexus.errors import NexusError
from nexus.settings import load_settings
from nexus.usage import Usage
from nexus.work_order import Role


class StubModel:
    """Gives what the test put in `replies`, in order; an exception among them is raised. Keeps every request."""

    def __init__(self) -> None:
        self.replies: list[str | Completion | Exception] = []
        self.requests: list[ModelRequest] = []

    async def complete(self, request: ModelRequest) -> Completion:
        self.requests.append(request)
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply if isinstance(reply, Completion) else said(reply)

    @property
    def models_asked(self) -> list[str]:
        return [request.choice.model for request in self.requests]


class NoBreakers:
    """Never blocks; keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.blocks: dict[str, Blocked] = {}

    def blocked(self, choice: ModelChoice) -> Blocked | None:
        return self.blocks.get(choice.model)

    def needs_owner(self, choice: ModelChoice) -> bool:
        blocked = self.blocks.get(choice.model)
        return blocked is not None and blocked.for_owner

    def succeeded(self, choice: ModelChoice) -> None:
        self.told.append((choice.model, "ok"))

    def failed(self, choice: ModelChoice, error: NexusError) -> None:
        self.told.append((choice.model, str(error)))


def said(text: str, finish: Finish = Finish.STOP) -> Completion:
    return Completion(text, finish, Usage(20, 10), 5, "req-1")


def a_payroll() -> Payroll:
    """Each tier has a model of its own name; the Admin has none and works by rules."""
    tiers = {
        role: Post(role, ModelChoice(Provider.SCRIPTED, role.value), 100)
        for role in (Role.INTERN, Role.DIRECTOR, Role.CEO)
    }
    return {Role.ADMIN: Post(Role.ADMIN, None, 100), **tiers}


@pytest.fixture
def model() -> StubModel:
    return StubModel()


@pytest.fixture
def make_place(database: Database, bus: Bus, model: StubModel) -> Callable[..., Workplace]:
    def make(
        payroll: Payroll | None = None, lease_s: float = 30, breakers: Breakers | None = None, **settings: Any
    ) -> Workplace:
        clock = SystemClock()
        return Workplace(
            worker="w1",
            settings=AgentSettings(lease_s=lease_s, **settings),
            payroll=payroll or a_payroll(),
            database=database,
            bus=bus,
            clock=clock,
            model=model,
            leases=LeaseKeeper(database, clock, lease_s),
            breakers=breakers or NoBreakers(),
        )

    return make


@pytest.fixture
def handler(make_place: Callable[..., Workplace]) -> OrderHandler:
    return OrderHandler(make_place())


@pytest.fixture
def equipment_settings(monkeypatch: pytest.MonkeyPatch) -> EquipmentSettings:
    """With own scripts allowed."""
    monkeypatch.setenv("EQUIPMENT_ALLOW_SCRIPTS", "true")
    settings = load_settings(EquipmentSettings)
    settings.home.mkdir(parents=True, exist_ok=True)
    return settings


@pytest.fixture
def equip(
    make_place: Callable[..., Workplace], equipment_settings: EquipmentSettings, database: Database
) -> Callable[..., OrderHandler]:
    """A handler that has the given tools."""

    def make(*tools: Tool, **changes: Any) -> OrderHandler:
        runner = Runner(equipment_settings, database, SystemClock())
        step = EquipmentStep({tool.name: tool for tool in tools}, runner, database, SystemClock())
        return OrderHandler(replace(make_place(**changes), equipment=step))

    return make
