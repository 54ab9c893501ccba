"""One process of the company as the harness sees it: it can be killed, stopped, continued and started again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from nexus.cli.child import leashed
from tests.chaos import leash_as_user

RESTART_AFTER_S = 0.3  # as systemd's RestartSec and the supervisor of `nexus up` would


class Member:
    """A named process. Its output goes to the end of `<folder>/<name>.out`, over all its lives.

    Args:
        ready: what it prints when it serves; empty: as soon as it runs.
        user: the system user it runs as; None: the harness's own.
        ends: exit code 0 means that it has done its work, and is not to be started again.
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        *,
        ready: str = "",
        user: str | None = None,
        ends: bool = False,
    ) -> None:
        self.name = name
        self.lives = 0
        self._argv = list(argv)
        self._environment = dict(environment)
        self._folder = folder
        self._ready = ready.encode()
        self._user = user
        self._ends = ends
        self._process: subprocess.Popen[bytes] | None = None
        self._born_at_byte = 0
        self._dead_since: float | None = None
        self._not_before = 0.0

    @property
    def output(self) -> Path:
        """The file with everything it printed."""
        return self._folder / f"{self.name}.out"

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The process of its present life."""
        assert self._process is not None
        return self._process

    @property
    def pid(self) -> int:
        """The process id of its present life."""
        return self.process.pid

    @property
    def is_running(self) -> bool:
        """False before the first start and after an end."""
        return self._process is not None and self._process.poll() is None

    @property
    def is_ready(self) -> bool:
        """It runs and has said, in this life, that it serves."""
        if not self.is_running:
            return False
        with self.output.open("rb") as output:
            output.seek(self._born_at_byte)
            return self._ready in output.read(200_000)

    @property
    def is_finished(self) -> bool:
        """There is nothing left for it to do."""
        return self._ends and self._process is not None and self._process.poll() == 0

    def start(self) -> None:
        """Begin a life. From the event loop's thread only: the leash is tied to the thread that started it."""
        self.lives += 1
        self._dead_since = None
        with self.output.open("ab") as output:
            self._born_at_byte = output.tell()
            self._process = subprocess.Popen(
                self._leashed(),
                env=self._environment,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _leashed(self) -> list[str]:
        if self._user is None:
            return leashed(self._argv)
        return [sys.executable, "-IS", leash_as_user.__file__, str(os.getpid()), self._user, *self._argv]

    def send_signal(self, number: int) -> bool:
        """Send a signal; False when it does not run."""
        if not self.is_running:
            return False
        os.kill(self.pid, number)
        return True

    def kill(self, number: int = signal.SIGKILL, *, away_s: float = 0.0) -> bool:
        """End it, and keep the keeper from starting it again for `away_s` seconds; False when it does not run."""
        self._not_before = time.monotonic() + away_s
        return self.send_signal(number)

    def start_if_dead(self) -> bool:
        """What a supervisor does: start it again a moment after its end. True when it did."""
        if self.is_running or self.is_finished:
            return False
        now = time.monotonic()
        if self._dead_since is None:
            self._dead_since = now
        if now < max(self._not_before, self._dead_since + RESTART_AFTER_S):
            return False
        self.start()
        return True

    def end(self, number: int = signal.SIGTERM, *, patience_s: float = 5.0) -> None:
        """End it for good: politely, then not."""
        if self._process is None:
            return
        if self.send_signal(number):
            self.send_signal(signal.SIGCONT)
        try:
            self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
