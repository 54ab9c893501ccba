"""A worker's eye on its models: what it finds is written down, and what will refuse a call gets none."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from agents import model_watch
from agents.breaker import ModelBreakers
from agents.completion import ModelUnavailable, Trouble
from agents.config import AgentSettings, ModelChoice, Payroll, resolve_payroll
from agents.fakes import anthropic_api, ollama_api
from agents.fakes.script import Fault, Rule, Script
from agents.fakes.server import FakeServer
from agents.handler import Workplace
from agents.model_router import OLLAMA_CONTEXT_TOKENS
from agents.model_watch import LOOK_AGAIN_S, LOOK_S, ModelWatch
from db.statements.model_health import ModelHealth, all_model_health
from nexus.cli.ports import free_port
from nexus.clock import ManualClock
from nexus.errors import StoreUnavailable
from nexus.model_status import ModelStatus
from nexus.work_order import Role
from tests.agents.conftest import a_payroll
from tests.builders import now
from tests.conftest import wait_until

KEY = "sk-very-secret"
MODELS = ("claude-opus-4-6", "claude-sonnet-4-6", "claude-haiku-4-5")


@pytest.fixture
async def anthropic() -> AsyncIterator[FakeServer]:
    async with FakeServer(anthropic_api.create_app(Script(), api_key=KEY, models=MODELS)) as server:
        yield server


class Watched:
    """A watch over a payroll, with its breakers and a clock that the test moves."""

    def __init__(self, place: Workplace, **values: object) -> None:
        self.clock = ManualClock(now())
        self.breakers = ModelBreakers(self.clock)
        self.settings = AgentSettings.model_validate(values)
        payroll = resolve_payroll(self.settings, None)
        self.place = with_parts(place, self.settings, payroll, self.clock, self.breakers)
        self.watch = ModelWatch(self.place, self.breakers)

    def choice(self, role: Role) -> ModelChoice:
        choice = self.place.payroll[role].choice
        assert choice is not None
        return choice

    def rows(self) -> dict[str, ModelHealth]:
        return {row.model: row for row in self.place.database.read_sync(all_model_health)}


def with_parts(
    place: Workplace, settings: AgentSettings, payroll: Payroll, clock: ManualClock, breakers: ModelBreakers
) -> Workplace:
    return Workplace(
        "w1", settings, payroll, place.database, place.bus, clock, place.model, place.leases, breakers
    )


def anthropic_at(server: FakeServer, key: str = KEY) -> dict[str, object]:
    return {"anthropic_api_key": key, "anthropic_base_url": server.base_url}


async def test_what_a_look_finds_is_in_the_database_with_who_found_it(
    make_place: Callable[..., Workplace], anthropic: FakeServer
) -> None:
    watched = Watched(
        make_place(), nexus_model_ceo="claude-opus-9,claude-opus-4-6", **anthropic_at(anthropic)
    )

    await watched.watch.look()

    rows = watched.rows()
    assert rows.keys() == {"claude-opus-9", *MODELS}
    assert rows["claude-opus-4-6"].status is ModelStatus.HEALTHY
    assert rows["claude-opus-9"].status is ModelStatus.CRITICAL
    assert "NEXUS_MODEL_CEO" in rows["claude-opus-9"].detail
    assert {row.checked_by for row in rows.values()} == {"w1"}


async def test_a_model_that_will_refuse_every_call_is_blocked_before_the_first_and_the_others_are_not(
    make_place: Callable[..., Workplace], anthropic: FakeServer
) -> None:
    watched = Watched(
        make_place(), nexus_model_ceo="claude-opus-9,claude-opus-4-6", **anthropic_at(anthropic)
    )

    await watched.watch.look()

    blocked = watched.breakers.blocked(watched.choice(Role.CEO))
    assert blocked is not None
    assert "anthropic has no claude-opus-9" in blocked.reason
    assert watched.breakers.blocked(watched.choice(Role.INTERN)) is None


async def test_it_stays_blocked_from_look_to_look_and_is_free_as_soon_as_one_finds_it_well(
    make_place: Callable[..., Workplace], anthropic: FakeServer
) -> None:
    watched = Watched(make_place(), **anthropic_at(anthropic))
    refused = Fault("http_status", status=401)
    anthropic.script = Script((Rule((refused,), path="/v1/models/*"),))
    for _ in range(5):
        await watched.watch.look()
        watched.clock.advance(LOOK_AGAIN_S[-1])
        assert watched.breakers.blocked(watched.choice(Role.CEO)) is not None

    anthropic.script = Script()
    await watched.watch.look()

    assert watched.breakers.blocked(watched.choice(Role.CEO)) is None


async def test_a_breaker_that_opened_for_failing_calls_is_left_to_itself_by_a_good_probe(
    make_place: Callable[..., Workplace], anthropic: FakeServer
) -> None:
    watched = Watched(make_place(), **anthropic_at(anthropic))
    await watched.watch.look()
    for _ in range(5):
        watched.breakers.failed(
            watched.choice(Role.CEO), ModelUnavailable("HTTP 529", trouble=Trouble.SERVER)
        )
    await watched.watch.mind_breakers()

    opened = watched.rows()["claude-opus-4-6"]
    assert opened.status is ModelStatus.DEGRADED
    assert opened.detail.startswith("left alone until ")
    assert opened.detail.endswith("HTTP 529")
    watched.clock.advance(1)
    await watched.watch.look()
    assert watched.breakers.blocked(watched.choice(Role.CEO)) is not None
    assert watched.rows()["claude-opus-4-6"].status is ModelStatus.DEGRADED

    watched.breakers.succeeded(watched.choice(Role.CEO))
    await watched.watch.mind_breakers()

    assert watched.rows()["claude-opus-4-6"].status is ModelStatus.HEALTHY


async def test_as_long_as_no_breaker_changes_nothing_is_written(
    make_place: Callable[..., Workplace], anthropic: FakeServer
) -> None:
    watched = Watched(make_place(), **anthropic_at(anthropic))
    await watched.watch.look()
    before = watched.rows()

    for _ in range(3):
        watched.clock.advance(10)
        await watched.watch.mind_breakers()

    assert watched.rows() == before


async def test_it_looks_again_soon_while_a_model_does_not_work_and_rarely_when_all_are_well(
    make_place: Callable[..., Workplace], anthropic: FakeServer
) -> None:
    looks: list[float] = []

    class Waits(ManualClock):
        async def sleep(self, seconds: float) -> None:
            looks.append(seconds)
            await super().sleep(seconds)

    async def waits_of(key: str, number: int) -> list[float]:
        looks.clear()
        watched = Watched(make_place(), **anthropic_at(anthropic, key=key))
        place = with_parts(
            watched.place, watched.settings, watched.place.payroll, Waits(now()), watched.breakers
        )
        looking = asyncio.create_task(ModelWatch(place, watched.breakers).keep_looking())
        await wait_until(lambda: len(looks) >= number)
        looking.cancel()
        return looks[:number]

    assert await waits_of(KEY, 2) == [LOOK_S, LOOK_S]
    assert await waits_of("wrong", 4) == [*LOOK_AGAIN_S, LOOK_AGAIN_S[-1]]


async def test_a_database_that_is_away_stops_no_look_and_is_told_when_it_is_back(
    make_place: Callable[..., Workplace], anthropic: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched(make_place(), **anthropic_at(anthropic, key="wrong"))

    def nobody(*_: object) -> None:
        raise StoreUnavailable("the database does not answer")

    with monkeypatch.context() as outage:
        outage.setattr(model_watch, "put_model_health", nobody)
        assert not await watched.watch.look()
        await watched.watch.mind_breakers()
    assert watched.breakers.blocked(watched.choice(Role.CEO)) is not None
    assert watched.rows() == {}

    await watched.watch.mind_breakers()

    assert watched.rows()["claude-opus-4-6"].status is ModelStatus.CRITICAL


async def test_ollama_is_told_to_load_the_admins_model_at_the_size_that_calls_want_and_nothing_is_generated(
    make_place: Callable[..., Workplace],
) -> None:
    app = ollama_api.create_app(Script(), api_key=None, models=["qwen3:8b"])
    async with FakeServer(app) as ollama:
        watched = Watched(make_place(), nexus_model_admin="ollama/qwen3:8b", ollama_base_url=ollama.base_url)
        await watched.watch.load_the_front_desk()

        (call,) = ollama.calls
        assert (call.path, call.status) == ("/api/generate", 200)
        assert call.body["model"] == "qwen3:8b"
        assert "prompt" not in call.body
        assert call.body["options"] == {"num_ctx": OLLAMA_CONTEXT_TOKENS}
        assert call.body["keep_alive"] == "30m"


async def test_an_ollama_that_is_away_or_that_nobody_wants_costs_nothing(
    make_place: Callable[..., Workplace], monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(model_watch.log, "warning", lambda event, **_: said.append(event))
    url = f"http://127.0.0.1:{free_port()}"
    await Watched(make_place(), ollama_base_url=url).watch.load_the_front_desk()
    assert said == []

    watched = Watched(make_place(), nexus_model_admin="ollama/qwen3:8b", ollama_base_url=url)
    await watched.watch.load_the_front_desk()
    assert said == ["models.not_loaded"]


async def test_scripted_models_are_looked_at_without_asking_anybody(
    make_place: Callable[..., Workplace],
) -> None:
    place = make_place()
    watch = ModelWatch(place, ModelBreakers(place.clock))

    assert await watch.look()

    rows = place.database.read_sync(all_model_health)
    assert {(row.provider, row.model) for row in rows} == {
        (post.choice.provider.value, post.choice.model) for post in a_payroll().values() if post.choice
    }
