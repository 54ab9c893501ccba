"""Who may speak to the bot: people on the list, and people whose pairing code was approved at the company.

Everybody else gets nothing but a code, in a private chat, and every message of theirs is audited. In a group the bot
listens only where the owner has allowed the group, to people who may speak, when they mention it or reply to it.
"""

from dataclasses import dataclass
from datetime import timedelta

from telegram import Message, MessageEntity, Update, User

from db.engine import Database
from db.statements.logs import AuditEvent
from db.statements.telegram_people import Person, PersonStatus, give_code, meet
from interfaces.telegram.config import TelegramSettings
from interfaces.telegram.sending import Outgoing, Sender, Undeliverable
from interfaces.telegram.words import Language, language_of, say
from nexus.clock import Clock
from nexus.pairing import LIVES, hash_of, new_code

NEXT_CODE_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody who may speak, and where he does."""

    user_id: int
    name: str
    language: Language
    chat_id: int
    is_group: bool

    @property
    def actor(self) -> str:
        """The name in audit rows."""
        return f"telegram:{self.user_id}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Somebody who may not. `audit` None: it was not meant for the bot at all."""

    audit: AuditEvent | None


class Admission:
    """Looks at each update before anything else does."""

    def __init__(
        self, settings: TelegramSettings, database: Database, sender: Sender, me: User, clock: Clock
    ) -> None:
        self._settings = settings
        self._database = database
        self._sender = sender
        self._me = me
        self._clock = clock

    async def admit(self, update_id: str, update: Update) -> Speaker | Refusal:
        """Whether the update's sender may speak here. A stranger in a private chat is given a code.

        Raises:
            StoreUnavailable: it cannot be told now.
        """
        user, chat = update.effective_user, update.effective_chat
        if user is None or user.is_bot or chat is None:
            return Refusal(_refused(user.id if user else None, "no person or no chat", update))
        now = self._clock.now()
        person = await self._database.run(meet, user.id, user.full_name, user.language_code, now)
        is_known = person.status is PersonStatus.PAIRED or user.id in self._settings.allowed_ids
        if chat.type == "private":
            if is_known:
                return _speaker(person, chat.id, is_group=False)
            await self._offer_code(update_id, person)
            return Refusal(_refused(user.id, "not paired", update))
        if chat.id not in self._settings.groups:
            return Refusal(_refused(user.id, "group not allowed", update))
        if not is_known:
            return Refusal(_refused(user.id, "not paired", update))
        if update.message is not None and not self._is_meant(update.message):
            return Refusal(None)
        return _speaker(person, chat.id, is_group=True)

    def _is_meant(self, message: Message) -> bool:
        """True in a group for a message that names the bot, replies to it, or is a command for it."""
        replied = message.reply_to_message
        if replied is not None and replied.from_user is not None and replied.from_user.id == self._me.id:
            return True
        name = f"@{self._me.username}".lower()
        kinds = (MessageEntity.MENTION, MessageEntity.TEXT_MENTION, MessageEntity.BOT_COMMAND)
        found = {**message.parse_entities(list(kinds)), **message.parse_caption_entities(list(kinds))}
        for entity, text in found.items():
            if entity.user is not None and entity.user.id == self._me.id:
                return True
            if text.lower() == name or (
                entity.type == MessageEntity.BOT_COMMAND and text.lower().endswith(name)
            ):
                return True
        return False

    async def _offer_code(self, update_id: str, person: Person) -> None:
        """Tell a stranger his code; nothing when he has got one within the last minute."""
        now = self._clock.now()
        if person.code_until is not None and now < person.code_until - LIVES + NEXT_CODE_AFTER:
            return
        code = new_code()
        await self._database.run(give_code, person.user_id, hash_of(code), now + LIVES)
        text = say(language_of(person.language), "pairing", code=code)
        try:
            await self._sender.send_once(f"pairing:{update_id}", person.user_id, Outgoing(text))
        except Undeliverable:
            return


def _speaker(person: Person, chat_id: int, *, is_group: bool) -> Speaker:
    return Speaker(person.user_id, person.name, language_of(person.language), chat_id, is_group)


def _refused(user_id: int | None, why: str, update: Update) -> AuditEvent:
    """One audit row, without a word of what was written."""
    chat = update.effective_chat
    kind = "button" if update.callback_query else "message"
    details = {"why": why, "what": kind, "chat_id": chat.id if chat else None}
    return AuditEvent(f"telegram:{user_id or '?'}", "telegram.refused", "refused", None, None, details)
