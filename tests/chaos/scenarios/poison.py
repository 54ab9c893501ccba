"""Poison among good messages: what no model can answer is tried five times, then dead; the others do not suffer."""

from collections import Counter
from collections.abc import Iterator

from agents.decision import MAX_ATTEMPTS
from nexus.work_order import Status
from tests.chaos.checker import Violation, is_poison
from tests.chaos.company import Outfit
from tests.chaos.evidence import Evidence
from tests.chaos.stage import Stage

# A quarter is cut off without a word from the provider, so that the company's own backoff decides (160 s in all).
POISONS = ("bad500", "bad500", "bad500", "badcut")


class Poison:
    """`--poison` of the `--orders` cannot be answered. No faults."""

    name = "poison"

    def __init__(self) -> None:
        self._dead = 0

    def outfit(self, outfit: Outfit) -> Outfit:
        """As it is asked for."""
        return outfit

    async def play(self, stage: Stage) -> None:
        """Only messages."""
        options = stage.options
        stage.start_senders(
            options.senders, options.orders, options.seconds, poison=options.poison, poisons=POISONS
        )
        await stage.until_sent()

    def judge(self, evidence: Evidence) -> Iterator[Violation]:
        """Each poisonous order is dead after exactly five tries, by its rows and by the model's own ledger."""
        calls = Counter(call.token for call in evidence.stub_calls)
        for order in evidence.orders:
            if not is_poison(order.token):
                continue
            tries = (order.attempts, calls[order.token])
            if order.status != Status.DEAD or tries != (MAX_ATTEMPTS, MAX_ATTEMPTS):
                yield Violation("poison", order.id, f"{order.status}, {tries[0]} tries, {tries[1]} calls")
            else:
                self._dead += 1

    def facts(self) -> dict[str, object]:
        """For the report."""
        return {"dead after exactly 5 tries": self._dead}
