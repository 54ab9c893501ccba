"""A PostgreSQL that is kept as a service manager keeps it: killed, it is started again some seconds later."""

import subprocess
import threading
from pathlib import Path

from tests.chaos.postgres import PostgresFiles, prepare_postgres
from tests.running import wait_for

RESTART_AFTER_S = 10.0  # long enough that the company has to go over to its spool


class KeptPostgres:
    """The server of the wheel. `close` ends it for good."""

    def __init__(self, folder: Path) -> None:
        folder.chmod(0o755)
        self._files: PostgresFiles = prepare_postgres(folder / "postgres")
        self._log = (folder / "postgres.log").open("ab")
        self._closing = threading.Event()
        self._process = self._start()
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._keeper.start()
        wait_for(self._files.socket.exists, 30, "PostgreSQL")

    @property
    def url(self) -> str:
        """For DATABASE_URL."""
        return f"postgresql://postgres@/postgres?host={self._files.socket.parent}"

    @property
    def pid(self) -> int:
        """Of the server's first process."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """False between a kill and the restart."""
        return self._process.poll() is None

    def close(self) -> None:
        """End it."""
        self._closing.set()
        self._process.terminate()
        self._keeper.join(30)
        self._log.close()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._files.argv, user=self._files.user, stdout=self._log, stderr=subprocess.STDOUT
        )

    def _keep(self) -> None:
        while True:
            self._process.wait()
            if self._closing.wait(RESTART_AFTER_S):
                return
            self._process = self._start()
