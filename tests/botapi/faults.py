"""What goes wrong on order: shares by a seed, and single faults.

Whether the nth call of a method fails depends on the seed, the method and n alone, so a run can be repeated.
"""

import random
import threading
from collections import Counter
from dataclasses import dataclass
from typing import Literal

FaultKind = Literal[
    "retry_after",  # 429
    "conflict",  # 409 on getUpdates
    "parse_error",  # 400 "can't parse entities"
    "cut_before",  # the connection ends, the request had no effect
    "cut_after",  # the connection ends, the request had its effect
    "delay",  # answered late
    "server_error",  # 500
    "bad_gateway",  # 502 with a page of HTML
]
SENDS = frozenset({"sendMessage", "sendPhoto", "sendDocument"})
EDITS = frozenset({"editMessageText", "editMessageReplyMarkup"})
MARKS = ("entities", "caption_entities", "parse_mode")
PARSE_ERROR = "Bad Request: can't parse entities: Can't find end of the entity starting at byte offset 0"


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """Shares lie between 0 and 1. `retry_after_share` is of sends, `parse_error_share` of sends and edits with
    entities or a parse_mode, the others of the calls of `methods`. `conflicts` getUpdates calls are answered 409.
    """

    seed: int = 0
    retry_after_share: float = 0.0
    retry_after_s: int = 1
    conflicts: int = 0
    parse_error_share: float = 0.0
    cut_before_share: float = 0.0
    cut_after_share: float = 0.0
    delay_share: float = 0.0
    delay_s: float = 0.2
    server_error_share: float = 0.0
    bad_gateway_share: float = 0.0
    methods: frozenset[str] = SENDS | EDITS


class Faults:
    """Decides for each call. May be asked from several threads."""

    def __init__(self, plan: FaultPlan) -> None:
        self.plan = plan
        self._calls: Counter[str] = Counter()
        self._conflicts = plan.conflicts
        self._ordered: list[tuple[str, FaultKind]] = []
        self._lock = threading.Lock()

    def order(self, kind: FaultKind, method: str, times: int = 1) -> None:
        """Make the next `times` calls of `method` fail so, whatever the shares say."""
        with self._lock:
            self._ordered += [(method, kind)] * times

    def decide(self, method: str, arguments: frozenset[str]) -> FaultKind | None:
        """What happens to this call. `arguments`: the names that it carries."""
        with self._lock:
            self._calls[method] += 1
            for entry in self._ordered:
                if entry[0] == method:
                    self._ordered.remove(entry)
                    return entry[1]
            if method == "getUpdates" and self._conflicts:
                self._conflicts -= 1
                return "conflict"
            return self._drawn(method, arguments, self._calls[method])

    def _drawn(self, method: str, arguments: frozenset[str], n: int) -> FaultKind | None:
        plan, dice = self.plan, random.Random(f"{self.plan.seed}:{method}:{n}")
        listed = method in plan.methods
        marked = method in SENDS | EDITS and bool(arguments & set(MARKS))
        shares: tuple[tuple[FaultKind, float, bool], ...] = (
            ("retry_after", plan.retry_after_share, method in SENDS),
            ("parse_error", plan.parse_error_share, marked),
            ("cut_before", plan.cut_before_share, listed),
            ("cut_after", plan.cut_after_share, listed),
            ("server_error", plan.server_error_share, listed),
            ("bad_gateway", plan.bad_gateway_share, listed),
            ("delay", plan.delay_share, listed),
        )
        for kind, share, concerned in shares:  # one throw each, so that a share does not move the others
            if dice.random() < share and concerned:
                return kind
        return None
