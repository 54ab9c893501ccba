"""What the company's people do and have done, as `GET /api/agents` shows it: asked of the database seldom enough.

Whoever asks while an answer is fresh gets the same. A question that takes long is asked once for all who wait, also
when they have given up, and its answer is kept the longer.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from db.pauses import Pauses
from db.statements.reports import day_bounds
from db.statements.staff import Present, Work, present, work_of
from db.statements.switches import Switch
from nexus.budget import Limits
from nexus.clock import Clock
from nexus.errors import StoreUnavailable
from nexus.logs import get_logger
from nexus.work_order import Role

log = get_logger(__name__)

KEPT_S = 2.0
KEPT_FOR_ITS_TIME = 20  # what took a second is kept for twenty: at most a twentieth of the time goes into it
TIMEOUT_S = 3.0
WEEK = timedelta(days=6)  # before today


@dataclass(frozen=True, slots=True)
class Spell:
    """The roles' work since a moment."""

    since: datetime
    by_role: dict[Role, Work]


@dataclass(frozen=True, slots=True)
class Staff:
    """What is known of the roles now; None where the database does not say."""

    pauses: dict[Role, Switch]
    present: Present | None
    day: Spell | None
    week: Spell | None


class Reckoned[T]:
    """The newest answer to a question; `find` is asked once at a time, whoever waits for it."""

    def __init__(self) -> None:
        self._found: tuple[float, T] | None = None  # fresh until that moment of the clock
        self._search: asyncio.Task[T | None] | None = None

    async def get(self, find: Callable[[], Awaitable[T]], clock: Clock) -> T | None:
        """The answer; None when there is none in time, or the database does not answer."""
        if self._found is not None and clock.monotonic() < self._found[0]:
            return self._found[1]
        if self._search is None or self._search.done():
            self._search = asyncio.create_task(self._find(find, clock))
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await asyncio.shield(self._search)
        except TimeoutError:
            return None

    async def _find(self, find: Callable[[], Awaitable[T]], clock: Clock) -> T | None:
        began = clock.monotonic()
        try:
            found = await find()
        except StoreUnavailable as error:
            log.warning("store.unavailable", doing="look what the roles do", error=str(error))
            return None
        took_s = clock.monotonic() - began
        self._found = (clock.monotonic() + max(KEPT_S, KEPT_FOR_ITS_TIME * took_s), found)
        return found


@dataclass(frozen=True, slots=True)
class StaffDesk:
    """Asks the store about the roles; one for each gateway."""

    pauses: Pauses
    limits: Limits
    clock: Clock
    _present: Reckoned[Present] = field(default_factory=Reckoned)
    _day: Reckoned[Spell] = field(default_factory=Reckoned)
    _week: Reckoned[Spell] = field(default_factory=Reckoned)

    async def look(self) -> Staff:
        """All that is known now. Pauses are never kept: what was changed is seen by the next look."""
        paused, doing, day, week = await asyncio.gather(
            self.paused(),
            self._present.get(lambda: self.pauses.here.read(present), self.clock),
            self._day.get(lambda: self._spell(timedelta()), self.clock),
            self._week.get(lambda: self._spell(WEEK), self.clock),
        )
        return Staff(paused, doing, day, week)

    async def paused(self) -> dict[Role, Switch]:
        """The roles that are paused; nobody while the database does not answer."""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await self.pauses.held()
        except (StoreUnavailable, TimeoutError) as error:
            log.warning("store.unavailable", doing="look who is paused", error=str(error))
            return {}

    async def _spell(self, before_today: timedelta) -> Spell:
        today = date.fromisoformat(self.limits.day_of(self.clock.now()))
        since, ends = day_bounds(today - before_today, self.limits)[0], day_bounds(today, self.limits)[1]
        return Spell(since, await self.pauses.primary.read(work_of, since, ends))
