"""Where the running company is reached: the one place that turns HOST, PORT and API_SECRET into a URL."""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from gateway.config import GatewaySettings, secrets_of
from nexus.errors import ConfigurationError
from nexus.settings import load_settings

ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - to be replaced, not bound


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
    settings = load_settings(GatewaySettings)
    secret = next(iter(secrets_of(settings)), None)
    address = (url or url_of(settings)).rstrip("/")
    if urlsplit(address).scheme not in ("http", "https"):
        raise ConfigurationError(f"--url {address}: write it as http://host:port.")
    return Address(address, secret)


def reachable_host(settings: GatewaySettings) -> str:
    """The host to connect to; the wildcard address means this machine."""
    return ANY_ADDRESS.get(settings.host, settings.host)


def url_of(settings: GatewaySettings) -> str:
    """The gateway's URL as seen from this machine."""
    host = reachable_host(settings)
    return f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"


def place_of(url: str) -> str:
    """`host:port/path` of a URL, for people: without the user, the password and the parameters."""
    parts = urlsplit(url)
    host = parts.hostname or "".join(
        parse_qs(parts.query).get("host", ())
    )  # a socket folder, as libpq has it
    return f"{host}:{parts.port}{parts.path}" if parts.port else f"{host}{parts.path}"
