"""Who may use the gateway. One dependency of the whole app, so a new route is covered by itself.

With a secret every request carries it, a token, or the cookie of a browser that signed in. Without, only this
machine is served: the sender's address is loopback, and so is the name it was called by, which keeps a web page from
reaching us by a name it points at 127.0.0.1. Nothing here looks at the path; a route is an exception only by the
mark on its function.
"""

from collections.abc import Callable

from starlette.requests import HTTPConnection

from gateway.access import Access
from gateway.browser_sessions import sent_cookie
from gateway.doors import check_door, check_local, check_own_page, client_address
from gateway.errors import Kind, Problem
from gateway.principals import LOCAL, Principal, bad_credential, check_is_owner, check_may_change
from gateway.services import services_of
from gateway.tickets import SUBPROTOCOL

_PUBLIC = "nexus_public"
_CHANGES_NOTHING = "nexus_changes_nothing"
_OWNER_ONLY = "nexus_owner_only"
_SIGNS_IN = "nexus_signs_in"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def public[F: Callable[..., object]](endpoint: F) -> F:
    """Mark a route's function as open to everybody."""
    setattr(endpoint, _PUBLIC, True)
    return endpoint


def changes_nothing[F: Callable[..., object]](endpoint: F) -> F:
    """Mark a route's function as open to viewers though its method is not GET."""
    setattr(endpoint, _CHANGES_NOTHING, True)
    return endpoint


def owner_only[F: Callable[..., object]](endpoint: F) -> F:
    """Mark a route's function as closed to viewers though its method is GET: who may come in is the owner's affair."""
    setattr(endpoint, _OWNER_ONLY, True)
    return endpoint


def signs_in[F: Callable[..., object]](endpoint: F) -> F:
    """Mark a WebSocket's function as one that asks for the credential itself when the handshake has none."""
    setattr(endpoint, _SIGNS_IN, True)
    return endpoint


async def guard(connection: HTTPConnection) -> None:
    """Refuse whoever may not use this route; for a WebSocket, before it is accepted. Sets the principal.

    Raises:
        Problem: 401 without a credential that opens; 403 for a sender, name or origin that is not served, and
            for a viewer who wants to change something.
        StoreUnavailable: whose token it is cannot be told now.
    """
    check_door(connection)
    endpoint = connection.scope.get("endpoint")
    if getattr(endpoint, _PUBLIC, False):
        return
    principal = await _identify(connection, may_wait=getattr(endpoint, _SIGNS_IN, False))
    if principal is None:
        return
    method = connection.scope.get("method", "GET")  # a WebSocket has none and decides by its own methods
    if getattr(endpoint, _OWNER_ONLY, False):
        check_is_owner(principal)
    if method not in _SAFE and not getattr(endpoint, _CHANGES_NOTHING, False):
        check_may_change(principal)
    connection.state.principal = principal


async def sign_in(connection: HTTPConnection, *, token: str | None, ticket: str | None) -> Principal:
    """Who a WebSocket's first frame is from: a secret or token, or a ticket, and not both.

    Raises:
        Problem: 401, it opens nothing; whoever counts those was told.
        StoreUnavailable: it cannot be told now.
    """
    access = services_of(connection).access
    if (token is None) == (ticket is None):
        raise bad_credential()
    try:
        if ticket is not None:
            return await access.tickets.redeem(ticket)
        return await access.by_bearer((token or "").encode("utf-8", "replace"))
    except Problem:
        await access.failed_logins.failed(client_address(connection))
        raise


async def _identify(connection: HTTPConnection, *, may_wait: bool) -> Principal | None:
    """Who it is; None for a WebSocket that may still say it."""
    access = services_of(connection).access
    if not access.secrets.active():
        check_local(connection)
        return LOCAL
    if sent := connection.headers.getlist("authorization"):
        return await _by_header(connection, access, sent)
    if (ticket := offered_ticket(connection)) is not None:
        return await sign_in(connection, token=None, ticket=ticket)
    if (cookie := sent_cookie(connection)) is not None:
        return await _by_cookie(connection, access, cookie)
    if may_wait:
        return None
    raise bad_credential()


async def _by_cookie(connection: HTTPConnection, access: Access, cookie: str) -> Principal:
    """Whose cookie it is. Bad ones are not counted: they cannot be guessed, and browsers keep sending an old one."""
    principal = await access.sessions.principal(cookie)
    if connection.scope.get("method") not in _SAFE:  # a WebSocket has none, and changes things
        check_own_page(connection)
    return principal


async def _by_header(connection: HTTPConnection, access: Access, sent: list[str]) -> Principal:
    scheme, _, credential = (sent[0] if len(sent) == 1 else "").partition(" ")
    try:
        if scheme.lower() != "bearer":
            raise bad_credential()
        return await access.by_bearer(credential.strip().encode("latin-1"))
    except Problem as problem:
        if problem.kind is Kind.UNAUTHENTICATED:
            await access.failed_logins.failed(client_address(connection))
        raise


def offered_ticket(connection: HTTPConnection) -> str | None:
    """The ticket among the subprotocols that a WebSocket offers."""
    offered: list[str] = connection.scope.get("subprotocols", [])
    found = [one.removeprefix(SUBPROTOCOL) for one in offered if one.startswith(SUBPROTOCOL)]
    return found[0] if len(found) == 1 else None
