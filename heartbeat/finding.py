"""What a check finds of one component."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from nexus.model_status import ModelStatus


@dataclass(frozen=True, slots=True)
class Life:
    """How often a part has died since its supervisor began (`run` names it), and how it went the last time."""

    run: str
    deaths: int
    how: str | None
    ended_at: datetime | None
    ready_at: datetime | None


@dataclass(frozen=True, slots=True)
class Found:
    """One component now. `reason` is one line.

    `because` names the component whose trouble this is, which is told instead; `quiet`: it has alerts of its own;
    `hangs`: it does not answer at all. `life` is there for a part of `nexus up`; `serves` are the components that
    suffer with it; `is_left`: it has ended so often that its supervisor leaves it to the owner for a while.
    """

    status: ModelStatus
    reason: str
    because: str | None = None
    quiet: bool = False
    life: Life | None = None
    serves: tuple[str, ...] = ()
    hangs: bool = False
    is_left: bool = False


type Findings = dict[str, Found]


@dataclass(frozen=True, slots=True)
class Check:
    """Looks at some components. `names` are said to be `if_silent` when it takes longer than `timeout_s` or breaks."""

    names: tuple[str, ...]
    look: Callable[[], Awaitable[Mapping[str, Found]]]
    timeout_s: float = 5.0
    if_silent: ModelStatus = ModelStatus.CRITICAL
    because: str | None = None


def worst(found: Mapping[str, Found]) -> ModelStatus:
    """The status of the whole: that of its worst component."""
    order = list(ModelStatus)
    return max((one.status for one in found.values()), key=order.index, default=ModelStatus.UNKNOWN)
