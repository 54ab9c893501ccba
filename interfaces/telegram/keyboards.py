"""Buttons, and what pressing one means. A button's data is `action:order` or `action:order:tier`, under 64 bytes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from interfaces.telegram.words import say
from nexus.hold import HoldOption
from nexus.usage import dollars
from nexus.work_order import Role

_DATA = re.compile(
    r"(?P<action>[a-z]{2,8}):(?P<order>WO-[0-9A-HJKMNP-TV-Z]{26})(:(?P<tier>intern|director|ceo))?"
)


class Action(StrEnum):
    """What can be done with an order by a button."""

    STOP = "stop"
    UP = "up"
    DOWN = "down"
    RETRY = "retry"
    QA = "qa"
    WHY = "why"
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button."""

    action: Action
    order_id: str
    tier: Role | None = None

    @property
    def data(self) -> str:
        """As Telegram keeps it behind the button."""
        tail = f":{self.tier.value}" if self.tier else ""
        return f"{self.action.value}:{self.order_id}{tail}"

    @classmethod
    def parse(cls, data: str | None) -> "Press | None":
        """What was pressed; None for data that no button of ours has."""
        match = _DATA.fullmatch(data or "")
        if match is None or match["action"] not in set(Action):
            return None
        return cls(Action(match["action"]), match["order"], Role(match["tier"]) if match["tier"] else None)


def order_under(keyboard: InlineKeyboardMarkup | None) -> str | None:
    """The order that a message's buttons are about."""
    buttons = [button for row in keyboard.inline_keyboard for button in row] if keyboard else []
    presses = [Press.parse(str(button.callback_data)) for button in buttons if button.callback_data]
    return next((press.order_id for press in presses if press is not None), None)


def while_open(order_id: str, language: str) -> InlineKeyboardMarkup:
    """Under the card of an order that is worked on."""
    return InlineKeyboardMarkup([[_button(Action.STOP, order_id, language)]])


def under_answer(order_id: str, language: str) -> InlineKeyboardMarkup:
    """Under the answer."""
    rows = ((Action.UP, Action.DOWN, Action.RETRY), (Action.QA, Action.WHY))
    return InlineKeyboardMarkup([[_button(action, order_id, language) for action in row] for row in rows])


def of_question(order_id: str, options: Sequence[HoldOption], language: str) -> InlineKeyboardMarkup:
    """Under the question of a held order: a row for each way to go on, and No."""
    rows = [
        [
            InlineKeyboardButton(
                say(
                    language,
                    "b_yes",
                    role=say(language, option.role.value),
                    about=dollars(option.about_usd),
                    most=dollars(option.at_most_usd),
                ),
                callback_data=Press(Action.YES, order_id, option.role).data,
            )
        ]
        for option in options
    ]
    return InlineKeyboardMarkup([*rows, [_button(Action.NO, order_id, language)]])


def _button(action: Action, order_id: str, language: str) -> InlineKeyboardButton:
    return InlineKeyboardButton(
        say(language, f"b_{action.value}"), callback_data=Press(action, order_id).data
    )
