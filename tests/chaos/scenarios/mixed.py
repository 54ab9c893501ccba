"""Everything that can go wrong, mixed by the seed, while messages keep coming."""

from tests.chaos.driver import plan_faults
from tests.chaos.stage import Plain, Stage

WARM_UP_S = 1.0


class Mixed(Plain):
    """All kinds of faults at random moments."""

    name = "mixed"

    async def play(self, stage: Stage) -> None:
        """Messages and faults over the same time."""
        options = stage.options
        stage.start_senders(options.senders, options.orders, options.seconds, poison=options.poison)
        seconds = options.seconds - WARM_UP_S
        await stage.driver.run(plan_faults(options.seed, options.faults, seconds))
