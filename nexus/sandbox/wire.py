"""What a worker and the qa-runner say to each other over a unix socket: one request and one reply a connection.

A message is its length in four bytes, the highest first, and so many bytes of JSON. What a job may be is written here
once; the runner takes nothing else: no path of a file system, no network, and limits up to its own.
"""

import base64
import json
import socket
import struct
import time
from typing import Annotated, Literal

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, StringConstraints

from nexus.sandbox.job import MIB, Job, Limits, Result

MAX_REQUEST_BYTES = 4 * MIB
MAX_REPLY_BYTES = 8 * MIB
MAX_WALL_S = 120.0
CHUNK = 65536
HEAD = struct.Struct(">I")

type Text = Annotated[str, StringConstraints(max_length=256 * 1024, pattern=r"^[^\x00]*$")]
type FileName = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
type Variable = Annotated[str, StringConstraints(max_length=100, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class TooLarge(ValueError):
    """A message is longer than the other side takes."""


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LimitsAsked(_Message):
    """What a run may use: at most what `nexus.sandbox.job.Limits` gives, but for its time."""

    wall_s: float = Field(gt=0, le=MAX_WALL_S)
    cpu_s: int = Field(ge=1, le=int(MAX_WALL_S) + 10)
    memory_bytes: int = Field(ge=MIB, le=512 * MIB)
    processes: int = Field(ge=1, le=64)
    open_files: int = Field(ge=8, le=256)
    file_bytes: int = Field(ge=0, le=32 * MIB)
    disk_bytes: int = Field(ge=4096, le=64 * MIB)
    files: int = Field(ge=1, le=4000)
    output_bytes: int = Field(ge=1, le=MIB)


class RunAsked(_Message):
    """Run this."""

    ask: Literal["run"] = "run"
    argv: list[Text] = Field(min_length=1, max_length=100)
    files: dict[FileName, Base64Bytes] = Field(default={}, max_length=100)
    stdin: Base64Bytes = b""
    env: dict[Variable, Text] = Field(default={}, max_length=100)
    limits: LimitsAsked


class StateAsked(_Message):
    """How is your sandbox?"""

    ask: Literal["state"] = "state"


class Asked(_Message):
    """A request."""

    what: RunAsked | StateAsked = Field(discriminator="ask")


class Ran(_Message):
    """How a run ended, as `nexus.sandbox.job.Result` says."""

    is_a: Literal["result"] = "result"
    exit_code: int | None
    stdout: Base64Bytes
    stderr: Base64Bytes
    limit: Literal["wall", "cpu", "memory", "disk", "files", "file_size", "output"] | None
    fault: str
    duration_ms: int
    mechanism: str
    left: int


class Refused(_Message):
    """Nothing was run. `because`: one line, with what mends it."""

    is_a: Literal["refused"] = "refused"
    because: str


class State(_Message):
    """How the runner's sandbox is."""

    is_a: Literal["state"] = "state"
    level: str
    reason: str


class Replied(_Message):
    """A reply."""

    what: Ran | Refused | State = Field(discriminator="is_a")


def is_portable(job: Job) -> bool:
    """Whether a job can be run elsewhere: it needs no file of this machine, and no network."""
    return not (job.readable or job.writable or job.folder or job.network)


def request_of(job: Job) -> bytes:
    """A job as a message.

    Raises:
        TooLarge: no runner would take it.
    """
    limits = {name: getattr(job.limits, name) for name in LimitsAsked.model_fields}
    what = {
        "ask": "run",
        "argv": list(job.argv),
        "files": {name: _base64(content) for name, content in job.files.items()},
        "stdin": _base64(job.stdin),
        "env": dict(job.env),
        "limits": limits,
    }
    data = json.dumps({"what": what}).encode()
    if len(data) > MAX_REQUEST_BYTES:
        raise TooLarge(f"{len(data)} bytes; the qa-runner takes {MAX_REQUEST_BYTES}")
    return data


def job_of(asked: RunAsked) -> Job:
    """What a request asks for."""
    limits = Limits(**asked.limits.model_dump())
    return Job(tuple(asked.argv), dict(asked.files), asked.stdin, dict(asked.env), limits=limits)


def reply_of(result: Result) -> bytes:
    """A result as a message."""
    what = {name: getattr(result, name) for name in Ran.model_fields if name != "is_a"}
    what |= {"is_a": "result", "stdout": _base64(result.stdout), "stderr": _base64(result.stderr)}
    return json.dumps({"what": what}).encode()


def result_of(ran: Ran) -> Result:
    """The result that a reply tells."""
    return Result(**{name: getattr(ran, name) for name in Ran.model_fields if name != "is_a"})


def send(connection: socket.socket, data: bytes, within_s: float) -> None:
    """One message, in so many seconds.

    Raises:
        OSError: the other side is gone, or does not read.
    """
    connection.settimeout(within_s)
    connection.sendall(HEAD.pack(len(data)) + data)


def receive(connection: socket.socket, most: int, within_s: float) -> bytes:
    """One message, in so many seconds from now, however slowly its bytes come.

    Raises:
        OSError: it did not come, or not to its end.
        TooLarge: it says that it is longer than `most`; nothing of it was read.
    """
    deadline = time.monotonic() + within_s
    (length,) = HEAD.unpack(_read(connection, HEAD.size, deadline))
    if length > most:
        raise TooLarge(f"{length} bytes are too many: at most {most}")
    return _read(connection, length, deadline)


def discard(connection: socket.socket, within_s: float) -> None:
    """Read what comes until the other side closes, and throw it away.

    Raises:
        OSError: it has not closed in so many seconds, or has sent more than a request may be.
    """
    deadline, left = time.monotonic() + within_s, MAX_REQUEST_BYTES
    while left > 0 and (left_s := deadline - time.monotonic()) > 0:
        connection.settimeout(left_s)
        if not (chunk := connection.recv(CHUNK)):
            return
        left -= len(chunk)
    raise TimeoutError("it goes on sending")


def _read(connection: socket.socket, count: int, deadline: float) -> bytes:
    data = bytearray()
    while len(data) < count:
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            raise TimeoutError("it took too long")
        connection.settimeout(left_s)
        chunk = connection.recv(min(CHUNK, count - len(data)))
        if not chunk:
            raise ConnectionResetError("the other side has closed the connection")
        data += chunk
    return bytes(data)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
