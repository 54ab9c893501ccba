"""Which router decides: the adopted one, noticed without a restart, and never the end of an order when it is broken."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from agents.learning.current import LOOK_S, CurrentRouter
from nexus.clock import ManualClock
from nexus.errors import ConfigurationError
from routing.router import Router
from routing.shelf import Shelf


class Named:
    """What stands for a router where only its name matters."""

    def __init__(self, version: str) -> None:
        self.version = version


class Loader:
    """Loads names instead of artefacts; a folder with a file `broken` cannot be loaded."""

    def __init__(self) -> None:
        self.loads: list[str] = []

    def __call__(self, path: Path | None) -> Router:
        name = path.name if path else "prior"
        self.loads.append(name)
        if path is not None and (not path.is_dir() or (path / "broken").exists()):
            raise ConfigurationError(f"{name}: its sha256 is another")
        return cast("Router", Named(name))


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def loader() -> Loader:
    return Loader()


@pytest.fixture
def current(tmp_path: Path, clock: ManualClock, loader: Loader) -> CurrentRouter:
    return CurrentRouter(tmp_path, load=loader, monotonic=clock.monotonic)


@pytest.fixture
def adopt(shelf: Shelf) -> Callable[[str], None]:
    def adopt_(version: str) -> None:
        (shelf.path_of(version)).mkdir(parents=True)
        shelf.use(version)

    return adopt_


def test_a_new_company_has_the_shipped_router(current: CurrentRouter) -> None:
    assert current.router().version == "prior"
    assert current.note is None


def test_what_was_adopted_is_noticed_within_a_minute_without_a_restart(
    current: CurrentRouter, clock: ManualClock, adopt: Callable[[str], None]
) -> None:
    current.router()
    adopt("learned-1")

    assert current.router().version == "prior", "it looks once a minute at most"
    clock.advance(LOOK_S)
    assert current.router().version == "learned-1"


def test_it_looks_once_a_minute_and_loads_only_what_changed(
    current: CurrentRouter, clock: ManualClock, loader: Loader, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[Shelf] = []
    stamp = Shelf.stamp

    def counted(shelf: Shelf) -> int:
        looks.append(shelf)
        return stamp(shelf)

    monkeypatch.setattr(Shelf, "stamp", counted)

    for _ in range(100):
        current.router()
        clock.advance(6)

    assert len(looks) <= 11
    assert loader.loads == ["prior"]


def test_a_broken_router_gives_way_to_the_one_before_and_says_so(
    current: CurrentRouter, clock: ManualClock, shelf: Shelf, adopt: Callable[[str], None]
) -> None:
    adopt("learned-1")
    adopt("learned-2")
    (shelf.path_of("learned-2") / "broken").touch()

    assert current.router().version == "learned-1"
    assert current.note == (
        "router learned-2 cannot be loaded: learned-2: its sha256 is another; learned-1 decides"
    )


def test_without_any_that_can_be_read_the_shipped_one_decides(
    current: CurrentRouter, shelf: Shelf, adopt: Callable[[str], None]
) -> None:
    adopt("learned-1")
    (shelf.path_of("learned-1") / "broken").touch()

    assert current.router().version == "prior"
    assert "the shipped router decides" in (current.note or "")


def test_a_damaged_pointer_leaves_the_shipped_router_and_says_so(
    current: CurrentRouter, shelf: Shelf, adopt: Callable[[str], None]
) -> None:
    adopt("learned-1")
    shelf.pointer_file.write_text("{")

    assert current.router().version == "prior"
    assert "current.json cannot be read" in (current.note or "")


def test_the_note_goes_when_it_is_mended(
    current: CurrentRouter, clock: ManualClock, shelf: Shelf, adopt: Callable[[str], None]
) -> None:
    adopt("learned-1")
    shelf.pointer_file.write_text("{")
    current.router()
    shelf.use("learned-1")
    clock.advance(LOOK_S)

    assert current.router().version == "learned-1"
    assert current.note is None


def test_going_back_is_noticed_as_well(
    current: CurrentRouter, clock: ManualClock, shelf: Shelf, adopt: Callable[[str], None]
) -> None:
    adopt("learned-1")
    assert current.router().version == "learned-1"
    shelf.roll_back()
    clock.advance(LOOK_S)

    assert current.router().version == "prior"
