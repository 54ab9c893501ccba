"""The Telegram bot. Its parts are loaded when it is asked for: whoever wants only the settings does not pay for it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from interfaces.telegram.bot import create_telegram_bot

__all__ = ["create_telegram_bot"]


def __getattr__(name: str) -> object:
    if name != "create_telegram_bot":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from interfaces.telegram.bot import create_telegram_bot  # noqa: PLC0415

    return create_telegram_bot
