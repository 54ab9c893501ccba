"""Which changes are worth an alert: one per component and change, not at the first wobble, and never a flood. Pure.

Critical is told at once; degraded and unknown when they are seen twice in a row; health again as "recovered after".
What gets better and is not yet well is in the history only.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime, BaseModel

from db.statements.alerts import Severity
from heartbeat.finding import Found, Life
from nexus.model_status import ModelStatus

SEEN_TWICE = 2
AN_HOUR = timedelta(hours=1)
MOST_AN_HOUR, MOST_OF_ONE = 60, 10

type Kind = Literal[
    "health.critical",
    "health.degraded",
    "health.unknown",
    "health.recovered",
    "health.restarted",
    "health.recovery_ended",
    "health.gave_up",
    "health.left",
    "health.many",
]


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell. `details` fill the words of `nexus.health_words`."""

    kind: Kind
    severity: Severity
    at: datetime
    details: Mapping[str, str]


class Bad(BaseModel):
    """A component that is not healthy: `told` is the status people know, None while it was seen once."""

    status: ModelStatus
    since: AwareDatetime
    looks: int = 1
    told: ModelStatus | None = None
    is_left: bool = False


class Deaths(BaseModel):
    """How many deaths of a part were told, in one run of its supervisor."""

    run: str
    count: int


class Memory(BaseModel):
    """What has to be known at the next look, also by another process after this one."""

    bad: dict[str, Bad] = {}
    deaths: dict[str, Deaths] = {}


@dataclass
class AlertBook:
    """Turns looks into notices."""

    memory: Memory = field(default_factory=Memory)

    def read(self, found: Mapping[str, Found], now: datetime, *, settled: bool = True) -> list[Notice]:
        """What there is to tell of this look. Until it is `settled` only of parts that died: the rest is starting."""
        self._forget_what_is_gone(found)
        notices = self.read_parts(found, now)
        for name, one in found.items():
            if one.life is None and settled and not one.quiet:
                notices += self._component(name, one, now)
        return notices

    def read_parts(self, found: Mapping[str, Found], now: datetime) -> list[Notice]:
        """What there is to tell of the parts of `nexus up` alone."""
        notices = list[Notice]()
        for name, one in found.items():
            if one.life is not None:
                notices += self._part(name, one, one.life, now)
        return notices

    def _component(self, name: str, found: Found, now: datetime) -> Iterator[Notice]:
        bad = self.memory.bad.get(name)
        if found.status is ModelStatus.HEALTHY:
            if self.memory.bad.pop(name, None) and bad and bad.told:
                yield _recovered(name, found.reason, (now - bad.since).total_seconds(), now)
            return
        if found.because is not None:
            return  # told of another component
        if bad is None or bad.status is not found.status:
            since = bad.since if bad else now
            bad = Bad(status=found.status, since=since, looks=0, told=bad.told if bad else None)
        self.memory.bad[name] = bad.model_copy(update={"looks": bad.looks + 1})
        if self._is_to_be_told(self.memory.bad[name]):
            self.memory.bad[name].told = found.status
            yield _worse(name, found, now)

    def _is_to_be_told(self, bad: Bad) -> bool:
        if bad.told is not None and (
            bad.status is ModelStatus.UNKNOWN or not _is_worse(bad.status, bad.told)
        ):
            return False
        return bad.status is ModelStatus.CRITICAL or bad.looks >= SEEN_TWICE

    def _part(self, name: str, found: Found, life: Life, now: datetime) -> Iterator[Notice]:
        """A part's deaths are counted, so that one between two looks is seen too."""
        known = self.memory.deaths.get(name)
        self.memory.deaths[name] = Deaths(run=life.run, count=life.deaths)
        if known is None or known.run != life.run:
            known = Deaths(run=life.run, count=life.deaths if found.status is ModelStatus.HEALTHY else 0)
        bad = self.memory.bad.get(name)
        if found.status is ModelStatus.HEALTHY:
            self.memory.bad.pop(name, None)
            if bad is not None and bad.told:
                yield _recovered(name, found.reason, _took_s(life), now)
            elif life.deaths > known.count and not self._is_told_as(found.serves):
                yield _restarted(name, life, now)
        elif found.is_left and not (bad and bad.is_left):
            told = ModelStatus.CRITICAL
            self.memory.bad[name] = Bad(status=told, since=bad.since if bad else now, told=told, is_left=True)
            yield Notice("health.left", Severity.CRITICAL, now, _details(name, found))
        elif found.status is ModelStatus.CRITICAL and bad is None and not self._is_told_as(found.serves):
            told = ModelStatus.CRITICAL
            self.memory.bad[name] = Bad(status=told, since=life.ended_at or now, told=told)
            yield _worse(name, found, now)

    def _is_told_as(self, components: tuple[str, ...]) -> bool:
        """True when people know already that what the part serves is down: it was ended because it hung."""
        return any(name in self.memory.bad and self.memory.bad[name].told for name in components)

    def _forget_what_is_gone(self, found: Mapping[str, Found]) -> None:
        for name in self.memory.bad.keys() - found.keys():
            del self.memory.bad[name]


