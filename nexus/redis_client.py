"""The one place that makes Redis clients, and the one that knows which of its errors mean "not there"."""

import redis.exceptions
from redis.asyncio import BlockingConnectionPool, Redis

from nexus.errors import ConfigurationError

REDIS_DOWN = (redis.exceptions.ConnectionError, redis.exceptions.TimeoutError, OSError)
REDIS_USELESS = (redis.exceptions.RedisError, OSError)
"""Down, or refusing: out of memory, read-only, another password."""


def make_redis(url: str, *, max_connections: int = 64, blocking_reads: bool = False) -> Redis:
    """A client for `url` (redis://, rediss:// or unix://). Nothing connects before the first command.

    A client for blocking reads has no socket timeout: redis-py 8 would otherwise end a quiet XREADGROUP.

    Raises:
        ConfigurationError: the URL cannot be understood.
    """
    try:
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=max_connections,
            timeout=5,
            socket_connect_timeout=2,
            socket_timeout=None if blocking_reads else 5,
            health_check_interval=0 if blocking_reads else 15,
        )
    except ValueError as error:
        raise ConfigurationError(f"REDIS_URL: {error}") from None
    return Redis(connection_pool=pool)
