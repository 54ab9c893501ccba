"""Whether one part lives, for containers: `python -m nexus.cli.alive PART`; exit 0 or 1.

It asks what `nexus up` asks of its children. An engine says that a container is unhealthy and leaves it so; with
`--end-after N` a part that lived before and has been silent N times in a row is killed, so that it is started again.
For that the engine's init has to be process 1: nobody can kill that one from inside.
"""

import argparse
import asyncio
import os
import signal
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import psutil

from gateway.config import GatewaySettings
from interfaces.telegram.state_file import FILE as TELEGRAM_STATE
from nexus.address import reachable_host
from nexus.cli.readiness import answers_http, has_beaten, has_said_so
from nexus.clock import SystemClock
from nexus.errors import NexusError
from nexus.heartbeat_file import read_sign
from nexus.redis_client import make_redis
from nexus.sandbox.client import runner_in_use, runner_state, use_runner
from nexus.sandbox.job import SandboxRefused
from nexus.settings import load_settings
from qa.config import QaSettings

PARTS = ("gateway", "worker", "telegram", "heartbeat", "qa-runner")


async def is_alive(settings: GatewaySettings, part: str, pid: int) -> bool:
    """True when the part answers, has beaten lately, or has said that it works."""
    match part:
        case "gateway":
            return await answers_http(reachable_host(settings), settings.port)(pid)
        case "telegram":
            return await has_said_so(settings.home / TELEGRAM_STATE)(pid)
        case "heartbeat":
            sign = await asyncio.to_thread(read_sign, settings.home)
            return sign is not None and sign.pid == pid and sign.is_fresh(SystemClock().now())
        case "qa-runner":
            return await asyncio.to_thread(_runner_answers)
        case _:
            redis = make_redis(settings.effective_redis_url)
            try:
                return await has_beaten(redis, SystemClock())(pid)
            finally:
                await redis.aclose(close_connection_pool=True)


def _runner_answers() -> bool:
    """Whether it says how its sandbox is, however that is: a machine that has none is told in the company's health."""
    use_runner(load_settings(QaSettings).qa_runner_socket)
    try:
        return runner_in_use() is not None and bool(runner_state())
    except SandboxRefused:
        return False


def main() -> int:
    """Look once."""
    parser = argparse.ArgumentParser(prog="python -m nexus.cli.alive", description=__doc__)
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--pid", type=int, help="of the part; else that of this container's")
    parser.add_argument("--end-after", type=int, default=0, metavar="N", help="kill it then; 0: never")
    arguments = parser.parse_args()
    pid = arguments.pid or part_of_this_container()
    try:
        settings = load_settings(GatewaySettings)
    except NexusError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    alive = asyncio.run(is_alive(settings, arguments.part, pid))
    if arguments.end_after:
        _count(pid, arguments.end_after, alive=alive)
    return 0 if alive else 1


def part_of_this_container() -> int:
    """Process 1, or the child that it starts when it is the engine's init."""
    first = psutil.Process(1)
    children = first.children()
    is_init = not Path((first.cmdline() or ["?"])[0]).name.startswith("python")
    return children[0].pid if is_init and children else 1


def _count(pid: int, most: int, *, alive: bool) -> None:
    """Remember how often it was silent since it lived; kill it when that is too often."""
    path = Path(tempfile.gettempdir()) / f"nexus-silent-{pid}"
    if alive:
        path.write_text("0")
    elif path.exists():  # one that has not lived yet is starting
        silent = int(path.read_text() or 0) + 1
        path.write_text(str(silent))
        if silent >= most:
            path.unlink()
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
