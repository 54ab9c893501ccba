"""How the fake Bot API hands out updates: long polls, offsets, conflicts, and the webhook."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest
from telegram import Update
from telegram.error import Conflict

from nexus.clock import ManualClock
from tests.botapi.api import TOKEN, BotApi
from tests.botapi.talk import Talk, a_client, a_talk

OTHER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
HOOKED = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


@pytest.fixture
async def talk() -> AsyncIterator[Talk]:
    async with a_talk() as talk:
        yield talk


def texts(updates: tuple[Update, ...]) -> list[str | None]:
    return [update.message.text if update.message else None for update in updates]


async def polls_begin(api: BotApi, turns: int) -> None:
    """Until so many long polls have begun."""
    await api.wait_until(lambda: api.world.queue.turns >= turns)


async def test_an_update_stays_until_a_later_offset_confirms_it(talk: Talk) -> None:
    for text in ("one", "two", "three"):
        talk.owner.says(text)
    first = await talk.bot.get_updates()
    again = await talk.bot.get_updates()
    assert texts(first) == texts(again) == ["one", "two", "three"]
    ids = [update.update_id for update in first]
    assert ids == list(range(ids[0], ids[0] + 3))
    assert texts(await talk.bot.get_updates(offset=ids[1])) == ["two", "three"]
    assert talk.api.confirmed == (ids[0],)
    assert texts(await talk.bot.get_updates(offset=ids[2] + 1)) == []
    assert texts(await talk.bot.get_updates(offset=1)) == []
    assert talk.api.confirmed == tuple(ids)


async def test_limit_and_a_negative_offset_are_obeyed(talk: Talk) -> None:
    for text in ("one", "two", "three"):
        talk.owner.says(text)
    assert texts(await talk.bot.get_updates(limit=2)) == ["one", "two"]
    assert texts(await talk.bot.get_updates(offset=-1)) == ["three"]
    assert len(talk.api.pending) == 1


async def test_updates_are_forgotten_after_24_hours() -> None:
    clock = ManualClock()
    async with a_talk(clock=clock) as talk:
        talk.owner.says("old")
        clock.advance(24 * 3600 - 1)
        talk.owner.says("new")
        assert len(talk.api.pending) == 2
        clock.advance(2)
        assert texts(await talk.bot.get_updates()) == ["new"]


async def test_a_long_poll_ends_when_an_update_comes(talk: Talk) -> None:
    poll = asyncio.create_task(talk.bot.get_updates(timeout=30))
    await polls_begin(talk.api, 1)
    assert not poll.done()
    talk.owner.says("news")
    assert texts(await poll) == ["news"]


async def test_a_long_poll_without_news_ends_empty_after_its_time(talk: Talk) -> None:
    assert await talk.bot.get_updates(timeout=1) == ()
    (seen,) = talk.api.calls_of("getUpdates")
    assert seen.took_s is not None
    assert seen.took_s >= 0.9


async def test_a_poller_that_dies_loses_nothing_and_blocks_nobody(talk: Talk) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        url = f"{talk.api.bot_url}{TOKEN}/getUpdates"
        poll = asyncio.create_task(client.post(url, json={"timeout": 50}))
        await polls_begin(talk.api, 1)
        poll.cancel()
        await asyncio.gather(poll, return_exceptions=True)
    await talk.api.wait_until(lambda: all(r.took_s is not None for r in talk.api.requests))
    talk.owner.says("later")
    assert texts(await talk.bot.get_updates(timeout=5)) == ["later"]
    assert [r.status for r in talk.api.calls_of("getUpdates")] == [None, 200]


async def test_a_second_long_poll_ends_the_first_with_409(talk: Talk) -> None:
    async with a_client(talk.api) as second:
        poll = asyncio.create_task(talk.bot.get_updates(timeout=30))
        await polls_begin(talk.api, 1)
        winner = asyncio.create_task(second.get_updates(timeout=30))
        with pytest.raises(Conflict):
            await poll
        talk.owner.says("for the second")
        assert texts(await winner) == ["for the second"]
    refused = next(request for request in talk.api.requests if request.status == 409)
    assert refused.description == OTHER


async def test_only_the_wanted_kinds_are_kept_and_the_wish_is_remembered(talk: Talk) -> None:
    await talk.bot.get_updates(allowed_updates=["callback_query"])
    talk.owner.says("unheard")
    talk.api.forge_callback(talk.owner, "data")
    kinds = [update.callback_query is not None for update in await talk.bot.get_updates()]
    assert kinds == [True]
    await talk.bot.get_updates(allowed_updates=[])
    talk.owner.says("heard")
    assert len(talk.api.pending) == 2


@dataclass
class Receiver:
    """A web server on 127.0.0.1 that answers with the next status of a list, 200 when it is empty."""

    statuses: list[int] = field(default_factory=list)
    seen: list[tuple[dict[str, str], dict[str, object]]] = field(default_factory=list)
    url: str = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        body = await reader.readexactly(int(headers["content-length"]))
        self.seen.append((headers, json.loads(body)))
        status = self.statuses.pop(0) if self.statuses else 200
        writer.write(f"HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def a_receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.answer, "127.0.0.1", 0)
    async with server:
        receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
        yield receiver


async def test_a_webhook_gets_every_update_in_order_with_its_secret(talk: Talk) -> None:
    async with a_receiver() as receiver:
        talk.owner.says("before")
        await talk.bot.set_webhook(receiver.url, secret_token="s-1_x", allowed_updates=["message"])
        talk.owner.says("after")
        await talk.api.wait_until(lambda: not talk.api.pending)
        await talk.bot.delete_webhook()
    bodies = [body["message"] for _, body in receiver.seen]
    assert [body["text"] for body in bodies if isinstance(body, dict)] == ["before", "after"]
    assert {headers["x-telegram-bot-api-secret-token"] for headers, _ in receiver.seen} == {"s-1_x"}


async def test_a_webhook_that_fails_gets_the_update_again(talk: Talk) -> None:
    async with a_receiver() as receiver:
        receiver.statuses += [500, 403]
        talk.owner.says("again")
        await talk.bot.set_webhook(receiver.url)
        await talk.api.wait_until(lambda: not talk.api.pending)
        info = await talk.bot.get_webhook_info()
        await talk.bot.delete_webhook()
    assert len(receiver.seen) == 3
    assert len({body["update_id"] for _, body in receiver.seen if isinstance(body["update_id"], int)}) == 1
    assert info.last_error_message == "Wrong response from the webhook: 403 X"
    assert info.pending_update_count == 0


async def test_a_webhook_that_nobody_serves_keeps_the_update(talk: Talk) -> None:
    talk.owner.says("kept")
    await talk.bot.set_webhook("http://127.0.0.1:9/hook")
    hook = talk.api.world.webhook
    assert hook
    await talk.api.wait_until(lambda: hook.error)
    assert len(talk.api.pending) == 1
    await talk.bot.delete_webhook(drop_pending_updates=True)
    assert not talk.api.pending


async def test_polling_and_a_webhook_exclude_each_other(talk: Talk) -> None:
    async with a_receiver() as receiver:
        poll = asyncio.create_task(talk.bot.get_updates(timeout=30))
        await polls_begin(talk.api, 1)
        await talk.bot.set_webhook(receiver.url)
        with pytest.raises(Conflict):
            await poll
        with pytest.raises(Conflict):
            await talk.bot.get_updates()
        said = [request.description for request in talk.api.requests if request.status == 409]
        assert said == ["Conflict: terminated by setWebhook request", HOOKED]
        assert (await talk.bot.get_webhook_info()).url == receiver.url
        await talk.bot.delete_webhook()
    assert await talk.bot.get_updates() == ()
    assert (await talk.bot.get_webhook_info()).url == ""
