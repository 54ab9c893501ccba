"""Which Telegram bot is the company's and who needs no pairing: for the bot, and for the heartbeat when it is away."""

import re
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from nexus.address import AddressSettings, url_of
from nexus.errors import ConfigurationError

_TOKEN = re.compile(r"[0-9]{3,20}:[A-Za-z0-9_-]{20,100}")
_NUMBERS = re.compile(r"\s*(-?[0-9]{1,20}\s*(,\s*-?[0-9]{1,20}\s*)*)?")


def ids_in(text: str) -> frozenset[int]:
    """Numbers with commas between them."""
    return frozenset(int(part) for part in text.split(",") if part.strip())


def checked_numbers(text: str) -> str:
    """`text`, when it is numeric ids with commas between them; raises ValueError otherwise."""
    if not _NUMBERS.fullmatch(text):
        raise ValueError("write numeric ids with commas between them, like 12345678, 87654321")
    return text


def checked_url(url: str) -> str:
    """`url` without a slash at its end, when it is http or https or empty; raises ValueError otherwise."""
    plain = url.strip().rstrip("/")
    if plain and urlsplit(plain).scheme not in ("http", "https"):
        raise ValueError("must begin with http:// or https://")
    return plain


class BotSettings(AddressSettings):
    """Which bot, whom it may tell, and where the gateway is."""

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
    gateway_url: str = Field(
        default="",
        description="The gateway as the bot and the heartbeat reach it; empty: HOST and PORT on this machine.",
    )

    @field_validator("telegram_bot_token")
    @classmethod
    def _looks_like_a_token(cls, token: SecretStr | None) -> SecretStr | None:
        if token is None or not token.get_secret_value().strip():
            return None
        if not _TOKEN.fullmatch(token.get_secret_value().strip()):
            raise ValueError("is not a token as @BotFather gives it, like 123456789:AAE… (it is not shown)")
        return SecretStr(token.get_secret_value().strip())

    @field_validator("telegram_allowed_ids")
    @classmethod
    def _allowed_are_numbers(cls, text: str) -> str:
        return checked_numbers(text)

    @field_validator("telegram_api_base_url", "gateway_url")
    @classmethod
    def _is_http(cls, url: str) -> str:
        return checked_url(url)

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
    def allowed_ids(self) -> frozenset[int]:
        """People who need no pairing."""
        return ids_in(self.telegram_allowed_ids)

    @property
    def company_url(self) -> str:
        """Where the gateway is."""
        return self.gateway_url or url_of(self)
