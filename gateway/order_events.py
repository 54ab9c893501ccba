"""An order's events as server-sent events: each once, in order, until the final one.

Rings say that there is something to read and the database says what (`gateway.replies`): nothing is polled here.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

from db.records import EventRecord
from db.statements.queries import OrderPlace
from db.statements.spooling import PROVISIONAL
from gateway.replies import Follower
from gateway.schemas import event_payload
from gateway.services import Services
from nexus.errors import StoreUnavailable
from nexus.logs import get_logger
from nexus.work_order import TERMINAL

log = get_logger(__name__)

KEEP_ALIVE_S = 15.0
AGAIN_S = 1.0
PAGE = 100
FINAL = frozenset(f"order.{status.value}" for status in TERMINAL)


@dataclass(slots=True)
class OrderEvents:
    """One client's stream of one order. `seen` is the number of the newest event that it has."""

    services: Services
    order_id: str
    session_id: str
    seen: int
    keep_alive_s: float = KEEP_ALIVE_S
    previewed: int = PROVISIONAL

    @classmethod
    def after(cls, services: Services, order_id: str, place: OrderPlace, seen: int | None) -> "OrderEvents":
        """The stream from the order's first event on, or from what the client has seen."""
        first = place.first_seq if place.first_seq <= PROVISIONAL else 1
        return cls(services, order_id, place.session_id, max(seen or 0, first - 1))

    async def stream(self, *, ended: bool) -> AsyncIterator[str]:
        """The events as text. `ended`: the order has, so nothing comes after what is there."""
        with self.services.replies.follower() as follower:
            self.services.replies.follow(follower, self.session_id)
            while not self.services.stopping.is_set():
                if not await self._has_news(follower):
                    yield ": waiting\n\n"
                    continue
                async for event in self._new(follower):
                    yield _text(event)
                    if event.type in FINAL:
                        return
                if ended:
                    return

    async def _has_news(self, follower: Follower) -> bool:
        """Wait for news or the gateway's end; False after `keep_alive_s` without."""
        waits = [asyncio.ensure_future(follower.news()), asyncio.ensure_future(self.services.stopping.wait())]
        try:
            done, _ = await asyncio.wait(
                waits, timeout=self.keep_alive_s, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            for wait in waits:
                wait.cancel()
                with suppress(asyncio.CancelledError):
                    await wait
        return bool(done)

    async def _new(self, follower: Follower) -> AsyncIterator[EventRecord]:
        """The order's events that are new. A store that is away is asked again in a second."""
        try:
            async for event in self._unseen():
                if event.order_id == self.order_id:
                    yield event
        except StoreUnavailable as error:
            log.warning("events.store_unavailable", order_id=self.order_id, error=str(error))
            await self.services.clock.sleep(AGAIN_S)
            follower.wake(self.session_id)

    async def _unseen(self) -> AsyncIterator[EventRecord]:
        """All that is new in the session; what has no number yet (PostgreSQL is away) comes again with one."""
        store = self.services.store
        while True:
            events = await store.events_after(self.session_id, self.seen, PAGE)
            for event in events:
                self.seen = event.seq
                yield event
            if len(events) < PAGE:
                break
        for event in await store.previews_after(self.session_id, self.previewed):
            self.previewed = event.seq
            yield event


def _text(event: EventRecord) -> str:
    """One event; without an id when its number is not final, so that a client does not resume from it."""
    number = f"id: {event.seq}\n" if event.seq <= PROVISIONAL else ""
    data = json.dumps(event_payload(event), ensure_ascii=False)
    return f"{number}event: {event.type}\ndata: {data}\n\n"
