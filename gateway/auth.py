"""Who may use the gateway. One dependency of the whole app, so a new route is covered by itself.

With API_SECRET every request carries it. Without, only this machine is served: the peer's address is loopback
and so is the name it was called by, which keeps a web page from reaching us by a name it points at 127.0.0.1.
Nothing here looks at the path; a route is public only by the mark on its function.
"""

import hmac
import re
from collections.abc import Callable
from functools import lru_cache

from starlette.requests import HTTPConnection

from gateway.config import GatewaySettings, is_loopback
from gateway.errors import Kind, Problem
from gateway.principals import LOCAL, AccessRole, Principal
from gateway.services import services_of

_PUBLIC = "nexus_public"
_LOCAL_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
_AUTHORITY = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?")

_is_loopback = lru_cache(maxsize=256)(is_loopback)


def public[F: Callable[..., object]](endpoint: F) -> F:
    """Mark a route's function as open to everybody."""
    setattr(endpoint, _PUBLIC, True)
    return endpoint


async def guard(connection: HTTPConnection) -> None:
    """Refuse whoever may not use this route; for a WebSocket, before it is accepted.

    Raises:
        Problem: 401 without the right token, 403 for a sender or an origin that is not served.
    """
    if getattr(connection.scope.get("endpoint"), _PUBLIC, False):
        return
    settings = services_of(connection).settings
    host = _only(connection, "host")
    _check_origin(connection, host)
    if settings.api_secret is None:
        _check_local(connection, host, settings)
        connection.state.principal = LOCAL
    else:
        _check_token(connection, settings.api_secret.get_secret_value())
        connection.state.principal = Principal("owner", AccessRole.OWNER, "secret")


def _only(connection: HTTPConnection, name: str) -> str | None:
    """A header's one value in lower case, or None when it is absent; two values are an attack."""
    values = connection.headers.getlist(name)
    if len(values) > 1:
        raise Problem(Kind.FORBIDDEN, f"The request has more than one {name.title()} header.")
    return values[0].strip().lower() if values else None


def _check_origin(connection: HTTPConnection, host: str | None) -> None:
    """A browser names the page that sends: it must be one of ours."""
    origin = _only(connection, "origin")
    if origin is None:
        return
    scheme, _, authority = origin.partition("://")
    if scheme not in ("http", "https") or host is None or not _same_authority(scheme, authority, host):
        raise Problem(Kind.FORBIDDEN, "Pages of another origin are not served.")


@lru_cache(maxsize=256)
def _same_authority(scheme: str, authority: str, host: str) -> bool:
    default = {"http": ":80", "https": ":443"}[scheme]
    if not _AUTHORITY.fullmatch(authority):
        return False
    return authority.removesuffix(default) == host.removesuffix(default)


def _check_local(connection: HTTPConnection, host: str | None, settings: GatewaySettings) -> None:
    peer = connection.client.host if connection.client else ""
    if not _is_loopback(peer):
        raise Problem(
            Kind.FORBIDDEN,
            "Without API_SECRET only this machine is served: set API_SECRET and send it as a bearer token.",
        )
    if host is None or not _is_local_name(host, settings.host):
        raise Problem(
            Kind.FORBIDDEN,
            "Without API_SECRET the gateway answers only to localhost: set API_SECRET to use another name.",
        )


@lru_cache(maxsize=256)
def _is_local_name(host: str, configured: str) -> bool:
    match = _AUTHORITY.fullmatch(host)
    name = match[1] if match else ""
    return name in _LOCAL_NAMES or name.strip("[]") == configured.lower()


def _check_token(connection: HTTPConnection, secret: str) -> None:
    sent = connection.headers.getlist("authorization")
    scheme, _, token = (sent[0] if len(sent) == 1 else "").partition(" ")
    right = hmac.compare_digest(token.strip().encode("latin-1"), secret.encode())
    if scheme.lower() != "bearer" or not right:
        raise Problem(
            Kind.UNAUTHENTICATED,
            "Send the gateway's API_SECRET as `Authorization: Bearer …`.",
            headers={"WWW-Authenticate": 'Bearer realm="nexus"'},
        )
