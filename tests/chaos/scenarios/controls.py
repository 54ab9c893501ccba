"""For each bug of `tests.chaos.bugs` a short schedule that brings it to light, and all of them in a row.

Run one with its bug and the checker must turn red for the reason that `CONTROLS` names; without it, green.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from tests.chaos.company import Outfit
from tests.chaos.driver import Fault
from tests.chaos.stage import Plain, Stage

LEASE_S = 1.0


async def valkey_dies(stage: Stage) -> None:
    """Valkey is away while messages come in: nobody hears their bells."""
    stage.start_senders(1, 30, 2.0)
    await stage.driver.run([Fault(0.7, "kill valkey", 0, 1.5)])


async def worker_dies_at_the_door(stage: Stage) -> None:
    """A worker is killed while it takes orders up."""
    stage.start_senders(1, 50, 2.5)
    await stage.driver.run([Fault(1.7, "kill worker", 0, 0)])


async def worker_sleeps_in_a_call(stage: Stage) -> None:
    """A worker is stopped in the middle of its calls, for longer than its leases, and goes on.

    It wakes while others are at its orders, with its own replies in hand. There are many, so that some meet.
    """
    stage.start_senders(1, 48, 0.6)
    await stage.driver.run([Fault(1.5, "stop worker for more than a lease", 0, 2.0)])


async def worker_dies_in_a_call(stage: Stage) -> None:
    """A worker is killed in the middle of its calls."""
    stage.start_senders(1, 16, 0.4)
    await stage.driver.run([Fault(1.5, "kill worker", 0, 0)])


async def valkey_forgets(stage: Stage) -> None:
    """Valkey is flushed again and again while orders are tried that no model can answer."""
    stage.start_senders(1, 4, 0.2, poison=4)
    await stage.driver.run([Fault(0.8 + 0.7 * n, "flush valkey", 0, 0) for n in range(6)])


async def workers_sleep_while_bells_pile_up(stage: Stage) -> None:
    """All workers are stopped while messages come in."""
    stage.start_senders(1, 40, 2.0)
    stops = [
        Fault(0.2, "stop worker for less than a lease", n, 2.2) for n in range(stage.options.outfit.workers)
    ]
    await stage.driver.run(stops)


@dataclass(frozen=True)
class Control(Plain):
    """A schedule, the bug that it brings to light, and the violation that then must be found."""

    bug: str
    turns_red: str
    schedule: Callable[[Stage], Awaitable[None]]

    @property
    def name(self) -> str:
        """As `--scenario` takes it."""
        return f"control-{self.bug}"

    def outfit(self, outfit: Outfit) -> Outfit:
        """A small company, short leases, calls of 1 to 2 s so that they can be interrupted."""
        return short_outfit(outfit)

    async def play(self, stage: Stage) -> None:
        """The schedule."""
        await self.schedule(stage)


def short_outfit(outfit: Outfit) -> Outfit:
    """What all controls run on."""
    return replace(outfit, gateways=1, workers=2, lease_s=LEASE_S, slowest_call_s=2.4, slow_share=0.5)


CONTROLS = (
    Control("ring-without-outbox", "unfinished: forgotten", valkey_dies),
    Control("ack-before-commit", "unfinished: forgotten", worker_dies_at_the_door),
    Control("no-fence", "late write", worker_sleeps_in_a_call),
    Control("no-reclaim", "unfinished: lease ran out", worker_dies_in_a_call),
    Control("delivery-counted-in-redis", "over the cap", valkey_forgets),
    Control("trimming-the-work-stream", "unfinished: forgotten", workers_sleep_while_bells_pile_up),
)


class Provocations(Plain):
    """Every control's schedule, one after the other: green as long as none of the bugs is there."""

    name = "provocations"

    def outfit(self, outfit: Outfit) -> Outfit:
        """As the controls."""
        return short_outfit(outfit)

    async def play(self, stage: Stage) -> None:
        """All of them, each with whole staff again."""
        for control in CONTROLS:
            await control.schedule(stage)
            await stage.company.until_ready((*stage.company.gateways, *stage.company.workers))
