"""A child process whose start is never cut off."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager


@asynccontextmanager
async def started(
    start: Coroutine[object, object, Process], end: Callable[[Process], Awaitable[None]]
) -> AsyncIterator[Process]:
    """The process that `start` (a call of `create_subprocess_exec`) gives; `end` is awaited on the way out.

    The start is a task of its own that is never cancelled: cut off before the pipes are connected, asyncio kills the
    process and then may wait for ever for pipes that nobody closes. Who is cancelled meanwhile waits for the start,
    some milliseconds, and then for `end`.

    Raises:
        OSError: it could not be started.
    """
    starting = asyncio.create_task(start)
    try:
        yield await asyncio.shield(starting)
    finally:
        await asyncio.wait([starting])
        if starting.exception() is None:
            await end(starting.result())
