"""How `nexus up` knows that a part works."""

import json
import socket
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from nexus.cli.ports import free_port
from nexus.cli.readiness import WORKERS, answers_http, answers_ping, has_beaten, still_looks
from nexus.clock import ManualClock
from nexus.heartbeat_file import SignOfLife, write_sign
from nexus.redis_client import make_redis


def a_beat(clock: ManualClock, *, host: str = "", pid: int = 42, age_s: float = 0) -> str:
    at = (clock.now() - timedelta(seconds=age_s)).isoformat()
    host = host or socket.gethostname()
    return json.dumps({"worker": "w", "pid": pid, "host": host, "roles": ["ceo"], "at": at})


@pytest.mark.parametrize(
    ("beat", "is_ready"),
    [
        ({}, True),
        ({"age_s": 14}, True),
        ({"age_s": 16}, False),
        ({"pid": 43}, False),
        ({"host": "another"}, False),
    ],
)
async def test_a_worker_is_ready_when_this_very_process_has_beaten_lately(
    redis: Redis, beat: dict[str, Any], is_ready: bool
) -> None:
    clock = ManualClock()
    await redis.hset(WORKERS, "w", a_beat(clock, **beat))
    await redis.hset(WORKERS, "odd", "not json")
    assert await has_beaten(redis, clock)(42) is is_ready


async def test_nothing_that_does_not_answer_is_ready() -> None:
    nobody = make_redis("unix:///nowhere/valkey.sock")
    assert not await answers_ping(nobody)(1)
    assert not await has_beaten(nobody, ManualClock())(1)
    assert not await answers_http("127.0.0.1", free_port())(1)
    await nobody.aclose(close_connection_pool=True)


async def test_a_heartbeat_is_late_by_the_time_that_we_were_awake_not_by_the_clock_on_the_wall(
    tmp_path: Path,
) -> None:
    clock = ManualClock()
    lives = still_looks(tmp_path, clock)
    assert not await lives(42)
    write_sign(tmp_path, SignOfLife(pid=42, at=clock.now() - timedelta(hours=8), interval_s=2))
    assert (await lives(42), await lives(43)) == (True, False)
    clock.advance(10)
    assert await lives(42)
    clock.advance(2)
    assert not await lives(42)
