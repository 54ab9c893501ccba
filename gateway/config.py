"""The gateway's settings, and the rule that it is never open to a network without a secret."""

import ipaddress

from pydantic import Field, SecretStr, field_validator

from nexus.budget import BudgetSettings
from nexus.errors import ConfigurationError


class GatewaySettings(BudgetSettings):
    """Where the gateway listens, who may use it, and how much it takes at once."""

    host: str = Field(
        default="127.0.0.1",
        description="Address the gateway listens on. Any but a loopback address needs API_SECRET.",
    )
    port: int = Field(
        default=8000, ge=0, le=65535, description="TCP port of the gateway; 0 takes a free one."
    )
    api_secret: SecretStr | None = Field(
        default=None,
        description="Bearer token every request must carry. Empty: this machine only (loopback), no token.",
    )
    max_content_chars: int = Field(
        default=100_000, ge=1, description="Longest message, in characters; a longer one is refused with 422."
    )
    max_wait_s: float = Field(default=120, ge=0, description="Longest `wait` of POST /api/chat, in seconds.")
    order_deadline_s: float = Field(
        default=600, gt=0, description="Seconds after which an order that has not ended is failed."
    )
    ws_stall_s: float = Field(
        default=10,
        gt=0,
        description="Seconds a WebSocket client may leave its events unread before it is closed with 1013.",
    )

    @field_validator("api_secret")
    @classmethod
    def _blank_is_none(cls, secret: SecretStr | None) -> SecretStr | None:
        return secret if secret is not None and secret.get_secret_value().strip() else None

    @property
    def max_body_bytes(self) -> int:
        """Largest request body: the longest message with every character escaped, and room for the rest."""
        return 12 * self.max_content_chars + 64 * 1024


def is_loopback(host: str) -> bool:
    """True for `localhost` and for addresses only this machine can reach, mapped IPv4 included."""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def check_exposure(settings: GatewaySettings) -> None:
    """Refuse to listen where strangers can reach an unauthenticated gateway.

    Raises:
        ConfigurationError: HOST is not a loopback address and API_SECRET is empty.
    """
    if settings.api_secret is None and not is_loopback(settings.host):
        raise ConfigurationError(
            f"API_SECRET is empty but HOST is {settings.host}, which other machines can reach: "
            "set API_SECRET, or set HOST=127.0.0.1."
        )
