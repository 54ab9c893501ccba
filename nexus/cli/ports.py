"""TCP ports: finding a free one, and seeing that the gateway will get its own."""

import errno
import socket
from contextlib import closing

from nexus.errors import ConfigurationError


def free_port() -> int:
    """A loopback port nobody listens on now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def require_free_port(host: str, port: int) -> None:
    """See that the gateway will be able to listen.

    Raises:
        ConfigurationError: it will not; names PORT or HOST and the fix.
    """
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the gateway does
            probe.bind(address)
    except OSError as error:
        raise ConfigurationError(_reason(host, port, error)) from None


def _reason(host: str, port: int, error: OSError) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return (
                f"PORT={port} is in use by another program: choose another, e.g. `PORT={port + 1} make up`."
            )
        case errno.EACCES:
            return f"PORT={port} is not allowed for this user: use one above 1023, e.g. `PORT=8000 make up`."
        case _:
            return f"HOST={host} is no address of this machine ({error.strerror}): set HOST=127.0.0.1."
