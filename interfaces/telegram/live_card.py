"""An order's card in its chat: sent once, then edited when something has happened and while time passes."""

import asyncio

from db.statements.telegram_post import ChatOrder
from interfaces.telegram.cards import Card
from interfaces.telegram.gateway_client import Event
from interfaces.telegram.keyboards import while_open
from interfaces.telegram.sending import Outgoing, Sender
from nexus.clock import Clock

EVERY_S, EVERY_IN_GROUP_S = 1.0, 10.0  # at most one edit in this time; a group takes 20 messages a minute
TICK_S, SLOW_TICK_S, SLOW_AFTER_S = 5.0, 15.0, 60.0


class LiveCard:
    """The card of one order."""

    def __init__(self, sender: Sender, order: ChatOrder, clock: Clock) -> None:
        self._sender = sender
        self._order = order
        self._clock = clock
        self._card = Card(order.language, order.created_at)
        self._message_id = 0
        self._shown = ""
        self._changed = asyncio.Event()

    async def send(self) -> None:
        """Put it into the chat, unless it is there from before. Silent: the answer is what one waits for.

        Raises:
            Undeliverable, StoreUnavailable: as `Sender.send_once`.
        """
        message = self._message(reply_to=self._order.asked_by)
        key, order = f"card:{self._order.order_id}", self._order
        self._message_id = await self._sender.send_once(key, order.chat_id, message, order.order_id)
        self._shown = message.text

    def saw(self, event: Event) -> None:
        """Take in what happened; it is shown at the next turn."""
        self._card.saw(event.type, event.payload)
        self._changed.set()

    async def run(self) -> None:
        """Show what happens, until cancelled."""
        every_s = EVERY_IN_GROUP_S if self._order.chat_id < 0 else EVERY_S
        while True:
            await self._something_to_show()
            await self._show()
            await self._clock.sleep(every_s)

    async def finish(self) -> None:
        """Show how it ended; the Stop button goes."""
        await self._sender.edit(self._order.chat_id, self._message_id, self._message(), must=True)

    async def _something_to_show(self) -> None:
        """Until something happened, or the time shown is old."""
        age_s = (self._clock.now() - self._order.created_at).total_seconds()
        try:
            async with asyncio.timeout(TICK_S if age_s < SLOW_AFTER_S else SLOW_TICK_S):
                await self._changed.wait()
        except TimeoutError:
            return

    async def _show(self) -> None:
        self._changed.clear()
        message = self._message()
        if self._card.ended or message.text == self._shown:
            return  # the last word is `finish`, after the answer
        if await self._sender.edit(self._order.chat_id, self._message_id, message):
            self._shown = message.text

    def _message(self, reply_to: int | None = None) -> Outgoing:
        keyboard = None if self._card.ended else while_open(self._order.order_id, self._order.language)
        return Outgoing(self._card.text(self._clock.now()), keyboard=keyboard, reply_to=reply_to, silent=True)
