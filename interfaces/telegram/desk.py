"""What every handler of an update has at hand: the company, the chat, and the way to answer there."""

from dataclasses import dataclass

from telegram import InlineKeyboardMarkup, Message, MessageEntity, Update, User
from telegram.ext import ExtBot

from db.engine import Database
from db.statements.logs import AuditEvent
from db.statements.telegram_post import ChatOrder, chat_order, latest_order, order_of_message
from interfaces.telegram.admission import Speaker
from interfaces.telegram.config import TelegramSettings
from interfaces.telegram.gateway_client import Accepted, GatewayClient
from interfaces.telegram.inbox import Handled
from interfaces.telegram.keyboards import order_under
from interfaces.telegram.sending import Outgoing, Sender
from interfaces.telegram.words import say
from nexus.clock import Clock


@dataclass(frozen=True, slots=True)
class Office:
    """The parts of the bot. One per process."""

    settings: TelegramSettings
    database: Database
    gateway: GatewayClient
    bot: ExtBot[int]
    sender: Sender
    me: User
    clock: Clock


@dataclass(frozen=True, slots=True)
class Ask:
    """An update from somebody who may speak. `update_id` names it in the inbox; `message` is what he wrote, or the
    message whose button he pressed.
    """

    office: Office
    speaker: Speaker
    update_id: str
    update: Update
    message: Message | None

    @property
    def message_id(self) -> int | None:
        """The message that an answer replies to."""
        return self.message.message_id if self.message else None

    @property
    def key(self) -> str:
        """The idempotency key of the one order that this update may become."""
        return f"tg-{self.update_id}"

    def say(self, key: str, **values: object) -> str:
        """A text in the speaker's language."""
        return say(self.speaker.language, key, **values)

    async def reply(
        self,
        text: str,
        entities: tuple[MessageEntity, ...] = (),
        keyboard: InlineKeyboardMarkup | None = None,
        *,
        n: int = 1,
        order_id: str | None = None,
    ) -> None:
        """Answer in the chat; the `n`th answer to one update goes out once. `text` has at most 4096 UTF-16 units.

        Whoever replies to the answer then means the order `order_id`.

        Raises:
            Undeliverable: the chat is gone.
            StoreUnavailable: the answer cannot be noted.
        """
        message = Outgoing(text, entities, keyboard, self.message_id)
        await self.office.sender.send_once(self.reply_key(n), self.speaker.chat_id, message, order_id)

    def reply_key(self, n: int = 1) -> str:
        """The name of the `n`th answer in the journal of what is sent."""
        return f"reply:{self.update_id}:{n}"

    async def order_meant(self) -> ChatOrder | None:
        """The order that this update is about: that of the message it replies to, else the chat's newest."""
        found = await self.order_replied_to()
        return found or await self.office.database.read(latest_order, self.speaker.chat_id)

    async def order_replied_to(self) -> ChatOrder | None:
        """The order of the message that this update replies to.

        The journal knows it, or the buttons under the message do: of a message that was sent twice, the first copy is
        in no journal.
        """
        replied = self.message.reply_to_message if self.message else None
        if replied is None:
            return None
        chat_id, read = self.speaker.chat_id, self.office.database.read
        found = await read(order_of_message, chat_id, replied.message_id)
        if found is not None or replied.from_user is None or replied.from_user.id != self.office.me.id:
            return found
        order_id = order_under(replied.reply_markup)
        order = await read(chat_order, order_id) if order_id else None
        return order if order is not None and order.chat_id == chat_id else None

    def became(self, accepted: Accepted, audit: AuditEvent | None = None) -> Handled:
        """The update is this order now; its answer goes to the chat."""
        order = ChatOrder(
            order_id=accepted.order_id,
            chat_id=self.speaker.chat_id,
            user_id=self.speaker.user_id,
            session_id=accepted.session_id,
            asked_by=self.message_id,
            language=self.speaker.language,
            created_at=self.office.clock.now(),
        )
        return Handled(order, audit)

    def audit(self, action: str, order_id: str | None = None, **details: object) -> AuditEvent:
        """An audit row: this speaker did that, by Telegram."""
        told = {"chat_id": self.speaker.chat_id, **details}
        return AuditEvent(self.speaker.actor, f"telegram.{action}", "accepted", order_id, None, told)
