"""Every message the bot sends: once, within Telegram's limits, and as plain text where Telegram cannot read the rest.

A message has a key and a row in `telegram_sends`, written before it is sent. Only when the outcome of a send is not
known (the process died, or the line broke behind it) is it sent again, and that is audited. Messages go out one after
another, so that a kill leaves one at most in doubt; edits, which may come twice, do not wait for that.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import httpx
from aiolimiter import AsyncLimiter
from telegram import InlineKeyboardMarkup, InputFile, Message, MessageEntity, ReplyParameters
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError
from telegram.ext import ExtBot

from db.engine import Database
from db.statements.telegram_post import begin_send, confirm_send, forget_send, sent_message
from nexus.clock import Clock
from nexus.errors import PermanentError, StoreUnavailable
from nexus.logs import get_logger
from nexus.observing import happened

log = get_logger(__name__)

BURST, PER_S = 20, 1  # a private chat: one message a second, short bursts are allowed
GROUP_PER_MIN = 20
CHATS_KEPT = 1024
AGAIN_S = 1.0
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
UNCHANGED = "message is not modified"


class Undeliverable(PermanentError):
    """Telegram will never take this message for this chat."""


class _TryLater(Exception):
    """It did not arrive, or nobody knows; the next try comes in `after_s` seconds."""

    def __init__(self, after_s: float) -> None:
        super().__init__(after_s)
        self.after_s = after_s


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message. `entities` count in UTF-16 units; with `file` the text is its caption."""

    text: str
    entities: tuple[MessageEntity, ...] = ()
    keyboard: InlineKeyboardMarkup | None = None
    reply_to: int | None = None
    silent: bool = False
    file: tuple[str, bytes] | None = None  # its name and content


