"""Where the company's gateway is, and the secrets that open it: for the gateway itself and for its own clients."""

from pathlib import Path

from pydantic import Field, SecretStr, field_validator

from nexus.secret_file import FILE, stored_secrets
from nexus.settings import CommonSettings

ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - to be replaced, not bound


class AddressSettings(CommonSettings):
    """Where the gateway listens and what opens it."""

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

    @field_validator("api_secret", "api_secret_previous")
    @classmethod
    def _blank_is_none(cls, secret: SecretStr | None) -> SecretStr | None:
        return secret if secret is not None and secret.get_secret_value().strip() else None

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


def secrets_of(settings: AddressSettings) -> tuple[str, ...]:
    """The secrets that open the gateway as of now, the current one first; empty when there is none.

    Raises:
        ConfigurationError: the file of secrets cannot be used.
    """
    return stored_secrets(settings.secret_path) or settings.given_secrets


def reachable_host(settings: AddressSettings) -> str:
    """The host to connect to; the wildcard address means this machine."""
    return ANY_ADDRESS.get(settings.host, settings.host)


def url_of(settings: AddressSettings) -> str:
    """The gateway's URL as seen from this machine."""
    host = reachable_host(settings)
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"
