"""The gateway's settings, and the rule that it is never open to a network without a secret."""

from pydantic import Field, ValidationInfo, field_validator

from equipment.config import EquipmentSettings
from gateway.hosts import is_loopback, parse_names, parse_networks, parse_origins
from gateway.rates import RateSettings
from nexus.address import AddressSettings, secrets_of
from nexus.errors import ConfigurationError


class GatewaySettings(AddressSettings, RateSettings, EquipmentSettings):
    """Who may use the gateway, and how much it takes at once."""

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
    max_attachment_bytes: int = Field(
        default=20 * 1024 * 1024,
        ge=0,
        description="Most that the pictures and documents of one message may have together, in bytes, decoded; more is "
        "refused with 413 or 422.",
    )
    max_document_chars: int = Field(
        default=100_000, ge=1, description="Longest document with a message, in characters."
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

    health_look_s: float = Field(
        default=30,
        ge=0,
        le=3600,
        description="Seconds between two looks at the company's health, whose changes are kept for 90 days; one "
        "gateway at a time looks. 0: this gateway does not.",
    )

    @field_validator("allowed_hosts", "allowed_origins", "trusted_proxies")
    @classmethod
    def _can_be_read(cls, text: str, info: ValidationInfo) -> str:
        reader = {"allowed_hosts": parse_names, "allowed_origins": parse_origins}
        reader.get(str(info.field_name), parse_networks)(text)
        return text

    @property
    def max_body_bytes(self) -> int:
        """Largest request body: what has room without attachments, and these in base64."""
        return self.max_plain_bytes + 4 * (self.max_attachment_bytes // 3 + 1)

    @property
    def max_plain_bytes(self) -> int:
        """Largest body without attachments: the longest message with every character escaped, and room for the rest."""
        return 12 * self.max_content_chars + 64 * 1024


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
