"""Fan-out: from the bus's event rings to the calls and sockets that wait for them.

A ring says only that something happened; whoever is woken reads the database. While anybody waits, one query a
second looks for what no ring told (Redis away, a ring lost), so that this costs a second and never an answer.
While nobody waits, nothing runs.
"""

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError

from db.statements.spooling import PROVISIONAL
from db.store import Store, Stored
from gateway.company_news import CompanyNews, Watcher
from nexus.bus import Bus
from nexus.clock import Clock
from nexus.errors import StoreUnavailable
from nexus.logs import get_logger, lines_about
from nexus.messages import EventRing
from nexus.observing import order_step
from nexus.work_order import TERMINAL, Status, WorkOrder

log = get_logger(__name__)

POLL_S = 1.0
ENDED_KEPT = 4096

_ENDED = frozenset(status.value for status in TERMINAL)


class Follower:
    """One WebSocket's view of the sessions it follows: which of them have news."""

    def __init__(self) -> None:
        self.sessions: set[str] = set()
        self._news: set[str] = set()
        self._rung = asyncio.Event()

    def wake(self, session_id: str) -> None:
        """Note that `session_id` has news."""
        self._news.add(session_id)
        self._rung.set()

    async def news(self) -> set[str]:
        """Wait until there is news, then say in which sessions."""
        await self._rung.wait()
        self._rung.clear()
        news, self._news = self._news, set()
        return news


class Replies:
    """Wakes REST calls by order and WebSockets by session, or for anything at all. One per gateway process."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self.company = CompanyNews(store, clock)
        self._calls: dict[str, list[asyncio.Event]] = {}
        self._followers: dict[str, set[Follower]] = defaultdict(set)
        self._seen: dict[str, int] = {}  # the newest event each followed session was woken for
        self._just_ended: OrderedDict[str, None] = OrderedDict()  # rung before the call began to wait
        self._somebody_waits = asyncio.Event()
        self._closing = False

    @property
    def waiting_calls(self) -> int:
        """Orders that REST calls wait for."""
        return len(self._calls)

    @property
    def followed_sessions(self) -> int:
        """Sessions that WebSockets follow."""
        return len(self._followers)

    @property
    def polls(self) -> bool:
        """True while somebody waits, so that the database is looked at every second."""
        return self._somebody_waits.is_set()

    async def run(self, bus: Bus) -> None:
        """Follow the bus and poll beside it until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow(bus))
            tasks.create_task(self._poll())

    async def wait_for_end(
        self, order_id: str, timeout_s: float, *, just_accepted: bool = False
    ) -> Stored[WorkOrder] | None:
        """The order as soon as it has ended or is held, else as it stands after `timeout_s`; None when it is unknown.

        `just_accepted` spares the first look: the caller knows that the order was open a moment ago.

        Raises:
            StoreUnavailable: the store that has it does not answer.
        """
        with lines_about(order_id), order_step("reply", order_id) as reply:
            if not just_accepted:
                found = await self._store.order(order_id)
                if found is None or not found.value.is_open or found.value.status is Status.HELD:
                    reply.drop()  # read, not waited for
                    return found
            return await self._waited(order_id, timeout_s)

    async def _waited(self, order_id: str, timeout_s: float) -> Stored[WorkOrder] | None:
        with self._bell_for(order_id) as bell:
            await _heard(bell, timeout_s)
        return await self._store.order(order_id)

    def release(self) -> None:
        """Let every waiting call answer with what is known: the gateway stops."""
        self._closing = True
        for bells in self._calls.values():
            for bell in bells:
                bell.set()

    @contextmanager
    def _bell_for(self, order_id: str) -> Iterator[asyncio.Event]:
        bell = asyncio.Event()
        if self._closing or order_id in self._just_ended:
            bell.set()
        bells = self._calls.setdefault(order_id, [])
        bells.append(bell)
        self._somebody_waits.set()
        try:
            yield bell
        finally:
            bells.remove(bell)
            if not bells:
                self._calls.pop(order_id, None)

    @contextmanager
    def follower(self) -> Iterator[Follower]:
        """A new follower, forgotten when the context ends."""
        follower = Follower()
        try:
            yield follower
        finally:
            for session_id in follower.sessions:
                self._followers[session_id].discard(follower)
                if not self._followers[session_id]:
                    del self._followers[session_id]
                    self._seen.pop(session_id, None)

    def follow(self, follower: Follower, session_id: str) -> None:
        """Wake `follower` for `session_id` from now on, and once at once: it may be behind already."""
        follower.sessions.add(session_id)
        self._followers[session_id].add(follower)
        self._somebody_waits.set()
        follower.wake(session_id)

    @contextmanager
    def watching(self, user_id: str) -> Iterator[Watcher]:
        """A new watcher of all that is the user's, forgotten when the context ends."""
        with self.company.watching(user_id) as watcher:
            self._somebody_waits.set()
            yield watcher

    def heard(self, ring: EventRing) -> None:
        """Wake whoever waits for this ring."""
        self.company.heard(ring)
        if ring.order_status in _ENDED:
            self._order_ended(ring.order_id)
        elif ring.order_status == Status.HELD.value:
            self._wake_calls(ring.order_id)
        if ring.seq > PROVISIONAL:
            self.heard_of(ring.session_id)
        elif ring.session_id in self._followers:
            self._session_moved(ring.session_id, ring.seq)

    def heard_of(self, session_id: str) -> None:
        """Wake who follows the session, without a number: there may be news of it in the spool."""
        for follower in self._followers.get(session_id, ()):
            follower.wake(session_id)

    def _wake_calls(self, order_id: str) -> None:
        for bell in self._calls.get(order_id, ()):
            bell.set()

    def _order_ended(self, order_id: str) -> None:
        self._wake_calls(order_id)
        self._just_ended[order_id] = None
        if len(self._just_ended) > ENDED_KEPT:
            self._just_ended.popitem(last=False)

    def _session_moved(self, session_id: str, seq: int) -> None:
        if seq > self._seen.get(session_id, 0):
            self._seen[session_id] = seq
            for follower in self._followers[session_id]:
                follower.wake(session_id)

    async def _follow(self, bus: Bus) -> None:
        while True:
            try:
                async for ring in bus.follow_events():
                    self.heard(ring)
            except (ValidationError, KeyError) as error:
                log.warning("replies.bad_ring", error=str(error).splitlines()[0])

    async def _poll(self) -> None:
        while True:
            await self._somebody_waits.wait()
            await self._clock.sleep(POLL_S)
            try:
                await self._look()
            except StoreUnavailable as error:
                log.warning("replies.store_unavailable", error=str(error))
            if not self._calls and not self._followers and not self.company.is_watched:
                self._somebody_waits.clear()

    async def _look(self) -> None:
        """One look at the database for what the rings did not tell."""
        if self._calls:
            for order_id in await self._store.settled_among(tuple(self._calls)):
                self._wake_calls(order_id)
        if self._followers:
            for session_id, seq in (await self._store.last_seqs(tuple(self._followers))).items():
                if session_id in self._followers:
                    self._session_moved(session_id, seq)
        await self.company.look()


async def _heard(bell: asyncio.Event, timeout_s: float) -> None:
    """Wait for the bell, at most `timeout_s`."""
    try:
        async with asyncio.timeout(timeout_s):
            await bell.wait()
    except TimeoutError:
        return
