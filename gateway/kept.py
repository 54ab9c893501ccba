"""A value that is asked for often and found out seldom."""

import asyncio
from collections.abc import Awaitable, Callable


class Kept[T]:
    """Keeps what was found for `seconds`; those who ask meanwhile get the same, or wait for one search together."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._one_at_a_time = asyncio.Lock()
        self._found: tuple[float, T] | None = None

    async def get(self, find: Callable[[], Awaitable[T]], now: float) -> T:
        """What is kept, or what `find` finds; `now` is in seconds of a clock that never goes back."""
        async with self._one_at_a_time:
            if self._found is None or now - self._found[0] >= self._seconds:
                self._found = (now, await find())
            return self._found[1]
