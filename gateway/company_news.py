"""What changes anywhere in the company, for WebSockets that show all of it: `company.subscribe`.

It says "look again" and is not the record: who missed something reads again. The bus's event rings say where something
happened; the database says what, and whose it is. While somebody watches, one query a second beside it looks for what
no ring told (`gateway.replies` asks for it). While nobody watches, nothing is kept and nothing is asked.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from db.statements.live import Change, Place, changes_at, moved_since
from db.statements.spooling import PROVISIONAL
from db.store import Store
from nexus.clock import Clock
from nexus.errors import StoreUnavailable
from nexus.logs import get_logger
from nexus.messages import EventRing

log = get_logger(__name__)

MOST_CHANGES = 200
FRAME_EVERY_S = 0.25
AGAIN_S = 1.0
LOOK_BACK = timedelta(seconds=10)  # commits come late, and hosts' clocks are not quite the same
TOLD_KEPT = 4096


@dataclass(frozen=True, slots=True)
class News:
    """Where something happened. `more`: elsewhere too, which was not kept."""

    places: frozenset[Place]
    more: bool


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be told. `more`: something else has changed too."""

    changes: tuple[Change, ...]
    more: bool


class Watcher:
    """One WebSocket's view: what happened since it was told last, the newest of each order. Bounded."""

    def __init__(self, user_id: str) -> None:
        self.user_id = user_id
        self._places: dict[str, Place] = {}
        self._more = False
        self._rung = asyncio.Event()

    def note(self, what: str, place: Place) -> None:
        """Something happened to `what`, an order or a session. Too much of it is only noted as more."""
        if what in self._places or len(self._places) < MOST_CHANGES:
            self._places[what] = place
        else:
            self._more = True
        self._rung.set()

    def missed(self) -> None:
        """Note that something happened that is not known."""
        self._more = True
        self._rung.set()

    async def news(self) -> News:
        """Wait until there is news, then take it."""
        await self._rung.wait()
        self._rung.clear()
        news = News(frozenset(self._places.values()), self._more)
        self._places, self._more = {}, False
        return news


class CompanyNews:
    """Tells every watcher of this gateway. One per process, fed by `gateway.replies`."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._watchers: set[Watcher] = set()
        self._since: datetime | None = None  # when the first of the watchers came
        self._told: OrderedDict[Place, None] = OrderedDict()

    @property
    def is_watched(self) -> bool:
        """True while somebody wants to know."""
        return bool(self._watchers)

    @contextmanager
    def watching(self, user_id: str) -> Iterator[Watcher]:
        """A new watcher of what is the user's, forgotten when the context ends."""
        watcher = Watcher(user_id)
        self._since = self._since or self._clock.now()
        self._watchers.add(watcher)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)
            if not self._watchers:
                self._since = None
                self._told.clear()

    def heard(self, ring: EventRing) -> None:
        """A ring that the bus brought."""
        place = (ring.session_id, ring.seq)
        if self._watchers and self._is_new(place):
            for watcher in self._watchers:
                watcher.note(ring.order_id, place)

    async def look(self) -> None:
        """Look for what no ring told.

        Raises:
            StoreUnavailable: no store answers.
        """
        if self._since is None:
            return
        since = max(self._since, self._clock.now() - LOOK_BACK)
        for user_id in {watcher.user_id for watcher in self._watchers}:
            places = await self._moved(user_id, since)
            new = [place for place in places if self._is_new(place)]
            for watcher in self._watchers:
                if watcher.user_id != user_id:
                    continue
                for place in new[:MOST_CHANGES]:
                    watcher.note(place[0], place)
                if len(new) > MOST_CHANGES:
                    watcher.missed()

    async def _moved(self, user_id: str, since: datetime) -> list[Place]:
        here, there = await self._store.both(
            lambda database: database.read(moved_since, user_id, since, MOST_CHANGES + 1)
        )
        return [*(here or ()), *(there or ())]

    def _is_new(self, place: Place) -> bool:
        if place in self._told:
            return False
        self._told[place] = None
        if len(self._told) > TOLD_KEPT:
            self._told.popitem(last=False)
        return True

    async def changes(self, watcher: Watcher) -> AsyncIterator[Changes]:
        """What to tell, for ever: once each `FRAME_EVERY_S` at most. A store that is away is asked again."""
        while True:
            news = await watcher.news()
            try:
                changes = await self._read(watcher.user_id, news)
            except StoreUnavailable as error:
                log.warning("company_news.store_unavailable", error=str(error))
                await self._clock.sleep(AGAIN_S)
                watcher.missed()
                continue
            if changes.changes or changes.more:
                yield changes
            await self._clock.sleep(FRAME_EVERY_S)

    async def _read(self, user_id: str, news: News) -> Changes:
        changes: list[Change] = []
        if news.places:
            here, there = await self._store.both(
                lambda database: database.read(changes_at, user_id, news.places)
            )
            changes = [*(there or ()), *(here or ())]
        # What had a number of the spool's may have moved to PostgreSQL, under another one.
        found = {(change.session_id, change.seq) for change in changes}
        moved = any(place[1] > PROVISIONAL and place not in found for place in news.places)
        return Changes(tuple(changes), news.more or moved)
