"""/equipment: the company's tools, running them, their runs, and pausing them; by words and by buttons.

In private chats only: what a tool prints is for the company's owner. A run is asked for, and its message is edited when
it has ended (`interfaces.telegram.run_teller`).
"""

import re
import shlex
from collections.abc import Mapping
from typing import Final

from telegram import CallbackQuery

from interfaces.telegram import looking
from interfaces.telegram.acting import NotPossible
from interfaces.telegram.desk import Ask
from interfaces.telegram.equipment_reports import (
    OPEN,
    ToldRun,
    ToldRuns,
    ToldTool,
    ToldTools,
    ToolPress,
    Verb,
    question_keyboard,
    question_screen,
    runs_screen,
    tools_keyboard,
    tools_screen,
)
from interfaces.telegram.inbox import Handled
from interfaces.telegram.run_teller import message_key
from interfaces.telegram.screens import Screen
from interfaces.telegram.sending import Outgoing

RUNS_SHOWN: Final = 5
PATH: Final = "/api/equipment"
EXAMPLES: Final = (
    "/equipment",
    "/equipment run backup",
    "/equipment run cost_report period=week",
    "/equipment history backup",
    "/equipment pause log_rotate",
    "/equipment resume log_rotate",
)
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")
_VERBS: Final[Mapping[str, Verb]] = {
    **dict.fromkeys(("run", "运行", "执行"), "go"),
    **dict.fromkeys(("history", "runs", "历史", "记录"), "log"),
    **dict.fromkeys(("pause", "暂停"), "off"),
    **dict.fromkeys(("resume", "恢复"), "on"),
}


async def equipment(ask: Ask, argument: str) -> Handled:
    """List the tools, or do with one what is written.

    Raises:
        NotPossible: it cannot be read, or this is a group.
        GatewayAway, GatewayRefused, StoreUnavailable, Undeliverable: as the gateway, the database and Telegram say.
    """
    if ask.speaker.is_group:
        raise NotPossible("eq_private")
    if not argument:
        return await _list(ask)
    verb, tool, parameters = _read(argument)
    if parameters and verb != "go":
        raise _examples()
    return await _do(ask, verb, tool, parameters)


async def on_tool_button(ask: Ask, query: CallbackQuery, press: ToolPress) -> Handled:
    """Do what a button under a tool says. Raises as `equipment`."""
    try:
        handled = await _do(ask, press.verb, press.tool, {})
    finally:
        await ask.office.sender.try_to(lambda: ask.office.bot.answer_callback_query(query.id))
    if press.verb in ("on", "off"):
        await _show_anew(ask)
    return handled


def _read(argument: str) -> tuple[Verb, str, dict[str, str]]:
    try:
        words = shlex.split(argument)
    except ValueError:  # a quotation that does not end
        raise _examples() from None
    verb = _VERBS.get(words[0].lower()) if words else None
    if verb is None or len(words) == 1 or not _NAME.fullmatch(words[1]):
        raise _examples()
    parameters = {}
    for word in words[2:]:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise _examples()
        parameters[name] = value
    return verb, words[1], parameters


def _examples() -> NotPossible:
    return NotPossible("eq_examples", examples="\n".join(EXAMPLES))


async def _list(ask: Ask) -> Handled:
    message = await _list_message(ask)
    await ask.reply(message.text, message.entities, message.keyboard)
    return Handled()


async def _list_message(ask: Ask) -> Outgoing:
    tools = ToldTools.model_validate(await ask.office.gateway.get(PATH))
    screen = tools_screen(ask.speaker.language, tools, ask.office.clock.now())
    (part, *_) = screen.parts()
    return Outgoing(part.text, part.entities, tools_keyboard(tools.tools))


async def _show_anew(ask: Ask) -> None:
    """The list whose button was pressed shows what holds now."""
    if ask.message_id is not None:
        message = await _list_message(ask)
        await ask.office.sender.edit(ask.speaker.chat_id, ask.message_id, message)


async def _do(ask: Ask, verb: Verb, tool: str, parameters: Mapping[str, str]) -> Handled:
    if verb == "log":
        found = await ask.office.gateway.get(f"{PATH}/{tool}/runs", limit=RUNS_SHOWN)
        await looking.show(ask, runs_screen(ask.speaker.language, tool, ToldRuns.model_validate(found).items))
        return Handled()
    if verb in ("on", "off"):
        await ask.office.gateway.post(f"{PATH}/{tool}/{'resume' if verb == 'on' else 'pause'}")
        await ask.reply(ask.say("eq_is_on" if verb == "on" else "eq_is_off", tool=tool))
        return Handled(audit=ask.audit("equipment.resume" if verb == "on" else "equipment.pause", tool=tool))
    if verb == "run" and (question := await _question(ask, tool)) is not None:
        return question
    return await _run(ask, tool, parameters)


async def _question(ask: Ask, name: str) -> Handled | None:
    """A button without words runs at once only what takes no parameters; of others one sees them first."""
    tool = ToldTool.model_validate(await ask.office.gateway.get(f"{PATH}/{name}"))
    if not tool.parameters.get("properties"):
        return None
    language = ask.speaker.language
    (part, *_) = question_screen(language, tool).parts()
    await ask.reply(part.text, part.entities, question_keyboard(language, tool))
    return Handled()


async def _run(ask: Ask, tool: str, parameters: Mapping[str, str]) -> Handled:
    """Ask for the run; whoever tells of its end edits the message, or has sent it already."""
    chat_id = ask.speaker.chat_id
    body = {"parameters": dict(parameters), "tell": f"telegram:{chat_id}"}
    run = ToldRun.model_validate(await ask.office.gateway.post(f"{PATH}/{tool}/run", body, key=ask.key))
    if run.status in OPEN:
        asked = Screen().text(ask.say("eq_asked", tool=tool)).parts()[0]
        message = Outgoing(asked.text, asked.entities, reply_to=ask.message_id, silent=True)
        await ask.office.sender.send_once(message_key(run.id, chat_id), chat_id, message)
    return Handled(audit=ask.audit("equipment.run", None, tool=tool, run_id=run.id))
