"""What memory works with: turns of one conversation, numbered from its beginning."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from nexus.work_order import Turn

BYTES_PER_TOKEN = 4
TURN_OVERHEAD = 4  # tokens that a provider adds around each message


@dataclass(frozen=True, slots=True)
class Said:
    """A turn as the database keeps it. `n` is its number in the conversation, 1 for the first; `at` may be unknown."""

    n: int
    role: str  # "user" or "assistant"
    content: str
    at: datetime | None = None

    @property
    def turn(self) -> Turn:
        """As models see it."""
        return Turn(self.role, self.content)


def numbered(turns: Iterable[Turn], first: int = 1) -> tuple[Said, ...]:
    """Turns without times, numbered from `first` on."""
    return tuple(Said(n, turn.role, turn.content) for n, turn in enumerate(turns, first))


def tokens_of(text: str) -> int:
    """About how many tokens a text has: a token for each 4 bytes of UTF-8, which is right within a third for
    Latin and Chinese text, whatever the model."""
    size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
    return -(-size // BYTES_PER_TOKEN)


def cost_of(text: str) -> int:
    """Tokens of a text as a turn of its own."""
    return tokens_of(text) + TURN_OVERHEAD
