"""Commands: what the owner writes with a slash, and the menu of them that Telegram shows.

Every command may run twice for the same update, when the bot is killed in the middle: what it does is done once, and
what it answers is sent once.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from telegram import Message, MessageEntity

from db.statements.telegram_post import order_of_send, orders_of_chat, set_chat_session
from interfaces.telegram import acting, equipment_commands, looking, money_commands
from interfaces.telegram.acting import REASON_CHARS, NotPossible
from interfaces.telegram.desk import Ask
from interfaces.telegram.gateway_client import Accepted, GatewayRefused
from interfaces.telegram.inbox import Handled
from interfaces.telegram.screens import Screen
from interfaces.telegram.words import WORDS, Language, say

ORDERS_LOOKED_AT: Final = 50
NEAREST: Final = 3
LIKENESS: Final = 0.6
_ENGLISH_AND_CHINESE: Final[tuple[Language, ...]] = ("en", "zh")


async def on_command(ask: Ask, message: Message) -> Handled | None:
    """Do what a command says; None when the message is none. A command for another bot of the group is left alone.

    Raises:
        GatewayAway, GatewayRefused, StoreUnavailable, Undeliverable: as the gateway, the database and Telegram say.
    """
    own_name = ask.office.me.username or ""
    written = _written(message, own_name)
    if written is None:
        return None
    name, whose, argument = written
    if whose and whose != own_name.lower():
        return Handled()
    command = COMMANDS.get(name)
    if command is None:
        return await _unknown(ask, name)
    try:
        return await command.run(ask, argument)
    except NotPossible as error:
        await ask.reply(ask.say(error.key, **error.values), n=REFUSED)
        return Handled()


REFUSED: Final = 9  # its own place among the answers: something may have been said before


def _written(message: Message, own_name: str) -> tuple[str, str, str] | None:
    """The command's name, the bot it names, and what follows it. In groups our own name may stand before it."""
    text = message.text or ""
    start = 0
    if text.lower().startswith(f"@{own_name.lower()} "):
        start = len(text) - len(text[len(own_name) + 1 :].lstrip())
    # Before `start` there is nothing but ASCII, so indices are UTF-16 units.
    first = next((one for one in message.entities or () if one.offset == start), None)
    if first is None or first.type != MessageEntity.BOT_COMMAND:
        return None
    end = start + first.length
    name, _, whose = text[start + 1 : end].partition("@")
    return name.lower(), whose.lower(), text[end:].strip()


async def _unknown(ask: Ask, name: str) -> Handled:
    nearest = get_close_matches(name, COMMANDS, n=NEAREST, cutoff=LIKENESS)
    if nearest:
        names = ", ".join(f"/{one}" for one in nearest)
        await ask.reply(ask.say("nearest_command", name=name, nearest=names))
    else:
        await ask.reply(ask.say("unknown_command", name=name))
    return Handled()


async def _start(ask: Ask, _: str) -> Handled:
    await looking.show(ask, Screen().text(ask.say("start", name=ask.speaker.name)))
    return Handled()


async def _help(ask: Ask, _: str) -> Handled:
    language, screen = ask.speaker.language, Screen()
    for theme in dict.fromkeys(command.theme for command in COMMANDS.values()):
        screen.line().line().bold(say(language, theme))
        for name in (name for name, command in COMMANDS.items() if command.theme == theme):
            argument = f" {say(language, f'a_{name}')}" if f"a_{name}" in WORDS else ""
            screen.line(f"/{name}{argument} · {say(language, f'm_{name}')}")
    screen.line().line(say(language, "help_reply"))
    await looking.show(ask, screen)
    return Handled()


async def _new(ask: Ask, _: str) -> Handled:
    now = ask.office.clock.now()
    await ask.office.database.run(set_chat_session, ask.speaker.chat_id, None, now)
    await ask.reply(ask.say("new"))
    return Handled()


async def _status(ask: Ask, _: str) -> Handled:
    await looking.show(ask, await looking.status(ask))
    return Handled()


