"""Stores for code that opens its own: the one that DATABASE_URL names."""

import os
from collections.abc import Iterator

import pytest

from db.client import get_db_client


@pytest.fixture(params=["sqlite", "postgresql"])
def configured_store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An empty store of each kind, as the environment names it; its client is closed afterwards."""
    if request.param == "postgresql":
        monkeypatch.setenv("DATABASE_URL", request.getfixturevalue("postgres_url"))
    yield str(request.param)
    get_db_client().close()


@pytest.fixture
def own_client() -> Iterator[None]:
    """Closes the client that the test opened, whatever it set DATABASE_URL to."""
    url = os.environ.get("DATABASE_URL")
    yield
    if url == os.environ.get("DATABASE_URL"):
        get_db_client().close()
