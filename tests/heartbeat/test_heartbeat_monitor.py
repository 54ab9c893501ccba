"""One look: everything at the same time, and nothing can break it."""

import asyncio
import os
import time
from pathlib import Path

from heartbeat.checks.parts import blame_parts, judge_parts
from heartbeat.finding import Check, Findings, Found, worst
from heartbeat.monitor import Monitor
from nexus.clock import ManualClock, SystemClock
from nexus.model_status import ModelStatus
from nexus.parts_file import PartsJournal, read_parts


def a_check(name: str, seconds: float = 0, error: Exception | None = None) -> Check:
    async def look() -> Findings:
        await asyncio.sleep(seconds)
        if error:
            raise error
        return {name: Found(ModelStatus.HEALTHY, "fine")}

    return Check((name,), look, timeout_s=0.2)


async def test_slow_and_broken_checks_hide_no_other_and_all_run_at_once(tmp_path: Path) -> None:
    checks = [*(a_check(f"slow {n}", 60) for n in range(20)), a_check("broken", error=KeyError("x"))]
    began = time.monotonic()
    found = await Monitor([*checks, a_check("good")], tmp_path, SystemClock(), 15).look()
    assert time.monotonic() - began < 3, "one after the other it would be 4 s"
    assert found["good"].status is ModelStatus.HEALTHY
    assert found["slow 7"] == Found(ModelStatus.CRITICAL, "no answer within 0.2 s", hangs=True)
    assert (found["broken"].status, found["broken"].hangs) == (ModelStatus.CRITICAL, False)
    assert worst(found) is ModelStatus.CRITICAL


async def test_a_look_that_is_late_says_so(tmp_path: Path) -> None:
    clock = ManualClock()
    monitor = Monitor([a_check("good")], tmp_path, clock, 15)
    assert (await monitor.look())["heartbeat"].status is ModelStatus.HEALTHY
    clock.advance(15)
    assert (await monitor.look())["heartbeat"].status is ModelStatus.HEALTHY
    clock.advance(62)
    late = (await monitor.look())["heartbeat"]
    assert (late.status, "47 s late" in late.reason) == (ModelStatus.DEGRADED, True)


async def test_parts_tell_their_lives_and_take_the_blame(tmp_path: Path) -> None:
    clock = ManualClock()
    journal = PartsJournal(tmp_path, clock)
    journal.started("gateway", os.getpid())
    assert judge_parts(read_parts(tmp_path))["part.gateway"].because == "start"
    journal.ready("gateway")
    clock.advance(10)
    looked_at = clock.now()
    down: Findings = {"gateway": Found(ModelStatus.CRITICAL, "gone")}

    assert blame_parts(down, read_parts(tmp_path), looked_at) == down, "a part that runs has no excuse"
    journal.ended("gateway", "SIGKILL")
    assert blame_parts(down, read_parts(tmp_path), looked_at)["gateway"].because == "part.gateway"
    assert judge_parts(read_parts(tmp_path))["part.gateway"].reason == "ended (SIGKILL) and is started again"
    journal.started("gateway", os.getpid())
    clock.advance(1)
    journal.ready("gateway")
    assert blame_parts(down, read_parts(tmp_path), looked_at)["gateway"].because == "part.gateway", (
        "just back"
    )
    assert blame_parts(down, read_parts(tmp_path), clock.now() + (clock.now() - looked_at)) == down
    journal.gave_up("gateway")
    assert judge_parts(read_parts(tmp_path))["part.gateway"].status is ModelStatus.CRITICAL
    assert (tmp_path / "parts.json").stat().st_mode & 0o077 == 0
    journal.close()
    assert read_parts(tmp_path) is None