async def _agents(ask: Ask, _: str) -> Handled:
    await looking.show(ask, await looking.agents(ask))
    return Handled()


async def _orders(ask: Ask, _: str) -> Handled:
    await looking.show(ask, await looking.orders(ask))
    return Handled()


async def _why(ask: Ask, argument: str) -> Handled:
    order_id = await looking.order_named(ask, argument, "/why")
    await looking.show(ask, await looking.why(ask, order_id), order_id)
    return Handled()


async def _audit(ask: Ask, argument: str) -> Handled:
    order_id = await looking.audited_order(ask, argument)
    await looking.show(ask, await looking.audit(ask, order_id), order_id)
    return Handled()


async def _escalate(ask: Ask, argument: str) -> Handled:
    if len(argument) > REASON_CHARS:
        raise NotPossible("reason_too_long", most=REASON_CHARS, length=len(argument))
    order_id = await looking.order_named(ask, "", "/escalate")
    accepted = await acting.hand_up(ask, order_id, argument or None)
    return _became(ask, accepted, "escalate", order_id)


async def _cheaper(ask: Ask, _: str) -> Handled:
    order_id = await looking.order_named(ask, "", "/cheaper")
    return _became(ask, await acting.hand_down(ask, order_id), "cheaper", order_id)


async def _retry(ask: Ask, _: str) -> Handled:
    order_id = await looking.order_named(ask, "", "/retry")
    return _became(ask, await acting.retry(ask, order_id), "retry", order_id)


def _became(ask: Ask, accepted: Accepted, name: str, order_id: str) -> Handled:
    return ask.became(accepted, ask.audit(f"command.{name}", order_id, again_as=accepted.order_id))


async def _stop(ask: Ask, _: str) -> Handled:
    """The answer names the order in the journal before it is stopped: done again, this stops no other one."""
    order_id = await ask.office.database.read(order_of_send, ask.reply_key())
    if order_id is None:
        order_id = await looking.replied_order(ask) or await _newest_open(ask)
    if order_id is None:
        raise NotPossible("nothing_open")
    await ask.reply(ask.say("stopping"), order_id=order_id)
    await acting.stop(ask, order_id)
    return Handled(audit=ask.audit("command.stop", order_id))


async def _newest_open(ask: Ask) -> str | None:
    """The chat's newest order that is worked on."""
    orders = await ask.office.database.read(orders_of_chat, ask.speaker.chat_id, ORDERS_LOOKED_AT)
    for order in orders:
        if order.answered_at is not None:
            continue
        try:
            detail = await ask.office.gateway.detail(order.order_id)
        except GatewayRefused:
            continue  # it is in the books no more
        if detail.order.is_open:
            return order.order_id
    return None


@dataclass(frozen=True, slots=True)
class Command:
    """A command: the theme under which /help lists it, and what it does with the words behind it."""

    theme: str
    run: Callable[[Ask, str], Awaitable[Handled]]


COMMANDS: Final[Mapping[str, Command]] = {
    "new": Command("th_work", _new),
    "escalate": Command("th_work", _escalate),
    "cheaper": Command("th_work", _cheaper),
    "retry": Command("th_work", _retry),
    "stop": Command("th_work", _stop),
    "status": Command("th_look", _status),
    "agents": Command("th_look", _agents),
    "orders": Command("th_look", _orders),
    "why": Command("th_look", _why),
    "audit": Command("th_look", _audit),
    "equipment": Command("th_look", equipment_commands.equipment),
    "cost": Command("th_money", money_commands.cost),
    "budget": Command("th_money", money_commands.budget),
    "freeze": Command("th_money", money_commands.freeze),
    "thaw": Command("th_money", money_commands.thaw),
    "start": Command("th_bot", _start),
    "help": Command("th_bot", _help),
}
"""By name, in the order of the menu."""

MENU: Final[Mapping[Language, tuple[tuple[str, str], ...]]] = {
    language: tuple((name, say(language, f"m_{name}")) for name in COMMANDS)
    for language in _ENGLISH_AND_CHINESE
}
"""Each command's name and description, for Telegram's menu."""
