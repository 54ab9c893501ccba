"""The embedded Valkey, for real."""

import asyncio
import stat
from pathlib import Path

from nexus.cli.child import start_child
from nexus.cli.readiness import answers_ping
from nexus.cli.valkey import valkey_command
from nexus.redis_client import make_redis


async def test_it_keeps_what_it_was_given_and_only_the_owner_gets_in(tmp_path: Path) -> None:
    socket = tmp_path / "v" / "valkey.sock"
    for value in (None, b"kept"):
        server = await start_child(valkey_command(socket), {}, tmp_path / "log")
        redis = make_redis(f"unix://{socket}")
        async with asyncio.timeout(20):
            while not await answers_ping(redis)(server.pid):  # noqa: ASYNC110 - a socket rings no event
                await asyncio.sleep(0.01)
        assert await redis.get("key") == value
        assert stat.S_IMODE(socket.stat().st_mode) == 0o600
        assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
        await redis.set("key", "kept")
        await redis.aclose(close_connection_pool=True)
        server.terminate()
        assert await server.ended() == 0
