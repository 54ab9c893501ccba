"""The delivery loop: each order from a chat is followed to its end, its card is kept up to date, its answer is sent.

What is to be followed stands in the database, so a bot that was killed goes on where it was: the card and each part
of the answer have keys, and go out once (`interfaces.telegram.sending`).
"""

import asyncio
from contextlib import suppress
from http import HTTPStatus

from db.engine import Database
from db.statements.telegram_post import ChatOrder, mark_answered, unanswered_orders
from interfaces.telegram.answers import answer_messages, gone_message, question_message
from interfaces.telegram.cards import ENDS
from interfaces.telegram.gateway_client import Event, GatewayAway, GatewayClient, GatewayRefused, patiently
from interfaces.telegram.live_card import LiveCard
from interfaces.telegram.sending import Outgoing, Sender, Undeliverable
from interfaces.telegram.words import say
from nexus.clock import Clock
from nexus.errors import StoreUnavailable
from nexus.logs import get_logger, lines_about
from nexus.observing import offer_gauge, order_step

log = get_logger(__name__)

AT_ONCE = 100  # orders that are followed at the same time; the others wait, and show that they were received
AGAIN_S = 1.0
HELD = "order.held"


class Delivery:
    """Follows orders. One per process."""

    def __init__(self, database: Database, gateway: GatewayClient, sender: Sender, clock: Clock) -> None:
        self._database = database
        self._gateway = gateway
        self._sender = sender
        self._clock = clock
        self._room = asyncio.Semaphore(AT_ONCE)
        self._new: asyncio.Queue[ChatOrder] = asyncio.Queue()
        self._followed: set[str] = set()
        offer_gauge("telegram_followed", lambda: [((), float(len(self._followed)))])

    def follow(self, order: ChatOrder) -> None:
        """Follow an order to its end; one that is followed already is not followed twice."""
        self._new.put_nowait(order)

    async def run(self) -> None:
        """Take up what was left, then whatever comes, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for order in await self._left_behind():
                self.follow(order)
            while True:
                order = await self._new.get()
                if order.order_id not in self._followed:
                    self._followed.add(order.order_id)
                    tasks.create_task(self._to_the_end(order))

    async def _left_behind(self) -> list[ChatOrder]:
        while True:
            try:
                return await self._database.read(unanswered_orders)
            except StoreUnavailable as error:
                log.warning("telegram.delivery_away", error=str(error))
                await self._clock.sleep(AGAIN_S)

    async def _to_the_end(self, order: ChatOrder) -> None:
        """Deliver, however often the database is away meanwhile."""
        with lines_about(order.order_id):
            await self._try_to_the_end(order)

    async def _try_to_the_end(self, order: ChatOrder) -> None:
        try:
            while True:
                try:
                    return await self._deliver(order)
                except StoreUnavailable as error:
                    log.warning("telegram.waits_for_the_store", order=order.order_id, error=str(error))
                    await self._clock.sleep(AGAIN_S)
                except Undeliverable as error:
                    log.warning("telegram.undeliverable", order=order.order_id, error=str(error))
                    return await self._database.run(mark_answered, order.order_id, self._clock.now())
                except Exception:
                    # One order's bug must neither end the others' deliveries nor leave its owner in silence.
                    log.exception("telegram.bug", order=order.order_id)
                    return await self._say_that_it_failed(order)
        finally:
            self._followed.discard(order.order_id)

    async def _say_that_it_failed(self, order: ChatOrder) -> None:
        text = Outgoing(say(order.language, "bug", update=order.order_id), reply_to=order.asked_by)
        with suppress(Undeliverable):
            await self._sender.send_once(f"bug:{order.order_id}", order.chat_id, text, order.order_id)
        await self._database.run(mark_answered, order.order_id, self._clock.now())

    async def _deliver(self, order: ChatOrder) -> None:
        live = LiveCard(self._sender, order, self._clock)
        await live.send()
        async with self._room:
            found = await self._follow(order, live)
        messages = await self._answer(order) if found else [gone_message(order)]
        with order_step("deliver", order.order_id, messages=len(messages)):
            for n, message in enumerate(messages, start=1):
                key = f"answer:{order.order_id}:{n}"
                await self._sender.send_once(key, order.chat_id, message, order.order_id)
        await live.finish()
        await self._database.run(mark_answered, order.order_id, self._clock.now())

    async def _follow(self, order: ChatOrder, live: LiveCard) -> bool:
        """Take in the order's events to the last one, and show them; False when there is no such order."""
        showing = asyncio.create_task(live.run())
        try:
            return await self._watch(order, live)
        finally:
            showing.cancel()
            with suppress(asyncio.CancelledError):
                await showing

    async def _watch(self, order: ChatOrder, live: LiveCard) -> bool:
        after, attempt = None, 0
        while True:
            try:
                async for event in self._gateway.events(order.order_id, after):
                    after, attempt = event.id or after, 0
                    live.saw(event)
                    if event.type == HELD and event.id is not None:
                        await self._ask(order, event)
                    if event.type in ENDS:
                        return True
            except GatewayAway as error:
                log.info("telegram.line_broken", order=order.order_id, error=str(error))
            except GatewayRefused as error:
                if error.status == HTTPStatus.NOT_FOUND:
                    return False
                log.warning("telegram.refused", order=order.order_id, error=str(error))
            attempt += 1
            await patiently(attempt)

    async def _ask(self, order: ChatOrder, event: Event) -> None:
        """The question of a held order, as a message of its own: editing the card would wake nobody."""
        key = f"held:{order.order_id}:{event.id}"
        question = question_message(order, event.payload)
        await self._sender.send_once(key, order.chat_id, question, order.order_id)

    async def _answer(self, order: ChatOrder) -> list[Outgoing]:
        """The ended order's answer, read until it can be."""
        attempt = 0
        while True:
            try:
                return answer_messages(order, await self._gateway.detail(order.order_id))
            except GatewayAway as error:
                log.info("telegram.answer_away", order=order.order_id, error=str(error))
            attempt += 1
            await patiently(attempt)
