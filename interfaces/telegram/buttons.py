"""Pressed buttons. A button does what its command does, with the order that it stands under.

Nothing is done for data that no button of this chat has: whoever makes up data is audited and told that it is not his.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Final

from telegram import CallbackQuery
from telegram.error import BadRequest, TelegramError

from db.statements.logs import AuditEvent
from db.statements.telegram_post import chat_order
from interfaces.telegram import acting, looking
from interfaces.telegram.acting import NotPossible
from interfaces.telegram.desk import Ask
from interfaces.telegram.equipment_commands import on_tool_button
from interfaces.telegram.equipment_reports import ToolPress
from interfaces.telegram.gateway_client import Accepted, GatewayAway
from interfaces.telegram.inbox import Handled
from interfaces.telegram.keyboards import Action, Press
from interfaces.telegram.screens import Screen
from nexus.logs import get_logger

log = get_logger(__name__)

type Do = Callable[[Ask, CallbackQuery, Press], Awaitable[Handled]]


async def on_button(ask: Ask, query: CallbackQuery) -> Handled:
    """Do what the button says, and let the phone know: in the button's own note, where nothing else is to be said.

    Raises:
        GatewayAway, GatewayRefused, StoreUnavailable, Undeliverable: as the gateway, the database and Telegram say.
    """
    tool = ToolPress.parse(query.data)
    if tool is not None and not ask.speaker.is_group:
        return await on_tool_button(ask, query, tool)
    press = Press.parse(query.data)
    order = await ask.office.database.read(chat_order, press.order_id) if press else None
    if press is None or order is None or order.chat_id != ask.speaker.chat_id:
        return await _forged(ask, query)
    try:
        return await _DOES[press.action](ask, query, press)
    except NotPossible as error:
        await _note(ask, query, ask.say(error.key, **error.values))
        return Handled(audit=_in_vain(ask, press, error))
    except GatewayAway:
        await _hush(ask, query)  # what comes of it is shown when the gateway is back
        raise


async def _forged(ask: Ask, query: CallbackQuery) -> Handled:
    text = ask.say("not_yours")
    await ask.office.sender.try_to(lambda: ask.office.bot.answer_callback_query(query.id, text=text))
    forged = ask.audit("forged", None, data=(query.data or "")[:64])
    return Handled(audit=replace(forged, status="refused"))


def _in_vain(ask: Ask, press: Press, error: NotPossible) -> AuditEvent | None:
    if press.action in _LOOKS:
        return None
    return replace(ask.audit(f"button.{press.action.value}", press.order_id), status=error.key)


async def _up(ask: Ask, query: CallbackQuery, press: Press) -> Handled:
    return await _again(ask, query, press, await acting.hand_up(ask, press.order_id))


async def _down(ask: Ask, query: CallbackQuery, press: Press) -> Handled:
    return await _again(ask, query, press, await acting.hand_down(ask, press.order_id))


async def _retry(ask: Ask, query: CallbackQuery, press: Press) -> Handled:
    return await _again(ask, query, press, await acting.retry(ask, press.order_id))


async def _again(ask: Ask, query: CallbackQuery, press: Press, accepted: Accepted) -> Handled:
    await _done(ask, query, press)
    return ask.became(accepted, _audit(ask, press, again_as=accepted.order_id))


async def _stop(ask: Ask, query: CallbackQuery, press: Press) -> Handled:
    await acting.stop(ask, press.order_id)
    await _done(ask, query, press)
    return Handled(audit=_audit(ask, press))


async def _yes(ask: Ask, query: CallbackQuery, press: Press) -> Handled:
    return await _answered(ask, query, press, acting.approve(ask, press.order_id, press.tier))


async def _no(ask: Ask, query: CallbackQuery, press: Press) -> Handled:
    return await _answered(ask, query, press, acting.stop(ask, press.order_id))


async def _answered(ask: Ask, query: CallbackQuery, press: Press, doing: Awaitable[None]) -> Handled:
    """The answer to a held order's question, which has no buttons any more once there is one, early or late."""
    try:
        await doing
    except NotPossible:
        await _without_buttons(ask, query)
        raise
    await _done(ask, query, press)
    await _without_buttons(ask, query)
    tier = {"tier": press.tier.value} if press.tier else {}
    return Handled(audit=_audit(ask, press, **tier))


async def _without_buttons(ask: Ask, query: CallbackQuery) -> None:
    message = query.message
    if message is not None:
        bot, place = ask.office.bot, (message.chat.id, message.message_id)
        await ask.office.sender.try_to(lambda: bot.edit_message_reply_markup(*place, reply_markup=None))


async def _qa(ask: Ask, query: CallbackQuery, press: Press) -> Handled:
    await _hush(ask, query)
    return await _shown(ask, press, looking.qa(ask, press.order_id))


async def _why(ask: Ask, query: CallbackQuery, press: Press) -> Handled:
    await _hush(ask, query)
    return await _shown(ask, press, looking.why(ask, press.order_id))


async def _shown(ask: Ask, press: Press, screen: Awaitable[Screen]) -> Handled:
    try:
        await looking.show(ask, await screen, press.order_id)
    except NotPossible as error:
        await ask.reply(ask.say(error.key, **error.values))  # the phone has had its note
    return Handled()


def _audit(ask: Ask, press: Press, **details: object) -> AuditEvent:
    return ask.audit(f"button.{press.action.value}", press.order_id, **details)


async def _done(ask: Ask, query: CallbackQuery, press: Press) -> None:
    text = ask.say(f"b_done_{press.action.value}")
    await ask.office.sender.try_to(lambda: ask.office.bot.answer_callback_query(query.id, text=text))


async def _hush(ask: Ask, query: CallbackQuery) -> None:
    """The phone stops waiting."""
    await ask.office.sender.try_to(lambda: ask.office.bot.answer_callback_query(query.id))


async def _note(ask: Ask, query: CallbackQuery, text: str) -> None:
    """Words on the phone's screen that go away by themselves; a message when Telegram does not take them any more."""
    try:
        await ask.office.bot.answer_callback_query(query.id, text=text)
    except BadRequest:
        await ask.reply(text)
    except TelegramError as error:
        log.info("telegram.left_out", error=str(error))


_LOOKS: Final = frozenset({Action.QA, Action.WHY})
_DOES: Final[Mapping[Action, Do]] = {
    Action.UP: _up,
    Action.DOWN: _down,
    Action.RETRY: _retry,
    Action.STOP: _stop,
    Action.YES: _yes,
    Action.NO: _no,
    Action.QA: _qa,
    Action.WHY: _why,
}
