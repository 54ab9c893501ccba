"""The updates that wait for the bot: kept until it confirms them, or for 24 hours.

https://core.telegram.org/bots/api#getting-updates
"""

from collections.abc import Mapping
from dataclasses import dataclass

from nexus.clock import Clock
from tests.botapi.refusal import Refused

KEPT_S = 24 * 3600.0
FIRST_ID = 410_000_001
OFF_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
OTHER_REQUEST = (
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
)
WEBHOOK_IS_SET = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)
BY_SET_WEBHOOK = "Conflict: terminated by setWebhook request"


@dataclass(frozen=True, slots=True)
class Update:
    """One event for the bot."""

    id: int
    kind: str
    body: Mapping[str, object]
    at: float

    def as_json(self) -> dict[str, object]:
        """As Telegram writes it."""
        return {"update_id": self.id, self.kind: self.body}


class Queue:
    """In order of their ids, which rise by one. `turns` counts the long polls that waited."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._updates: list[Update] = []
        self._next_id = FIRST_ID
        self.turns = 0
        self._ended_by = OTHER_REQUEST
        self.allowed: frozenset[str] | None = None
        self.confirmed: list[int] = []

    def add(self, kind: str, body: Mapping[str, object]) -> Update | None:
        """Queue an update; None when the bot does not want this kind."""
        if (kind in OFF_BY_DEFAULT) if self.allowed is None else (kind not in self.allowed):
            return None
        update = Update(self._next_id, kind, body, self._clock.monotonic())
        self._next_id += 1
        self._updates.append(update)
        return update

    @property
    def waiting(self) -> tuple[Update, ...]:
        """Those that are not confirmed and not too old."""
        oldest = self._clock.monotonic() - KEPT_S
        self._updates = [update for update in self._updates if update.at > oldest]
        return tuple(self._updates)

    def confirm_below(self, offset: int) -> None:
        """The bot has all with a smaller id. A negative offset keeps only so many of the newest."""
        waiting = self.waiting
        kept = waiting[offset:] if offset < 0 else tuple(u for u in waiting if u.id >= offset)
        self.confirmed += [update.id for update in waiting[: len(waiting) - len(kept)]]
        self._updates = list(kept)

    def take_turn(self) -> int:
        """Begin a long poll, which ends the one that is open."""
        self.turns += 1
        self._ended_by = OTHER_REQUEST
        return self.turns

    def end_polls(self) -> None:
        """A webhook was set."""
        self.turns += 1
        self._ended_by = BY_SET_WEBHOOK

    def news(self, turn: int, limit: int) -> tuple[Update, ...]:
        """What the long poll `turn` waits for.

        Raises:
            Refused: 409, another one has taken its place.
        """
        if turn != self.turns:
            raise Refused(409, self._ended_by)
        return self.waiting[:limit]
