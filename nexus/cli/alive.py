"""Whether one part lives, for containers: `python -m nexus.cli.alive gateway|worker|telegram|heartbeat`; exit 0 or 1.

It asks what `nexus up` asks of its children. In a container the part is process 1.
"""

import argparse
import asyncio
import sys

from gateway.config import GatewaySettings
from interfaces.telegram.state_file import FILE as TELEGRAM_STATE
from nexus.address import reachable_host
from nexus.cli.readiness import answers_http, has_beaten, has_said_so
from nexus.clock import SystemClock
from nexus.errors import NexusError
from nexus.heartbeat_file import read_sign
from nexus.redis_client import make_redis
from nexus.settings import load_settings

PARTS = ("gateway", "worker", "telegram", "heartbeat")


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
        case _:
            redis = make_redis(settings.effective_redis_url)
            try:
                return await has_beaten(redis, SystemClock())(pid)
            finally:
                await redis.aclose(close_connection_pool=True)


def main() -> int:
    """Look once."""
    parser = argparse.ArgumentParser(prog="python -m nexus.cli.alive", description=__doc__)
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--pid", type=int, default=1, help="of the part; in its container it is 1")
    arguments = parser.parse_args()
    try:
        settings = load_settings(GatewaySettings)
    except NexusError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0 if asyncio.run(is_alive(settings, arguments.part, arguments.pid)) else 1


if __name__ == "__main__":
    sys.exit(main())
