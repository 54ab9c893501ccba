"""The Telegram bot's settings."""

import ipaddress
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from nexus.bot_settings import BotSettings, checked_numbers, checked_url, ids_in


class TelegramSettings(BotSettings):
    """Who may speak to the bot besides, and how updates come in."""

    telegram_groups: str = Field(
        default="",
        description="Numeric ids of groups where paired people may mention the bot, e.g. -1001234567890.",
    )
    telegram_webhook_url: str = Field(
        default="",
        description="Public https address of this bot for updates; empty: it asks for them itself.",
    )
    telegram_webhook_host: str = Field(
        default="127.0.0.1", description="Address where the webhook listens, behind your proxy."
    )
    telegram_webhook_port: int = Field(
        default=8081, ge=0, le=65535, description="TCP port where the webhook listens."
    )

    @field_validator("telegram_groups")
    @classmethod
    def _groups_are_numbers(cls, text: str) -> str:
        return checked_numbers(text)

    @field_validator("telegram_webhook_url")
    @classmethod
    def _telegram_sends_there(cls, url: str) -> str:
        plain = checked_url(url)
        if plain.startswith("http://") and not _is_local(plain):
            raise ValueError("Telegram sends updates only to https://")
        return plain

    @property
    def bot_id(self) -> int:
        """The bot's own id, which its token begins with."""
        return int(self.token.partition(":")[0])

    @property
    def groups(self) -> frozenset[int]:
        """Groups where the bot may answer."""
        return ids_in(self.telegram_groups)


def _is_local(url: str) -> bool:
    """True for an address of this machine: a Bot API server of one's own may be there."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
