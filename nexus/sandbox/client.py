"""The worker's side of the qa-runner: hands over a job and waits for its end. Blocking: call it in a thread.

Where a runner is named it is the only one: when it is away, full or gone in the middle, the run is refused. Nothing is
then run here instead.
"""

import socket
import time
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from nexus.sandbox import keeper, wire
from nexus.sandbox.job import Job, Result, SandboxRefused

CONNECT_S, HAND_OVER_S, QUEUE_S, STATE_S, PAUSE_S = 3.0, 10.0, 30.0, 15.0, 0.05
MARGIN_S = keeper.KILLING_S + 10.0
NAME = "the qa-runner"

_in_use: list[Path] = []


def use_runner(path: Path | None) -> None:
    """From now on jobs of this process are handed to the runner at this socket; None: they are run here."""
    _in_use[:] = [path] if path is not None else []


def runner_in_use() -> Path | None:
    """The runner's socket, where one is used."""
    return _in_use[0] if _in_use else None


def run_there(job: Job) -> Result:
    """Have it run.

    Raises:
        SandboxRefused: it was not run, or nobody knows how it ended; the message says why and what mends it.
    """
    try:
        data = wire.request_of(job)
    except wire.TooLarge as error:
        raise SandboxRefused(f"the job is too large: {error}") from None
    began = time.monotonic()
    match _ask(data, QUEUE_S + job.limits.wall_s + MARGIN_S):
        case wire.Ran() as ran:
            return wire.result_of(ran)
        case wire.Refused() as refused:
            raise SandboxRefused(f"{NAME}: {refused.because}")
        case _:
            took_s = time.monotonic() - began
            raise SandboxRefused(f"{NAME} gave no result after {took_s:.0f} s: restart it")


def runner_state() -> tuple[str, str]:
    """Its level and its reason.

    Raises:
        SandboxRefused: it does not answer.
    """
    match _ask(b'{"what": {"ask": "state"}}', STATE_S):
        case wire.State() as state:
            return state.level, state.reason
        case wire.Refused() as refused:
            raise SandboxRefused(f"{NAME}: {refused.because}")
        case _:
            raise SandboxRefused(f"{NAME} did not say how it is: restart it")


def _ask(data: bytes, patience_s: float) -> wire.Ran | wire.Refused | wire.State:
    path = runner_in_use()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        try:
            _connect(connection, path)
        except OSError as error:
            why = error.strerror or str(error)
            raise SandboxRefused(
                f"{NAME} does not answer at {path} ({why}): start it, or correct QA_RUNNER_SOCKET"
            ) from None
        return _exchange(connection, data, patience_s)


def _connect(connection: socket.socket, path: Path | None) -> None:
    """Where many come at the same moment the kernel's queue is full, and says so at once: then again a moment later."""
    connection.settimeout(CONNECT_S)
    deadline = time.monotonic() + QUEUE_S
    while True:
        try:
            connection.connect(str(path))
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise
            time.sleep(PAUSE_S)
        else:
            return


def _exchange(
    connection: socket.socket, data: bytes, patience_s: float
) -> wire.Ran | wire.Refused | wire.State:
    try:
        with suppress(BrokenPipeError):  # it may have said why before it closed
            wire.send(connection, data, HAND_OVER_S)
        reply = wire.receive(connection, wire.MAX_REPLY_BYTES, patience_s)
        return wire.Replied.model_validate_json(reply).what
    except TimeoutError:
        raise SandboxRefused(f"{NAME} did not answer within {patience_s:.0f} s: restart it") from None
    except OSError as error:
        raise SandboxRefused(
            f"{NAME} went away in the middle ({error.strerror or error}): is it out of memory?"
        ) from None
    except (wire.TooLarge, ValidationError) as error:
        raise SandboxRefused(f"{NAME} gave no proper answer: {str(error).splitlines()[0]}") from None
