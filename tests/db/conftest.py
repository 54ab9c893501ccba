"""Stores for code that opens its own: the one that DATABASE_URL names."""

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