class Sender:
    """Sends and edits. One per process."""

    def __init__(self, bot: ExtBot[int], database: Database, clock: Clock) -> None:
        self._bot = bot
        self._database = database
        self._clock = clock
        self._chats: OrderedDict[int, AsyncLimiter] = OrderedDict()
        self._turn = asyncio.Lock()
        self._under_way: set[asyncio.Task[int]] = set()
        self._stopping = False

    async def drain(self, within_s: float) -> None:
        """Let the sends that are under way end, and begin no other: what is cut off would be sent again."""
        self._stopping = True
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=within_s)

    async def send_once(self, key: str, chat_id: int, message: Outgoing, order_id: str | None = None) -> int:
        """Send the message `key`, unless it was sent before; returns its id. Goes on until it has arrived.

        Raises:
            Undeliverable: the chat is gone, or the bot is blocked there.
            StoreUnavailable: it cannot be noted, so it was not sent.
        """
        send = asyncio.create_task(self._send_once(key, chat_id, message, order_id))
        self._under_way.add(send)
        send.add_done_callback(self._under_way.discard)
        send.add_done_callback(_look_at)
        return await asyncio.shield(send)

    async def _send_once(self, key: str, chat_id: int, message: Outgoing, order_id: str | None) -> int:
        while not self._stopping:
            known = await self._database.read(sent_message, key)
            if known is not None:
                return known
            try:
                async with self._room(chat_id), self._turn:
                    return await self._take_turn(key, chat_id, message, order_id)
            except _TryLater as later:
                await self._clock.sleep(later.after_s)
        raise asyncio.CancelledError

    async def _take_turn(self, key: str, chat_id: int, message: Outgoing, order_id: str | None) -> int:
        """Note, send, and note the outcome, while no other message is at that: a kill leaves one in doubt at most."""
        if self._stopping:
            raise asyncio.CancelledError
        known = await self._database.run(begin_send, key, chat_id, order_id, self._clock.now())
        if known is not None:
            return known
        sent = await self._attempt(key, chat_id, message)
        await self._confirm(key, sent)
        return sent

    async def _confirm(self, key: str, message_id: int) -> None:
        """It has arrived, and that has to be written down, however long it takes."""
        while True:
            try:
                return await self._database.run(confirm_send, key, message_id, self._clock.now())
            except StoreUnavailable as error:
                log.warning("telegram.not_noted", key=key, error=str(error))
                await self._clock.sleep(AGAIN_S)

    async def _attempt(self, key: str, chat_id: int, message: Outgoing) -> int:
        """One try. The row stays only if the outcome is not known."""
        try:
            sent = (await self._deliver(chat_id, message)).message_id
        except RetryAfter as error:
            happened("telegram_sends", outcome="told_to_wait")
            happened("telegram_wait_seconds", seconds_of(error))
            await self._database.run(forget_send, key)
            log.info("telegram.told_to_wait", key=key, seconds=seconds_of(error))
            raise _TryLater(seconds_of(error)) from None
        except (Forbidden, BadRequest) as error:
            happened("telegram_sends", outcome="undeliverable")
            await self._database.run(forget_send, key)
            raise Undeliverable(str(error)) from None
        except NetworkError as error:
            if isinstance(error.__cause__, NOT_SENT):
                await self._database.run(forget_send, key)
            happened("telegram_sends", outcome="failed")
            log.warning("telegram.send_failed", key=key, error=type(error).__name__)
            raise _TryLater(AGAIN_S) from None
        happened("telegram_sends", outcome="sent")
        return sent

    async def _deliver(self, chat_id: int, message: Outgoing) -> Message:
        """With its entities, or as plain text when Telegram cannot read them."""
        try:
            return await self._call(chat_id, message)
        except BadRequest as error:
            if not message.entities or not is_about_entities(error):
                raise
            log.warning("telegram.sent_plain", error=str(error))
            return await self._call(chat_id, replace(message, entities=()))

    async def _call(self, chat_id: int, message: Outgoing) -> Message:
        reply = None
        if message.reply_to is not None:
            reply = ReplyParameters(message.reply_to, allow_sending_without_reply=True)
        if message.file is not None:
            name, content = message.file
            return await self._bot.send_document(
                chat_id,
                InputFile(content, name),
                caption=message.text,
                caption_entities=message.entities or None,
                reply_markup=message.keyboard,
                reply_parameters=reply,
                disable_notification=message.silent,
            )
        return await self._bot.send_message(
            chat_id,
            message.text,
            entities=message.entities or None,
            reply_markup=message.keyboard,
            reply_parameters=reply,
            disable_notification=message.silent,
            disable_web_page_preview=True,
        )

    async def edit(self, chat_id: int, message_id: int, message: Outgoing, *, must: bool = False) -> bool:
        """Change a message. One that `must` be changed waits for its turn; any other is left out when there is no room.

        Returns False when it was not changed. Never raises for what Telegram says.
        """
        limiter = self._room(chat_id)
        if not must and not limiter.has_capacity():
            return False
        while True:
            try:
                async with limiter:
                    await self._edit(chat_id, message_id, message)
            except RetryAfter as error:
                if not must:
                    return False
                await self._clock.sleep(seconds_of(error))
            except BadRequest as error:
                return UNCHANGED in str(error).lower()
            except NetworkError:
                if not must:
                    return False
                await self._clock.sleep(AGAIN_S)
            except TelegramError as error:
                log.warning("telegram.not_edited", error=str(error))
                return False
            else:
                return True

    async def _edit(self, chat_id: int, message_id: int, message: Outgoing) -> None:
        async def change(entities: tuple[MessageEntity, ...]) -> None:
            await self._bot.edit_message_text(
                message.text,
                chat_id,
                message_id,
                entities=entities or None,
                reply_markup=message.keyboard,
                disable_web_page_preview=True,
            )

        try:
            await change(message.entities)
        except BadRequest as error:
            if not message.entities or not is_about_entities(error):
                raise
            await change(())

    async def try_to(self, what: Callable[[], Awaitable[object]]) -> None:
        """Something nice to have, such as a note on a button: tried once."""
        try:
            await what()
        except TelegramError as error:
            log.info("telegram.left_out", error=str(error))

    def _room(self, chat_id: int) -> AsyncLimiter:
        """The chat's limit, waited for before a message's turn comes, so that a chat holds up no other."""
        limiter = self._chats.pop(chat_id, None)
        if limiter is None:
            limiter = AsyncLimiter(GROUP_PER_MIN, 60) if chat_id < 0 else AsyncLimiter(BURST, BURST / PER_S)
        self._chats[chat_id] = limiter
        if len(self._chats) > CHATS_KEPT:
            self._chats.popitem(last=False)
        return limiter


def _look_at(send: asyncio.Task[int]) -> None:
    """Whoever waited for it may be gone; then its error is nobody's."""
    if not send.cancelled():
        send.exception()


def seconds_of(error: RetryAfter) -> float:
    """How long Telegram asks to wait."""
    after = error.retry_after
    return float(after if isinstance(after, int | float) else after.total_seconds()) + 0.1


def is_about_entities(error: BadRequest) -> bool:
    """True when Telegram says that it cannot read the formatting."""
    text = str(error).lower()
    return "parse entities" in text or "entit" in text
