"""The running company as its clients on this machine see it."""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from nexus.address import AddressSettings, secrets_of, url_of
from nexus.errors import ConfigurationError
from nexus.settings import load_settings


@dataclass(frozen=True, slots=True)
class Address:
    """A company and the secret that opens it. The secret is never printed."""

    url: str
    secret: str | None

    @property
    def headers(self) -> dict[str, str]:
        """What every request carries."""
        return {"Authorization": f"Bearer {self.secret}"} if self.secret else {}

    @property
    def websocket_url(self) -> str:
        """The address of `/ws`."""
        return f"ws{self.url.removeprefix('http')}/ws"

    @property
    def silence(self) -> ConfigurationError:
        """What to say when nobody answers there."""
        return ConfigurationError(f"no company answers at {self.url}: start it with `make up`.")

    @property
    def refusal(self) -> ConfigurationError:
        """What to say when the company does not know us."""
        return ConfigurationError(f"the company at {self.url} asks for its secret: set API_SECRET.")


def company_address(url: str | None = None) -> Address:
    """The company at `url`, or the one of this machine's settings.

    Raises:
        ConfigurationError: `url` is not an http address, or a setting is wrong.
    """
    settings = load_settings(AddressSettings)
    secret = next(iter(secrets_of(settings)), None)
    address = (url or url_of(settings)).rstrip("/")
    if urlsplit(address).scheme not in ("http", "https"):
        raise ConfigurationError(f"--url {address}: write it as http://host:port.")
    return Address(address, secret)


def place_of(url: str) -> str:
    """`host:port/path` of a URL, for people: without the user, the password and the parameters."""
    parts = urlsplit(url)
    host = parts.hostname or "".join(
        parse_qs(parts.query).get("host", ())
    )  # a socket folder, as libpq has it
    return f"{host}:{parts.port}{parts.path}" if parts.port else f"{host}{parts.path}"
