"""Where the result of a run may be told: `telegram`, to everybody who is paired, or `telegram:CHAT`, to one chat."""

import re
from typing import Final

from nexus.errors import ConfigurationError

TELEGRAM: Final = "telegram"
PATTERN: Final = r"^telegram(:-?[1-9][0-9]{0,17})?$"
"""Chats have numbers; groups have negative ones."""


def checked_channel(channel: str | None) -> str | None:
    """The channel, or None for none.

    Raises:
        ConfigurationError: it is no channel that there is; says which there are.
    """
    if channel is not None and not re.fullmatch(PATTERN, channel):
        raise ConfigurationError(
            f"{channel!r} is no channel: write telegram, or telegram:CHAT with the number of a chat."
        )
    return channel


def chat_of(channel: str) -> int | None:
    """The one chat of a Telegram channel; None: everybody who is paired.

    Raises:
        ValueError: it is no channel of Telegram's.
    """
    if not re.fullmatch(PATTERN, channel):
        raise ValueError(channel)
    _, _, chat = channel.partition(":")
    return int(chat) if chat else None
