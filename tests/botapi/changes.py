"""How threads and event loops wait for each other without polling: a lock and a bell."""

import asyncio
import threading
from collections.abc import Callable


class Changes:
    """`lock` guards the fake's whole state; `tell` wakes everybody who waits for it to become something."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._waiting: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}

    def tell(self) -> None:
        """Something changed."""
        with self.lock:
            for event, loop in self._waiting.items():
                loop.call_soon_threadsafe(event.set)

    async def wait_for[T](self, look: Callable[[], T | None], timeout_s: float | None) -> T:
        """The first truthy result of `look`, which is called under the lock, now and after each change.

        `timeout_s` None waits for ever.

        Raises:
            TimeoutError: it did not come.
        """
        event = asyncio.Event()
        with self.lock:
            self._waiting[event] = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    with self.lock:
                        if seen := look():
                            return seen
                    await event.wait()
                    event.clear()
        finally:
            with self.lock:
                del self._waiting[event]
