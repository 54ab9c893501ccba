"""The gateway's settings, and the rule that it is never open to a network without a secret."""

from pathlib import Path

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from gateway.hosts import is_loopback, parse_names, parse_networks, parse_origins
from gateway.rates import RateSettings
from nexus.errors import ConfigurationError
from nexus.secret_file import FILE, stored_secrets


class GatewaySettings(RateSettings):
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
    api_secret_previous: SecretStr | None = Field(
        default=None, description="The secret before API_SECRET, which opens too while clients change over."
    )
    allowed_hosts: str = Field(
        default="",
        description="Names the gateway answers to besides localhost and HOST, e.g. nexus.lan, n.example:8443. "
        "Empty: this machine's own when HOST is 0.0.0.0 or ::.",
    )
    allowed_origins: str = Field(
        default="",
        description="Origins besides its own whose pages may send, e.g. https://office.example.",
    )
    trusted_proxies: str = Field(
        default="",
        description="Proxies whose X-Forwarded-For is believed, e.g. 10.0.0.2, 10.1.0.0/16. Needs API_SECRET.",
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

    @field_validator("api_secret", "api_secret_previous")
    @classmethod
    def _blank_is_none(cls, secret: SecretStr | None) -> SecretStr | None:
        return secret if secret is not None and secret.get_secret_value().strip() else None

    @field_validator("allowed_hosts", "allowed_origins", "trusted_proxies")
    @classmethod
    def _can_be_read(cls, text: str, info: ValidationInfo) -> str:
        reader = {"allowed_hosts": parse_names, "allowed_origins": parse_origins}
        reader.get(str(info.field_name), parse_networks)(text)
        return text

    @property
    def secret_path(self) -> Path:
        """The file that stands for API_SECRET and API_SECRET_PREVIOUS when it is there."""
        return self.home / FILE

    @property
    def given_secrets(self) -> tuple[str, ...]:
        """The secrets of the environment, the current one first."""
        return tuple(
            secret.get_secret_value().strip()
            for secret in (self.api_secret, self.api_secret_previous)
            if secret is not None
        )

    @property
    def max_body_bytes(self) -> int:
        """Largest request body: the longest message with every character escaped, and room for the rest."""
        return 12 * self.max_content_chars + 64 * 1024


def secrets_of(settings: GatewaySettings) -> tuple[str, ...]:
    """The secrets that open the gateway as of now, the current one first; empty when there is none.

    Raises:
        ConfigurationError: the file of secrets cannot be used.
    """
    return stored_secrets(settings.secret_path) or settings.given_secrets


def check_exposure(settings: GatewaySettings) -> None:
    """Refuse to listen where strangers can reach an unauthenticated gateway.

    Raises:
        ConfigurationError: there is no secret, and HOST is not a loopback address or a proxy stands before it;
            or the file of secrets cannot be used.
    """
    if secrets_of(settings):
        return
    if not is_loopback(settings.host):
        raise ConfigurationError(
            f"API_SECRET is empty but HOST is {settings.host}, which other machines can reach: "
            "set API_SECRET, or set HOST=127.0.0.1."
        )
    if settings.trusted_proxies.strip():
        raise ConfigurationError(
            "API_SECRET is empty but TRUSTED_PROXIES is set: whom the proxy lets through could do everything: "
            "set API_SECRET."
        )
