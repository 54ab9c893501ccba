"""What a worker tells of its sandbox: looked for in the background, again where there was none."""

import asyncio

import pytest

from nexus.clock import ManualClock
from nexus.sandbox import probe, state
from nexus.sandbox.mechanism import Mechanism
from nexus.sandbox.state import known_state, look_at_sandbox
from tests.conftest import wait_until


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "_found", [])
    monkeypatch.setattr(state, "_known", [])


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[probe.Found]:
    """What each probe finds, the last one for ever."""
    found = [probe.Found(None, "bubblewrap: not installed; landlock: too old")]
    monkeypatch.setattr(probe, "_look", lambda: found.pop(0) if len(found) > 1 else found[0])
    return found


def test_each_level_says_what_it_is_and_what_mends_it(looks: list[probe.Found]) -> None:
    none = look_at_sandbox()
    assert (none.level, none.is_there) == ("none", False)
    for words in ("bubblewrap: not installed; landlock: too old", "NOT CHECKED", "apt install bubblewrap"):
        assert words in none.reason

    looks[:] = [probe.Found(Mechanism("landlock"), "bubblewrap: not installed")]
    probe.forget()
    second = look_at_sandbox()
    assert (second.level, second.is_there) == ("landlock", True)
    assert "bubblewrap: not installed" in second.reason

    looks[:] = [probe.Found(Mechanism("bubblewrap", "/usr/bin/bwrap"), "")]
    probe.forget()
    assert look_at_sandbox().level == "bubblewrap"


async def test_it_looks_by_itself_and_finds_what_was_installed_later(looks: list[probe.Found]) -> None:
    clock = ManualClock()
    looks.append(probe.Found(Mechanism("bubblewrap", "/usr/bin/bwrap"), ""))
    assert known_state() is None
    looking = asyncio.create_task(state.keep_looking(clock))
    try:
        await wait_until(lambda: (known := known_state()) and known.level == "bubblewrap")
        assert clock.monotonic() > state.PROBE_AGAIN_S, "not before ten minutes"
    finally:
        looking.cancel()


async def test_what_was_found_is_not_looked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, times = ManualClock(), list[int]()

    def look() -> probe.Found:
        times.append(1)
        return probe.Found(Mechanism("landlock"), "bubblewrap: not installed")

    monkeypatch.setattr(probe, "_look", look)
    looking = asyncio.create_task(state.keep_looking(clock))
    try:
        await wait_until(lambda: clock.monotonic() > 3 * state.PROBE_AGAIN_S)
    finally:
        looking.cancel()
    assert times == [1]
