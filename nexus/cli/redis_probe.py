"""Asking a Redis that may not be one: whatever goes wrong is an answer here, never an error."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, Protocol

from nexus.cli.company import place_of


class RedisClient(Protocol):
    """What `nexus` needs of a Redis client; only `nexus.redis_client` makes one."""

    def ping(self) -> Awaitable[bool]:
        """True when it answers."""
        ...

    def hvals(self, name: str) -> Awaitable[list[bytes | str]]:
        """The values of a hash."""
        ...

    def info(self, section: str) -> Awaitable[dict[str, Any]]:
        """Facts about the server."""
        ...

    def aclose(self, *, close_connection_pool: bool) -> Awaitable[None]:
        """Hang up."""
        ...


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """There is no Redis, or it does not let us in."""

    reason: str


async def ask[T](call: Awaitable[T]) -> T | NoAnswer:
    """The answer to one command, or why there is none: nobody there, a wrong password, not a Redis at all."""
    (answer,) = await asyncio.gather(call, return_exceptions=True)
    return NoAnswer(str(answer)) if isinstance(answer, BaseException) else answer


def redis_trouble(url: str, answer: NoAnswer) -> str:
    """One line for the owner: what is wrong with REDIS_URL, and the fix."""
    place = place_of(url)
    if any(word in answer.reason.lower() for word in ("auth", "password")):
        return f"Redis at {place} refuses the user or the password: correct REDIS_URL."
    return f"no Redis answers at {place} ({answer.reason}): start it, correct REDIS_URL, or leave it empty."
