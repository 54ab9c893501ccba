"""One look at everything: all checks at the same time, each within its own time, none able to break the look."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from heartbeat.checks.parts import blame_parts, judge_parts
from heartbeat.finding import Check, Findings, Found
from nexus.clock import Clock
from nexus.logs import get_logger
from nexus.model_status import ModelStatus
from nexus.observing import Reading, Span, offer_gauge, span
from nexus.parts_file import PartsFile, read_parts

log = get_logger(__name__)

SLOWEST_LOOK_S = 10.0  # what hangs takes 5 s of a look, and has an alert of its own


class Monitor:
    """Looks when it is asked to; `interval_s` is how often that should be."""

    def __init__(self, checks: Sequence[Check], home: Path, clock: Clock, interval_s: float) -> None:
        self._checks = checks
        self._home = home
        self._clock = clock
        self._interval_s = interval_s
        self._looked_at: float | None = None
        self.parts: PartsFile | None = None

    async def look(self) -> Findings:
        """Every component now. Never raises."""
        began, looked_at = self._clock.monotonic(), self._clock.now()
        results = await asyncio.gather(*(_within_its_time(check) for check in self._checks))
        found = {name: one for result in results for name, one in result.items()}
        # After the checks: a part that ended meanwhile is known to the supervisor by now.
        self.parts = await asyncio.to_thread(read_parts, self._home)
        found |= judge_parts(self.parts)
        found["heartbeat"] = self._own_age(began)
        blamed = blame_parts(found, self.parts, looked_at)
        offer_gauge("component_status", lambda: _readings(blamed))
        return blamed

    def _own_age(self, began: float) -> Found:
        """Whether this look is late: the machine slept, or is too busy for us."""
        late_s = 0.0 if self._looked_at is None else began - self._looked_at - self._interval_s
        took_s = self._clock.monotonic() - began
        self._looked_at = began
        most_s = max(self._interval_s, SLOWEST_LOOK_S)
        if late_s > most_s or took_s > most_s:
            text = f"this look is {max(late_s, 0):.0f} s late and took {took_s:.1f} s"
            return Found(ModelStatus.DEGRADED, text)
        return Found(ModelStatus.HEALTHY, f"looks every {self._interval_s:g} s")


def _readings(found: Findings) -> list[Reading]:
    return [
        ((name, status.value), float(one.status is status))
        for name, one in found.items()
        for status in ModelStatus
    ]


async def _within_its_time(check: Check) -> Mapping[str, Found]:
    with span("check", check=check.names[0]) as watched:
        return await _looked(check, watched)


async def _looked(check: Check, watched: Span) -> Mapping[str, Found]:
    try:
        async with asyncio.timeout(check.timeout_s):
            return await check.look()
    except TimeoutError:
        watched.note(outcome="silent")
        reason = f"no answer within {check.timeout_s:g} s"
    except Exception as error:
        # A check that breaks must not hide the others; what broke it is in the log, and the component is not well.
        log.exception("heartbeat.check_broke", check=check.names[0])
        watched.note(outcome="broke")
        reason = f"its check broke: {type(error).__name__}"
        return dict.fromkeys(check.names, Found(check.if_silent, reason, check.because))
    return dict.fromkeys(check.names, Found(check.if_silent, reason, check.because, hangs=True))
