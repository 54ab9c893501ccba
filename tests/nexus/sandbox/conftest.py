"""The mechanisms of this machine: each test of the sandbox runs under both, where both are there."""

import shutil
from collections.abc import Iterator
from functools import cache

import pytest

from nexus.sandbox.mechanism import Mechanism
from nexus.sandbox.probe import probe
from tests.nexus.sandbox.bait import Bait, laid_bait


@cache
def why_not(mechanism: Mechanism) -> str | None:
    return probe(mechanism)


@pytest.fixture(params=["bubblewrap", "landlock"])
def mechanism(request: pytest.FixtureRequest) -> Mechanism:
    found = Mechanism("landlock")
    if request.param == "bubblewrap":
        program = shutil.which("bwrap")
        if program is None:
            pytest.skip("bubblewrap is not installed here")
        found = Mechanism("bubblewrap", program)
    if why := why_not(found):
        pytest.skip(f"{found.name} cannot be used here: {why}")
    return found


@pytest.fixture
def bait() -> Iterator[Bait]:
    with laid_bait() as laid:
        yield laid
