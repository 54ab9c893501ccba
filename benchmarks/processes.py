"""Real server processes on loopback: started, awaited, measured and ended. Used by `benchmarks.contenders`.

Each is leashed to the benchmark: when that dies, however, the kernel ends them too.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil

from nexus.cli.child import leashed

READY_S = 60.0
STOP_S = 30.0
KEPT_VARIABLES = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ", "LD_LIBRARY_PATH")


def bare_environment(**settings: str) -> dict[str, str]:
    """`settings` and the little that every program needs: no key and no setting of the owner's."""
    return {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ} | settings


class Server:
    """One running process. Its output goes to `<folder>/<name>.out`."""

    def __init__(self, name: str, argv: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        self.name = name
        self._output = folder / f"{name}.out"
        with self._output.open("w") as output:
            self._process = subprocess.Popen(
                leashed(argv),
                env=dict(environment),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def said(self) -> str:
        """Everything it printed so far."""
        return self._output.read_text(errors="replace")

    def wait_until(self, is_ready: Callable[["Server"], bool]) -> None:
        """Until `is_ready(self)`.

        Raises:
            RuntimeError: it ended, or took too long; with its last output.
        """
        deadline = time.monotonic() + READY_S
        while not is_ready(self):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} did not come up: {self.said[-2_000:]}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it: politely, then not."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


@contextmanager
def running(name: str, argv: Sequence[str], environment: Mapping[str, str], folder: Path) -> Iterator[Server]:
    """A server that is ended with the context."""
    server = Server(name, argv, environment, folder)
    try:
        yield server
    finally:
        server.stop()


def answers_at(url: str) -> Callable[[Server], bool]:
    """Ready as soon as a GET of `url` gives 200."""

    def check(_: Server) -> bool:
        try:
            return httpx.get(url, timeout=2, trust_env=False).status_code == 200
        except httpx.TransportError:
            return False

    return check


def cpu_s(pid: int) -> float:
    """CPU seconds of a process and everything it started, user and system, ended children included."""
    process = psutil.Process(pid)
    return sum(sum(one.cpu_times()[:4]) for one in (process, *process.children(recursive=True)))
