"""A qa-runner as a real process, and raw connections to it."""

import json
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from nexus.sandbox.client import runner_in_use, use_runner
from tests.conftest import REPOSITORY
from tests.running import Process

READY = "qa_runner.ready"
WITHOUT_ANY = """
import sys
from nexus.sandbox import mechanism, probe, serve
mechanism.START = mechanism.START.replace('import main', 'import main,kernel;kernel.LEAST_ABI=99')
probe.find_bubblewrap = lambda: None
sys.exit(serve.main(sys.argv[1:]))
"""
LANDLOCK = """
import sys
from nexus.sandbox import probe, serve
probe.find_bubblewrap = lambda: None
sys.exit(serve.main(sys.argv[1:]))
"""


@contextmanager
def a_runner(folder: Path, *options: str, code: str | None = None) -> Iterator[tuple[Process, Path]]:
    """A runner that is ready, used by this process; its socket. `code` starts it, else it is the module."""
    # A path of pytest's may be too long for a socket.
    with tempfile.TemporaryDirectory(prefix="runner-") as short:
        path = Path(short) / "runner.sock"
        head = ("-c", code) if code else ("-m", "nexus.sandbox.serve")
        environment = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "NEXUS_HOME": str(folder)}
        environment |= {"PYTHONPATH": str(REPOSITORY), "TMPDIR": short}
        process = Process(
            (sys.executable, *head, "--socket", str(path), *options), environment, folder / "runner.out"
        )
        try:
            process.wait_for(READY)
            with used(path):
                yield process, path
        finally:
            process.kill()


@contextmanager
def used(path: Path | None) -> Iterator[None]:
    """This process hands its jobs to the runner at `path`, until the end of the test."""
    before = runner_in_use()
    use_runner(path)
    try:
        yield
    finally:
        use_runner(before)


@contextmanager
def connected(path: Path) -> Iterator[socket.socket]:
    """A raw connection."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(60)
        connection.connect(str(path))
        yield connection


def send(connection: socket.socket, data: bytes) -> None:
    connection.sendall(struct.pack(">I", len(data)) + data)


def receive(connection: socket.socket) -> Mapping[str, object]:
    """The reply; an empty one when the connection was closed without any."""
    data = b""
    while chunk := connection.recv(65536):
        data += chunk
    if not data:
        return {}
    told: dict[str, dict[str, object]] = json.loads(data[4:])
    return told["what"]


def alive(path: Path) -> int:
    """The exit code of the container's health check."""
    command = [sys.executable, "-m", "nexus.cli.alive", "qa-runner", "--pid", "1"]
    environment = {"PATH": "/usr/bin:/bin", "QA_RUNNER_SOCKET": str(path), "PYTHONPATH": str(REPOSITORY)}
    return subprocess.run(command, env=environment, check=False, capture_output=True, timeout=60).returncode
