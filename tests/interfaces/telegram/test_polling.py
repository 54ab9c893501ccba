"""Asking for updates: nothing is confirmed that is not kept, one process asks, and a stranger who asks is told once."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest
from telegram import Update

from db.engine import Database
from db.statements.inbox import waiting_inbound
from db.statements.leases import give_back, take_lease
from interfaces.telegram.bot_lease import BotLease, once_held, this_process
from interfaces.telegram.inbox import Handled, Inbox
from interfaces.telegram.polling import CONFLICT_TOLD_AFTER, Poller
from nexus.clock import SystemClock
from nexus.errors import ConfigurationError, LeaseLost, StoreUnavailable
from nexus.work_order import Channel
from tests.botapi.api import BotApi
from tests.botapi.talk import a_client
from tests.conftest import wait_until


class _Quick(SystemClock):
    """Waits only a little of what it is asked to."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.02))


@dataclass
class Asking:
    api: BotApi
    inbox: Inbox
    poller: Poller
    lease: BotLease
    database: Database
    told: list[str] = field(default_factory=list)

    def kept(self) -> int:
        return len(self.database.read_sync(waiting_inbound, Channel.TELEGRAM, "", "", 100))


async def _never(_id: str, _update: Update) -> Handled:
    raise AssertionError("nothing is handled here")


@asynccontextmanager
async def asking(database: Database, holder: str = "one") -> AsyncIterator[Asking]:
    async with BotApi() as api, a_client(api) as client:
        bot, clock = client, _Quick()
        inbox = Inbox(database, bot.id, clock, _never, lambda _: None)
        lease = BotLease(database, bot.id, holder, clock)
        told: list[str] = []

        async def notice(what: str) -> None:
            told.append(what)

        desk = Asking(api, inbox, Poller(bot, inbox, clock, notice), lease, database, told)
        jobs = [asyncio.create_task(lease.keep()), asyncio.create_task(once_held(lease, desk.poller.run))]
        try:
            yield desk
        finally:
            for job in jobs:
                job.cancel()
            for job in jobs:
                with suppress(asyncio.CancelledError, ConfigurationError):
                    await job


async def test_an_update_is_confirmed_after_it_was_kept(sqlite: Database) -> None:
    async with asking(sqlite) as desk:
        desk.api.person(1, "Ann").says("hello")
        await desk.api.wait_until(lambda: desk.api.confirmed)
        assert desk.kept() == 1


async def test_what_cannot_be_kept_is_not_confirmed_and_comes_again(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with asking(sqlite) as desk:
        took, tries = desk.inbox.take, 0

        async def away_at_first(updates: tuple[Update, ...]) -> None:
            nonlocal tries
            tries += 1
            if tries < 4:
                assert desk.api.confirmed == ()
                raise StoreUnavailable("away")
            await took(updates)

        monkeypatch.setattr(desk.inbox, "take", away_at_first)
        desk.api.person(1, "Ann").says("hello")
        await desk.api.wait_until(lambda: desk.api.confirmed)
        assert (tries, desk.kept()) == (4, 1)


async def test_a_second_process_stands_by_and_takes_over(sqlite: Database) -> None:
    first = BotLease(sqlite, 7100000001, "first", _Quick())
    holding = asyncio.create_task(first.keep())
    await first.held.wait()
    async with asking(sqlite, "second") as desk:
        desk.api.person(1, "Ann").says("hello")
        await desk.api.wait_until(lambda: desk.api.calls_of("getMe"))
        assert desk.api.calls_of("getUpdates") == ()
        holding.cancel()
        with suppress(asyncio.CancelledError):
            await holding
        await desk.api.wait_until(lambda: desk.api.confirmed)


async def test_somebody_else_who_asks_is_told_of_once_and_waited_out(sqlite: Database) -> None:
    async with asking(sqlite) as desk:
        desk.api.order_fault("conflict", "getUpdates", times=CONFLICT_TOLD_AFTER + 4)
        desk.api.person(1, "Ann").says("hello")
        await desk.api.wait_until(lambda: desk.api.confirmed)
        assert len(desk.told) == 1


async def test_one_conflict_is_our_own_last_question_and_nobody_is_told(sqlite: Database) -> None:
    async with asking(sqlite) as desk:
        desk.api.order_fault("conflict", "getUpdates")
        desk.api.person(1, "Ann").says("hello")
        await desk.api.wait_until(lambda: desk.api.confirmed)
        assert desk.told == []


@pytest.mark.parametrize("fault", ["bad_gateway", "server_error", "cut_before", "cut_after", "retry_after"])
async def test_telegrams_troubles_are_waited_out(sqlite: Database, fault: str) -> None:
    async with asking(sqlite) as desk:
        desk.api.order_fault(fault, "getUpdates", times=3)  # type: ignore[arg-type]  # the parameter's text
        desk.api.person(1, "Ann").says("hello")
        await desk.api.wait_until(lambda: desk.api.confirmed)
        assert desk.kept() == 1


async def test_the_lease_is_given_back_at_the_end(sqlite: Database) -> None:
    async with asking(sqlite, "one") as desk:
        await desk.lease.held.wait()
    async with asking(sqlite, "two") as desk:
        await asyncio.wait_for(desk.lease.held.wait(), 5)


async def test_an_absent_database_does_not_take_the_lease_away(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    lease = BotLease(sqlite, 7, "one", _Quick())
    keeping = asyncio.create_task(lease.keep())
    await lease.held.wait()
    tries = 0

    async def away(*_: object) -> None:
        nonlocal tries
        tries += 1
        raise StoreUnavailable("away")

    with monkeypatch.context() as patch:
        patch.setattr(sqlite, "run_ahead", away)
        await wait_until(lambda: tries > 3)
    assert lease.held.is_set()
    keeping.cancel()


async def test_who_has_lost_the_lease_to_another_ends(sqlite: Database) -> None:
    lease = BotLease(sqlite, 7, "one", _Quick())
    keeping = asyncio.create_task(lease.keep())
    await lease.held.wait()
    sqlite.run_sync(give_back, "telegram:7", "one")
    sqlite.run_sync(take_lease, "telegram:7", "two", 30)
    with pytest.raises(LeaseLost):
        await asyncio.wait_for(keeping, 5)


async def test_a_killed_process_of_this_host_is_not_waited_for(sqlite: Database) -> None:
    ended = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    await ended.wait()
    dead = this_process().replace(f":{os.getpid()}:", f":{ended.pid}:")
    sqlite.run_sync(take_lease, "telegram:7", dead, 3600)
    lease = BotLease(sqlite, 7, this_process(), _Quick())
    keeping = asyncio.create_task(lease.keep())
    await asyncio.wait_for(lease.held.wait(), 5)
    keeping.cancel()


async def test_a_process_of_another_host_is_waited_for(sqlite: Database) -> None:
    sqlite.run_sync(take_lease, "telegram:7", "elsewhere:999999999:x", 3600)
    lease = BotLease(sqlite, 7, this_process(), _Quick())
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await asyncio.gather(lease.keep(), lease.held.wait())
    assert not lease.held.is_set()
