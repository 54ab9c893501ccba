"""The bot's inside at work: real inbox, handlers, delivery and gateway client, between the fake Bot API and a gateway.

Every update can be handled twice before it is done with, as when the bot is killed in the middle of it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from telegram import Update
from telegram.ext import ExtBot

from db.engine import Database
from db.statements.holding import hold_order
from db.statements.inbox import waiting_inbound
from db.statements.logs import AuditFilter, AuditRow, audit_page
from db.statements.orders import assign_order, claim_order
from db.statements.queries import get_order
from db.statements.telegram_post import ChatOrder, latest_order
from db.tables import work_orders
from interfaces.telegram.admission import Admission
from interfaces.telegram.config import TelegramSettings
from interfaces.telegram.delivery import Delivery
from interfaces.telegram.desk import Office
from interfaces.telegram.gateway_client import GatewayClient
from interfaces.telegram.handlers import Handlers
from interfaces.telegram.inbox import Handled, Inbox
from interfaces.telegram.run_teller import RunTeller
from interfaces.telegram.sending import Sender
from nexus.clock import SystemClock
from nexus.hold import Hold
from nexus.work_order import Channel, Role, WorkOrder
from tests.botapi.api import TOKEN, BotApi, Place
from tests.botapi.chats import Message
from tests.botapi.people import Group, Person
from tests.botapi.talk import a_client
from tests.builders import an_assignment
from tests.conftest import wait_until

ANN, LI, GROUP = 1001, 1002, -100_200_300


@dataclass
class Desk:
    """The parts, two people who may speak, one of each language, and a group where they may."""

    api: BotApi
    bot: ExtBot[int]
    database: Database
    ann: Person
    li: Person
    group: Group
    inbox: Inbox
    handled: list[Handled] = field(default_factory=list)
    times: int = 2
    gateway_url: str = ""

    def speaker(self, language: str) -> Person:
        """Who speaks it."""
        return self.li if language == "zh" else self.ann

    async def hear(self) -> None:
        """Take what was said, and wait until it is dealt with."""
        updates = await self.bot.get_updates()
        await self.inbox.take(updates)
        await self.bot.get_updates(offset=updates[-1].update_id + 1)
        await wait_until(lambda: not self._waiting())

    def _waiting(self) -> bool:
        return bool(self.database.read_sync(waiting_inbound, Channel.TELEGRAM, "", "", 1))

    async def asks(self, place: Place, text: str, reply_to: Message | None = None) -> list[Message]:
        """Say something to the bot; returns what it said until it had dealt with that, apart from cards."""
        before = len(self.api.messages(place))
        if isinstance(place, Group):
            place.says(self.ann, text, mentions=False, reply_to=reply_to)
        elif isinstance(place, Person):
            place.says(text, reply_to=reply_to)
        await self.hear()
        return [message for message in self.api.messages(place)[before:] if is_reply(message)]

    async def order(self, place: Place, text: str = "What is the capital of France?") -> WorkOrder:
        """Give an order."""
        await self.asks(place, text)
        return self.newest(place)

    def newest(self, place: Place) -> WorkOrder:
        """The chat's newest order."""
        found = self.database.read_sync(latest_order, place if isinstance(place, int) else place.id)
        assert isinstance(found, ChatOrder)
        order = self.database.read_sync(get_order, found.order_id)
        assert order is not None
        return order

    def audited(self, action: str) -> list[AuditRow]:
        """The audit rows of an action, newest first."""
        return self.database.read_sync(audit_page, AuditFilter(action=action), cursor=None, limit=50)

    def order_count(self) -> int:
        """How many orders the company has."""
        with self.database.engine.connect() as connection:
            count: int = connection.execute(sa.select(sa.func.count()).select_from(work_orders)).scalar_one()
        return count

    async def hold(self, order_id: str, hold: Hold) -> None:
        """As the CEO's worker holds an order."""
        run, now = self.database.run, datetime.now(UTC)
        order = await run(claim_order, order_id, role=Role.ADMIN, holder="w/1", lease_s=30, now=now)
        assert order is not None
        await run(assign_order, order, an_assignment(Role.CEO), now)
        order = await run(claim_order, order_id, role=Role.CEO, holder="w/2", lease_s=30, now=now)
        assert order is not None
        await run(hold_order, order, hold, now)


def is_reply(message: Message) -> bool:
    """True for what the bot said of itself: neither a card, nor an answer with buttons, nor a person's word."""
    return message.from_bot and not message.keyboard and not message.edited_at


@asynccontextmanager
async def a_desk(database: Database, gateway_url: str, home: Path) -> AsyncIterator[Desk]:
    """The bot's inside; each update is handled `desk.times` times before it is done with."""
    settings = TelegramSettings.model_validate(
        {
            "nexus_home": home,
            "telegram_bot_token": TOKEN,
            "telegram_allowed_ids": f"{ANN}, {LI}",
            "telegram_groups": str(GROUP),
            "gateway_url": gateway_url,
        }
    )
    clock, gateway = SystemClock(), GatewayClient(settings)
    async with BotApi(TOKEN) as api, a_client(api) as bot:
        sender = Sender(bot, database, clock)
        office = Office(settings, database, gateway, bot, sender, bot.bot, clock)
        handlers = Handlers(office, Admission(settings, database, sender, bot.bot, clock))
        delivery = Delivery(database, gateway, sender, clock)

        async def handle(update_id: str, update: Update) -> Handled:
            for _ in range(desk.times):
                outcome = await handlers.handle(update_id, update)
            desk.handled.append(outcome)
            return outcome

        inbox = Inbox(database, bot.bot.id, clock, handle, delivery.follow)
        ann = api.person(ANN, "Ann", language_code="en", started=True)
        li = api.person(LI, "李雷", language_code="zh-hans", started=True)
        desk = Desk(api, bot, database, ann, li, api.group(GROUP, "Team"), inbox, gateway_url=gateway_url)
        teller = RunTeller(settings, database, sender, clock)
        jobs = [asyncio.create_task(job) for job in (inbox.run(), delivery.run(), teller.run())]
        try:
            yield desk
        finally:
            for job in jobs:
                job.cancel()
            for job in jobs:
                with suppress(asyncio.CancelledError):
                    await job
            await gateway.close()
