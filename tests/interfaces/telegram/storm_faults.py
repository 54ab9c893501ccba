"""The fake's faults in a storm: the shares of its plan, and kills that are aimed at one request of the bot."""

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from nexus.clock import Clock, SystemClock
from tests.botapi.api import BotApi
from tests.botapi.call import Call
from tests.botapi.faults import SENDS, FaultKind, FaultPlan, Faults
from tests.botapi.ledger import Ledger

Aim = Literal[
    "any request",
    "updates answered",  # some milliseconds after a getUpdates was answered with updates
    "before the offset",  # the inbox has them, and the getUpdates that would confirm them has no effect
    "after the offset",  # they were confirmed a moment ago
    "before a send",
    "after a send",  # Telegram has the message, the bot never hears of it
    "in an answer",  # the same with the second or a later part of an answer
    "at an edit",
    "at the start",
    "order accepted",  # the gateway has the order, the inbox does not know it yet
]
AIMS: Final[tuple[Aim, ...]] = (
    "updates answered",
    "after a send",
    "before the offset",
    "in an answer",
    "order accepted",
    "any request",
    "after the offset",
    "before a send",
    "in an answer",
    "at the start",
    "after a send",
    "at an edit",
)
LATER_PART = re.compile(r"K[0-9]{4}v[12]")
SHARES: Final = FaultPlan(
    retry_after_share=0.05, parse_error_share=0.10, cut_before_share=0.01, cut_after_share=0.01
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that is about to be decided on. `updates_wait`: the ids that the bot has not confirmed."""

    n: int
    method: str
    parameters: Mapping[str, str]
    updates_wait: tuple[int, ...]

    @property
    def confirms(self) -> bool:
        """It is a getUpdates whose offset says that updates were taken."""
        offset = self.parameters.get("offset", "")
        return offset.isdecimal() and any(update < int(offset) for update in self.updates_wait)

    @property
    def brings(self) -> bool:
        """It is a getUpdates that is answered at once, with updates."""
        offset = self.parameters.get("offset") or "0"
        return self.method == "getUpdates" and any(update >= int(offset) for update in self.updates_wait)


class StormLedger(Ledger):
    """Remembers which request was read last: it is the one that a fault is decided for next, on the same thread."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.newest: tuple[int, Mapping[str, str]] = (0, {})

    def read(self, n: int, call: Call) -> None:
        """Note what was sent."""
        super().read(n, call)
        self.newest = (n, call.arguments)


class StormFaults(Faults):
    """Kills when it is armed and the request is the one that is aimed at; otherwise as planned."""

    def __init__(self, plan: FaultPlan, api: BotApi, ledger: StormLedger) -> None:
        super().__init__(plan)
        self.killed_at: set[int] = set()  # the requests that a kill cut off
        self._api = api
        self._ledger = ledger
        self._aim: Aim | None = None
        self._kill: Callable[[], None] | None = None
        self._after_s = 0.0

    def arm(self, aim: Aim, kill: Callable[[], None], after_s: float) -> None:
        """Call `kill` once, at the next request that `aim` means; `after_s` later where the aim is a moment behind."""
        self._after_s, self._kill, self._aim = after_s, kill, aim

    def disarm(self) -> None:
        """No more."""
        self._aim = None

    def decide(self, method: str, arguments: frozenset[str]) -> FaultKind | None:
        """What happens to this call."""
        n, parameters = self._ledger.newest
        waiting = tuple(update.id for update in self._api.pending)
        aim, kill = self._aim, self._kill
        if aim is None or kill is None or not _means(aim, Asked(n, method, parameters, waiting)):
            return super().decide(method, arguments)
        self._aim = None
        if aim in ("updates answered", "after the offset"):
            threading.Timer(self._after_s, kill).start()
            return None
        self.killed_at.add(n)
        kill()
        return "cut_after" if aim in ("after a send", "in an answer") else "cut_before"


def _means(aim: Aim, asked: Asked) -> bool:
    match aim:
        case "updates answered":
            return asked.brings
        case "before the offset" | "after the offset":
            return asked.confirms
        case "before a send" | "after a send":
            return asked.method in SENDS
        case "in an answer":
            return asked.method in SENDS and _is_later_part(asked.parameters.get("text", ""))
        case "at an edit":
            return asked.method == "editMessageText"
        case "at the start":
            return asked.method == "setMyCommands"
        case "any request":
            return asked.method != "getUpdates"
        case "order accepted":
            return False  # that is seen in the database


def _is_later_part(text: str) -> bool:
    """A part of a long answer that is not its first: the first begins with paragraph 1."""
    found = LATER_PART.search(text)
    return found is not None and len(text) > 500 and not text[found.end() :].startswith(" 1 ")


def put_into(api: BotApi, plan: FaultPlan) -> StormFaults:
    """Have the fake, which does not serve yet, go by storm's faults."""
    service = api._service  # its faults can be planned from outside, not aimed
    ledger = StormLedger(SystemClock())
    faults = StormFaults(plan, api, ledger)
    service.ledger, service.faults = ledger, faults
    return faults
