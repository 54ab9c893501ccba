"""The company as real processes, for end-to-end tests: `nexus up`, or single workers and a gateway."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import psutil

from nexus.cli.ports import free_port

READY_S = 150
NEXUS = (sys.executable, "-m", "nexus.cli.main")
# One look at the start and no other: what the heartbeat tells would come between the messages of a test.
ONE_LOOK = {"HEARTBEAT_INTERVAL_S": "3600"}
SCRIPTED = {f"NEXUS_MODEL_{role}": "scripted/tester" for role in ("CEO", "DIRECTOR", "INTERN", "ADMIN")}


def wait_for[T](look: Callable[[], T], timeout_s: float = READY_S, what: str = "the condition") -> T:
    """Look until it is truthy; returns what was seen."""
    deadline = time.monotonic() + timeout_s
    while not (seen := look()):
        assert time.monotonic() < deadline, f"{what} did not come within {timeout_s:g} s"
        threading.Event().wait(0.05)
    return seen


def an_environment(folder: Path, **settings: str) -> dict[str, str]:
    """The test's scrubbed environment, a data folder, a free port, and nobody at Ollama's address."""
    own = {
        "NEXUS_HOME": str(folder / "home"),
        "PORT": str(free_port()),
        "OLLAMA_BASE_URL": f"http://127.0.0.1:{free_port()}",
        "RATE_LIMIT": "none",  # tests look far more often than people do
        "RATE_LIMIT_ADDRESS": "none",
        "ROUTER_EXPLORE": "0",  # an order's way does not hang on its id
    }
    return os.environ | own | settings


class Process:
    """One process whose output goes to a file."""

    def __init__(self, arguments: tuple[str, ...], environment: Mapping[str, str], output: Path) -> None:
        self.output = output
        with output.open("w") as sink:
            self.process = subprocess.Popen(arguments, env=environment, stdout=sink, stderr=subprocess.STDOUT)

    @property
    def said(self) -> str:
        """Everything it printed so far."""
        return self.output.read_text()

    def wait_for(self, pattern: str) -> None:
        """Until it has printed that."""

        def printed() -> bool:
            ended = self.process.poll() is not None
            assert not ended or re.search(pattern, self.said), self.said
            return re.search(pattern, self.said) is not None

        wait_for(printed, what=f"{pattern!r} in {self.output}")

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; returns the exit code."""
        self.process.send_signal(number)
        return self.process.wait(60)

    def kill(self) -> None:
        """End it at once, if it still runs."""
        self.process.kill()
        self.process.wait()


class Door:
    """The gateway, from outside."""

    def __init__(self, port: str) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def chat(self, content: str, wait: float = 60, **fields: str) -> dict[str, Any]:
        """Send a message and wait for its end."""
        body = {"content": content, "wait": wait, **fields}
        reply = httpx.post(f"{self.url}/api/chat", json=body, timeout=wait + 10, trust_env=False)
        assert reply.status_code in (200, 202), reply.text
        return dict(reply.json())

    def order(self, order_id: str) -> dict[str, Any]:
        """Everything that is known of an order."""
        reply = httpx.get(f"{self.url}/api/work-orders/{order_id}", timeout=10, trust_env=False)
        assert reply.status_code == 200, reply.text
        return dict(reply.json())

    def is_open(self) -> bool:
        """True when it answers."""
        try:
            return httpx.get(f"{self.url}/health", timeout=2, trust_env=False).status_code == 200
        except httpx.TransportError:
            return False


class Up(Process):
    """A running `nexus up`."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.environment = an_environment(folder, **settings)
        self.port = int(self.environment["PORT"])
        self.door = Door(self.environment["PORT"])
        self.began = time.monotonic()
        super().__init__((*NEXUS, "up"), self.environment, folder / "up.out")

    def nexus(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another command in the same environment."""
        return subprocess.run(
            [*NEXUS, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=90,
        )

    def parts(self) -> list[psutil.Process]:
        """Its child processes."""
        return psutil.Process(self.process.pid).children()

    def part(self, word: str) -> psutil.Process:
        """The process of the part whose command line holds `word`."""
        return next(child for child in self.parts() if word in " ".join(child.cmdline()))


def a_worker(name: str, environment: Mapping[str, str], folder: Path) -> Process:
    """A worker process for all roles."""
    return Process((sys.executable, "-m", "agents.worker"), environment, folder / f"{name}.out")


def a_gateway(environment: Mapping[str, str], folder: Path) -> Process:
    """A gateway process."""
    return Process((sys.executable, "-m", "gateway.main"), environment, folder / "gateway.out")
