"""Circuit breakers: one per model and process, so that a model that does not answer is left alone for a while."""

from dataclasses import dataclass
from typing import Protocol

from agents.config import ModelChoice
from nexus.errors import NexusError


@dataclass(frozen=True, slots=True)
class Blocked:
    """Why a model is not to be asked now. `for_s` seconds from now it may be; None: not until something is changed."""

    reason: str
    for_s: float | None


class Breakers(Protocol):
    """What the handler asks before a call, and tells after it."""

    def blocked(self, choice: ModelChoice) -> Blocked | None:
        """None when `choice` may be asked. A half-open breaker lets one call through."""
        ...

    def succeeded(self, choice: ModelChoice) -> None:
        """The model answered."""
        ...

    def failed(self, choice: ModelChoice, error: NexusError) -> None:
        """The model did not; `error` is `ModelUnavailable` or `ModelRefusesCall`."""
        ...
