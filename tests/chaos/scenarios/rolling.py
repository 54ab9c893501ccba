"""Rolling restarts: one process after the other gets SIGTERM under load, as an upgrade does it."""

import asyncio
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

from tests.chaos.checker import Violation
from tests.chaos.company import Outfit
from tests.chaos.driver import Injected
from tests.chaos.evidence import Evidence
from tests.chaos.members import Member
from tests.chaos.stage import Stage

EXITS_WITHIN_S = 30.0
GIVES_UP_S = 60.0
SERVED = re.compile(r"(GET|POST) (2\d\d|503)")
STATUS = re.compile(r"(GET|POST) \d\d\d.*")


@dataclass(frozen=True, slots=True)
class Exit:
    """How one process ended after SIGTERM."""

    name: str
    seconds: float
    code: int | None


class Rolling:
    """`--faults` restarts, each once the process before serves again."""

    name = "rolling"

    def __init__(self) -> None:
        self.exits: list[Exit] = []

    def outfit(self, outfit: Outfit) -> Outfit:
        """Calls of up to 6 s, so that there is something to drain."""
        return outfit

    async def play(self, stage: Stage) -> None:
        """Restart gateways and workers in turn while messages come in."""
        options, company = stage.options, stage.company
        stage.start_senders(options.senders, options.orders, options.seconds)
        everybody = [*company.workers, *company.gateways]
        pause_s = 0.5 * options.seconds / options.faults
        for n in range(options.faults):
            await company.until_ready(everybody)
            await asyncio.sleep(pause_s)
            member, began = everybody[n % len(everybody)], time.time()
            self.exits.append(await _restart(member))
            stage.driver.injected.append(Injected(began, time.time(), f"restart {member.name}", member.name))
        await company.until_ready(everybody)

    def judge(self, evidence: Evidence) -> Iterator[Violation]:
        """Every exit is in time and 0; clients saw 2xx, or 503 with Retry-After."""
        for ended in self.exits:
            if ended.seconds > EXITS_WITHIN_S or ended.code != 0:
                yield Violation("bad exit", ended.name, f"exit code {ended.code} after {ended.seconds:.1f} s")
        for sender in evidence.senders:
            for seen, count in sender.counts.items():
                if STATUS.fullmatch(seen) and not SERVED.fullmatch(seen):
                    yield Violation("bad status", seen, f"{count} times")

    def facts(self) -> dict[str, object]:
        """For the report."""
        longest = max((ended.seconds for ended in self.exits), default=0.0)
        return {"restarts": len(self.exits), "slowest exit, s": round(longest, 1)}


async def _restart(member: Member) -> Exit:
    """SIGTERM, then wait for the end; the keeper starts it again."""
    process, began = member.process, time.monotonic()
    process.terminate()
    while process.poll() is None and time.monotonic() - began < GIVES_UP_S:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    return Exit(member.name, time.monotonic() - began, process.poll())
