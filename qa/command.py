"""Run the command of a spec: without a shell, with hardly any environment, bounded in time and output.

Called by `qa.runner` alone. This is tidiness, not a sandbox: the command runs as you, with your files and
your network, so run only specs that you would run by hand.
"""

import os
import selectors
import shlex
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass

MAX_OUTPUT_BYTES = 1024 * 1024
_POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class CommandRun:
    """What a command did.

    Attributes:
        stdout: at most 1 MiB of it; what is not UTF-8 is replaced.
        stderr: likewise.
        exit_code: None where the command was not started or was stopped; negative is a signal's number.
        fault: why it was not started or was stopped, else empty.
        duration_ms: wall-clock time.
    """

    stdout: str
    stderr: str
    exit_code: int | None
    fault: str
    duration_ms: int


def run_command(command: str, timeout_s: float) -> CommandRun:
    """Run it in a process group of its own, and kill what is left of the group however it ends."""
    started = time.monotonic()
    out, err = bytearray(), bytearray()
    exit_code: int | None = None
    try:
        with _start(command) as process:
            try:
                fault = _collect(process, started + timeout_s, out, err)
            finally:
                _kill_group(process.pid)
        if fault is None:
            exit_code = process.returncode
    except subprocess.TimeoutExpired:
        fault = f"killed after {timeout_s:g} s"
    except OSError as error:
        fault = f"could not be started: {error.strerror}"
    duration_ms = round((time.monotonic() - started) * 1000)
    return CommandRun(_text(out), _text(err), exit_code, fault or "", duration_ms)


def _start(command: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - no shell; the spec's author chose the command
        shlex.split(command),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"},
        start_new_session=True,
    )


def _collect(process: subprocess.Popen[bytes], deadline: float, out: bytearray, err: bytearray) -> str | None:
    """Read both pipes and wait for the end; return why the command must be stopped early, or None.

    Raises:
        subprocess.TimeoutExpired: the deadline has come.
    """
    with selectors.DefaultSelector() as selector:
        for pipe, buffer in ((process.stdout, out), (process.stderr, err)):
            if pipe is not None:
                selector.register(pipe, selectors.EVENT_READ, buffer)
        while selector.get_map():
            if time.monotonic() >= deadline:
                raise subprocess.TimeoutExpired(process.args, 0)
            ready = selector.select(_POLL_S)
            # A child in the background may hold the pipes open for ever.
            if not ready and process.poll() is not None:
                break
            for key, _ in ready:
                chunk = os.read(key.fd, 65536)
                key.data.extend(chunk)
                if not chunk:
                    selector.unregister(key.fileobj)
                elif len(key.data) > MAX_OUTPUT_BYTES:
                    return f"killed after more than {MAX_OUTPUT_BYTES} bytes of output"
    process.wait(max(0.0, deadline - time.monotonic()))
    return None


def _kill_group(group: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def _text(output: bytearray) -> str:
    return output[:MAX_OUTPUT_BYTES].decode("utf-8", "replace")
