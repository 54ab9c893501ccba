"""Alerts reach the owner exactly once: by the heartbeat itself, or by the bot where that did not work."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from db.engine import Database
from db.statements.alerts import Severity, alerts_after
from db.statements.telegram_people import approve, give_code, meet
from heartbeat.alerts import Notice
from heartbeat.config import HeartbeatSettings
from heartbeat.telling import Owner, Telegram, Teller
from nexus.cli.ports import free_port
from nexus.clock import SystemClock
from nexus.errors import StoreUnavailable
from nexus.health_words import HEALTH_WORDS
from tests.botapi.api import TOKEN
from tests.botapi.talk import Talk, a_talk
from tests.interfaces.telegram.test_announcer import announcing

ANN, LI = 1001, 1002
OWNERS = [Owner(ANN, "en"), Owner(LI, "zh")]


def a_notice(what: str = "gone") -> Notice:
    details = {"component": "gateway", "status": "critical", "reason": what}
    return Notice("health.critical", Severity.CRITICAL, datetime.now(UTC), details)


class _Quick(SystemClock):
    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.02))


@pytest.fixture
async def talk() -> AsyncIterator[Talk]:
    async with a_talk() as talk:
        talk.api.person(LI, "Li", language_code="zh-hans", started=True)
        yield talk


def a_teller(database: Database, url: str) -> Teller:
    settings = HeartbeatSettings(telegram_bot_token=TOKEN, telegram_api_base_url=url)
    return Teller(database, Telegram(settings, _Quick()), _Quick())


def heard(talk: Talk, user: int) -> list[str]:
    return [message.text for message in talk.api.messages(user) if message.from_bot]


def rows(database: Database) -> list[dict[str, Any]]:
    return [{"text": row.text, **json.loads(row.details)} for row in database.read_sync(alerts_after, "", 50)]


def pair(database: Database, user: int, language: str) -> None:
    now = datetime.now(UTC) - timedelta(minutes=1)
    database.run_sync(meet, user, "Somebody", language, now)
    database.run_sync(give_code, user, f"code {user}", now + timedelta(hours=1))
    assert database.run_sync(approve, f"code {user}", "operator:test", now)


async def test_each_owner_is_told_in_their_language_and_the_bot_tells_it_no_more(
    sqlite: Database, talk: Talk
) -> None:
    for user, language in ((ANN, "en"), (LI, "zh-hans")):
        pair(sqlite, user, language)
    await a_teller(sqlite, talk.api.base_url).tell([a_notice()], OWNERS)
    assert heard(talk, ANN) == ["🚨 gateway is critical: gone"]
    assert heard(talk, LI) == ["🚨 gateway 严重故障：gone"]
    assert rows(sqlite)[0]["told"] == [ANN, LI]

    nobody_told = Teller(sqlite, None, SystemClock())
    await nobody_told.tell([a_notice("by the bot")], OWNERS)
    running = asyncio.create_task(announcing(talk, sqlite).run())
    await talk.api.wait_until(lambda: any("by the bot" in text for text in heard(talk, ANN)))
    await talk.api.wait_until(lambda: any("严重故障：by the bot" in text for text in heard(talk, LI)))
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    assert sum("gone" in text for text in heard(talk, ANN)) == 1
    assert sum("gone" in text for text in heard(talk, LI)) == 1


async def test_who_could_not_be_told_is_left_to_the_bot(
    sqlite: Database, talk: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    await a_teller(sqlite, nowhere).tell([a_notice()], OWNERS)
    [row] = rows(sqlite)
    assert "told" not in row
    stranger = Owner(4711, "en")
    await a_teller(sqlite, talk.api.base_url).tell([a_notice()], [OWNERS[0], stranger])
    assert rows(sqlite)[1]["told"] == [ANN]
    assert TOKEN not in caplog.text
    assert "heartbeat.not_told" in caplog.text


async def test_with_the_database_away_people_are_told_and_it_is_written_afterwards(
    sqlite: Database, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    teller = a_teller(sqlite, talk.api.base_url)

    async def gone(*_: object, **__: object) -> object:
        raise StoreUnavailable("it is away")

    with monkeypatch.context() as away:
        away.setattr(sqlite, "run", gone)
        await teller.tell([a_notice()], OWNERS[:1])
    assert len(heard(talk, ANN)) == 1
    assert rows(sqlite) == []
    await teller.tell([], OWNERS[:1])
    assert [row["told"] for row in rows(sqlite)] == [[ANN]]
    assert len(heard(talk, ANN)) == 1


def test_every_kind_has_its_words() -> None:
    kinds = Notice.__annotations__["kind"].__value__.__args__
    assert set(kinds) == set(HEALTH_WORDS)
