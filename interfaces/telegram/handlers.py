"""What becomes of an update: an order, a command, a pressed button, or a refusal.

Whatever a handler does may be done twice, because the bot may be killed in the middle of it: orders have idempotency
keys, and answers have keys of their own.
"""

from telegram import Message, Update
from telegram.error import NetworkError, RetryAfter, TelegramError

from db.statements.linking import may_go_on
from db.statements.telegram_post import chat_session
from interfaces.telegram.admission import Admission, Refusal
from interfaces.telegram.buttons import on_button
from interfaces.telegram.commands import on_command
from interfaces.telegram.desk import Ask, Office
from interfaces.telegram.gateway_client import GatewayAway, GatewayRefused, Json, patiently
from interfaces.telegram.inbox import Handled
from interfaces.telegram.media import Unusable, attachments_of
from interfaces.telegram.sending import Undeliverable
from nexus.errors import StoreUnavailable
from nexus.logs import get_logger
from nexus.work_order import Channel

log = get_logger(__name__)

TELL_AFTER = 3  # tries, some two seconds, after which the owner is told that it takes longer
NO_SESSION = "not-found"


class Handlers:
    """Deals with updates."""

    def __init__(self, office: Office, admission: Admission) -> None:
        self._office = office
        self._admission = admission

    async def handle(self, update_id: str, update: Update) -> Handled:
        """Deal with one update, however long the gateway or Telegram are away.

        Raises:
            StoreUnavailable: the database is away; nothing is lost, call again.
        """
        attempt = 0
        while True:
            try:
                return await self._admitted(update_id, update)
            except StoreUnavailable:
                raise
            except (GatewayAway, NetworkError, RetryAfter) as error:
                attempt += 1
                log.warning("telegram.handled_later", update=update_id, error=str(error))
                if attempt == TELL_AFTER:
                    await self._tell(update_id, update, "away")
            except Undeliverable as error:
                log.warning("telegram.undeliverable", update=update_id, error=str(error))
                return Handled()
            except Exception:
                log.exception("telegram.bug", update=update_id)
                await self._tell(update_id, update, "bug")
                return Handled()
            await patiently(attempt)

    async def _admitted(self, update_id: str, update: Update) -> Handled:
        speaker = await self._admission.admit(update_id, update)
        if isinstance(speaker, Refusal):
            return Handled(audit=speaker.audit)
        ask = Ask(self._office, speaker, update_id, update, update.effective_message)
        try:
            return await self._by_kind(ask)
        except GatewayRefused as error:
            await ask.reply(ask.say("refused", reason=error))
        except Unusable as unusable:
            await ask.reply(unusable.text)
        return Handled()

    async def _by_kind(self, ask: Ask) -> Handled:
        if ask.update.callback_query is not None:
            return await on_button(ask, ask.update.callback_query)
        if ask.update.message is None:
            return Handled()  # an edited message, for example: what was said stays said
        if (
            ask.update.message.forward_origin is not None
        ):  # what somebody else has written is no command of his
            return await on_message(ask, ask.update.message)
        handled = await on_command(ask, ask.update.message)
        return handled or await on_message(ask, ask.update.message)

    async def _tell(self, update_id: str, update: Update, key: str) -> None:
        """Say that something is wrong, to somebody who may know; a failure of that is only logged."""
        try:
            speaker = await self._admission.admit(update_id, update)
            if not isinstance(speaker, Refusal):
                ask = Ask(self._office, speaker, f"{update_id}:{key}", update, update.effective_message)
                await ask.reply(ask.say(key, update=update_id))
        except (TelegramError, Undeliverable) as error:
            log.warning("telegram.not_told", update=update_id, error=str(error))


async def on_message(ask: Ask, message: Message) -> Handled:
    """A message with words, pictures, a voice or documents becomes an order.

    Raises:
        GatewayAway, GatewayRefused, StoreUnavailable: as the gateway and the database say.
        Unusable: there is nothing in it that can be worked with.
        NetworkError: Telegram does not hand out the file now.
    """
    content = _without_the_name(ask, message.text or message.caption or "")
    attachments = await attachments_of(ask, message)
    if not content.strip() and not attachments:
        raise Unusable(ask.say("nothing_in_it"))
    body: Json = {"content": content, "channel": "telegram"}
    if attachments:
        body["attachments"] = attachments
    session_id = await _session_of(ask)
    if session_id is not None:
        body["session_id"] = session_id
    try:
        accepted = await ask.office.gateway.send(body, ask.key)
    except GatewayRefused as error:
        if error.kind != NO_SESSION or session_id is None:
            raise
        del body["session_id"]  # it is too old to be there any more
        accepted = await ask.office.gateway.send(body, ask.key)
    return ask.became(accepted)


async def _session_of(ask: Ask) -> str | None:
    """The conversation that is replied to, or the one that goes on in this chat."""
    replied_to = await ask.order_replied_to()
    read = ask.office.database.read
    if replied_to is not None and await read(
        may_go_on, Channel.TELEGRAM, str(ask.speaker.chat_id), replied_to.created_at
    ):
        return replied_to.session_id
    return await read(chat_session, ask.speaker.chat_id)


def _without_the_name(ask: Ask, text: str) -> str:
    """What is said in a group, without the mention that it was said to the bot."""
    return text.replace(f"@{ask.office.me.username}", "").strip() if ask.speaker.is_group else text
