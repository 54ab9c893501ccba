"""The front desk has three seconds: an Ollama that takes longer is not waited for, and rules decide."""

import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace

import pytest

from agents.config import AgentSettings, ModelChoice, Post, Provider
from agents.fakes import ollama_api
from agents.fakes.script import Fault, Reply, Script
from agents.fakes.server import FakeServer
from agents.handler import OrderHandler, Workplace
from agents.model_router import OLLAMA_CONTEXT_TOKENS, ModelRouter
from db.engine import Database
from nexus.work_order import Role, Status
from tests.agents.conftest import a_payroll
from tests.agents.working import history_of
from tests.builders import accepted

UNCERTAIN = "Tell me two kitchen colours"
DEADLINE_S = 0.5
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:litellm", "ignore::UserWarning:pydantic")


@pytest.fixture
async def ollama() -> AsyncIterator[FakeServer]:
    async with FakeServer(ollama_api.create_app(Script(), api_key=None, models=["qwen3:8b"])) as server:
        yield server


type Desk = Callable[[float], OrderHandler]


@pytest.fixture
async def desk(make_place: Callable[..., Workplace], ollama: FakeServer) -> AsyncIterator[Desk]:
    """Makes a handler whose Admin has an Ollama, and so many seconds for it."""
    payroll = a_payroll()
    payroll[Role.ADMIN] = Post(Role.ADMIN, ModelChoice(Provider.OLLAMA, "qwen3:8b", ollama.base_url), 100)
    router = ModelRouter(AgentSettings())
    await router.warm_up()
    place = make_place(payroll)

    def make(deadline_s: float) -> OrderHandler:
        settings = AgentSettings(front_desk_deadline_s=deadline_s)
        return OrderHandler(replace(place, settings=settings, model=router))

    yield make
    await router.close()


async def triage(handler: OrderHandler, database: Database) -> tuple[str | None, float]:
    """The rule that decided, and how long it took."""
    order_id = accepted(database, content=UNCERTAIN).id
    began = time.monotonic()
    await handler.handle_submitted(order_id)
    took_s = time.monotonic() - began
    order = history_of(database, order_id).order
    assert order.status is Status.TRIAGED
    return order.tier_rule, took_s


def test_the_deadline_is_three_seconds_unless_the_owner_says_otherwise() -> None:
    assert AgentSettings().front_desk_deadline_s == 3


async def test_a_quick_ollama_has_a_say_without_thinking_and_in_its_loaded_context(
    desk: Desk, database: Database, ollama: FakeServer
) -> None:
    ollama.script = Script.saying(Reply('{"difficulty": "trivial"}', thinking="Well …"))

    rule, _ = await triage(desk(60), database)

    assert rule == "local_model"
    (call,) = [call for call in ollama.calls if call.path == "/api/chat"]
    assert call.body["think"] is False
    assert call.body["keep_alive"] == "30m"
    options = call.body["options"]
    assert isinstance(options, Mapping)
    assert options["num_ctx"] == OLLAMA_CONTEXT_TOKENS


@pytest.mark.parametrize(
    "turn",
    [
        Reply('{"difficulty": "trivial"}', delay_s=60),
        Fault("timeout_before_first_byte"),
        Fault("stall"),
    ],
    ids=["late", "silent", "stalled"],
)
async def test_a_slow_ollama_is_not_waited_for(
    desk: Desk, database: Database, ollama: FakeServer, turn: Reply | Fault
) -> None:
    await triage(desk(60), database)  # the first call through LiteLLM takes a second by itself
    ollama.script = Script.saying(turn)

    rule, took_s = await triage(desk(DEADLINE_S), database)

    assert rule == "default"
    assert DEADLINE_S * 0.9 < took_s < DEADLINE_S + 10
