"""Money under faults: a model that costs, with and without a limit that is reached.

The stub stands for OpenAI here, at a price of the owner's own. Its ledger is the provider's bill.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from db.budget import LOOK_S
from nexus.work_order import Status
from tests.chaos.company import Outfit
from tests.chaos.driver import KINDS, plan_faults
from tests.chaos.evidence import Call, Evidence
from tests.chaos.facts import Violation
from tests.chaos.scenarios.mixed import Mixed
from tests.chaos.stage import Stage
from tests.chaos.stub import ANSWER_TOKENS, MODEL, PROMPT_TOKENS

INPUT_USD, OUTPUT_USD = (
    Decimal(100),
    Decimal(1),
)  # per million tokens: the prompt makes nearly all of the worst case
CALL_USD = (INPUT_USD * PROMPT_TOKENS + OUTPUT_USD * ANSWER_TOKENS) / 1_000_000
CAP_USD = Decimal("0.60")
START_S = 5.0  # a killed process is back by then
CAP_FAULTS = {
    "kill worker": 6.0,
    "kill gateway": 1.0,
    "kill valkey": 1.0,
    "stop postgres at once": 2.0,
    "lose commit replies": 3.0,
}


def paid_settings(**more: str) -> Mapping[str, str]:
    """A company whose three tiers work with the stub, as a model of OpenAI's that costs."""
    prices = {f"openai/{MODEL}": {"input": float(INPUT_USD), "output": float(OUTPUT_USD)}}
    tiers = {f"NEXUS_MODEL_{role}": f"openai/{MODEL}," for role in ("INTERN", "DIRECTOR", "CEO")}
    return {
        "OPENAI_API_KEY": "sk-of-the-stub",
        "MODEL_PRICES": json.dumps(prices),
        "BUDGET_ORDER_USD": "none",
        "ASK_ABOVE_USD": "none",
        "BUDGET_DAY_USD": "none",
        "BUDGET_MONTH_USD": "none",
        **tiers,
        **more,
    }


class Paid(Mixed):
    """As `mixed`, but every call costs: the counters must stay the ledger's sums through faults and replays."""

    name = "paid"

    def outfit(self, outfit: Outfit) -> Outfit:
        """Limits that nobody reaches."""
        settings = paid_settings(BUDGET_DAY_USD="1000000", BUDGET_MONTH_USD="1000000")
        return replace(outfit, stub_is_openai=True, settings={**settings, **outfit.settings})

    def judge(self, evidence: Evidence) -> Iterator[Violation]:
        """What is recorded costs what its tokens cost."""
        for call in evidence.calls:
            if call.status == "recorded" and call.cost_usd != CALL_USD:
                yield Violation("price", call.order_id, f"{call.cost_usd} instead of {CALL_USD}")


class Cap(Paid):
    """All orders at once against a limit that holds about half of them, while workers and doors are killed."""

    name = "cap"

    def __init__(self) -> None:
        self._delivered = self._refused = 0
        self._spent = self._billed = Decimal(0)

    def outfit(self, outfit: Outfit) -> Outfit:
        """A limit for the day."""
        settings = paid_settings(BUDGET_DAY_USD=str(CAP_USD))
        return replace(outfit, stub_is_openai=True, settings={**settings, **outfit.settings})

    async def play(self, stage: Stage) -> None:
        """Every message in the first second, faults from then on."""
        options = stage.options
        stage.capped = True
        stage.start_senders(options.senders, options.orders, 1.0)
        await asyncio.sleep(1.0)
        weights = {kind: CAP_FAULTS[kind] for kind in KINDS if kind in CAP_FAULTS}
        await stage.driver.run(plan_faults(options.seed, options.faults, options.seconds, weights))

    def judge(self, evidence: Evidence) -> Iterator[Violation]:
        """Spent and billed are at or under the limit, and the limit was met (by calls in doubt alone, perhaps)."""
        yield from super().judge(evidence)
        answered = sum(call.status == 200 for call in evidence.stub_calls)
        self._billed = answered * CALL_USD
        company = (w for w in evidence.windows if w.scope == "company" and len(w.period) > len("2026-11"))
        self._spent = sum((window.spent_usd for window in company), Decimal(0))
        self._delivered = sum(order.status == Status.DELIVERED for order in evidence.orders)
        self._refused = sum(order.status == Status.FAILED for order in evidence.orders)
        unseen = unseen_by_the_spool(evidence)
        if self._spent > CAP_USD + unseen or self._billed > CAP_USD + unseen:
            detail = f"spent {self._spent}, billed {self._billed} of {CAP_USD}, unseen {unseen}"
            yield Violation("over the limit", "company", detail)
        if not self._refused:
            detail = f"{self._delivered} delivered, none refused: the limit was never met"
            yield Violation("no limit met", "company", detail)

    def facts(self) -> Mapping[str, object]:
        """For the report."""
        return {
            "limit, USD": str(CAP_USD),
            "spent, USD": f"{self._spent:f}",
            "billed, USD": f"{self._billed:f}",
            "delivered": self._delivered,
            "refused": self._refused,
        }


def unseen_by_the_spool(evidence: Evidence) -> Decimal:
    """What the limit may be passed by: the worst case of calls begun in the last two looks before PostgreSQL stopped.

    A process that starts while PostgreSQL is away goes over to the spool at once, and that goes on from what PostgreSQL
    knew a second before (decision 0006). Where nobody started meanwhile it is nothing.
    """
    stops = [fault for fault in evidence.faults if fault.kind == "stop postgres at once" and fault.target]
    deaths = [fault.t for fault in evidence.faults if fault.kind in ("kill worker", "kill gateway")]
    unseen = Decimal(0)
    for stop in stops:
        if any(stop.t - START_S < death < stop.until for death in deaths):
            begun = [call for call in evidence.calls if _began(call, stop.t - 2 * LOOK_S, stop.until)]
            unseen += sum((call.worst_case_usd or Decimal(0) for call in begun), Decimal(0))
    return unseen


def _began(call: Call, since: float, until: float) -> bool:
    return call.started_at is not None and since <= call.started_at.timestamp() <= until
