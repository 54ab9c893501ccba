"""A container's health check, which ends what hangs: no engine does that by itself."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from redis.asyncio import Redis

from nexus.cli.alive import part_of_this_container
from tests.gateway.test_gateway_health import beat
from tests.running import an_environment


@pytest.fixture
def check(valkey_server: str, tmp_path: Path) -> Callable[[int], int]:
    """Runs the command as the compose file does; its exit code."""
    environment = an_environment(tmp_path, REDIS_URL=valkey_server, TMPDIR=str(tmp_path))

    def run(pid: int) -> int:
        command = [sys.executable, "-m", "nexus.cli.alive", "worker", "--pid", str(pid), "--end-after", "2"]
        return subprocess.run(command, env=environment, check=False, timeout=60).returncode

    return run


async def test_what_lived_and_is_silent_twice_is_killed_and_what_only_starts_is_not(
    redis: Redis, check: Callable[[int], int]
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-IS", "-c", "import signal; signal.pause()"
    )
    host = os.uname().nodename
    try:
        assert [check(process.pid) for _ in range(3)] == [1, 1, 1]
        assert process.returncode is None, "it is starting"
        await beat(redis, "w", silent_s=0, pid=process.pid, host=host)
        assert check(process.pid) == 0
        process.send_signal(signal.SIGSTOP)
        await beat(redis, "w", silent_s=30, pid=process.pid, host=host)
        assert check(process.pid) == 1
        assert process.returncode is None, "once is a wobble"
        assert check(process.pid) == 1
        assert await process.wait() == -signal.SIGKILL
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@pytest.mark.parametrize(
    ("first", "children", "part"),
    [
        ("/sbin/docker-init", [7], 7),
        ("/opt/nexus/bin/python", [], 1),
        ("/opt/nexus/bin/python3.12", [9], 1),
    ],
)
def test_the_part_is_process_1_or_the_child_of_the_engines_init(
    first: str, children: list[int], part: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    processes = [SimpleNamespace(pid=pid) for pid in children]
    one = SimpleNamespace(children=lambda: processes, cmdline=lambda: [first, "--", "python"])
    monkeypatch.setattr(psutil, "Process", lambda _pid: one)
    assert part_of_this_container() == part
