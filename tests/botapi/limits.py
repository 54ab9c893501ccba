"""Telegram's limits on sending: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this.

30 messages a second over all, 20 a minute to a group, about one a second to a person with room for a burst.
Telegram does not publish the burst; 20 is a guess that is not generous.
"""

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field

OVERALL_PER_S = 30
GROUP_PER_MIN = 20
CHAT_BURST = 20
CHAT_PER_S = 1.0


@dataclass(slots=True)
class _Bucket:
    room: float = CHAT_BURST
    at: float | None = None

    def wait_s(self, now: float) -> float:
        """Seconds until there is room for one more."""
        if self.at is not None:
            self.room = min(CHAT_BURST, self.room + (now - self.at) * CHAT_PER_S)
        self.at = now
        return 0.0 if self.room >= 1 else (1 - self.room) / CHAT_PER_S


@dataclass(slots=True)
class Limiter:
    """Counts what is sent; `closed_until` also remembers the 429s of the fault plan."""

    _overall: deque[float] = field(default_factory=deque)
    _groups: dict[int, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _chats: dict[int, _Bucket] = field(default_factory=lambda: defaultdict(_Bucket))
    _closed_until: dict[int, float] = field(default_factory=dict)

    def exceeded(self, chat_id: int, now: float) -> dict[str, int]:
        """The limits that one more message breaks, each with the seconds to wait. `now`: monotonic seconds."""
        waits = {"overall": self._overall_wait_s(now)}
        if chat_id < 0:
            waits["group"] = _window_wait_s(self._groups[chat_id], now, 60.0, GROUP_PER_MIN)
        else:
            waits["chat"] = self._chats[chat_id].wait_s(now)
        waits["retry_after"] = self._closed_until.get(chat_id, now) - now
        return {name: max(1, math.ceil(wait)) for name, wait in waits.items() if wait > 0}

    def count(self, chat_id: int, now: float) -> None:
        """One message was taken."""
        self._overall.append(now)
        if chat_id < 0:
            self._groups[chat_id].append(now)
        else:
            self._chats[chat_id].room -= 1

    def close(self, chat_id: int, until: float) -> None:
        """The chat was told to wait."""
        self._closed_until[chat_id] = until

    def _overall_wait_s(self, now: float) -> float:
        return _window_wait_s(self._overall, now, 1.0, OVERALL_PER_S)


def _window_wait_s(times: deque[float], now: float, window_s: float, most: int) -> float:
    while times and times[0] <= now - window_s:
        times.popleft()
    return times[-most] + window_s - now if len(times) >= most else 0.0
