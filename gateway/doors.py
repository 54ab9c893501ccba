"""What is checked of every request before anybody asks who sends it: Host, Origin, and no credential in the URL.

Public routes are checked too. Nothing here looks at the path.
"""

from starlette.requests import HTTPConnection

from gateway.errors import Kind, Problem
from gateway.hosts import is_loopback
from gateway.services import services_of

_NEVER_IN_A_URL = frozenset({"token", "access_token", "ticket", "api_secret", "authorization"})
_OF_PROXIES = ("x-forwarded-for", "forwarded", "x-real-ip", "x-forwarded-host")


def client_address(connection: HTTPConnection) -> str:
    """The sender's address, as far as it can be believed; empty when the server does not know it.

    X-Forwarded-For counts only as far as TRUSTED_PROXIES says, and the headers like it never.
    """
    rules = services_of(connection).access.rules
    peer = connection.client.host if connection.client else ""
    return rules.client_behind(peer, connection.headers.getlist("x-forwarded-for"))


def check_door(connection: HTTPConnection) -> None:
    """Refuse what is called by a strange name, sent by a strange page, or shows its credential to every log.

    Raises:
        Problem: 403, naming the setting.
    """
    rules = services_of(connection).access.rules
    host = only_header(connection, "host")
    if host is None or not rules.answers_to(host):
        raise Problem(
            Kind.FORBIDDEN,
            "The gateway does not answer to this name: call it localhost, or add the name to ALLOWED_HOSTS.",
        )
    origin = only_header(connection, "origin")
    if origin is not None and not rules.takes_pages_of(origin, host):
        raise Problem(Kind.FORBIDDEN, "Pages of another origin are not served: ALLOWED_ORIGINS names others.")
    if connection.scope["query_string"] and any(
        name.lower() in _NEVER_IN_A_URL for name in connection.query_params
    ):
        raise Problem(Kind.FORBIDDEN, "Never put a credential into a URL: send it as a header or in a frame.")


def check_own_page(connection: HTTPConnection) -> None:
    """Refuse what a browser may send by itself: a cookie counts only from a page that says it is ours.

    `check_door` has been here, so an Origin that is there is one of ours. Without one, Sec-Fetch-Site must say so.

    Raises:
        Problem: 403, nothing says which page sent it, or it was another site's.
    """
    if only_header(connection, "origin") is not None:
        return
    if only_header(connection, "sec-fetch-site") != "same-origin":
        raise Problem(
            Kind.FORBIDDEN, "With a cookie only the gateway's own pages may send: nothing says that one did."
        )


def came_by_https(connection: HTTPConnection) -> bool:
    """True when the browser spoke TLS: to us, to a proxy that is believed, or so its page's Origin says."""
    peer = connection.client.host if connection.client else ""
    if services_of(connection).access.rules.is_proxy(peer):
        told = connection.headers.get("x-forwarded-proto", "").partition(",")[0].strip().lower()
        if told:
            return told == "https"
    if connection.scope["scheme"] in ("https", "wss"):
        return True
    return only_header(connection, "origin") == f"https://{only_header(connection, 'host')}"


def check_local(connection: HTTPConnection) -> None:
    """Without a secret: only who sits at this machine, and not through a proxy that sits there.

    Raises:
        Problem: 403 for everybody else.
    """
    address = client_address(connection)
    rules = services_of(connection).access.rules
    if not is_loopback(address) or rules.is_proxy(address) or any(map(connection.headers.get, _OF_PROXIES)):
        raise Problem(
            Kind.FORBIDDEN,
            "Without API_SECRET only this machine is served: set API_SECRET and send it as a bearer token.",
        )


def only_header(connection: HTTPConnection, name: str) -> str | None:
    """A header's one value in lower case, or None when it is absent.

    Raises:
        Problem: 403, there is more than one.
    """
    values = connection.headers.getlist(name)
    if len(values) > 1:
        raise Problem(Kind.FORBIDDEN, f"The request has more than one {name.title()} header.")
    return values[0].strip().lower() if values else None
