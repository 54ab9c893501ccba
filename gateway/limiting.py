"""The limits as a dependency of the whole app, after the guard, and as a call for each frame of a WebSocket."""

from starlette.requests import HTTPConnection

from gateway.doors import client_address
from gateway.errors import RATE_HEADERS
from gateway.limits import headers_of
from gateway.principals import Principal
from gateway.services import services_of

_UNLIMITED = "nexus_unlimited"


def unlimited[F](endpoint: F) -> F:
    """Mark a route's function as one that is not counted, for what machines ask for all the time."""
    setattr(endpoint, _UNLIMITED, True)
    return endpoint


async def limit(connection: HTTPConnection) -> None:
    """Count the request of whom the guard let in; public routes have no principal and are not counted.

    Raises:
        Problem: 429, it is one too many.
    """
    principal: Principal | None = getattr(connection.state, "principal", None)
    if principal is None or getattr(connection.scope.get("endpoint"), _UNLIMITED, False):
        return
    await count(connection, principal)


async def count(connection: HTTPConnection, principal: Principal) -> None:
    """Count one request or frame.

    Raises:
        Problem: 429, it is one too many.
    """
    verdict = await services_of(connection).limits.check(principal.id, client_address(connection))
    if verdict is not None:
        told = headers_of(verdict.tightest).items()
        connection.scope[RATE_HEADERS] = [(name.lower().encode(), value.encode()) for name, value in told]
