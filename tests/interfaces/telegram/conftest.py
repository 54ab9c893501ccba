"""The bot's inside between a strict Bot API and a gateway that listens; the test does the workers' part."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from db.engine import Database
from nexus.bus import Bus
from tests.gateway.company import Company, Running, gateway_settings, running_gateway
from tests.interfaces.telegram.desk_at_work import Desk, a_desk


@pytest.fixture
def company(sqlite: Database, bus: Bus) -> Company:
    """The workers."""
    return Company(sqlite, bus)


@pytest.fixture
def gateway(tmp_path: Path, sqlite: Database, valkey_server: str) -> Iterator[Running]:
    """A gateway that listens, on the bot's own database."""
    with running_gateway(gateway_settings(tmp_path / "home", valkey_server)) as running:
        yield running


@pytest.fixture
async def desk(tmp_path: Path, sqlite: Database, gateway: Running) -> AsyncIterator[Desk]:
    """The bot. Every update is handled twice: nothing is done or said twice for that."""
    url = f"http://127.0.0.1:{gateway.port}"
    async with a_desk(sqlite, url, tmp_path / "home") as desk:
        yield desk


@pytest.fixture(autouse=True)
def _retry_after_as_a_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the bot's own process; without it python-telegram-bot warns whenever it makes a RetryAfter."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
