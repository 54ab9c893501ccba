"""Updates that Telegram sends: kept before the yes, and nothing without the secret."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field

import httpx
import pytest
from telegram import Update

from db.engine import Database
from db.statements.inbox import waiting_inbound
from interfaces.telegram.config import TelegramSettings
from interfaces.telegram.inbox import Handled, Inbox
from interfaces.telegram.webhook import HEADER, MAX_BYTES, Webhook
from nexus.cli.ports import free_port
from nexus.clock import SystemClock
from nexus.errors import StoreUnavailable
from nexus.work_order import Channel
from tests.botapi.api import TOKEN, BotApi
from tests.botapi.talk import a_client


@dataclass
class Door:
    api: BotApi
    url: str
    inbox: Inbox
    database: Database
    forged: list[str] = field(default_factory=list)

    def kept(self) -> int:
        return len(self.database.read_sync(waiting_inbound, Channel.TELEGRAM, "", "", 100))

    async def knock(self, body: bytes = b"{}", method: str = "POST", **headers: str) -> httpx.Response:
        async with httpx.AsyncClient(trust_env=False) as client:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return await client.request(method, self.url, content=body, headers=named)

    def secret(self) -> str:
        return str(self.api.calls_of("setWebhook")[-1].parameters["secret_token"])


async def _never(_id: str, _update: Update) -> Handled:
    raise AssertionError("nothing is handled here")


@pytest.fixture
async def door(sqlite: Database) -> AsyncIterator[Door]:
    port = free_port()
    url = f"http://127.0.0.1:{port}/hook"
    settings = TelegramSettings.model_validate(
        {"telegram_bot_token": TOKEN, "telegram_webhook_url": url, "telegram_webhook_port": port}
    )
    async with BotApi() as api, a_client(api) as client:
        bot, forged = client, list[str]()

        async def note(address: str) -> None:
            forged.append(address)

        inbox = Inbox(sqlite, bot.id, SystemClock(), _never, lambda _: None)
        serving = asyncio.create_task(Webhook(bot, inbox, settings, SystemClock(), note).run())
        await api.wait_until(lambda: api.calls_of("setWebhook"))
        yield Door(api, url, inbox, sqlite, forged)
        serving.cancel()
        with suppress(asyncio.CancelledError):
            await serving


async def test_an_update_is_kept_and_then_taken(door: Door) -> None:
    door.api.person(1, "Ann").says("hello")
    await door.api.wait_until(lambda: not door.api.pending)
    assert door.kept() == 1


async def test_telegram_is_told_to_send_again_while_the_database_is_away(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    took, tries = door.inbox.take, 0

    async def away_at_first(updates: list[Update]) -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise StoreUnavailable("away")
        await took(updates)

    monkeypatch.setattr(door.inbox, "take", away_at_first)
    door.api.person(1, "Ann").says("hello")
    await door.api.wait_until(lambda: not door.api.pending)
    assert (tries, door.kept()) == (3, 1)


@pytest.mark.parametrize("headers", [{}, {HEADER: "guessed"}, {HEADER: ""}, {"Authorization": "Bearer x"}])
async def test_a_forged_update_is_refused_and_noted(door: Door, headers: dict[str, str]) -> None:
    reply = await door.knock(b'{"update_id": 1}', **headers)
    assert (reply.status_code, reply.content) == (403, b"")
    assert door.forged == ["127.0.0.1"]
    assert door.kept() == 0


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
async def test_other_methods_are_forgeries_without_the_secret_and_nothing_with_it(
    door: Door, method: str
) -> None:
    assert (await door.knock(method=method)).status_code == 403
    assert door.forged == ["127.0.0.1"]
    assert (await door.knock(b"", method, **{HEADER: door.secret()})).status_code == 405
    assert (door.forged, door.kept()) == (["127.0.0.1"], 0)


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b"{}", b'{"update_id": "x"}'])
async def test_nonsense_with_the_secret_is_refused_and_nothing_is_kept(door: Door, body: bytes) -> None:
    reply = await door.knock(body, **{HEADER: door.secret()})
    assert reply.status_code == 400
    assert door.kept() == 0


async def test_a_huge_body_is_refused(door: Door) -> None:
    reply = await door.knock(b" " * (MAX_BYTES + 1), **{HEADER: door.secret()})
    assert reply.status_code == 413


async def test_the_secret_is_new_at_each_start_and_long(door: Door) -> None:
    assert len(door.secret()) >= 32
