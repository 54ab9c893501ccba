"""Circuit breakers: one per model and process, so that a model that does not answer is left alone for a while.

    closed     calls go through; FAILURES_TO_OPEN failures in a row open it
    open       nothing goes through for FIRST_OPEN_S, twice as long after every failed trial, MAX_OPEN_S at most
    half_open  the time is over: one call is let through; it closes the breaker, or opens it again

A `Retry-After` blocks a model at once, for exactly that long, and so does trouble that only the owner can mend.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from agents.completion import ModelRefusesCall, ModelUnavailable, Trouble
from agents.config import ModelChoice
from nexus.clock import Clock
from nexus.errors import NexusError

FAILURES_TO_OPEN = 5
FIRST_OPEN_S = 30.0
MAX_OPEN_S = 300.0
OWNERS_S = 600.0
"""How long a model rests whose key, account or name is wrong: the owner may mend that meanwhile."""

TRIAL_S = 60.0
"""After so long another call may try a half-open model: the first one may have died with its order."""

FOR_THE_OWNER = (Trouble.KEY, Trouble.CREDIT, Trouble.NO_MODEL)


@dataclass(frozen=True, slots=True)
class Blocked:
    """Why a model is not to be asked now. In `for_s` seconds it may be; `for_owner`: time alone will not mend it."""

    reason: str
    for_s: float
    for_owner: bool = False


class Breakers(Protocol):
    """What the handler asks before a call, and tells after it."""

    def blocked(self, choice: ModelChoice) -> Blocked | None:
        """None when `choice` may be asked. A half-open breaker lets one call through."""
        ...

    def needs_owner(self, choice: ModelChoice) -> bool:
        """True while `choice` is blocked for what only the owner can mend. Lets nothing through."""
        ...

    def succeeded(self, choice: ModelChoice) -> None:
        """The model answered."""
        ...

    def failed(self, choice: ModelChoice, error: NexusError) -> None:
        """The model did not; `error` is `ModelUnavailable` or `ModelRefusesCall`."""
        ...


class State(StrEnum):
    """Of one breaker."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class BreakerState:
    """One breaker as health shows it. `reason` is the last failure; `until` is when it ends being open."""

    state: State
    reason: str = ""
    until: datetime | None = None


@dataclass(slots=True)
class _Breaker:
    """Times are the clock's monotonic seconds."""

    failures: int = 0
    is_open: bool = False
    open_s: float = FIRST_OPEN_S
    open_until: float = 0.0
    trial_since: float | None = None
    wait_until: float = 0.0  # what the provider asked for
    reason: str = ""
    for_owner: bool = False

    @property
    def until(self) -> float:
        return max(self.open_until if self.is_open else 0.0, self.wait_until)


class ModelBreakers:
    """The breakers of one process. Not for several threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._breakers: dict[ModelChoice, _Breaker] = {}

    def blocked(self, choice: ModelChoice) -> Blocked | None:
        """None when `choice` may be asked; the caller that gets None from a half-open breaker is its trial."""
        breaker, now = self._breakers.get(choice), self._clock.monotonic()
        if breaker is None:
            return None
        if now < breaker.until:
            return Blocked(breaker.reason, breaker.until - now, for_owner=breaker.for_owner)
        if not breaker.is_open:
            return None
        if breaker.trial_since is not None and now < breaker.trial_since + TRIAL_S:
            return Blocked(breaker.reason, breaker.trial_since + TRIAL_S - now)
        breaker.trial_since = now
        return None

    def needs_owner(self, choice: ModelChoice) -> bool:
        """True while `choice` is blocked for what only the owner can mend. Starts no trial."""
        breaker = self._breakers.get(choice)
        return breaker is not None and breaker.for_owner and self._clock.monotonic() < breaker.until

    def succeeded(self, choice: ModelChoice) -> None:
        """Close it. What the provider asked us to wait is kept: another call may have been answered meanwhile."""
        breaker = self._breakers.pop(choice, None)
        if breaker is not None and breaker.wait_until > self._clock.monotonic():
            self._breakers[choice] = _Breaker(wait_until=breaker.wait_until, reason=breaker.reason)

    def failed(self, choice: ModelChoice, error: NexusError) -> None:
        """Count a failure. A request that was refused for its own sake is none of the model's."""
        if not isinstance(error, ModelUnavailable | ModelRefusesCall):
            return
        breaker, now = self._breakers.setdefault(choice, _Breaker()), self._clock.monotonic()
        was_trial, breaker.trial_since = breaker.trial_since is not None, None
        if error.trouble in (Trouble.REQUEST, Trouble.TOO_LONG):
            return
        if error.trouble in FOR_THE_OWNER:
            breaker.reason, breaker.for_owner = str(error), True
            _open(breaker, now + OWNERS_S)
        elif isinstance(error, ModelUnavailable) and error.retry_after_s is not None:
            breaker.reason = str(error)
            breaker.wait_until = max(breaker.wait_until, now + error.retry_after_s)
        else:
            _count(breaker, str(error), now, was_trial=was_trial)

    def forget(self, choice: ModelChoice) -> None:
        """Close it: a probe has found the model in order."""
        self._breakers.pop(choice, None)

    def states(self) -> dict[str, BreakerState]:
        """By `provider/model`, every model that has failed since it last answered."""
        return {
            f"{c.provider.value}/{c.model}": self._state(breaker) for c, breaker in self._breakers.items()
        }

    def _state(self, breaker: _Breaker) -> BreakerState:
        left_s = breaker.until - self._clock.monotonic()
        if left_s > 0:
            return BreakerState(State.OPEN, breaker.reason, self._clock.now() + timedelta(seconds=left_s))
        return BreakerState(State.HALF_OPEN if breaker.is_open else State.CLOSED, breaker.reason)


def _count(breaker: _Breaker, reason: str, now: float, *, was_trial: bool) -> None:
    """Calls that were under way when it opened report late: they are not held against it twice."""
    if breaker.is_open and not was_trial:
        return
    breaker.reason = reason
    breaker.failures += 1
    if was_trial:
        breaker.open_s = min(2 * breaker.open_s, MAX_OPEN_S)
        _open(breaker, now + breaker.open_s)
    elif breaker.failures >= FAILURES_TO_OPEN:
        _open(breaker, now + breaker.open_s)


def _open(breaker: _Breaker, until: float) -> None:
    breaker.is_open = True
    breaker.open_until = max(breaker.open_until, until)
