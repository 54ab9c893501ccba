"""The Telegram bot's settings."""

import ipaddress
import re
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from nexus.address import AddressSettings, url_of
from nexus.errors import ConfigurationError

_TOKEN = re.compile(r"[0-9]{3,20}:[A-Za-z0-9_-]{20,100}")
_NUMBERS = re.compile(r"\s*(-?[0-9]{1,20}\s*(,\s*-?[0-9]{1,20}\s*)*)?")


class TelegramSettings(AddressSettings):
    """Which bot, who may speak to it, and how updates come in."""

    telegram_bot_token: SecretStr | None = Field(
        default=None, description="The bot's token from @BotFather; empty: there is no bot."
    )
    telegram_api_base_url: str = Field(
        default="https://api.telegram.org", description="The Bot API server, also one of your own."
    )
    telegram_allowed_ids: str = Field(
        default="",
        description="Numeric ids of people who need no pairing, e.g. 12345678, 87654321. Others get a code.",
    )
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
    gateway_url: str = Field(
        default="", description="The gateway as the bot reaches it; empty: HOST and PORT on this machine."
    )

    @field_validator("telegram_bot_token")
    @classmethod
    def _looks_like_a_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token is None or not token.get_secret_value().strip():
            return None
        if not _TOKEN.fullmatch(token.get_secret_value().strip()):
            raise ValueError("is not a token as @BotFather gives it, like 123456789:AAE… (it is not shown)")
        return SecretStr(token.get_secret_value().strip())

    @field_validator("telegram_allowed_ids", "telegram_groups")
    @classmethod
    def _are_numbers(cls, text: str) -> str:
        if not _NUMBERS.fullmatch(text):
            raise ValueError("write numeric ids with commas between them, like 12345678, 87654321")
        return text

    @field_validator("telegram_api_base_url", "telegram_webhook_url", "gateway_url")
    @classmethod
    def _is_a_url(cls, url: str, info: ValidationInfo) -> str:
        plain = url.strip().rstrip("/")
        if plain and urlsplit(plain).scheme not in ("http", "https"):
            raise ValueError("must begin with http:// or https://")
        if info.field_name == "telegram_webhook_url" and plain.startswith("http://") and not _is_local(plain):
            raise ValueError("Telegram sends updates only to https://")
        return plain

    @property
    def token(self) -> str:
        """The bot's token.

        Raises:
            ConfigurationError: there is none.
        """
        if self.telegram_bot_token is None:
            raise ConfigurationError(
                "TELEGRAM_BOT_TOKEN is empty: @BotFather on Telegram makes a bot and gives one."
            )
        return self.telegram_bot_token.get_secret_value()

    @property
    def bot_id(self) -> int:
        """The bot's own id, which its token begins with."""
        return int(self.token.partition(":")[0])

    @property
    def allowed_ids(self) -> frozenset[int]:
        """People who need no pairing."""
        return _ids(self.telegram_allowed_ids)

    @property
    def groups(self) -> frozenset[int]:
        """Groups where the bot may answer."""
        return _ids(self.telegram_groups)

    @property
    def company_url(self) -> str:
        """Where the gateway is."""
        return self.gateway_url or url_of(self)


def _ids(text: str) -> frozenset[int]:
    return frozenset(int(part) for part in text.split(",") if part.strip())


def _is_local(url: str) -> bool:
    """True for an address of this machine: a Bot API server of one's own may be there."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
