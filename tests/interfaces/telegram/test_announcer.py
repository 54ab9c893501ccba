"""What people are told without having asked: greetings and alerts, once each, to those who may know."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import pytest

from db.engine import Database
from db.statements.alerts import Alert, Severity, raise_alert
from db.statements.telegram_people import approve, give_code, meet, remove
from interfaces.telegram.announcer import Announcer
from interfaces.telegram.config import TelegramSettings
from interfaces.telegram.sending import Sender
from nexus.clock import SystemClock
from tests.botapi.talk import Talk, a_talk
from tests.builders import now

ANN, BOB = 1001, 1002


class _Quick(SystemClock):
    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.02))


@dataclass
class Office:
    talk: Talk
    database: Database
    announcer: Announcer

    def pair(self, user_id: int, language: str = "en") -> None:
        self.database.run_sync(meet, user_id, "Somebody", language, now())
        self.database.run_sync(give_code, user_id, f"code {user_id}", now() + timedelta(hours=1))
        assert self.database.run_sync(approve, f"code {user_id}", "operator:test", now())

    def alert(self, text: str, key: str | None = None, age: timedelta = timedelta()) -> None:
        told = Alert(key or text, "test.kind", Severity.CRITICAL, text, {})
        self.database.run_sync(raise_alert, told, now() - age)

    def heard(self, user_id: int = ANN) -> list[str]:
        return [message.text for message in self.talk.api.messages(user_id) if message.from_bot]

    async def hears(self, text: str, user_id: int = ANN) -> None:
        await self.talk.api.wait_until(lambda: any(text in each for each in self.heard(user_id)))


@pytest.fixture
async def office(sqlite: Database) -> AsyncIterator[Office]:
    async with a_talk() as talk:
        talk.api.person(BOB, "Bob", started=True)
        announcer = announcing(talk, sqlite)
        running = asyncio.create_task(announcer.run())
        yield Office(talk, sqlite, announcer)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


def announcing(talk: Talk, database: Database) -> Announcer:
    clock = _Quick()
    sender = Sender(talk.bot, database, clock)
    return Announcer(TelegramSettings(), database, sender, clock)


async def test_who_is_paired_is_told_once(office: Office) -> None:
    office.pair(ANN)
    await office.hears("You are paired")
    office.alert("something else")
    await office.hears("something else")
    assert len(office.heard()) == 2


async def test_who_is_paired_again_is_told_again(office: Office) -> None:
    office.pair(ANN)
    await office.hears("You are paired")
    office.database.run_sync(remove, ANN, "operator:test", now())
    office.pair(ANN)
    await office.talk.api.wait_until(lambda: len(office.heard()) == 2)


async def test_an_alert_reaches_every_owner_once_and_nobody_else(office: Office) -> None:
    office.pair(ANN)
    office.database.run_sync(meet, BOB, "Bob", "en", now())
    await office.hears("You are paired")
    office.alert("the disk is full")
    await office.hears("🚨 the disk is full")
    again = asyncio.create_task(announcing(office.talk, office.database).run())  # the bot was started again
    office.alert("second")
    await office.hears("second")
    again.cancel()
    assert [text for text in office.heard() if "disk" in text] == ["🚨 the disk is full"]
    assert office.heard(BOB) == []


async def test_what_was_before_somebody_was_paired_is_not_told(office: Office) -> None:
    office.alert("long ago", age=timedelta(hours=3))
    office.pair(ANN)
    await office.hears("You are paired")
    office.alert("news")
    await office.hears("news")
    assert not any("long ago" in text for text in office.heard())


async def test_one_owner_who_blocks_the_bot_does_not_keep_it_from_the_others(office: Office) -> None:
    office.pair(ANN)
    office.pair(BOB)
    await office.hears("You are paired", BOB)
    office.talk.owner.blocks_bot()
    office.alert("the disk is full")
    await office.hears("the disk is full", BOB)