def _is_worse(status: ModelStatus, than: ModelStatus) -> bool:
    order = list(ModelStatus)
    return order.index(status) > order.index(than)


def _details(name: str, found: Found) -> dict[str, str]:
    return {"component": _said(name), "status": found.status.value, "reason": found.reason}


def _worse(name: str, found: Found, now: datetime) -> Notice:
    details = _details(name, found)
    match found.status:
        case ModelStatus.CRITICAL:
            return Notice("health.critical", Severity.CRITICAL, now, details)
        case ModelStatus.UNKNOWN:
            return Notice("health.unknown", Severity.WARNING, now, details)
        case _:
            return Notice("health.degraded", Severity.WARNING, now, details)


def _recovered(name: str, reason: str, seconds: float, now: datetime) -> Notice:
    details = {"component": _said(name), "status": "healthy", "reason": reason, "after_s": f"{seconds:.1f}"}
    return Notice("health.recovered", Severity.INFO, now, details)


def _restarted(name: str, life: Life, now: datetime) -> Notice:
    details = {
        "component": _said(name),
        "status": "healthy",
        "how": life.how or "?",
        "after_s": f"{_took_s(life):.1f}",
    }
    return Notice("health.restarted", Severity.WARNING, now, details)


def _said(name: str) -> str:
    """A part is known to people by its own name."""
    return name.removeprefix("part.")


def _took_s(life: Life) -> float:
    if life.ended_at is None or life.ready_at is None:
        return 0.0
    return max(0.0, (life.ready_at - life.ended_at).total_seconds())


class Throttle:
    """At most 60 alerts in an hour, 10 of one component. The rest is summed up in one when there is room again."""

    def __init__(self, most: int = MOST_AN_HOUR, most_of_one: int = MOST_OF_ONE) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self._told: deque[tuple[datetime, str]] = deque()
        self._held: list[Notice] = []

    def let_through(self, notices: list[Notice], now: datetime) -> list[Notice]:
        """Those that may be told now; before them the sum of what was held back."""
        while self._told and now - self._told[0][0] >= AN_HOUR:
            self._told.popleft()
        through = list[Notice]()
        if self._held and all(self._has_room(notice) for notice in self._held):
            through.append(self._sum(now))
            self._told.append((now, "company"))
        for notice in notices:
            if self._has_room(notice):
                through.append(notice)
                self._told.append((now, notice.details["component"]))
            else:
                self._held.append(notice)
        return through

    def _has_room(self, notice: Notice) -> bool:
        of_one = sum(component == notice.details["component"] for _, component in self._told)
        return len(self._told) < self._most and of_one < self._most_of_one

    def _sum(self, now: datetime) -> Notice:
        newest = {notice.details["component"]: notice.details.get("status", "?") for notice in self._held}
        text = ", ".join(f"{name} {status}" for name, status in sorted(newest.items()))
        details = {"component": "company", "count": str(len(self._held)), "now": text}
        severity = max((notice.severity for notice in self._held), key=list(Severity).index)
        self._held.clear()
        return Notice("health.many", severity, now, details)
