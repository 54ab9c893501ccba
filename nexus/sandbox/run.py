"""The front door: run a job in the sandbox, and say how it ended.

Synchronous: from asyncio call it in a thread. What the program prints decides nothing here: its exit code comes from
the kernel by way of a pipe that it does not have.
"""

import contextlib
import os
import selectors
import subprocess
import sys
import time
from typing import IO

from nexus.sandbox import keeper
from nexus.sandbox.job import Job, Result
from nexus.sandbox.mechanism import Mechanism, Prepared, prepare
from nexus.sandbox.packing import pack, unpack

PATIENCE_S = keeper.KILLING_S + 5.0  # beyond the time of the run, until the keeper itself is taken for stuck
CHUNK = 65536


def run(job: Job) -> Result:
    """Run it to its end or to a limit. Nothing of it is left afterwards: no process, no file, no mount.

    Where this process uses a qa-runner (`nexus.sandbox.client.use_runner`), that one runs what needs no file of this
    machine and no network; the rest is run here.

    Raises:
        SandboxRefused: no mechanism of this machine passes the probe, or the runner is away; nothing was run.
        ValueError: a file's name leaves the working folder.
    """
    from nexus.sandbox import client, wire  # noqa: PLC0415 - pydantic, which no child of ours waits for
    from nexus.sandbox.probe import chosen_mechanism  # noqa: PLC0415 - the probe runs jobs itself

    if client.runner_in_use() is not None and wire.is_portable(job):
        return client.run_there(job)
    return run_with(job, chosen_mechanism())


def run_with(
    job: Job, mechanism: Mechanism, env: dict[str, str] | None = None, asker: int | None = None
) -> Result:
    """Run it by this mechanism, whatever the probe says of it: for the probe, the qa-runner and tests.

    `env` is the environment of the processes around the program, never of the program. `asker` is a descriptor that
    becomes readable when nobody wants the result any more: the run is then ended.
    """
    started = time.monotonic()
    try:
        prepared = prepare(job, mechanism)
    except OSError as error:
        return Result(None, b"", b"", None, f"could not be prepared: {error}", 0, mechanism.name)
    out, err = bytearray(), bytearray()
    facts, flooded = _run(prepared, job, (out, err), env or {}, asker)
    code, limit, fault = facts.get("exit_code"), facts.get("limit"), facts.get("fault")
    if flooded:
        limit = "output"
    if limit is None and code in (-24, -25):  # SIGXCPU, SIGXFSZ
        limit = "cpu" if code == -24 else "file_size"
    left = facts.get("left", 0)
    return Result(
        code if isinstance(code, int) and limit in (None, "cpu", "file_size") else None,
        bytes(out[: job.limits.output_bytes]),
        bytes(err[: job.limits.output_bytes]),
        limit,  # type: ignore[arg-type]
        str(fault or ("" if facts else "the process that watches over the run was killed")),
        round((time.monotonic() - started) * 1000),
        mechanism.name,
        left if isinstance(left, int) else 0,
    )


def _run(
    prepared: Prepared,
    job: Job,
    outputs: tuple[bytearray, bytearray],
    env: dict[str, str],
    asker: int | None,
) -> tuple[dict[str, object], bool]:
    reading, writing = os.pipe()
    try:
        options = {**prepared.options, "report": writing, "parent": os.getpid()}
        with subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-I", "-S", "-c", keeper.START, pack(options), *prepared.argv],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=env,
            cwd="/",
            pass_fds=(writing,),
            start_new_session=True,
        ) as process:
            os.close(writing)
            writing = -1
            try:
                flooded = _exchange(process, job, outputs, asker)
                process.wait(PATIENCE_S)
            finally:
                _end(process)
        return _facts(reading), flooded
    finally:
        os.close(reading)
        if writing >= 0:
            os.close(writing)
        if isinstance(folder := prepared.options.get("remove"), str):
            keeper.remove(folder)
        if isinstance(group := prepared.options.get("cgroup"), str) and os.path.isdir(group):  # noqa: PTH112
            keeper.leave_group(group)


def _exchange(
    process: subprocess.Popen[bytes], job: Job, outputs: tuple[bytearray, bytearray], asker: int | None
) -> bool:
    """Hand over the input, read both streams; True when there is too much, and the keeper was told to end it."""
    deadline = time.monotonic() + job.limits.wall_s + PATIENCE_S
    waiting = memoryview(job.stdin)
    with selectors.DefaultSelector() as selector:
        _register(selector, process, outputs, asker)
        while len(selector.get_map()) > (asker is not None) and time.monotonic() <= deadline:
            for key, _ in selector.select(max(0.0, min(1.0, deadline - time.monotonic()))):
                if key.fileobj is process.stdin:
                    waiting = _hand_over(key.fd, waiting)
                    if not waiting:
                        selector.unregister(key.fileobj)
                        process.stdin.close()
                    continue
                chunk = os.read(key.fd, CHUNK) if key.fd != asker else b""
                key.data.extend(chunk)
                if key.fd == asker or len(key.data) > job.limits.output_bytes:
                    process.terminate()
                    return key.fd != asker
                if not chunk:
                    selector.unregister(key.fileobj)
    return False


def _register(
    selector: selectors.BaseSelector,
    process: subprocess.Popen[bytes],
    outputs: tuple[bytearray, bytearray],
    asker: int | None,
) -> None:
    for pipe, buffer in zip(_pipes(process), outputs, strict=True):
        os.set_blocking(pipe.fileno(), False)
        selector.register(pipe, selectors.EVENT_READ, buffer)
    if process.stdin is not None:
        os.set_blocking(process.stdin.fileno(), False)
        selector.register(process.stdin, selectors.EVENT_WRITE)
    if asker is not None:
        selector.register(asker, selectors.EVENT_READ, bytearray())


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if process.stdout is None or process.stderr is None:
        raise AssertionError("started with pipes")
    return process.stdout, process.stderr


def _hand_over(descriptor: int, waiting: memoryview) -> memoryview:
    try:
        return waiting[os.write(descriptor, waiting[:CHUNK]) :] if waiting else waiting
    except BrokenPipeError:  # it need not read it
        return waiting[:0]


def _end(process: subprocess.Popen[bytes]) -> None:
    """Nothing to do after a normal end; else the keeper is asked to end the family."""
    if process.poll() is not None:
        return
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(PATIENCE_S)
    if process.poll() is None:
        process.kill()


def _facts(reading: int) -> dict[str, object]:
    os.set_blocking(reading, False)
    said = b""
    with contextlib.suppress(BlockingIOError):
        while data := os.read(reading, CHUNK):
            said += data
    facts: dict[str, object] = {}
    for line in said.decode("ascii").splitlines():
        facts |= unpack(line)
    return facts if "left" in facts else {}
