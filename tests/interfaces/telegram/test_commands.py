"""Commands, each in both languages, between a strict Bot API and a real gateway."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from db.engine import Database
from db.statements.telegram_post import chat_session
from interfaces.telegram.commands import COMMANDS, MENU
from interfaces.telegram.words import say
from nexus.bus import Bus
from nexus.ids import new_order_id
from nexus.settings import CommonSettings
from nexus.work_order import Role, Status
from tests.gateway.company import Company, Running, gateway_settings, running_gateway
from tests.interfaces.telegram.desk_at_work import Desk, a_desk

LANGUAGES = ("en", "zh")


@pytest.fixture
def gateway(tmp_path: Path, sqlite: Database, bus: Bus, valkey_server: str) -> Running:
    """A gateway that listens, on the same database as the bot."""
    settings = gateway_settings(
        tmp_path / "home", valkey_server, sqlite_db_path=CommonSettings().sqlite_path
    )
    with running_gateway(settings) as running:
        yield running  # type: ignore[misc]
