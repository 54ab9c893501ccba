"""The qa-runner: runs code of others for workers, in a place of its own. `python -m nexus.sandbox.serve`.

In compose it is a container without network, secrets or anything of the company's; a worker hands over a job on a unix
socket (`nexus.sandbox.client`). Each job is run in this process's sandbox, with a program's word trusted for nothing.
Bounded: so many connections, so many runs at once, so long for a request to come and for a reply to be taken. When the
one who asked goes away its run is ended; when this process goes away, however, all runs end with it.
"""

import argparse
import os
import signal
import socket
import struct
import sys
import threading
from contextlib import suppress
from pathlib import Path
from types import FrameType

from pydantic import ValidationError

from nexus.errors import ConfigurationError
from nexus.logs import configure_logs, get_logger
from nexus.sandbox import wire
from nexus.sandbox.job import SandboxRefused
from nexus.sandbox.probe import chosen_mechanism
from nexus.sandbox.run import run_with
from nexus.sandbox.state import look_at_sandbox
from nexus.settings import MAX_SOCKET_PATH, CommonSettings, load_settings

log = get_logger(__name__)

RUNS, CONNECTIONS, BACKLOG = 2, 32, 128
REQUEST_S, REPLY_S, QUEUE_S, LOOK_S = 10.0, 10.0, 30.0, 0.5
CREDENTIALS = struct.Struct("3i")


class RunnerServer:
    """Serves a socket until it is closed. `runs` jobs at once; others wait, `QUEUE_S` seconds at most."""

    def __init__(self, path: Path, *, runs: int = RUNS, connections: int = CONNECTIONS) -> None:
        """Listen.

        Raises:
            ConfigurationError: there can be no socket at this path, or another runner serves it.
        """
        self._path = path
        self._is_open = True
        self._slots = threading.BoundedSemaphore(runs)
        self._room = threading.BoundedSemaphore(connections)
        self._listener = _listen(path)

    def serve(self) -> None:
        """Until `close`. More connections than there is room for wait in the kernel's queue."""
        while self._is_open:
            if not self._room.acquire(timeout=LOOK_S):
                continue
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._attend, args=(connection,), daemon=True).start()

    def close(self) -> None:
        """Take no more. Runs go on until this process ends."""
        self._is_open = False
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def _attend(self, connection: socket.socket) -> None:
        try:
            with connection:
                self._answer(connection)
        except OSError as error:
            log.info("qa_runner.left", why=str(error))
        finally:
            self._room.release()

    def _answer(self, connection: socket.socket) -> None:
        if not _is_ours(connection):
            _refuse(connection, "you are another user than the runner's")
            return
        try:
            data = wire.receive(connection, wire.MAX_REQUEST_BYTES, REQUEST_S)
            asked = wire.Asked.model_validate_json(data).what
        except wire.TooLarge as error:
            _refuse(connection, f"the job is too large: {error}")
            return
        except ValidationError as error:
            _refuse(connection, f"no proper job: {_told(error)}")
            return
        if isinstance(asked, wire.StateAsked):
            state = look_at_sandbox()
            reply = wire.Replied(what=wire.State(level=state.level, reason=state.reason))
            wire.send(connection, reply.model_dump_json().encode(), REPLY_S)
            return
        self._run(connection, asked)

    def _run(self, connection: socket.socket, asked: wire.RunAsked) -> None:
        if not self._slots.acquire(timeout=QUEUE_S):
            _refuse(connection, f"busy: no run could begin within {QUEUE_S:.0f} s")
            return
        try:
            result = run_with(wire.job_of(asked), chosen_mechanism(), asker=connection.fileno())
        except (SandboxRefused, ValueError) as error:
            _refuse(connection, str(error))
            return
        finally:
            self._slots.release()
        log.info(
            "qa_runner.ran",
            program=asked.argv[0][:100],
            exit_code=result.exit_code,
            limit=result.limit,
            ms=result.duration_ms,
        )
        wire.send(connection, wire.reply_of(result), REPLY_S)


def _told(error: ValidationError) -> str:
    """Which field is wrong, and how; nothing of what was in it."""
    first = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'])[:200]}: {first['msg'][:200]}"


def _refuse(connection: socket.socket, because: str) -> None:
    reply = wire.Replied(what=wire.Refused(because=because))
    log.warning("qa_runner.refused", because=because)
    with suppress(OSError):
        wire.send(connection, reply.model_dump_json().encode(), REPLY_S)
        # Closed with anything unread, the other side would be told of that and not of this.
        connection.shutdown(socket.SHUT_WR)
        wire.discard(connection, REPLY_S)


def _is_ours(connection: socket.socket) -> bool:
    """Whether the other side runs as the same user as this process, or as root."""
    told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size)
    return CREDENTIALS.unpack(told)[1] in (os.geteuid(), 0)


def _listen(path: Path) -> socket.socket:
    if len(bytes(path)) > MAX_SOCKET_PATH:
        raise ConfigurationError(
            f"QA_RUNNER_SOCKET={path} is longer than {MAX_SOCKET_PATH} bytes: shorten it."
        )
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _take_over(path)
        listener.bind(str(path))
        path.chmod(0o600)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise ConfigurationError(f"QA_RUNNER_SOCKET={path}: {error.strerror or error}.") from None
    return listener


def _take_over(path: Path) -> None:
    """Remove a socket that nobody serves any more: a runner that was killed leaves its own."""
    if not path.is_socket():
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        asking.settimeout(1.0)
        try:
            asking.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            path.unlink(missing_ok=True)
            return
    raise OSError(98, "another runner serves it")


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM; 0 then, 2 for a wrong setting."""
    parser = argparse.ArgumentParser(prog="python -m nexus.sandbox.serve", description=__doc__)
    parser.add_argument(
        "--socket", type=Path, required=True, help="where workers find it: their QA_RUNNER_SOCKET"
    )
    parser.add_argument("--runs", type=int, default=RUNS, choices=range(1, 17), metavar="1-16")
    given = parser.parse_args(arguments)
    try:
        configure_logs(load_settings(CommonSettings), "qa-runner")
        server = RunnerServer(given.socket.absolute(), runs=given.runs)
    except ConfigurationError as error:
        print(f"nexus: {error}", file=sys.stderr)
        return 2

    def stop(_number: int, _frame: FrameType | None) -> None:
        server.close()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    state = look_at_sandbox()
    log.info("qa_runner.ready", socket=str(given.socket), level=state.level, reason=state.reason)
    server.serve()
    return 0


if __name__ == "__main__":
    sys.exit(main())
