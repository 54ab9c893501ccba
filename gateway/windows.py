"""Sliding windows: at most so many hits in any span of so many seconds, exactly, for several names at once.

`SharedWindows` keeps them in Redis for all gateways; the moment of a hit is Redis's own, so clocks of hosts do not
matter, and one script decides over all names, so that a hit is counted under each of them or under none.
`LocalWindows` does the same in this process, for as long as Redis is away.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Protocol

from nexus.clock import Clock

KEY = "nexus:{limits}:"  # one slot, so that a script may touch several
MAX_NAMES = 10_000
MICRO = 1_000_000
BATCH = 100  # hits in one command
REDIS_TIMEOUT_S = 0.3
LOOKS = 6

# Several hits, one after the other; each over several keys. A closed span holds no more than the amount: what is
# exactly one window old still counts.
_HIT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local stamp = string.format('%.0f', now)
local reply, key, arg = {}, 0, 0

local function room(name, amount, window)
    local oldest = redis.call('LINDEX', name, -1)
    while oldest and tonumber(oldest) < now - window do
        redis.call('RPOP', name)
        oldest = redis.call('LINDEX', name, -1)
    end
    return amount - redis.call('LLEN', name), window - (now - tonumber(oldest or now))
end

while arg < #ARGV do
    local names, at = tonumber(ARGV[arg + 1]), #reply + 1
    reply[at] = 1
    for n = 1, names do
        local left, reset = room(KEYS[key + n], tonumber(ARGV[arg + 2 * n]), tonumber(ARGV[arg + 2 * n + 1]))
        if left < 1 then reply[at] = 0 end
        reply[at + 2 * n - 1], reply[at + 2 * n] = left, reset
    end
    if reply[at] == 1 then
        for n = 1, names do
            redis.call('LPUSH', KEYS[key + n], stamp)
            redis.call('PEXPIRE', KEYS[key + n], math.floor(ARGV[arg + 2 * n + 1] / 1000) + 1000)
            reply[at + 2 * n - 1] = reply[at + 2 * n - 1] - 1
        end
    end
    key, arg = key + names, arg + 1 + 2 * names
end
return reply
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `amount` in any `window_s` seconds."""

    amount: int
    window_s: int


@dataclass(frozen=True, slots=True)
class Counted:
    """How a name stands after a hit: how many more it may, and in how many seconds its oldest hit leaves."""

    rate: Rate
    left: int
    reset_s: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the hit was counted, and how each name stands, in the order they were asked for."""

    admitted: bool
    counted: tuple[Counted, ...]

    @property
    def tightest(self) -> Counted:
        """The name with the least room; of those without any, the one that has to wait longest."""
        return min(self.counted, key=lambda one: (max(one.left, 0), -one.reset_s))


type Asked = Sequence[tuple[str, Rate]]


class Script(Protocol):
    """A script that Redis runs."""

    def __call__(self, keys: Sequence[str], args: Sequence[int]) -> Awaitable[Sequence[int]]:
        """Run it."""
        ...


class ScriptRedis(Protocol):
    """What shared windows need of a Redis client."""

    def register_script(self, script: str) -> Script:
        """Make a script ready; nothing is sent yet."""
        ...


class SharedWindows:
    """Windows in Redis. While one command is on its way the hits that come gather for the next, over one connection:
    a hundred at once cost about as much as one.
    """

    def __init__(self, redis: ScriptRedis) -> None:
        self._script = redis.register_script(_HIT)
        self._gathered: list[tuple[Asked, asyncio.Future[Verdict]]] = []
        self._sending: asyncio.Task[None] | None = None

    async def hit(self, asked: Asked) -> Verdict:
        """Count a hit under every name, or under none when one of them has no room.

        Raises:
            TimeoutError: Redis has said nothing for 0.3 s.
            RedisError, OSError: as the client does, of `redis`.
        """
        verdict: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        self._gathered.append((asked, verdict))
        if self._sending is None:
            self._sending = asyncio.create_task(self._send_all())
        return await verdict

    async def _send_all(self) -> None:
        try:
            while self._gathered:
                batch, self._gathered = self._gathered[:BATCH], self._gathered[BATCH:]
                try:
                    await self._send(batch)
                except Exception as error:  # noqa: BLE001 - each who waits gets it, and decides
                    _fail([*batch, *self._gathered], error)
                    self._gathered = []
        finally:
            self._sending = None

    async def _send(self, batch: Sequence[tuple[Asked, asyncio.Future[Verdict]]]) -> None:
        keys = [KEY + name for asked, _ in batch for name, _ in asked]
        args = [
            number
            for asked, _ in batch
            for number in (len(asked), *(n for _, r in asked for n in (r.amount, r.window_s * MICRO)))
        ]
        reply = iter(await patiently(self._script(keys, args)))
        for asked, verdict in batch:
            admitted = bool(next(reply))
            counted = tuple(Counted(rate, int(next(reply)), int(next(reply)) / MICRO) for _, rate in asked)
            if not verdict.done():
                verdict.set_result(Verdict(admitted, counted))


def _fail(batch: Sequence[tuple[Asked, asyncio.Future[Verdict]]], error: Exception) -> None:
    for _, verdict in batch:
        if not verdict.done():
            verdict.set_exception(error)


async def patiently[T](asking: Awaitable[T]) -> T:
    """What is asked for, if it comes within 0.3 s by a clock that stands still while this process is too busy to look.

    An overloaded process finds its time over and the reply there at once; taking that for silence would begin a
    second window beside the shared one.

    Raises:
        TimeoutError: there is no reply.
    """
    task = asyncio.ensure_future(asking)
    try:
        for _ in range(LOOKS):
            done, _pending = await asyncio.wait([task], timeout=REDIS_TIMEOUT_S / LOOKS)
            if done:
                return task.result()
        raise TimeoutError
    finally:
        task.cancel()


class LocalWindows:
    """Windows of this process, of the `max_names` names that were last heard of; who is forgotten begins anew."""

    def __init__(self, clock: Clock, max_names: int = MAX_NAMES) -> None:
        self._clock = clock
        self._max_names = max_names
        self._hits: OrderedDict[str, deque[float]] = OrderedDict()

    def hit(self, asked: Asked) -> Verdict:
        """As `SharedWindows.hit`."""
        now = self._clock.monotonic()
        windows = [self._window(name, rate, now) for name, rate in asked]
        admitted = all(len(window) < rate.amount for window, (_, rate) in zip(windows, asked, strict=True))
        if admitted:
            for window in windows:
                window.append(now)
        counted = (
            Counted(rate, rate.amount - len(window), rate.window_s - (now - window[0] if window else 0))
            for window, (_, rate) in zip(windows, asked, strict=True)
        )
        return Verdict(admitted, tuple(counted))

    def clear(self) -> None:
        """Forget everything."""
        self._hits.clear()

    def __len__(self) -> int:
        return len(self._hits)

    def _window(self, name: str, rate: Rate, now: float) -> deque[float]:
        """The name's hits that still count."""
        window = self._hits.setdefault(name, deque())
        self._hits.move_to_end(name)
        if len(self._hits) > self._max_names:
            self._hits.popitem(last=False)
        while window and window[0] < now - rate.window_s:
            window.popleft()
        return window
