"""The inbox: an update is kept in the database before Telegram is told that it was taken, and handled afterwards.

What one chat sends is handled in its order; chats do not wait for each other. An update stays in the inbox until it is
dealt with, over restarts too.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Connection
from telegram import Update

from db.engine import Database
from db.statements.inbox import Inbound, handled_inbound, store_inbound, waiting_inbound
from db.statements.logs import AuditEvent, insert_audit_event
from db.statements.telegram_post import ChatOrder, note_order
from nexus.clock import Clock
from nexus.errors import StoreUnavailable
from nexus.logs import get_logger
from nexus.observing import happened
from nexus.work_order import Channel

log = get_logger(__name__)

PAGE = 200
AGAIN_S = 1.0


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of an update: an order, perhaps, and what the audit says of it."""

    order: ChatOrder | None = None
    audit: AuditEvent | None = None


type Handle = Callable[[str, Update], Awaitable[Handled]]
"""Deals with an update of that id, however long it takes. Raises StoreUnavailable only."""


class Inbox:
    """Takes updates and has them handled."""

    def __init__(
        self,
        database: Database,
        bot_id: int,
        clock: Clock,
        handle: Handle,
        on_order: Callable[[ChatOrder], None],
    ) -> None:
        self._database = database
        self._prefix = f"{bot_id}:"
        self._clock = clock
        self._handle = handle
        self._on_order = on_order
        self._lanes: dict[int, asyncio.Queue[tuple[Inbound, Update]]] = {}
        self._news = asyncio.Event()
        self._news.set()  # there may be some from before

    def id_of(self, update_id: int) -> str:
        """An update's name in the inbox; as text it sorts as Telegram counts."""
        return f"{self._prefix}{update_id:012d}"

    async def take(self, updates: Sequence[Update]) -> None:
        """Keep updates. When this returns, Telegram may forget them.

        Raises:
            StoreUnavailable: they are not kept.
        """
        messages = {self.id_of(update.update_id): update.to_json() for update in updates}
        await self._database.run(store_inbound, Channel.TELEGRAM, messages, self._clock.now())
        self._news.set()

    async def run(self) -> None:
        """Have everything handled that comes, until cancelled."""
        last = ""
        async with asyncio.TaskGroup() as lanes:
            while True:
                await self._news.wait()
                self._news.clear()
                try:
                    last = await self._sort_out(lanes, last)
                except StoreUnavailable as error:
                    log.warning("telegram.inbox_away", error=str(error))
                    await self._clock.sleep(AGAIN_S)
                    self._news.set()

    async def _sort_out(self, lanes: asyncio.TaskGroup, last: str) -> str:
        """Put what is new into the lanes of its chats; returns the last id that was seen."""
        while True:
            found = await self._database.read(waiting_inbound, Channel.TELEGRAM, self._prefix, last, PAGE)
            for each in found:
                self._queue(lanes, each)
                last = each.update_id
            if len(found) < PAGE:
                return last

    def _queue(self, lanes: asyncio.TaskGroup, waiting: Inbound) -> None:
        update = Update.de_json(json.loads(waiting.payload), None)
        chat = update.effective_chat
        lane = chat.id if chat else 0
        if lane not in self._lanes:
            self._lanes[lane] = asyncio.Queue()
            lanes.create_task(self._work_off(lane))
        self._lanes[lane].put_nowait((waiting, update))

    async def _work_off(self, lane: int) -> None:
        queue = self._lanes[lane]
        while not queue.empty():
            waiting, update = queue.get_nowait()
            await self._deal_with(waiting.update_id, update)
        del self._lanes[lane]

    async def _deal_with(self, update_id: str, update: Update) -> None:
        while True:
            try:
                handled = await self._handle(update_id, update)
                await self._database.run(_finish, update_id, handled, self._clock.now())
            except StoreUnavailable as error:
                log.warning("telegram.waits_for_the_store", update=update_id, error=str(error))
                await self._clock.sleep(AGAIN_S)
            else:
                break
        self._count(update)
        if handled.order is not None:
            self._on_order(handled.order)

    def _count(self, update: Update) -> None:
        kind = "button" if update.callback_query else "message" if update.effective_message else "other"
        happened("telegram_updates", kind=kind)
        if update.message is not None:
            lag = self._clock.now() - update.message.date
            happened("telegram_lag_seconds", max(0.0, lag.total_seconds()))


def _finish(connection: Connection, update_id: str, handled: Handled, now: datetime) -> None:
    """The update is dealt with: all that it led to, in one transaction, and once."""
    order = handled.order
    order_id = order.order_id if order is not None else None
    if not handled_inbound(connection, Channel.TELEGRAM, update_id, order_id, now):
        return
    if order is not None:
        note_order(connection, order, now)
    if handled.audit is not None:
        insert_audit_event(connection, handled.audit, now)
