"""What triage knows of the company at this moment: the router in use, today's prices, who has a model.

The router is loaded when the worker starts, in a thread, and looked at once a minute for a newer one. Whatever goes
wrong with it, orders are triaged by the rules, and `note` says why.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, Protocol

from agents.breaker import Breakers
from agents.config import Payroll
from agents.planning import planner_of, tier_prices
from agents.triage import Asked, Office, Prediction, route
from nexus.clock import Clock
from nexus.errors import NexusError
from nexus.logs import get_logger
from nexus.static_vectors import load_vectors
from nexus.work_order import TIERS, Role

log = get_logger(__name__)

LOOK_S: Final = 60.0
WARM_UP: Final = "Please compare two plans for a small garden, and say what each would cost."
ALIKE: Final = 0.16
"""Cosine of two messages' static vectors from which on they are of one subject. In doubt they are: of 16 pairs on one
subject all are found, of 16 on two 15 (tests/agents/test_continuing.py); the vectors tell least outside of English."""


class Router(Protocol):
    """`routing.router.Router`."""

    @property
    def version(self) -> str:
        """Which one it is."""
        ...

    def predict(self, text: str) -> Prediction:
        """Each tier's chance."""
        ...


class Routers(Protocol):
    """Where the router in use comes from: `agents.learning.current.CurrentRouter`."""

    note: str | None

    def router(self) -> Router:
        """The one to use now. Blocks while it loads."""
        ...


class RouteDesk:
    """Makes the `Office` of one triage. Without `routers` the rules decide."""

    def __init__(self, payroll: Payroll, breakers: Breakers, routers: Routers | None = None) -> None:
        self._payroll = payroll
        self._breakers = breakers
        self._routers = routers
        self._router: Router | None = None
        self._same_subject: Callable[[str, Sequence[str]], bool] | None = None
        self.note: str | None = None

    def warm_up(self) -> None:
        """Load what the first order would wait for; blocks. Without word vectors a conversation keeps its tier."""
        route(Asked(WARM_UP, datetime.now(UTC)), Office())  # their patterns take a second to compile
        try:
            same_subject("Hello", ["Good morning"])
            self._same_subject = same_subject
        except (NexusError, ImportError) as error:
            log.warning("subjects.unknown", error=str(error))

    def load(self) -> None:
        """Load or look for the router in use; blocks. Never raises: without one the rules decide."""
        if self._routers is None:
            return
        try:
            self._router = self._routers.router()
            self._router.predict("Hello")  # what is loaded late is loaded now
            self._tell(self._routers.note)
        except Exception as error:  # noqa: BLE001 - an edge: a router that is wrong may not stop the company
            self._router = None
            self._tell(f"the router cannot be used, the rules decide: {_words(error)}")

    async def keep(self, clock: Clock) -> None:
        """Look for a newer router once a minute, for ever; does nothing without any."""
        while self._routers is not None:
            await clock.sleep(LOOK_S)
            await asyncio.to_thread(self.load)

    def _tell(self, note: str | None) -> None:
        if note and note != self.note:
            log.warning("router.note", note=note)
        self.note = note

    @property
    def state(self) -> dict[str, object] | None:
        """For health: which router is in use, or why none is; None where none is to be."""
        if self._routers is None:
            return None
        version = self._router.version if self._router is not None else "none"
        return {"version": version, "note": self.note}

    def office(self, prompt_chars: int, warm: Mapping[Role, int]) -> Office:
        """The company for a message with so many characters of context. `warm` as `agents.planning.tier_prices`."""
        staffed = self.staffed()
        if self._router is None or not staffed:
            return Office(staffed=staffed, same_subject=self._same_subject)
        choices = (self._payroll[role].choice for role in staffed)
        is_weak = any(choice is not None and choice.weak for choice in choices)
        prices = tier_prices(self._payroll, staffed, prompt_chars, warm)
        planner = planner_of(prices, foretells=not is_weak)
        return Office(self._predict, planner, staffed, self._same_subject)

    def _predict(self, text: str) -> Prediction | None:
        try:
            return self._router.predict(text) if self._router is not None else None
        except Exception as error:  # noqa: BLE001 - an edge, as above
            self._tell(f"the router failed at a message, the rules decided: {_words(error)}")
            return None

    def staffed(self) -> tuple[Role, ...]:
        """The tiers that have a model which only time, and no owner, keeps from answering."""
        return tuple(role for role in TIERS if self._has_model(role))

    def _has_model(self, role: Role) -> bool:
        choices = self._payroll[role].choices
        return any(not self._breakers.needs_owner(choice) for choice in choices)


def same_subject(text: str, earlier: Sequence[str]) -> bool:
    """Whether a message is about what one of the earlier ones was about."""
    rows = load_vectors().embed([text, *earlier])
    return bool((rows[1:] @ rows[0]).max() >= ALIKE)


def _words(error: Exception) -> str:
    """A NexusError's own words; of a bug only its kind, for its text may hold anything."""
    return str(error) if isinstance(error, NexusError) else type(error).__name__
