"""How `nexus up` knows that a part works: it answers on its port, its socket, or by its beat in Redis."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ValidationError

from nexus.cli.redis_probe import NoAnswer, RedisClient, ask
from nexus.clock import Clock
from nexus.heartbeat_file import SignOfLife, read_sign

WORKERS = "nexus:workers"
BEAT_STALE_AFTER = timedelta(seconds=15)
PROBE_TIMEOUT_S = 2.0

type ReadyCheck = Callable[[int], Awaitable[bool]]
"""Asked with the part's process id; never raises."""


class Beat(BaseModel):
    """What this module reads of a worker's sign of life."""

    host: str
    pid: int
    at: AwareDatetime


def answers_http(host: str, port: int) -> ReadyCheck:
    """True once `GET /health` is answered with 200."""

    async def check(_pid: int) -> bool:
        try:
            async with asyncio.timeout(PROBE_TIMEOUT_S):
                return b" 200 " in await _status_line(host, port)
        except (OSError, TimeoutError):
            return False

    return check


async def _status_line(host: str, port: int) -> bytes:
    reader, writer = await asyncio.open_connection(host, port)
    name = f"[{host}]" if ":" in host else host
    try:
        writer.write(f"GET /health HTTP/1.1\r\nHost: {name}:{port}\r\nConnection: close\r\n\r\n".encode())
        return await reader.readline()
    finally:
        writer.close()


def answers_ping(redis: RedisClient) -> ReadyCheck:
    """True once Redis answers PING."""

    async def check(_pid: int) -> bool:
        return await ask(redis.ping()) is True

    return check


def has_beaten(redis: RedisClient, clock: Clock) -> ReadyCheck:
    """True once this host's worker with that process id has written its beat, not longer ago than it may be."""
    host = socket.gethostname()

    async def check(pid: int) -> bool:
        beats = await ask(redis.hvals(WORKERS))
        if isinstance(beats, NoAnswer):
            return False
        return any(_is_fresh(beat, host, pid, clock.now()) for beat in beats)

    return check


def _is_fresh(data: bytes | str, host: str, pid: int, now: datetime) -> bool:
    try:
        beat = Beat.model_validate_json(data)
    except ValidationError:
        return False
    return (beat.host, beat.pid) == (host, pid) and now - beat.at < BEAT_STALE_AFTER


class Said(BaseModel):
    """What this module reads of a file that a process writes once it works."""

    pid: int


def has_said_so(path: Path) -> ReadyCheck:
    """True once the process with that id has written its file."""

    async def check(pid: int) -> bool:
        try:
            return Said.model_validate_json(await asyncio.to_thread(path.read_bytes)).pid == pid
        except (OSError, ValidationError):
            return False

    return check


def still_looks(home: Path, clock: Clock) -> ReadyCheck:
    """False when the heartbeat with that process id has not looked for long.

    That is judged by the time that this process has been awake: after a machine's sleep nobody is late.
    """
    newest: tuple[SignOfLife | None, float] = (None, clock.monotonic())

    async def check(pid: int) -> bool:
        nonlocal newest
        sign, now = await asyncio.to_thread(read_sign, home), clock.monotonic()
        if sign != newest[0]:
            newest = sign, now
        silent_s = now - newest[1]
        return sign is not None and sign.pid == pid and silent_s < sign.late_after_s

    return check
