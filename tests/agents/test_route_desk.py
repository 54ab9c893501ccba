"""The router in the worker: loaded before the first order, renewed, and never the end of one."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agents.breaker import Blocked
from agents.learning.current import CurrentRouter
from agents.route_desk import RouteDesk
from agents.triage import Asked, Route, route
from db.records import PastOrder
from nexus.errors import ConfigurationError
from nexus.work_order import TIERS, Role
from tests.agents.conftest import NoBreakers, a_payroll
from tests.conftest import wait_until

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PLAIN = "Write two sentences about the sea for our newsletter"


@dataclass
class Word:
    success: Mapping[Role, float]
    uncertain: bool = False
    version: str = "v1"


@dataclass
class Oracle:
    """A router that says the same of everything; broken, it raises."""

    version: str = "v1"
    chance: float = 0.2
    is_broken: bool = False

    def predict(self, text: str) -> Word:
        if self.is_broken:
            raise ValueError("a bug in the router, at a message with secrets")
        return Word({Role.INTERN: self.chance, Role.DIRECTOR: 0.97, Role.CEO: 0.98}, version=self.version)


@dataclass
class Shelf:
    """Where the routers of a test come from."""

    found: Oracle = field(default_factory=Oracle)
    error: Exception | None = None
    note: str | None = None

    def router(self) -> Oracle:
        if self.error is not None:
            raise self.error
        return self.found


def decided(desk: RouteDesk, text: str = PLAIN) -> Route:
    found = route(Asked(text, NOW), desk.office(100, {}))
    assert isinstance(found, Route)
    return found


def loaded(shelf: Shelf | CurrentRouter, breakers: NoBreakers | None = None) -> RouteDesk:
    desk = RouteDesk(a_payroll(), breakers or NoBreakers(), shelf)
    desk.load()
    return desk


def test_before_it_is_loaded_the_rules_decide_and_afterwards_the_router() -> None:
    desk = RouteDesk(a_payroll(), NoBreakers(), Shelf())
    assert decided(desk).layer == "rules"
    desk.load()
    assert (decided(desk).layer, decided(desk).chosen) == ("router", Role.DIRECTOR)
    assert desk.state == {"version": "v1", "note": None}


def test_of_a_starter_model_it_names_no_chance_for_those_are_of_vendors_models() -> None:
    payroll = a_payroll()
    intern = payroll[Role.INTERN]
    assert intern.choice is not None
    starter = replace(intern, choice=replace(intern.choice, weak=True))
    weak, control = ({**payroll, Role.INTERN: starter}, payroll)
    reasons = []
    for found in (weak, control):
        desk = RouteDesk(found, NoBreakers(), Shelf())
        desk.load()
        reasons.append(decided(desk).reason)
    assert reasons[0] == "the router takes it for the director's work"
    assert "%" in reasons[1]


@pytest.mark.parametrize(
    "error", [ConfigurationError("the artefact is damaged"), OSError("gone"), KeyError("x")]
)
def test_one_that_cannot_be_loaded_leaves_it_to_the_rules_with_a_note(error: Exception) -> None:
    desk = loaded(Shelf(error=error))
    assert decided(desk).layer == "rules"
    assert desk.note is not None
    assert desk.note.startswith("the router cannot be used, the rules decide")
    assert ("damaged" in desk.note) is isinstance(error, ConfigurationError), (
        "a bug's own words may hold anything"
    )


def test_one_that_fails_at_a_message_leaves_that_one_to_the_rules() -> None:
    shelf = Shelf()
    desk = loaded(shelf)
    shelf.found.is_broken = True
    assert decided(desk).layer == "rules"
    assert desk.note is not None
    assert "secrets" not in desk.note
    shelf.found.is_broken = False
    assert decided(desk).layer == "router"
    desk.load()
    assert desk.note is None, "the next look finds it in order"


def test_a_broken_artefact_on_the_shelf_falls_back_to_the_shipped_router(tmp_path: Path) -> None:
    folder = tmp_path / "router"
    folder.mkdir()
    (folder / "current.json").write_text("{ broken")
    (folder / "pointer.json").write_text("{ broken")
    desk = loaded(CurrentRouter(tmp_path))
    assert decided(desk).layer == "router"
    prediction = decided(desk).prediction
    assert prediction is not None
    assert prediction.version.startswith("prior-")


def test_with_the_shipped_router_alone_there_is_nothing_to_note(tmp_path: Path) -> None:
    desk = loaded(CurrentRouter(tmp_path))
    assert desk.note is None
    assert decided(desk, "What is the capital of France?").chosen is Role.INTERN
    assert decided(desk, "Design a multi-region database architecture for a bank.").chosen is Role.CEO


class Ticking:
    """A clock whose sleep ends when the test says so, and counts."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.go = asyncio.Event()

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return float(len(self.slept))

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await self.go.wait()
        self.go.clear()


async def test_a_newer_router_is_taken_within_a_minute_without_a_restart() -> None:
    shelf, clock = Shelf(), Ticking()
    desk = loaded(shelf)
    keeping = asyncio.create_task(desk.keep(clock))
    shelf.found = Oracle("v2", chance=0.995)
    clock.go.set()
    await wait_until(lambda: len(clock.slept) == 2)
    assert (desk.state or {})["version"] == "v2"
    assert decided(desk).chosen is Role.INTERN
    assert clock.slept == [60.0, 60.0]
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


def test_tiers_without_a_model_or_with_a_refused_key_are_left_out() -> None:
    breakers = NoBreakers()
    desk = RouteDesk(a_payroll(), breakers, Shelf())
    assert desk.staffed() == TIERS
    breakers.blocks["director"] = Blocked("the key is refused", 600, for_owner=True)
    breakers.blocks["ceo"] = Blocked("is down", 30)
    assert desk.staffed() == (Role.INTERN, Role.CEO), "what time mends is no reason"
    desk.load()
    assert decided(desk).chosen is Role.CEO
    payroll = a_payroll()
    payroll[Role.INTERN] = replace(payroll[Role.INTERN], choice=None)
    assert RouteDesk(payroll, NoBreakers()).staffed() == (Role.DIRECTOR, Role.CEO)


def test_without_word_vectors_a_conversation_keeps_its_tier(monkeypatch: pytest.MonkeyPatch) -> None:
    past = (PastOrder(Role.CEO, "router", "Design a bank.", NOW),)
    elsewhere = Asked("What is the capital of Australia, please?", NOW, has_past=True, past=past)
    desk = loaded(Shelf(found=Oracle(chance=0.999)))
    desk.warm_up()
    found = route(elsewhere, desk.office(100, {}))
    assert isinstance(found, Route)
    assert found.chosen is Role.INTERN

    def missing(text: str, earlier: Sequence[str]) -> bool:
        raise ConfigurationError("the vectors are missing")

    monkeypatch.setattr("agents.route_desk.same_subject", missing)
    without = loaded(Shelf(found=Oracle(chance=0.999)))
    without.warm_up()
    kept = route(elsewhere, without.office(100, {}))
    assert isinstance(kept, Route)
    assert (kept.layer, kept.chosen) == ("conversation", Role.CEO)
