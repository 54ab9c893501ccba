"""A day without orders costs nothing: no model is called in 24 hours of a real worker's housekeeping.

Time is moved in steps of a minute; in each, everything of the worker that waits for its time has its turn: relay,
sweeper, beats, leases, cancels, keys, probes of the models, breakers. The heartbeat and equipment's schedules are not
built yet; they belong into this test when they are.
"""

import asyncio
import heapq
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from redis.asyncio import Redis

from agents.breaker import ModelBreakers
from agents.config import AgentSettings, ModelChoice, Provider, resolve_payroll
from agents.fakes import anthropic_api, ollama_api
from agents.fakes.script import Script
from agents.fakes.server import FakeServer
from agents.handler import Workplace
from agents.housekeeping import BEATS
from agents.lease import LeaseKeeper
from agents.model_router import ModelRouter
from agents.model_watch import LOOK_S, ModelWatch
from agents.serving import Worker
from db.engine import Database
from db.statements.model_health import all_model_health
from db.statements.orders import accept_order
from db.statements.queries import count_open
from nexus.bus import Bus, Ring
from nexus.messages import INTAKE, Doorbell
from nexus.work_order import Role
from tests.agents.working import SIMPLE, history_of
from tests.builders import an_order, now
from tests.conftest import wait_until

KEY = "sk-ant-test"
STEP_S = 60.0
DAY_S = 24 * 3600.0
MODELS = ("claude-opus-4-6", "claude-sonnet-4-6", "claude-haiku-4-5")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:litellm", "ignore::UserWarning:pydantic")


class MovedClock:
    """Stands still until it is moved; who has slept long enough then wakes, and the move ends when all sleep again."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._elapsed = 0.0
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._someone_sleeps = asyncio.Event()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._elapsed + seconds, next(self._order), done))
        self._someone_sleeps.set()
        await done

    @property
    def asleep(self) -> int:
        return sum(not done.done() for _, _, done in self._sleepers)

    async def move(self, seconds: float) -> None:
        asleep = self.asleep
        self._elapsed += seconds
        while self._sleepers and self._sleepers[0][0] <= self._elapsed:
            _, _, done = heapq.heappop(self._sleepers)
            if not done.done():
                done.set_result(None)
        async with asyncio.timeout(30):
            while self.asleep < asleep:
                self._someone_sleeps.clear()
                await self._someone_sleeps.wait()


class Idle:
    """A company of one worker with a paid model and an Admin on Ollama, both of which count."""

    def __init__(
        self, anthropic: FakeServer, ollama: FakeServer, place: Workplace, clock: MovedClock
    ) -> None:
        self.anthropic, self.ollama = anthropic, ollama
        self.place, self.clock = place, clock

    @property
    def completions(self) -> int:
        """Calls that generate: Anthropic's messages, Ollama's chats, and its generate with a prompt."""
        paid = [call for call in self.anthropic.calls if call.path == "/v1/messages"]
        chats = [call for call in self.ollama.calls if call.path == "/api/chat"]
        prompts = [c for c in self.ollama.calls if c.path == "/api/generate" and c.body.get("prompt")]
        return len(paid) + len(chats) + len(prompts)

    async def pass_time(self, seconds: float) -> None:
        for _ in range(round(seconds / STEP_S)):
            await self.clock.move(STEP_S)

    async def do_one_order(self) -> str:
        order = an_order(SIMPLE, deadline_at=self.clock.now() + timedelta(minutes=10))
        await self.place.database.run(accept_order, order, self.clock.now())
        await self.place.bus.ring([Ring(INTAKE, Doorbell(order_id=order.id))])
        await wait_until(lambda: not self.place.database.read_sync(count_open))
        return str(history_of(self.place.database, order.id).order.status)


@pytest.fixture
async def idle(sqlite: Database, bus: Bus, redis: Redis) -> AsyncIterator[Idle]:
    anthropic_app = anthropic_api.create_app(
        Script.saying("The capital of France is Paris."), api_key=KEY, models=MODELS
    )
    ollama_app = ollama_api.create_app(Script(), api_key=None, models=["qwen3:8b"])
    async with FakeServer(anthropic_app) as anthropic, FakeServer(ollama_app) as ollama:
        settings = AgentSettings.model_validate(
            {
                "anthropic_api_key": KEY,
                "anthropic_base_url": anthropic.base_url,
                "ollama_base_url": ollama.base_url,
            }
        )
        clock = MovedClock(now())
        async with a_worker(settings, ollama, sqlite, bus, redis, clock) as place:
            yield Idle(anthropic, ollama, place, clock)


@asynccontextmanager
async def a_worker(
    settings: AgentSettings,
    ollama: FakeServer,
    database: Database,
    bus: Bus,
    redis: Redis,
    clock: MovedClock,
) -> AsyncIterator[Workplace]:
    """A worker at work, put together as its process does."""
    router, breakers = ModelRouter(settings), ModelBreakers(clock)
    payroll = resolve_payroll(settings, ModelChoice(Provider.OLLAMA, "qwen3:8b", ollama.base_url))
    leases = LeaseKeeper(database, clock, settings.lease_s)
    place = Workplace("w1", settings, payroll, database, bus, clock, router, leases, breakers)
    await router.warm_up()
    stop = asyncio.Event()
    jobs = [Worker(place, redis, tuple(Role)).run(stop), *ModelWatch(place, breakers).jobs()]
    tasks = [asyncio.create_task(job) for job in jobs]
    await wait_until(lambda: len(ollama.calls) >= 2 and clock.asleep >= JOBS_THAT_SLEEP)
    try:
        yield place
    finally:
        stop.set()
        await tasks[0]
        for task in tasks[1:]:
            task.cancel()
        await asyncio.gather(*tasks[1:], return_exceptions=True)
        await router.close()


# sweeper, relay, beats, keys; renewing leases, looking for cancels; probes, wishes to look, breakers
JOBS_THAT_SLEEP = 9


async def test_in_an_idle_day_no_model_is_called(idle: Idle, redis: Redis) -> None:
    await idle.pass_time(DAY_S)

    assert idle.completions == 0
    looks = [call for call in idle.anthropic.calls if call.method == "GET"]
    assert len(looks) == len(MODELS) * (1 + int(DAY_S // LOOK_S)), "the day did pass: models were looked at"
    assert await redis.hlen(BEATS) == 1
    health = idle.place.database.read_sync(all_model_health)
    assert {row.status.value for row in health} == {"healthy"}
    assert min(row.checked_at for row in health) > idle.clock.now() - timedelta(seconds=LOOK_S)


async def test_the_counter_counts_one_order_is_one_call_and_the_rest_of_the_day_none(idle: Idle) -> None:
    await idle.pass_time(3600)

    assert await idle.do_one_order() == "delivered"
    assert idle.completions == 1

    await idle.pass_time(3600)
    assert idle.completions == 1
